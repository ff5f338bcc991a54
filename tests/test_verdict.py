"""The decision and its invariants."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pharmcheck.coverage import Coverage
from pharmcheck.model import (
    Address,
    Category,
    Direction,
    Evidence,
    EvidenceKind,
    Finding,
    Outcome,
    Proof,
    Verdict,
)
from pharmcheck.ruleset import load_ruleset
from pharmcheck.standing import Standing
from pharmcheck.verdict import Circumstances, decide

_RULES = load_ruleset()
_BY_ID = {rule.id: rule for rule in _RULES.rules}
_WHEN = datetime(2026, 11, 1, tzinfo=UTC)
_HOST = "shop.example.com"
_ADDRESS = Address(_HOST, f"https://{_HOST}/", _HOST, _HOST, "example.com")
_SEEN = Coverage(percent=100, home_read=True, whole=True, any_read=True, failure="", not_checked=())
_UNSEEN = Coverage(percent=0, home_read=False, whole=True, any_read=False, failure="offline", not_checked=())
_PROOF = Proof("some_register", date(2026, 10, 20), "42", ("domain",), "active", "A pharmacy", ("GB",), "GB")
_LAST_DAY = date(2026, 11, 10)
_ORDER = [
    Category.VERIFIED,
    Category.VERIFIED_ELSEWHERE,
    Category.UNVERIFIED,
    Category.CAUTION,
    Category.DANGER,
]
_RISKS = sorted(rule.id for rule in _RULES.rules if rule.direction is Direction.RISK)


def _standing(*proofs: Proof) -> Standing:
    return Standing(proofs, (), ())


def _finding(rule_id: str, outcome: Outcome = Outcome.PRESENT, *, shadow: bool = False) -> Finding:
    rule = _BY_ID[rule_id]
    return Finding(
        rule.id, rule.version, outcome, rule.direction, rule.severity, rule.category, rule.weight,
        (Evidence(EvidenceKind.PAGE, "Words."),), effect=rule.effect, shadow=shadow,
        facts=(("country", "US"),) if rule.effect == "alleged" else (),
    )  # fmt: skip


def _around(coverage: Coverage = _SEEN, destination: str | None = None, *, bound: bool = False) -> Circumstances:
    standing = _standing(_PROOF) if bound else _standing()
    return Circumstances(_ADDRESS, coverage, standing, (), destination, _WHEN, _WHEN, "c" * 32)


def _decide(*rule_ids: str, coverage: Coverage = _SEEN, destination: str | None = None) -> Verdict:
    findings = [_finding(rule_id) for rule_id in rule_ids]
    bound = "REG001" in rule_ids
    return decide(findings, _RULES, _around(coverage, destination, bound=bound))


@pytest.mark.parametrize(
    ("present", "category", "reason"),
    [
        (["OFF001", "RX001"], "danger", "rx_without_prescription"),
        (["OFF001", "RX001", "CTL001"], "danger", "controlled_without_prescription"),
        (["OFF001", "GOV001"], "danger", "government_list"),
        (["GOV001"], "caution", "government_list"),
        (["OFF001", "REG001"], "verified", "register_names_site"),
        (["OFF001", "REG001", "DEL001"], "verified", "register_names_site"),
        (["OFF001", "REG001", "RX001"], "caution", "rx_without_prescription"),
        (["OFF001", "REG001", "GOV001"], "danger", "government_list"),
        (["OFF001", "REG001", "TLS004"], "caution", "ceiling_no_tls"),
        (["REG002"], "verified", "dot_pharmacy"),
        (["OFF001", "REG004"], "caution", "ceiling_licence_inactive"),
        (["OFF001", "REG001", "REG004", "REG007"], "caution", "ceiling_licence_inactive"),
        (["OFF001", "REG006"], "verified", "accredited"),
        (["OFF001", "GOV002"], "caution", "government_list"),
        (["GOV002"], "caution", "government_list"),
        (["OFF001", "REG001", "GOV002"], "caution", "government_list"),
        (["OFF001", "RX001", "GOV001"], "danger", "government_list"),
        (["OFF001", "GOV002", "RX001"], "danger", "rx_without_prescription"),
        (["OFF001", "PRV001"], "caution", "third_party_list"),
        (["PRV001"], "caution", "third_party_list"),
        (["OFF001", "PRV001", "PRV002", "CTL002"], "danger", "third_party_list"),
        (["OFF001", "REG001", "PRV001"], "verified_elsewhere", "third_party_list"),
        (["OFF001", "REG001", "PRV001", "PRV002"], "caution", "third_party_list"),
        (["OFF001", "REG001", "PRV001", "GOV002"], "caution", "government_list"),
        (["OFF001", "REG001", "PRV001", "TLS004"], "caution", "third_party_list"),
        (["OFF001", "REG002", "PRV001"], "caution", "third_party_list"),
        (["OFF001", "REG001", "DST004"], "caution", "ceiling_prescription_sale_banned"),
        (["OFF001", "DST004", "RX001"], "danger", "rx_without_prescription"),
        (["OFF001", "DEL001"], "caution", "warning_signs"),
        (["OFF001", "DEL003", "PAY002"], "unverified", "no_licence_claim"),
        (["OFF001", "DEL003", "PAY002", "ADR002"], "caution", "warning_signs"),
        (["OFF001", "CAT003", "CAT004", "TLS002"], "caution", "warning_signs"),
        (["OFF001", "LIC001", "REG011"], "unverified", "register_not_loaded"),
        (["OFF001", "LIC001", "REG012"], "unverified", "no_register_for_country"),
        (["OFF001", "LIC001", "REG010"], "unverified", "not_in_register"),
        (["OFF001", "LIC003", "REG010"], "unverified", "number_exists_not_tied_to_site"),
        (["OFF001", "REG005"], "unverified", "ceiling_stale_register"),
        (["OFF001", "LIC001", "LIC003"], "unverified", "number_exists_not_tied_to_site"),
        (["OFF001", "REG003"], "unverified", "registered_not_for_online_sale"),
        (["OFF001"], "unverified", "no_licence_claim"),
        (["OFF010"], "could_not_check", "offers_unclear"),
        (["OFF010", "DEL001"], "caution", "warning_signs"),
        (["OFF010", "DEL003", "PAY002"], "could_not_check", "offers_unclear"),
        (["DEL001"], "not_a_pharmacy", "information"),
        (["CAT002"], "not_a_pharmacy", "no_offer"),
        ([], "not_a_pharmacy", "information"),
        (["OBS001"], "could_not_check", "blocked"),
        (["OBS002"], "could_not_check", "parked"),
        (["OBS003"], "could_not_check", "empty_without_scripts"),
    ],
)
def test_the_decision_table(present: list[str], category: str, reason: str) -> None:
    """DESIGN section 3, one row each."""
    verdict = _decide(*present)
    assert (verdict.category, verdict.reason_code) == (category, reason)


def test_traces_of_a_shop_leave_open_whether_it_sells_medicine() -> None:
    """An accusation from its terms alone says nothing of what it was not seen to offer."""
    accused = _decide("OFF010", "DEL001")
    assert [finding.rule_id for finding in accused.reasons] == ["DEL001", "OFF010"]
    assert "OFF010" not in [finding.rule_id for finding in _decide("OFF001", "OFF010", "DEL001").reasons]
    assert accused.criteria == _decide("OFF010").criteria != _decide("DEL001").criteria


def test_weak_signs_from_one_group_are_one_sign() -> None:
    """Three ways of saying the same thing weigh once."""
    assert _decide("OFF001", "ADR002", "ADR003").category is Category.UNVERIFIED


def test_a_destination_that_the_record_does_not_cover_is_verified_elsewhere() -> None:
    """A licence for one country is not one for another, and what nobody said is not a yes."""
    assert _decide("OFF001", "REG001", "DST001", destination="GB").category is Category.VERIFIED
    for told in (["DST002"], ["DST003"], []):
        verdict = _decide("OFF001", "REG001", *told, destination="US")
        assert (verdict.category, verdict.reason_code) == (Category.VERIFIED_ELSEWHERE, "licensed_elsewhere")


@pytest.mark.parametrize(
    ("present", "overlays"),
    [
        (["OFF001", "REG001", "RX001"], ("conflict", "needs_review")),
        (["OFF001", "REG001", "GOV001"], ("conflict",)),
        (["OFF001", "REG001", "GOV002"], ("conflict", "stale")),
        (["OFF001", "REG001", "PRV001"], ("conflict",)),
        (["OFF001", "REG001", "REG004", "REG007"], ("conflict", "needs_review")),
        (["OFF001", "REG004"], ("needs_review",)),
        (["OFF001", "REG005"], ("stale",)),
        (["OFF001", "GOV002"], ("stale",)),
        (["GOV001"], ("stale",)),
        (["GOV001", "OBS002"], ("stale",)),
        (["PRV001"], ("stale",)),
        (["OFF001", "GOV001"], ()),
        (["OFF001", "PRV001"], ()),
        (["OFF001", "REG001", "REG005"], ()),
    ],
)
def test_what_is_said_besides(present: list[str], overlays: tuple[str, ...]) -> None:
    """Who disagrees, what is old and who must look: only where it held the site down."""
    assert _decide(*present).overlays == overlays


def test_a_wall_before_a_warned_site_does_not_make_it_a_shop_that_sells_nothing() -> None:
    """What could not be looked at is never absent: the warning stands."""
    assert _decide("GOV001", "OBS001").category is Category.DANGER
    assert _decide("GOV001", coverage=replace(_SEEN, percent=20)).category is Category.DANGER


def test_a_private_list_of_the_country_that_licensed_the_site_is_no_quarrel_between_countries() -> None:
    """Then the licence does not outweigh it."""
    at_home = replace(_PROOF, licensed_in="US")
    findings = [_finding(rule_id) for rule_id in ("OFF001", "REG001", "PRV001")]
    verdict = decide(findings, _RULES, replace(_around(), standing=_standing(at_home)))
    assert (verdict.category, verdict.overlays) == (Category.CAUTION, ("conflict",))


def test_no_verdict_outlives_the_copy_of_the_register_that_it_rests_on() -> None:
    """Verified until the copy is too old, and stale afterwards."""
    findings = [_finding("OFF001"), _finding("REG001")]
    around = replace(_around(), standing=_standing(replace(_PROOF, good_until=_LAST_DAY)))
    verdict = decide(findings, _RULES, around)
    assert verdict.valid_until.date() == _LAST_DAY
    later = replace(around, now=verdict.valid_until + timedelta(days=1))
    assert decide(findings, _RULES, later).overlays == ("stale",)
    assert decide(findings, _RULES, _around(bound=True)).valid_until.date() == date(2026, 12, 1)


def test_what_could_not_be_read_is_neither_green_nor_red() -> None:
    """No page: no verdict about the shop, and a reason."""
    verdict = _decide(coverage=_UNSEEN)
    assert (verdict.category, verdict.reason_code, verdict.score) == (Category.COULD_NOT_CHECK, "offline", None)


def test_a_binding_record_verifies_a_site_that_could_not_be_read() -> None:
    """The register has spoken; the verdict says that the site itself was not read."""
    assert _decide("REG001", coverage=_UNSEEN).category is Category.VERIFIED


def test_a_government_warning_stands_when_the_site_cannot_be_read() -> None:
    """Lists are consulted even then."""
    assert _decide("GOV001", coverage=_UNSEEN).category is Category.DANGER


def test_silence_on_few_pages_is_not_absence() -> None:
    """Without offers and with little read, nothing is called not-a-pharmacy."""
    little = replace(_SEEN, percent=30)
    assert _decide(coverage=little).reason_code == "too_little_read"


def test_silence_of_a_page_that_was_cut_is_not_absence() -> None:
    """What stood behind the cut was not seen."""
    assert _decide(coverage=replace(_SEEN, whole=False)).category is Category.COULD_NOT_CHECK


def test_an_old_verdict_says_so() -> None:
    """The overlay comes from the clock that is handed in."""
    later = replace(_around(), now=datetime(2027, 11, 1, tzinfo=UTC))
    assert "stale" in decide([_finding("OFF001")], _RULES, later).overlays


# --------------------------------------------------------------------------- invariants

_findings = st.lists(
    st.builds(
        _finding,
        st.sampled_from(sorted(_BY_ID)),
        st.sampled_from(list(Outcome)),
        shadow=st.booleans(),
    ),
    max_size=14,
    unique_by=lambda finding: finding.rule_id,
)
_circumstances = st.builds(
    _around, st.sampled_from([_SEEN, _UNSEEN, replace(_SEEN, percent=20)]), st.sampled_from([None, "GB", "US"])
)


def _bound(findings: list[Finding], around: Circumstances) -> Circumstances:
    bound = any(finding.rule_id == "REG001" and finding.outcome is Outcome.PRESENT for finding in findings)
    return replace(around, standing=_standing(_PROOF) if bound else _standing())


@given(_findings, _circumstances, st.randoms(use_true_random=False))
def test_the_order_of_findings_is_irrelevant(findings: list[Finding], around: Circumstances, chance: object) -> None:
    """However the rules were asked, the verdict is the same."""
    shuffled = list(findings)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    around = _bound(findings, around)
    assert decide(findings, _RULES, around) == decide(shuffled, _RULES, around)


@given(_findings, _circumstances, st.sampled_from(_RISKS))
def test_one_more_risk_never_improves_anything(findings: list[Finding], around: Circumstances, risk: str) -> None:
    """Neither the category nor the score within it."""
    around = _bound(findings, around)
    before = decide([f for f in findings if f.rule_id != risk], _RULES, around)
    after = decide([*(f for f in findings if f.rule_id != risk), _finding(risk)], _RULES, around)
    if before.score is None:
        assert after.score is None or after.category in (Category.CAUTION, Category.DANGER)
        return
    assert after.score is not None
    assert _ORDER.index(after.category) >= _ORDER.index(before.category)
    assert after.score <= before.score


@given(_findings, _circumstances)
def test_what_was_not_seen_adds_nothing(findings: list[Finding], around: Circumstances) -> None:
    """Absent, inconclusive, not applicable and shadow findings leave the category, reason and score as they are."""
    around = _bound(findings, around)
    seen = [f for f in findings if f.outcome is Outcome.PRESENT and not f.shadow]
    full, bare = decide(findings, _RULES, around), decide(seen, _RULES, around)
    assert (full.category, full.reason_code, full.score, full.reasons) == (
        bare.category,
        bare.reason_code,
        bare.score,
        bare.reasons,
    )


@given(_findings, _circumstances)
def test_nothing_is_verified_without_a_binding_proof(findings: list[Finding], around: Circumstances) -> None:
    """Claims and silence are never enough."""
    verdict = decide(findings, _RULES, _bound(findings, around))
    holds = {f.effect for f in findings if f.outcome is Outcome.PRESENT and not f.shadow}
    if verdict.category in (Category.VERIFIED, Category.VERIFIED_ELSEWHERE):
        assert "bind" in holds
        assert not holds & {"listed", "convict", "warned", "ceiling"}
    if verdict.category is Category.VERIFIED:
        assert "alleged" not in holds
        assert "reach" in holds or not around.destination


@given(_findings, _circumstances)
def test_a_bound_site_is_convicted_by_an_authority_alone(findings: list[Finding], around: Circumstances) -> None:
    """Whatever else we think we saw on it, a person looks first."""
    verdict = decide(findings, _RULES, _bound(findings, around))
    holds = {f.effect for f in findings if f.outcome is Outcome.PRESENT and not f.shadow}
    if verdict.category is Category.DANGER and "bind" in holds:
        assert "listed" in holds


@given(_findings, _circumstances)
def test_the_score_lies_in_the_band_of_its_category(findings: list[Finding], around: Circumstances) -> None:
    """The score and the category cannot disagree."""
    verdict = decide(findings, _RULES, _bound(findings, around))
    band = _RULES.policy.bands.get(verdict.category)
    if band is None:
        assert verdict.score is None
    else:
        assert verdict.score is not None
        assert band.lowest <= verdict.score <= band.highest


@given(_findings, _circumstances)
def test_whoever_is_accused_sees_the_evidence(findings: list[Finding], around: Circumstances) -> None:
    """Every danger and every caution has at least one reason with a quote."""
    verdict = decide(findings, _RULES, _bound(findings, around))
    if verdict.category in (Category.DANGER, Category.CAUTION):
        assert any(evidence.quote for finding in verdict.reasons for evidence in finding.evidence)
    assert [criterion.name for criterion in verdict.criteria] == ["https", "address", "licence", "prescription"]
