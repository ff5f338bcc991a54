"""What the law makes a shop print: missing only where it was looked for, and only for those who owe it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from pharmcheck.check import judge
from pharmcheck.model import Capture, Category, FetchOutcome, Finding, Outcome, PageRole
from pharmcheck.ruleset import load_ruleset
from tests.sites import WHEN, site

_RULES = load_ruleset()
_BY_COUNTRY = {of.country: of for of in _RULES.papers.duties}
_SHOP = "# Ibuprofen 400 mg, 20 Tabletten\n9,95 €\n! In den Warenkorb\nUnsere Apotheke liefert in zwei Werktagen."
_FULL = (
    "# Impressum\nLinden-Apotheke, Lindenstraße 14, 30159 Hannover\nTelefon: 0511 123456\nE-Mail: post@linden.example\n"
    "Handelsregister: Amtsgericht Hannover, HRA 99941\nUSt-IdNr.: DE999000412\nApothekerkammer Niedersachsen\n"
    "Aufsichtsbehörde: Landesamt\nBerufsbezeichnung: Apothekerin\nBerufsordnung der Kammer\nVersandhandelserlaubnis"
)
_BARE = "# Impressum\nHealth Store 24\nLindenstraße 14, 30159 Hannover"


def _findings(capture: Capture) -> dict[str, Finding]:
    return {finding.rule_id: finding for finding in judge(capture, _RULES, now=WHEN).findings}


def _german(imprint: str, home: str = _SHOP, **more: Any) -> Capture:
    return site("shop.example.de", lang="de", home=home, imprint=imprint, **more)


def test_thirteen_countries_are_known_and_each_has_its_rule() -> None:
    """DE, AT, GB, IE, FR, IT, ES, NL, PL, CZ, SK, Ontario and India."""
    asked = {match.country for rule in _RULES.rules for match in rule.match if match.kind == "duty"}
    assert asked - {""} == set(_BY_COUNTRY)
    assert len(_BY_COUNTRY) == 13


def test_many_missing_items_are_a_sign_and_are_named() -> None:
    """In the words of the reader."""
    finding = _findings(_german(_BARE))["DUT010"]
    assert finding.outcome is Outcome.PRESENT
    facts = dict(finding.facts)
    assert "Apothekerkammer" in facts["items_de"]
    assert "chamber of pharmacists" in facts["items_en"]
    assert "Anschrift" not in facts["items_de"]
    assert "Not found on the pages read in full" in finding.evidence[0].quote


@pytest.mark.parametrize("lost", range(1, 5))
def test_a_few_missing_items_are_no_sign(lost: int) -> None:
    """One may stand in a picture, another in words that our list lacks."""
    lines = _FULL.splitlines()
    short = "\n".join([*lines[:2], *lines[2 + lost :]])
    assert _findings(_german(short))["DUT010"].outcome is Outcome.ABSENT


def test_an_item_may_stand_on_any_page() -> None:
    """A footer, the contact page or the terms do as well."""
    rest = "# AGB\n" + "\n".join(_FULL.splitlines()[2:])
    assert _findings(_german(_BARE, terms=rest))["DUT010"].outcome is Outcome.ABSENT
    assert _findings(_german(_BARE, article=rest))["DUT010"].outcome is Outcome.PRESENT


@pytest.mark.parametrize(
    ("capture", "why"),
    [
        (site("shop.example.de", lang="de", home=_SHOP, about="# Über uns\nWir."), "were not read"),
        (site("shop.example.de", lang="de", imprint=_BARE, product=_SHOP), "were not read"),
        (_german(_BARE, failed={PageRole.IMPRINT: FetchOutcome.TIMED_OUT}), "could not be read"),
        (_german(_BARE + "\nNiederlassung: 12 Quay Street, Whitby YO21 3PU"), "several countries"),
        (
            _german("<html><body><div id=root></div>" + "<script src=/a.js></script>" * 5 + "</body></html>"),
            "empty until scripts",
        ),
    ],
)
def test_what_could_not_be_looked_at_is_not_missing(capture: Capture, why: str) -> None:
    """The answer is undetermined, and says why."""
    finding = _findings(capture)["DUT010"]
    assert finding.outcome is Outcome.INCONCLUSIVE
    assert why in finding.reason


def test_a_page_read_in_part_proves_nothing() -> None:
    """Its end may hold all of it."""
    capture = _german(_BARE)
    cut = tuple(replace(page, truncated=page.role is PageRole.IMPRINT) for page in capture.pages)
    assert _findings(replace(capture, pages=cut))["DUT010"].outcome is Outcome.INCONCLUSIVE


def test_a_shop_without_medicines_owes_nothing() -> None:
    """And neither does one that claims another country, or none."""
    umbrella = "# Regenschirm\n9,95 €\n! In den Warenkorb"
    assert (
        _findings(_german("# Impressum\nSchreiben Sie uns.", home=umbrella))["DUT010"].outcome is Outcome.NOT_APPLICABLE
    )
    elsewhere = site(
        "shop.example.com", home="# Viagra 100 mg\n$45.00\n! Add to cart", imprint="# Imprint\nWrite to us."
    )
    assert all(
        finding.outcome is Outcome.NOT_APPLICABLE for rule, finding in _findings(elsewhere).items() if rule[:3] == "DUT"
    )


def test_a_province_is_claimed_by_an_address_in_it() -> None:
    """Ontario's duties are not Manitoba's."""
    shop = "# Viagra 100 mg\n$45.00\n! Add to cart\nOur pharmacy delivers medicines to your door in two days."
    for town, outcome in (("Toronto, ON M5H 1A1", Outcome.PRESENT), ("Winnipeg, MB R3C 4T3", Outcome.NOT_APPLICABLE)):
        capture = site("shop.example.com", home=shop, contact=f"# Contact\nHealth Store, 12 King Street, {town}")
        assert _findings(capture)["DUT021"].outcome is outcome, town


def test_what_is_shown_is_noted_and_clears_nothing() -> None:
    """A full imprint is easily copied: the shop stays unconfirmed."""
    judgement = judge(_german(_FULL), _RULES, now=WHEN)
    shown = next(finding for finding in judgement.findings if finding.rule_id == "DUT001")
    assert shown.outcome is Outcome.PRESENT
    assert dict(shown.facts)["count"] == "10"
    assert judgement.verdict.category is Category.UNVERIFIED


def test_a_gap_in_the_imprint_alone_accuses_nobody() -> None:
    """One weak sign leaves a shop where it was; nothing at all of the duties is a strong one."""
    contact = "# Kontakt\nTelefon: 0511 123456"
    assert judge(_german(_BARE, contact=contact), _RULES, now=WHEN).verdict.category is Category.UNVERIFIED
    nothing = judge(_german("# Impressum\nSchreiben Sie uns mit dem Formular."), _RULES, now=WHEN)
    assert nothing.verdict.category is Category.CAUTION
    assert "DUT002" in {finding.rule_id for finding in nothing.verdict.reasons}
