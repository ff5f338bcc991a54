"""The story from capture to document, on small sites of our own."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path

import pytest
import re2

from pharmcheck.capture import read_warc, write_warc
from pharmcheck.check import judge
from pharmcheck.document import to_json, verdict_document
from pharmcheck.explain import explain
from pharmcheck.model import Attempt, Capture, Category, EvidenceKind, FetchOutcome, PageRole, Verdict
from pharmcheck.registers import Identifier, MemoryRegisters, Record, Snapshot
from pharmcheck.ruleset import load_ruleset
from tests.sites import WHEN, site

_RULES = load_ruleset()

ROGUE = {
    "home": "# QuickTabs\nWelcome to our online pharmacy.\nWe ship tablets to any country.",
    "product": "# Finasteride 1 mg\n$1.20 per tablet\n! Add to cart",
    "faq": "# Questions\nDo I need a prescription?\nNo prescription is required to order from us.",
    "contact": "# Contact\nUse the form.",
}
HONEST = {
    "home": "# Quay Pharmacy\nRefill your prescription with us.\nOur pharmacists check every order.",
    "product": "# Amoxicillin 500 mg\n£8.00\n! Add to basket\nA valid prescription is required.",
    "contact": "# Contact\nQuay Pharmacy, 12 Quay Street, Whitby YO21 3PU\nGPhC registration number 1099887",
}


def _verdict(capture: Capture, **options: object) -> Verdict:
    return judge(capture, _RULES, now=WHEN, **options).verdict  # type: ignore[arg-type]


def _registers(
    *web: str, as_of: datetime = WHEN, online: bool | None = True, numbers: tuple[str, ...] = ()
) -> MemoryRegisters:
    snapshot = Snapshot("test_gb", "GB", "The test register", as_of.date(), timedelta(days=30), marks_online_sale=True)
    held = tuple(Identifier("gb_gphc_premises", number) for number in numbers)
    record = Record("test_gb", "77", "Quay Pharmacy", "GB", web, "active", held, "YO21 3PU", online, ("GB",))
    return MemoryRegisters([snapshot], [record])


def test_words_on_one_page_and_an_offer_on_another_convict_together() -> None:
    """D2: the FAQ says it, the product page offers it."""
    verdict = _verdict(site(**ROGUE))
    assert (verdict.category, verdict.reason_code) == (Category.DANGER, "rx_without_prescription")


@pytest.mark.parametrize(
    "words",
    [
        "Do I need a prescription?",
        "We never send medicine when no prescription is at hand.",
        "Beware of sites where no prescription is required.",
        'The advert said "no prescription required".',
        "According to the police, no prescription is required on such sites.",
        "It is illegal to sell it with no prescription.",
        "No prescription is required for over the counter products.",
    ],
)
def test_advice_news_negations_questions_and_quotations_move_nothing(words: str) -> None:
    """The same words in another mouth leave category and score as they were."""
    without = _verdict(site(**{**ROGUE, "faq": "# Questions\nWe answer within a day."}))
    with_words = _verdict(site(**{**ROGUE, "faq": f"# Questions\nWe answer within a day.\n{words}"}))
    assert (with_words.category, with_words.score) == (without.category, without.score)


def test_all_four_claims_on_the_page_clear_nobody() -> None:
    """Secure connection, address, number and prescription words: claimed is the best they get."""
    verdict = _verdict(site(**HONEST))
    outcomes = {criterion.name.value: criterion.outcome.value for criterion in verdict.criteria}
    assert verdict.category is Category.UNVERIFIED
    assert outcomes == {"https": "met", "address": "claimed", "licence": "claimed", "prescription": "claimed"}


def test_only_a_register_that_names_the_site_verifies_it() -> None:
    """And then address and licence are met."""
    verdict = _verdict(site(**HONEST), registers=_registers("https://www.shop.example.com"))
    outcomes = {criterion.name.value: criterion.outcome.value for criterion in verdict.criteria}
    assert verdict.category is Category.VERIFIED
    assert outcomes["licence"] == outcomes["address"] == "met"
    assert [(proof.register, proof.entry_id, proof.matched_on) for proof in verdict.proofs] == [
        ("test_gb", "77", ("domain",))
    ]


@pytest.mark.parametrize(
    ("web", "host"),
    [
        ("https://supermarket.cz/lekarna", "supermarket.cz"),
        ("https://lekarna-a.webnode.cz", "lekarna-b.webnode.cz"),
        ("a.myshopify.com", "b.myshopify.com"),
        ("https://branch.pharmacy-group.com", "pharmacy-group.com"),
        ("a.cz, https:", "a.cz"),
        ("http//x.cz", "x.cz"),
        ("pharmacy.com.evil.com", "pharmacy.com"),
    ],
)
def test_a_record_of_another_place_verifies_nobody(web: str, host: str) -> None:
    """A path, a neighbour on a platform, a branch, a broken cell: none of them is this site."""
    assert _verdict(site(host, **HONEST), registers=_registers(web)).category is Category.UNVERIFIED


def test_an_apex_record_covers_the_names_below_it() -> None:
    """pharmacy-group.com in the register covers shop.pharmacy-group.com."""
    capture = site("shop.pharmacy-group.com", **HONEST)
    assert _verdict(capture, registers=_registers("pharmacy-group.com")).category is Category.VERIFIED


def test_a_full_clone_of_a_registered_pharmacy_is_not_verified() -> None:
    """Name, number, address: the clone has them all, and the register names somebody else."""
    verdict = _verdict(
        site("quay-pharmacy.net", **HONEST), registers=_registers("quay.example.com", numbers=("1099887",))
    )
    assert (verdict.category, verdict.reason_code) == (Category.UNVERIFIED, "number_exists_not_tied_to_site")


def test_a_register_without_the_mark_for_online_sale_does_not_verify() -> None:
    """A licence for the counter is not one for the post."""
    verdict = _verdict(site(**HONEST), registers=_registers("shop.example.com", online=False))
    assert (verdict.category, verdict.reason_code) == (Category.UNVERIFIED, "registered_not_for_online_sale")


def test_an_old_snapshot_does_not_verify() -> None:
    """A licence may have lapsed since."""
    registers = _registers("shop.example.com", as_of=WHEN - timedelta(days=45))
    assert _verdict(site(**HONEST), registers=registers).category is Category.UNVERIFIED


@pytest.mark.parametrize(
    ("host", "reason"), [("corner.co.uk", "general_sale_only"), ("corner.com", "no_licence_claim")]
)
def test_a_british_shop_of_general_sale_medicines_needs_no_register(host: str, reason: str) -> None:
    """Nobody registers such sellers there; the prescription criterion does not apply."""
    verdict = _verdict(site(host, home="# Corner shop", product="# Paracetamol 500 mg\n£0.79\n! Add to basket"))
    assert (verdict.category, verdict.reason_code) == (Category.UNVERIFIED, reason)
    prescription = verdict.criteria[-1].outcome.value
    assert (prescription == "not_applicable") == (reason == "general_sale_only")


def test_one_failing_page_does_not_fail_the_check() -> None:
    """It is named, with whose fault it was, and lowers coverage."""
    verdict = _verdict(site(**HONEST, failed={PageRole.FAQ: FetchOutcome.HTTP_ERROR}))
    assert verdict.category is Category.UNVERIFIED
    assert verdict.coverage == 75
    assert "fault: site" in verdict.not_checked[0].why


@pytest.mark.parametrize(
    ("outcome", "reason"),
    [
        (FetchOutcome.DNS_FAILED, "offline"),
        (FetchOutcome.TIMED_OUT, "timed_out"),
        (FetchOutcome.BLOCKED_BY_SITE, "blocked"),
        (FetchOutcome.REFUSED_BY_US, "refused_address"),
        (FetchOutcome.TLS_FAILED, "certificate_broken"),
    ],
)
def test_a_site_that_cannot_be_read_could_not_be_checked_and_says_why(outcome: FetchOutcome, reason: str) -> None:
    """Nothing is called absent, no criterion is denied."""
    verdict = _verdict(site(failed={PageRole.HOME: outcome}))
    assert (verdict.category, verdict.reason_code, verdict.score) == (Category.COULD_NOT_CHECK, reason, None)
    assert {c.outcome.value for c in verdict.criteria if c.name.value != "https"} == {"undetermined"}


def test_the_same_capture_rules_and_clock_give_the_same_bytes() -> None:
    """Replay is byte for byte the same."""
    first, second = (to_json(verdict_document(_verdict(site(**ROGUE)), _RULES)) for _ in range(2))
    assert first == second


def test_a_warc_round_trip_changes_no_verdict(tmp_path: Path) -> None:
    """Lossless for judging."""
    path = tmp_path / "two.warc.gz"
    captures = [site(**ROGUE), site("quay.example.org", **HONEST, failed={PageRole.FAQ: FetchOutcome.TIMED_OUT})]
    write_warc(captures, path)
    before = [to_json(verdict_document(_verdict(capture), _RULES)) for capture in captures]
    after = [to_json(verdict_document(_verdict(capture), _RULES)) for capture in read_warc(path)]
    assert before == after


def test_page_evidence_points_into_the_archived_bytes() -> None:
    """Whoever holds the archive finds the quoted words at the offsets."""
    html = (
        "<html lang=en><title>T</title><body><h1>Finasteride&nbsp;1 mg</h1><p>$1.20</p><button>Add to cart</button>"
        "<p>At our shop <b>no</b>\n  prescription&#32;is <i>required</i> &amp; never was.</p></body></html>"
    )
    capture = site(home=ROGUE["home"], product=html)
    bodies = {page.sha256: page.body for page in capture.pages}
    seen = 0
    for finding in _verdict(capture).reasons:
        for evidence in finding.evidence:
            if evidence.kind is EvidenceKind.PAGE and evidence.start is not None:
                assert evidence.page_sha256 is not None
                piece = bodies[evidence.page_sha256][evidence.start : evidence.end].decode()
                text = unescape(re2.sub(r"<[^>]*>", "", piece)).replace("\xa0", " ")
                assert " ".join(text.split()) == evidence.quote
                seen += 1
    assert seen >= 3


def test_the_document_keeps_the_contract() -> None:
    """Schema pharmcheck.verdict/1: every key there, unknown values null, four criteria always."""
    document = json.loads(to_json(verdict_document(_verdict(site(**ROGUE)), _RULES)))
    assert list(document) == [
        "schema", "address", "category", "reason_code", "score", "coverage", "criteria", "reasons", "proofs",
        "not_checked", "advice", "overlays", "destination", "checked_at", "valid_until", "ruleset", "registers",
        "capture_id", "records", "look_up", "override",
    ]  # fmt: skip
    assert document["schema"] == "pharmcheck.verdict/1"
    assert list(document["address"]) == ["input", "url", "host", "registrable_domain"]
    assert list(document["criteria"]) == ["https", "address", "licence", "prescription"]
    assert all(set(value) == {"outcome", "detail"} for value in document["criteria"].values())
    assert document["destination"] is None
    reason = document["reasons"][0]
    assert list(reason) == ["rule", "rule_version", "severity", "message", "evidence", "sources"]
    assert list(reason["evidence"][0]) == ["kind", "url", "page_sha256", "start", "end", "quote"]
    assert reason["sources"][0]["title"]
    assert document["checked_at"] == "2026-11-01T12:00:00Z"


@pytest.mark.parametrize("pages", [ROGUE, HONEST, {"home": "# Opening hours\nNine to five."}])
def test_sentences_for_people_are_whole_and_never_say_safe(pages: dict[str, str]) -> None:
    """No placeholder is left, nothing is called safe or a scam."""
    told = explain(_verdict(site(**pages)), _RULES)
    sentences = [told.headline, told.action, *told.advice, *told.footer, *(why.message for why in told.why)]
    sentences += [detail for _, _, detail in told.criteria]
    for sentence in sentences:
        assert sentence
        assert not {"{", "}"} & set(sentence)
        assert not any(word in sentence.lower() for word in ("safe", "scam", "criminal", "rogue"))


def test_a_language_that_no_rule_covers_is_inconclusive_not_absent() -> None:
    """A Finnish shop is not cleared by our not speaking Finnish."""
    capture = site(lang="fi", home="# Apteekki\nTervetuloa kauppaamme, lähetämme lääkkeet nopeasti koko maahan.")
    findings = {
        finding.rule_id: finding for finding in judge(capture, _RULES, now=datetime(2026, 11, 2, tzinfo=UTC)).findings
    }
    assert findings["RX001"].outcome.value == "inconclusive"
    assert "language" in findings["RX001"].reason


def test_pages_that_had_no_turn_make_nothing_absent() -> None:
    """When the bytes of a visit are used up, the rest is said to be unread; the site is not said to lack things."""
    visited = site(home="# Quay Pharmacy\nRefill your prescription with us.", about="# About\nWe are a pharmacy.")
    detail = "The pages of this site are larger together than we read; this one had no turn."
    url = "https://shop.example.com/contact"
    unread = Attempt(url, PageRole.CONTACT, FetchOutcome.TOO_LARGE, detail, (), 0)
    verdict = _verdict(replace(visited, attempts=(*visited.attempts, unread)))
    outcomes = {criterion.name.value: criterion.outcome.value for criterion in verdict.criteria}

    assert verdict.coverage == 66
    assert [(missed.what, missed.why) for missed in verdict.not_checked] == [
        (url, f"too large ({detail}; fault: site)")
    ]
    assert (outcomes["address"], outcomes["licence"]) == ("undetermined", "undetermined")
    assert [finding.rule_id for finding in verdict.reasons if finding.evidence[0].kind is EvidenceKind.ABSENCE] == []
