"""What the registers say of a printed number, and what they cannot say."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from pharmcheck.check import judge
from pharmcheck.findings import find
from pharmcheck.model import CriterionName, CriterionOutcome, Outcome
from pharmcheck.reading import read
from pharmcheck.registers import Identifier, MemoryRegisters, Record, Snapshot
from pharmcheck.ruleset import load_ruleset
from pharmcheck.ruleset.answers import Answer
from pharmcheck.ruleset.facts import FACTS
from pharmcheck.ruleset.licence_outcomes import LicenceOutcome, licence_answers, state_boards
from pharmcheck.ruleset.site import Site, build_site
from tests.sites import WHEN, site

_RULES = load_ruleset()
_TODAY = date(2026, 11, 1)
_HOST = "shop.example.com"
_SNAPSHOT = Snapshot(
    "gphc_gb", "GB", "The example council", date(2026, 10, 25), timedelta(days=30),
    schemes=("gb_gphc_premises",), complete=True,
)  # fmt: skip


def _record(*webs: str, number: str = "9999001", status: str = "active", entry: str = "E1") -> Record:
    return Record("gphc_gb", entry, "Harbour Pharmacy", "GB", webs, status, (Identifier("gb_gphc_premises", number),))


def _best(site: Site) -> LicenceOutcome:
    """The best that can be said of any number on the site."""
    order = list(LicenceOutcome)
    outcomes = (answer.outcome for answer in licence_answers(site))
    return max(outcomes, key=order.index, default=LicenceOutcome.NOT_FOUND)


def _site(text: str, *records: Record, snapshot: Snapshot | None = _SNAPSHOT, role: str = "contact") -> Site:
    registers = MemoryRegisters([snapshot] if snapshot else [], records)
    capture = site(_HOST, home="# Our pharmacy\nWelcome.", **{role: text})
    readings = [read(page, _RULES.vocabulary) for page in capture.pages]
    return build_site(capture, readings, _RULES, registers=registers, destination=None, today=_TODAY)


def _ask(name: str, asked: Site) -> Answer:
    return FACTS[name](asked)


NUMBER = "# Contact\nGPhC premises number 9999001"


@pytest.mark.parametrize(
    ("text", "records", "snapshot", "outcome"),
    [
        ("# Contact\nWrite to us.", (), _SNAPSHOT, LicenceOutcome.NOT_FOUND),
        ("# Contact\nCompany number 01234567", (), _SNAPSHOT, LicenceOutcome.NOT_FOUND),
        ("# Contact\nGPhC premises number 2047321", (), _SNAPSHOT, LicenceOutcome.BAD_FORM),
        ("# Contact\nDEA number AB1234563", (), _SNAPSHOT, LicenceOutcome.WELL_FORMED),
        (NUMBER, (), None, LicenceOutcome.REGISTER_NOT_LOADED),
        (NUMBER, (), _SNAPSHOT, LicenceOutcome.NOT_IN_REGISTER),
        (NUMBER, (_record(status="expired"),), _SNAPSHOT, LicenceOutcome.RECORD_INACTIVE),
        (NUMBER, (_record(),), _SNAPSHOT, LicenceOutcome.RECORD_NOT_TIED),
        (NUMBER, (_record("other.example.org"),), _SNAPSHOT, LicenceOutcome.RECORD_NOT_TIED),
        (NUMBER, (_record("o.example.org"), _record(_HOST, entry="E2")), _SNAPSHOT, LicenceOutcome.RECORD_NAMES_SITE),
        (NUMBER, (_record(status="struck"), _record(entry="E2")), _SNAPSHOT, LicenceOutcome.RECORD_NOT_TIED),
    ],
)  # fmt: skip
def test_each_number_has_one_outcome(
    text: str, records: tuple[Record, ...], snapshot: Snapshot | None, outcome: LicenceOutcome
) -> None:
    """From "not found" to "the record names this site"; company numbers are no licence."""
    assert _best(_site(text, *records, snapshot=snapshot)) is outcome


@pytest.mark.parametrize(
    "change",
    [
        {"complete": False},
        {"as_of": date(2026, 1, 1)},
        {"as_of": None},
        {"schemes": ()},
        {"schemes": ("us_npi",)},
    ],
)
def test_not_in_the_register_is_said_only_by_one_that_is_fresh_complete_and_has_such_numbers(change: dict) -> None:
    """Anything less is a register that is not loaded, and the one that would settle it is named."""
    asked = _site(NUMBER, snapshot=replace(_SNAPSHOT, **change))
    assert _best(asked) is LicenceOutcome.REGISTER_NOT_LOADED
    assert _ask("number_not_in_register", asked).outcome is Outcome.ABSENT
    (told,) = licence_answers(asked)
    assert told.settled_by == ("gphc_gb",)
    assert told.lookup.startswith("https://www.pharmacyregulation.org/")


def test_a_number_that_the_register_does_not_have_is_shown_with_the_registers_date() -> None:
    """Both sides: the place on the page, and who has no such entry."""
    told = _ask("number_not_in_register", _site(NUMBER))
    page, register = told.evidence
    assert "9999001" in page.quote
    assert "The example council has no entry 9999001" in register.quote
    assert "2026-10-25" in register.quote


def test_nothing_is_missing_from_a_register_that_nobody_loaded() -> None:
    """Silence of an empty store is not an answer."""
    assert _ask("number_not_in_register", _site(NUMBER, snapshot=None)).outcome is Outcome.INCONCLUSIVE


def test_an_article_prints_the_numbers_of_others() -> None:
    """They are no claims of the site that tells about them."""
    assert licence_answers(_site(NUMBER, role="article")) == ()


def test_a_number_without_a_scheme_is_for_the_registers_of_the_sellers_country() -> None:
    """Nobody knows whose number it is; the address says where to ask."""
    text = "# Contact\nHarbour Pharmacy, 12 Quay Street, Whitby YO21 3PU\nLicence number AB-12345"
    (answer,) = licence_answers(_site(text, snapshot=None))
    assert answer.outcome is LicenceOutcome.REGISTER_NOT_LOADED
    assert "gphc_gb" in answer.settled_by
    assert "sukl_cz" not in answer.settled_by


@pytest.mark.parametrize(
    ("number", "states"),
    [
        ("28RS00012345", ["NJ"]), ("PHARCF00001234", ["WA"]), ("0201001234", ["TN", "VA"]), ("12345", ["TX", "NC"]),
        ("PHY12345", ["CA"]), ("XX99", []),
    ],
)  # fmt: skip
def test_the_style_of_a_state_licence_hints_at_its_board(number: str, states: list[str]) -> None:
    """A hint for people who look it up; no style is ever wrong."""
    found = [state for state, _ in state_boards(_site("# Contact"), number)]
    assert sorted(found) == sorted(states)


def test_one_fitting_state_gives_its_boards_look_up() -> None:
    """Several give the list of all boards."""
    (answer,) = licence_answers(_site("# Contact\nPharmacy license 28RS00012345"))
    assert "newjersey" in answer.lookup
    (answer,) = licence_answers(_site("# Contact\nPharmacy license number TX-99941"))
    assert "fda.gov" in answer.lookup


@pytest.mark.parametrize(
    ("line", "outcome"),
    [
        ("NPI 1234567893", CriterionOutcome.CLAIMED),
        ("GPhC 2999001", CriterionOutcome.CLAIMED),
        ("Company number 01234567", CriterionOutcome.NOT_MET),
        ("VAT GB980780684", CriterionOutcome.NOT_MET),
        ("MHRA licence WDA(H) 12345", CriterionOutcome.NOT_MET),
    ],
)
def test_only_numbers_of_pharmacies_and_pharmacists_answer_the_licence_criterion(
    line: str, outcome: CriterionOutcome
) -> None:
    """And what is not tied to the site by its domain stays a claim, whatever the register says of the number."""
    capture = site(_HOST, home="# Viagra 100 mg\n$45.00\n! Add to cart", contact=f"# Contact\n{line}")
    registers = MemoryRegisters([_SNAPSHOT], [_record(number="2999001")])
    verdict = judge(capture, _RULES, registers=registers, now=WHEN).verdict
    criterion = next(item for item in verdict.criteria if item.name is CriterionName.LICENCE)
    assert criterion.outcome is outcome


def test_a_link_to_a_foreign_register_claims_no_country() -> None:
    """Guides link to the registers of many."""
    page = '<p><a href="https://www.bfarm.de/register">Germany</a></p>'
    assert _site(page).claimed_countries() == ()


def test_a_number_in_the_link_of_a_picture_has_a_sentence_for_its_evidence() -> None:
    """Evidence is never empty: it must stand alone."""
    link = "https://www.pharmacyregulation.org/registers/pharmacy/registrationnumber/9999001"
    told = _ask("licence_number_shown", _site(f'<p>Checked</p><a href="{link}"><img src="/gphc.png"></a>'))
    assert dict(told.facts) == {"number": "9999001", "label": "link", "country": "GB"}
    assert told.evidence[0].quote


def test_every_rule_about_numbers_is_asked() -> None:
    """The facts are wired to rules."""
    text = "# About\nNPI 1234567890\nPharmacy registration number 2047321\nDEA number AB1234563\nVIPPS number 12345"
    findings, _ = find(
        site(_HOST, about=text), _RULES, registers=MemoryRegisters(), destination=None, today=_TODAY
    )  # fmt: skip
    present = {finding.rule_id for finding in findings if finding.outcome is Outcome.PRESENT}
    assert {"LIC004", "LIC005", "LIC006", "LIC007"} <= present
