"""Sites that stand, or pretend to stand, in registers: each gets the verdict that DESIGN section 3 demands."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta

import pytest

from pharmcheck.check import judge
from pharmcheck.document import to_json, verdict_document
from pharmcheck.explain import explain
from pharmcheck.model import Agreement, Category, FetchOutcome, PageRole, Verdict
from pharmcheck.registers import Record, RegisterKind
from pharmcheck.ruleset import load_ruleset
from pharmcheck.ruleset.directory import Directory, Listing
from tests.register_shelf import QUAY, TODAY, Registers
from tests.sites import WHEN, site

_RULES = load_ruleset()
_LISTED = "quay-pharmacy.example"
_OLD = date(2019, 3, 2)

OTC = "# Paracetamol 500 mg\n£2.00\n! Add to basket"
RX = "# Amoxicillin 500 mg\n£8.00\n! Add to basket"
ASKS = '<h1>Amoxicillin 500 mg</h1><p>£8.00</p><form><label>Your prescription <input type="file" name="rx"></label><button>Add to basket</button></form>'  # noqa: E501 - a page
QUAY_CONTACT = (
    "# Contact\nQuay Pharmacy, 12 Quay Street, Whitby YO21 3PU\nCall 020 7946 0123\nGPhC registration number 1099887"
)
HONEST = {
    "home": "# Quay Pharmacy\nRefill your prescription with us.",
    "product": f"{RX}\nA valid prescription is required.",
    "contact": QUAY_CONTACT,
}


def _judge(host: str, pages: dict[str, str], registers: Registers | None = None, destination: str | None = None,
           **options: object) -> Verdict:  # fmt: skip
    lookup = (registers or Registers()).lookup()
    capture = site(host, **pages, **options)  # type: ignore[arg-type]
    return judge(capture, _RULES, registers=lookup, destination=destination, now=WHEN).verdict


def _said(verdict: Verdict) -> tuple[str, str, tuple[str, ...]]:
    return verdict.category.value, verdict.reason_code, verdict.overlays


def _gb(*records: Record, age: int = 0) -> Registers:
    return Registers().register("gb_register", "GB", *records, age=age)


def _abroad(country: str) -> Record:
    return replace(QUAY, country=country)


BOUND = _gb(QUAY)

STOLEN_NUMBER = {
    "home": "# Bright Pills\nOur pharmacy delivers fast.",
    "product": OTC,
    "contact": "# Contact\nBright Pills, 4 Mill Lane, Leeds LS1 4AP\nGPhC registration number 1099887",
}
BORROWED_NAME = {
    "home": "# Quay Pharmacy\nOur pharmacy delivers fast.",
    "product": f"{RX}\nA valid prescription is required.",
    "contact": "# Contact\nQuay Pharmacy, 4 Mill Lane, Leeds LS1 4AP",
}
FORGED_PAGE = {
    **STOLEN_NUMBER,
    "home": '<h1>Bright Pills</h1><p>Our pharmacy delivers fast.</p><a href="https://pharmacyregulation-check.example.top/x">'
    '<img src="/gphc.png" alt="GPhC registered pharmacy"></a>',
}


@pytest.mark.parametrize(
    ("pages", "reason"),
    [
        (STOLEN_NUMBER, "number_exists_not_tied_to_site"),
        (BORROWED_NAME, "not_in_register"),
        (HONEST, "number_exists_not_tied_to_site"),
    ],
    ids=["stolen number", "borrowed name", "full clone"],
)
def test_nobody_is_verified_by_what_can_be_copied(pages: dict[str, str], reason: str) -> None:
    """Number, name, address and phone all agree, and the register names another site: unverified at best."""
    verdict = _judge("bright-pills.com", pages, BOUND)
    licence = next(one for one in verdict.criteria if one.name.value == "licence")
    assert verdict.category in (Category.UNVERIFIED, Category.CAUTION, Category.DANGER)
    assert verdict.reason_code == reason or verdict.category is not Category.UNVERIFIED
    assert licence.outcome.value != "met"
    assert verdict.proofs == ()


@pytest.mark.parametrize(
    ("pages", "record", "age", "said"),
    [
        (STOLEN_NUMBER, QUAY, 0, ("danger", "forged_proof", ())),
        (STOLEN_NUMBER, QUAY, 60, ("unverified", "number_exists_not_tied_to_site", ())),
        (STOLEN_NUMBER, replace(QUAY, web_addresses=()), 0, ("unverified", "number_exists_not_tied_to_site", ())),
        (STOLEN_NUMBER, replace(QUAY, identifiers=()), 0, ("danger", "forged_proof", ())),
        (STOLEN_NUMBER, replace(QUAY, identifiers=()), 60, ("unverified", "general_sale_only", ())),
        (STOLEN_NUMBER, replace(QUAY, status="struck"), 0, ("caution", "ceiling_licence_inactive", ("needs_review",))),
        (HONEST, QUAY, 0, ("unverified", "number_exists_not_tied_to_site", ())),
    ],
    ids=["stolen", "old copy", "no web", "invented", "invented, old copy", "struck", "full clone"],
)
def test_a_number_is_contradicted_by_a_complete_and_fresh_register_alone(
    pages: dict[str, str], record: Record, age: int, said: tuple[str, str, tuple[str, ...]]
) -> None:
    """D4: of nobody, or of another name at another address with another site; with anything less, nothing."""
    registers = Registers().register("gb_register", "GB", record, age=age, complete=True)
    assert _said(_judge("bright-pills.com", pages, registers)) == said


def test_a_contradicted_number_on_a_registered_site_waits_for_a_person() -> None:
    """A pharmacy that mistypes its own number is not accused by a machine."""
    registers = Registers().register("gb_register", "GB", replace(QUAY, identifiers=()), complete=True)
    assert _said(_judge(_LISTED, HONEST, registers)) == ("caution", "forged_proof", ("conflict", "needs_review"))


@pytest.mark.parametrize("host", ["tidemouth.top", "tidemouth-online.com", "tidernouth.com"])
def test_a_look_alike_that_copies_the_identity_waits_for_a_person(host: str) -> None:
    """D7: name and identity are copied, and the register names the other site."""
    registers = _gb(replace(QUAY, web_addresses=("https://tidemouth.com",)))
    assert _said(_judge(host, HONEST, registers)) == ("caution", "impersonation", ("needs_review",))


def test_a_seal_that_leads_to_a_forged_register_page_is_a_warning_sign() -> None:
    """The page carries the authority's name and is not the authority's."""
    verdict = _judge("bright-pills.com", FORGED_PAGE, BOUND)
    assert _said(verdict) == ("caution", "forged_proof", ("needs_review",))


def test_the_entry_that_a_clone_copies_is_shown_beside_it() -> None:
    """Everything is the same but the web address, and that is what counts."""
    verdict = _judge("bright-pills.com", HONEST, BOUND)
    (entry,) = verdict.records
    compared = {one.what: one.agreement for one in entry.compared}
    assert not entry.names_site
    assert compared == {
        "name": Agreement.SAME,
        "address": Agreement.SAME,
        "number": Agreement.SAME,
        "phone": Agreement.SAME,
        "web_address": Agreement.DIFFERENT,
    }
    told = explain(verdict, _RULES).records[0]
    assert "It does not name this site" in told.title
    assert (
        "Web address",
        "the register says “quay-pharmacy.example”; the site says “bright-pills.com”: not the same.",
    ) in (told.lines)


def test_what_a_thief_did_not_copy_is_shown_as_different_or_not_printed() -> None:
    """A stolen number stands beside another name and address."""
    (entry,) = _judge("bright-pills.com", STOLEN_NUMBER, BOUND).records
    compared = {one.what: one.agreement for one in entry.compared}
    assert compared["number"] is Agreement.SAME
    assert compared["address"] is Agreement.DIFFERENT
    assert compared["name"] is compared["phone"] is Agreement.NOT_PRINTED


@pytest.mark.parametrize(
    ("records", "said"),
    [
        ([QUAY], ("verified", "register_names_site", ())),
        ([replace(QUAY, status="expired")], ("caution", "ceiling_licence_inactive", ("needs_review",))),
        ([replace(QUAY, status="struck")], ("caution", "ceiling_licence_inactive", ("needs_review",))),
        ([replace(QUAY, valid_to=TODAY)], ("verified", "register_names_site", ())),
        (
            [replace(QUAY, valid_to=TODAY - timedelta(days=1))],
            ("caution", "ceiling_licence_inactive", ("needs_review",)),
        ),
        (
            [replace(QUAY, valid_from=TODAY + timedelta(days=1))],
            ("caution", "ceiling_licence_inactive", ("needs_review",)),
        ),
        ([replace(QUAY, status="expired", entry_id="76"), QUAY], ("verified", "register_names_site", ())),
        ([replace(QUAY, online_sale=False)], ("unverified", "registered_not_for_online_sale", ())),
        ([replace(QUAY, online_sale=None)], ("unverified", "registered_not_for_online_sale", ())),
        (
            [replace(QUAY, web_addresses=("https://quay-pharmacy.example/pharmacy",))],
            ("unverified", "number_exists_not_tied_to_site", ()),
        ),
    ],
    ids=["active", "expired", "struck", "last day", "run out", "not yet", "renewed", "no mark", "unmarked", "path"],
)
def test_how_the_entry_stands_decides(records: list[Record], said: tuple[str, str, tuple[str, ...]]) -> None:
    """Active, fresh, for online sale, and this very host: nothing less verifies."""
    assert _said(_judge(_LISTED, HONEST, _gb(*records))) == said


def test_a_copy_of_the_register_that_is_too_old_does_not_verify_and_says_so() -> None:
    """C4: the entry may have lapsed since; a fresh one settles it."""
    assert _said(_judge(_LISTED, HONEST, _gb(QUAY, age=44))) == ("verified", "register_names_site", ())
    verdict = _judge(_LISTED, HONEST, _gb(QUAY, age=45))
    assert _said(verdict) == ("unverified", "ceiling_stale_register", ("stale",))
    assert verdict.records[0].names_site
    assert "2026-09-17" in " ".join(quote for why in explain(verdict, _RULES).why for quote, _ in why.quotes)


@pytest.mark.parametrize("host", ["lekarna-a.webnode.cz", "a.myshopify.com"])
def test_neighbours_on_a_hosting_platform_are_strangers(host: str) -> None:
    """An entry names one shop; those beside it on the same platform get nothing of it, good or bad."""
    neighbour = f"other.{host.partition('.')[2]}"
    named = replace(QUAY, web_addresses=(f"https://{host}",))
    assert _judge(host, HONEST, _gb(named)).category is Category.VERIFIED
    assert _judge(neighbour, HONEST, _gb(named)).category is Category.UNVERIFIED
    assert _judge(host, HONEST, Registers().warned(host, TODAY)).category is Category.DANGER
    assert _judge(neighbour, HONEST, Registers().warned(host, TODAY)).category is Category.UNVERIFIED


def test_a_warning_about_a_platform_is_not_about_its_shops() -> None:
    """Only the full host counts there."""
    platform = Registers().warned("myshopify.com", TODAY)
    assert _judge("a.myshopify.com", HONEST, platform).category is Category.UNVERIFIED


def test_two_registers_that_disagree_are_both_shown() -> None:
    """Active in one, struck in another: caution, conflict, and a person looks."""
    registers = _gb(QUAY).register("second_register", "GB", replace(QUAY, status="struck", entry_id="S-5"))
    verdict = _judge(_LISTED, HONEST, registers)
    assert _said(verdict) == ("caution", "ceiling_licence_inactive", ("conflict", "needs_review"))
    assert {entry.status for entry in verdict.records} == {"active", "struck"}
    old_news = _gb(QUAY).register("second_register", "GB", replace(QUAY, status="struck"), age=90)
    assert _judge(_LISTED, HONEST, old_news).category is Category.VERIFIED


# --------------------------------------------------------------------------- no register


_DIRECTORY = Directory(
    (
        Listing(
            "gb_register", RegisterKind.REGISTER, "GB", "The British authority", "https://gb.example/", names_sites=True
        ),
        Listing(
            "us_numbers", RegisterKind.REGISTER, "US", "The number office", "https://us.example/", names_sites=False
        ),
    )
)


@pytest.mark.parametrize(
    ("host", "pages", "said"),
    [
        (_LISTED, HONEST, ("unverified", "register_not_loaded", ())),
        ("quay.pharmacy", HONEST, ("verified", "dot_pharmacy", ())),
        ("pharmacy.example.com", HONEST, ("unverified", "register_not_loaded", ())),
        (
            "elm.example",
            {**HONEST, "contact": "# Contact\nElm Pharmacy, 12 Elm Street, Springfield, IL 62701"},
            ("unverified", "no_register_for_country", ()),
        ),
        ("elm.example", {**HONEST, "contact": "# Contact\nWrite to us."}, ("unverified", "no_licence_claim", ())),
    ],
)
def test_with_no_register_loaded_only_dot_pharmacy_verifies(
    host: str, pages: dict[str, str], said: tuple[str, str, tuple[str, ...]]
) -> None:
    """Everybody else is told which register would settle it, if any is known."""
    rules = replace(_RULES, directory=_DIRECTORY)
    verdict = judge(site(host, **pages), rules, now=WHEN).verdict
    assert _said(verdict) == said
    if said[1] == "register_not_loaded":
        assert "The British authority" in explain(verdict, rules).why[0].message
        assert explain(verdict, rules).look_up == (
            ("The British authority (the United Kingdom)", "https://gb.example/"),
        )


# --------------------------------------------------------------------------- destinations

_SELLS = {"home": HONEST["home"], "product": OTC, "contact": "# Contact\nWrite to us."}
_SELLS_RX = {**_SELLS, "product": f"{RX}\nA valid prescription is required."}


@pytest.mark.parametrize(
    ("country", "destination", "pages", "category", "word"),
    [
        ("GB", "GB", _SELLS_RX, "verified", "may send"),
        ("DE", "AT", _SELLS, "verified", "may send"),
        ("DE", "AT", _SELLS_RX, "verified_elsewhere", "Not permitted"),
        ("NL", "DE", _SELLS_RX, "verified", "may send"),
        ("CA", "US", _SELLS_RX, "verified_elsewhere", "Not permitted"),
        ("GB", "FR", _SELLS, "verified_elsewhere", "Not known"),
        ("IN", "US", _SELLS, "verified_elsewhere", "Not known"),
        ("GB", None, _SELLS_RX, "verified", "official register"),
        ("IE", "IE", _SELLS, "verified", "may send"),
        ("IE", "IE", _SELLS_RX, "caution", "may not be sold online at all"),
        ("IE", None, _SELLS_RX, "caution", "may not be sold online at all"),
    ],
)
def test_a_licence_reaches_as_far_as_the_law_lets_it(
    country: str, destination: str | None, pages: dict[str, str], category: str, word: str
) -> None:
    """Verified for a destination only where record or matrix allows it; otherwise *not permitted* or *not known*."""
    registers = Registers().register("some_register", country, _abroad(country))
    verdict = _judge(_LISTED, pages, registers, destination)
    assert verdict.category.value == category
    assert any(word in why.message for why in explain(verdict, _RULES).why)


def test_an_entry_that_names_its_countries_is_not_stretched_by_the_law() -> None:
    """A register that says "Germany only" means it, whatever the matrix would allow."""
    registers = Registers().register("de_register", "DE", replace(_abroad("DE"), jurisdictions=("DE",)))
    assert _judge(_LISTED, _SELLS, registers, "DE").category is Category.VERIFIED
    verdict = _judge(_LISTED, _SELLS, registers, "AT")
    assert _said(verdict) == ("verified_elsewhere", "licensed_elsewhere", ())
    assert explain(verdict, _RULES).headline == (
        "quay-pharmacy.example is licensed in Germany, but not confirmed for Austria."
    )


@pytest.mark.parametrize(
    ("destination", "category"), [("US", "verified"), ("GB", "verified_elsewhere"), (None, "verified")]
)
def test_an_accreditation_counts_where_its_body_checks_for(destination: str | None, category: str) -> None:
    """A list of the United States says nothing about a parcel to Britain."""
    registers = Registers().register("us_list", "US", _abroad("US"), kind=RegisterKind.ACCREDITATION)
    verdict = _judge(_LISTED, _SELLS_RX, registers, destination)
    assert verdict.category.value == category
    assert verdict.reason_code == ("accredited" if category == "verified" else "licensed_elsewhere")


# --------------------------------------------------------------------------- warnings


@pytest.mark.parametrize(
    ("on", "pages", "said"),
    [
        (date(2026, 1, 5), HONEST, ("danger", "government_list", ())),
        (date(2026, 1, 5), {"home": "# Gone\nThis shop has closed."}, ("caution", "government_list", ("stale",))),
        (_OLD, HONEST, ("danger", "government_list", ())),
        (_OLD, {**HONEST, "product": ASKS}, ("caution", "government_list", ("stale",))),
        (_OLD, {**HONEST, "product": OTC}, ("caution", "government_list", ("stale",))),
        (None, HONEST, ("danger", "government_list", ())),
        (None, {**HONEST, "product": OTC}, ("caution", "government_list", ("stale",))),
        (None, {"home": "# Gone\nThis shop has closed."}, ("caution", "government_list", ("stale",))),
    ],
    ids=[
        "recent",
        "recent, closed",
        "old, at it",
        "old, asks",
        "old, otc",
        "undated, at it",
        "undated, otc",
        "undated, closed",
    ],
)
def test_an_authority_s_warning_counts_while_it_is_recent_or_still_true(
    on: date | None, pages: dict[str, str], said: tuple[str, str, tuple[str, ...]]
) -> None:
    """D1: 24 months, or as long as the site still does it; otherwise caution, and the entry's date is shown."""
    verdict = _judge("pillbox.example", pages, Registers().warned("pillbox.example", on))
    assert _said(verdict) == said
    assert any("put pillbox.example on its list" in e.quote for e in verdict.reasons[0].evidence)
    assert verdict.reasons[0].evidence[0].quote.endswith(f"on {on}." if on else "that nobody could confirm.")


FRONT = {
    **HONEST,
    "product": '<h1>Amoxicillin 500 mg</h1><p>£8.00</p><a href="https://pillbox.example/cart">Add to basket</a>',
}


def test_a_shop_front_of_a_warned_checkout_is_convicted_by_it() -> None:
    """D6: the name in front is new, the shop that takes the order is the one on the list."""
    front = _judge("new-front.example", FRONT, Registers().warned("pillbox.example", TODAY))

    assert _said(front) == ("danger", "known_checkout", ())
    assert explain(front, _RULES).headline.startswith("new-front.example sends its orders on to a site that")
    assert _said(_judge("new-front.example", FRONT))[0] == "unverified"
    assert _said(_judge(_LISTED, FRONT, _gb(QUAY).warned("pillbox.example", TODAY))) == (
        "caution", "known_checkout", ("conflict", "needs_review"),
    )  # fmt: skip


def test_a_warned_name_that_is_parked_now_is_an_old_warning() -> None:
    """An FDA-cited name that nobody uses any more: caution, stale."""
    parked = "<title>pillbox.example</title><h1>This domain is for sale</h1><p>Buy this domain today.</p>"
    assert _said(_judge("pillbox.example", {"home": parked}, Registers().warned("pillbox.example", TODAY))) == (
        "caution",
        "government_list",
        ("stale",),
    )


def test_a_warned_site_that_cannot_be_read_keeps_its_warning() -> None:
    """Lists are consulted even then, official and private ones alike."""
    failed = {PageRole.HOME: FetchOutcome.TIMED_OUT}
    official = Registers().warned("www.pillbox.example", TODAY)
    assert _judge("pillbox.example", {}, official, failed=failed).category is Category.DANGER
    private = Registers().warned("pillbox.example", None, private=True)
    assert _said(_judge("www.pillbox.example", {}, private, failed=failed)) == ("caution", "third_party_list", ())


def test_a_private_list_is_quoted_not_repeated() -> None:
    """N: at least caution, in the words "they list it, seen on …"; danger once we saw the practice ourselves."""
    private = Registers().warned("pillbox.example", None, private=True)
    verdict = _judge("pillbox.example", HONEST, private)
    assert _said(verdict) == ("caution", "third_party_list", ())
    assert "The warning_list_0 lists this site as not recommended, seen on 2026-11-01." in (
        explain(verdict, _RULES).why[0].message
    )
    pills = {**HONEST, "product": "# Diazepam 10 mg\n£8.00\n! Add to basket"}
    assert _said(_judge("pillbox.example", pills, private)) == ("danger", "third_party_list", ())


def test_a_pharmacy_licensed_abroad_that_a_private_list_names_shows_both_sides() -> None:
    """The licensed Canadian pharmacy with an American buyer on an American list."""
    registers = Registers().register("ca_register", "CA", _abroad("CA")).warned(_LISTED, None, private=True)
    for destination in ("US", "CA", None):
        verdict = _judge(_LISTED, _SELLS_RX, registers, destination)
        assert _said(verdict) == ("verified_elsewhere", "third_party_list", ("conflict",))
    told = explain(verdict, _RULES)
    assert "is licensed in Canada, and The warning_list_1 does not recommend it; both sides" in told.headline
    assert [proof.register for proof in verdict.proofs] == ["ca_register"]
    says_it = {**_SELLS_RX, "faq": "# Questions\nNo prescription is required to order from our pharmacy."}
    assert _said(_judge(_LISTED, says_it, registers)) == (
        "caution",
        "rx_without_prescription",
        ("conflict", "needs_review"),
    )


def test_an_authority_outweighs_a_register() -> None:
    """Two official sources disagree: the warning holds, the conflict is said."""
    assert _said(_judge(_LISTED, HONEST, _gb(QUAY).warned(_LISTED, TODAY))) == (
        "danger",
        "government_list",
        ("conflict",),
    )


# --------------------------------------------------------------------------- further acceptance cases


def test_german_shop_whose_logo_leads_nowhere_is_not_accused() -> None:
    """A fault of a link convicts nobody."""
    home = '<h1>Linden-Apotheke</h1><p>Ihre Versandapotheke.</p><img src="/eu-logo-de.png" alt="EU-Sicherheitslogo">'
    pages = {"home": home, "product": "# Paracetamol 500 mg\n2,00 €\n! In den Warenkorb"}
    verdict = judge(site("linden.example", lang="de", **pages), _RULES, now=WHEN).verdict
    assert verdict.category in (Category.UNVERIFIED, Category.CAUTION)


def test_a_page_that_explains_how_to_check_pharmacies_earns_nothing() -> None:
    """Talk of registers, licences and seals is no entry in any."""
    guide = "# How to check a pharmacy\nLook for a licence number and for NABP or the GPhC register. We are registered."
    with_guide = _judge("bright-pills.com", {**STOLEN_NUMBER, "article": guide}, BOUND)
    without = _judge("bright-pills.com", STOLEN_NUMBER, BOUND)
    assert with_guide.score is not None
    assert without.score is not None
    assert with_guide.score <= without.score
    assert with_guide.category is without.category


def test_the_document_shows_the_entry_beside_the_site_and_where_to_look() -> None:
    """Machine-readable, next to the contract's own keys."""
    document = json.loads(to_json(verdict_document(_judge(_LISTED, HONEST, BOUND), _RULES)))
    (entry,) = document["records"]
    assert list(entry) == [
        "register", "authority", "snapshot_date", "entry_id", "holder", "status", "names_site", "compared",
    ]  # fmt: skip
    assert entry["compared"][0] == {
        "what": "name", "register": "Quay Pharmacy", "page": "Quay Pharmacy", "agreement": "same",
    }  # fmt: skip
    assert {"register": "gb_register", "authority": "The gb_register", "country": "GB",
            "url": "https://gb-register.example/"} in document["look_up"]  # fmt: skip
    assert [proof["matched_on"] for proof in document["proofs"]] == [["domain"]]


def test_claimed_and_confirmed_are_told_apart_in_plain_words() -> None:
    """Whoever reads "claimed" learns what it is worth."""
    claimed = " ".join(explain(_judge("bright-pills.com", HONEST, BOUND), _RULES).meanings)
    confirmed = " ".join(explain(_judge(_LISTED, HONEST, BOUND), _RULES).meanings)
    assert "Anybody can write it" in claimed
    assert "somebody other than the site confirms it" in confirmed
