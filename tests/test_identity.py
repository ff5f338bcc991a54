"""Whose address a site gives as its own, across its pages."""

from __future__ import annotations

from pharmcheck.check import judge
from pharmcheck.model import Finding, Outcome
from pharmcheck.ruleset import load_ruleset
from tests.sites import WHEN, site

_RULES = load_ruleset()
_DATA = (
    '<script type="application/ld+json">{"@type":"Pharmacy","name":"Shop","address":'
    '{"streetAddress":"12 Quay Street","addressLocality":"Whitby","postalCode":"YO21 3PU"}}</script>'
)


def _findings(**pages: str) -> dict[str, Finding]:
    held = {"home": "# Our pills\nWelcome to our store.", **pages}
    return {finding.rule_id: finding for finding in judge(site(**held), _RULES, now=WHEN).findings}


def test_structured_data_alone_is_no_printed_address_and_no_missing_one() -> None:
    """Nobody sees it, so it claims nothing; an honest shop is not said to hide."""
    found = _findings(contact=f"<html>{_DATA}<body><p>Write to us with the form below.</p></body></html>")
    assert found["ADR001"].outcome is Outcome.ABSENT
    assert found["ADR002"].outcome is Outcome.ABSENT


def test_an_address_that_the_structured_data_names_is_the_shops_own() -> None:
    """Whatever word stands before it."""
    line = "<p>Google finds us here: 12 Quay Street, Whitby YO21 3PU</p>"
    assert _findings(contact=f"<html><body>{line}</body></html>")["ADR001"].outcome is Outcome.ABSENT
    assert _findings(contact=f"<html>{_DATA}<body>{line}</body></html>")["ADR001"].outcome is Outcome.PRESENT


def test_the_address_that_the_shop_calls_its_own_is_quoted() -> None:
    """Before one that nothing is said of, and never that of an authority."""
    found = _findings(
        contact=(
            "# Contact\nInformation Commissioner's Office, 12 Mill Lane, Wilmslow SK9 5AF\n"
            "Unit 4, Hill Road, Leeds LS1 4AP\n"
            "Our registered office: 12 Quay Street, Whitby YO21 3PU"
        )
    )
    assert "12 Quay Street" in found["ADR001"].evidence[0].quote


def test_premises_on_another_page_take_the_sign_of_a_rented_address_away() -> None:
    """A registered office at an agent's is common; it counts only where the shop shows nothing else."""
    rented = "# Imprint\nRegistered office: 71-75 Shelton Street, London WC2H 9JQ"
    assert _findings(imprint=rented)["ADR005"].outcome is Outcome.PRESENT
    found = _findings(imprint=rented, contact="# Contact\nVisit us: 12 Quay Street, Whitby YO21 3PU")
    assert found["ADR005"].outcome is Outcome.ABSENT
