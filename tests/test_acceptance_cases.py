"""Acceptance cases of the field that no other file holds: large lawful pharmacies, online doctors, kinds of place.

The others: a broken logo link, guidance on a seller's domain, copied numbers, Canada and a private list, Ireland, an
old warning about a parked name (`test_register_cases`); the logo with the EU flag (`test_seal_sites`); the university
that leads searchers to pills (`test_second_look`); the corner shop and the site that is down (`test_check`).
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from pharmcheck.check import judge
from pharmcheck.explain import explain
from pharmcheck.model import Category, Outcome, Verdict
from pharmcheck.ruleset import load_ruleset
from tests.register_shelf import QUAY, Registers
from tests.sites import WHEN, site

_RULES = load_ruleset()


def _judge(host: str, lang: str, pages: dict[str, str], registers: Registers | None = None,
           destination: str | None = None) -> Verdict:  # fmt: skip
    lookup = (registers or Registers()).lookup()
    return judge(site(host, lang=lang, **pages), _RULES, registers=lookup, destination=destination, now=WHEN).verdict


# Lawful giants that write what rogue shops write: "without a prescription", questionnaires, discreet parcels, discounts.  # noqa: E501
_DUTCH_FOR_GERMANS = {
    "home": """
        # Kolibri Versandapotheke
        E-Rezept einlösen, Originalrezept einsenden oder rezeptfreie Arzneimittel ohne Rezept bestellen.
        Bis zu 60 % sparen, diskret verpackt. Unsere Apotheke sitzt in den Niederlanden.
        Ibuprofen 400 mg, 20 Stück
        3,49 €
        ! In den Warenkorb
        Sildenafil 50 mg, 12 Stück
        29,90 €
        ! Rezept einlösen
    """,
    "product": "# Sildenafil 50 mg\n29,90 €\nVerschreibungspflichtig: Wir liefern nur gegen ein gültiges Rezept.\n! In den Warenkorb",  # noqa: E501 - a page
    "imprint": "# Impressum\nKolibri Apotheke B.V., Beispielstraat 7, 5911 AB Venlo, Niederlande\nTelefon 0800 0000000",
    "faq": "# Häufige Fragen\nBrauche ich ein Rezept? Für verschreibungspflichtige Arzneimittel immer. Rezeptfreie Mittel gibt es ohne Rezept.",  # noqa: E501
}
_GERMAN_TELEHEALTH = {
    **_DUTCH_FOR_GERMANS,
    "home": """
        # Morgenstern Apotheke
        Rezeptfrei online bestellen oder Rezept vom Arzt per Videosprechstunde.
        Unsere Ärzte prüfen den medizinischen Fragebogen, bevor ein Rezept ausgestellt wird.
        Aspirin 500 mg, 20 Stück
        5,20 €
        ! In den Warenkorb
    """,
}
_BRITISH = {
    "home": """
        # Larkfield Pharmacy
        Order your NHS repeat prescription. Free delivery, plain packaging.
        Online doctor: answer a questionnaire, our prescribers decide. No need to see your GP.
    """,
    "product": "# Viagra 50 mg\n£19.99\n! Start consultation\nOur prescriber, Dr Ann Example, GMC number 1234567, will review your answers.",  # noqa: E501
    "contact": "# Contact\nLarkfield Pharmacy, 12 Quay Street, Whitby YO21 3PU\nGPhC registration number 1099887",
    "faq": "# FAQ\nYou can buy hay fever tablets without a prescription. Prescription-only medicines always need one.",
}


@pytest.mark.parametrize(
    ("lang", "pages", "country"),
    [("de", _DUTCH_FOR_GERMANS, "NL"), ("de", _GERMAN_TELEHEALTH, "DE"), ("en", _BRITISH, "GB")],
    ids=["Dutch pharmacy for Germany", "German pharmacy with doctors", "British pharmacy with prescribers"],
)
@pytest.mark.parametrize("destination", [None, "DE", "GB"])
def test_large_lawful_pharmacies_are_never_called_dangerous(
    lang: str, pages: dict[str, str], country: str, destination: str | None
) -> None:
    """With no register at hand they are unconfirmed, in the register's country confirmed, and never accused."""
    alone = _judge("giant.example", lang, pages, destination=destination)
    assert alone.category is Category.UNVERIFIED, alone.reason_code
    record = replace(QUAY, country=country, web_addresses=("https://giant.example",), identifiers=())
    named = _judge("giant.example", lang, pages, Registers().register("a_register", country, record), destination)
    assert named.category in (Category.VERIFIED, Category.VERIFIED_ELSEWHERE, Category.CAUTION)
    if destination in (None, country):
        assert named.category is Category.VERIFIED


def test_an_online_doctor_with_a_questionnaire_first_is_not_sale_without_a_prescription() -> None:
    """Named prescribers and a consultation before anything is sent: unconfirmed, with words of its own."""
    pages = {
        "home": "# Fernhill Clinic\nTelehealth for men. Book a consultation with our doctors, registered with the GMC.",
        "product": "# Sildenafil 50 mg\n£22.00\n! Start consultation\nDr Ann Example, GMC number 1234567, reviews your answers before a prescription is written.",  # noqa: E501
        "faq": "# FAQ\nNo prescription from your own doctor is needed: our clinicians write one when it is right for you.",  # noqa: E501
    }
    verdict = _judge("fernhill.example", "en", pages)
    assert verdict.category is Category.UNVERIFIED
    assert verdict.reason_code == "telehealth"
    assert "doctors prescribe there online" in explain(verdict, _RULES).headline


@pytest.mark.parametrize("host", ["library.town.edu.in", "district.go.id"])
def test_pills_on_a_public_host_warn_of_the_offer_and_spare_the_owner(host: str) -> None:
    """A shop under an address that only authorities and schools get is never better than caution."""
    pages = {"home": "# Town library\nOpen daily.", "product": "# Viagra 100 mg\n$39.90\n! Add to cart"}
    verdict = _judge(host, "en", pages)
    assert (verdict.category, verdict.reason_code) == (Category.CAUTION, "hijacked_host")
    assert "where nobody may sell it" in explain(verdict, _RULES).headline


_PLACES = {rule.reason_code: rule for rule in _RULES.rules if rule.category == "kind" and rule.effect == "scope"}


@pytest.mark.parametrize("kind", sorted(_PLACES))
@pytest.mark.parametrize("lang", ["en", "de", "pl", "ru"])
def test_each_kind_of_place_is_its_own_answer(kind: str, lang: str) -> None:
    """A site read in full that speaks of its trade is called what it is, in words of its own."""
    words = next(one.text for one in _PLACES[kind].examples.match if one.lang == lang)
    verdict = _judge("place.example", lang, {"home": words, "about": words})
    assert (verdict.category, verdict.reason_code) == (Category.NOT_A_PHARMACY, kind)
    assert all(criterion.outcome.value in ("not_applicable", "met") for criterion in verdict.criteria[1:])
    told = explain(verdict, _RULES)
    assert told.headline.startswith(("place.example", "On place.example"))
    assert len(told.why) == 1, "what a pharmacy lacks is no reproach to anybody else"
    assert len(set(told.why[0].quotes)) == len(told.why[0].quotes)


@pytest.mark.parametrize("kind", sorted(_PLACES))
def test_the_words_of_another_trade_do_not_hide_a_shop(kind: str) -> None:
    """A medicine with a price and a button is an offer, whatever else the site says it is."""
    words = next(one.text for one in _PLACES[kind].examples.match if one.lang == "en")
    pages = {"home": words, "product": "# Viagra 100 mg\n$39.90\n! Add to cart\nNo prescription needed."}
    verdict = _judge("place.example", "en", pages)
    assert (verdict.category, verdict.reason_code) == (Category.DANGER, "rx_without_prescription")


def test_a_hospital_with_a_pharmacy_of_its_own_is_a_hospital() -> None:
    """A pharmacy on the ward sells nothing online."""
    ward = next(one.text for one in _PLACES["hospital"].examples.match if one.lang == "en")
    verdict = _judge("ward.example", "en", {"home": f"{ward}\nOur pharmacy serves the wards.", "about": ward})
    assert (verdict.category, verdict.reason_code) == (Category.NOT_A_PHARMACY, "hospital")


def test_a_hospital_s_words_do_not_excuse_what_a_shop_writes() -> None:
    """With mail logistics of a shop the same words excuse nothing."""
    ward = next(one.text for one in _PLACES["hospital"].examples.match if one.lang == "en")
    delivery = "# Delivery\nOur pharmacy ships all medications by registered airmail in 14-21 days. Parcels seized by customs are reshipped free."  # noqa: E501
    assert _judge("ward.example", "en", {"home": ward, "shipping": delivery}).category is Category.CAUTION


@pytest.mark.parametrize(
    ("host", "lang", "pages", "reason"),
    [
        ("blue.example", "en",
         {"home": "# Blue\nYour cart is empty. Go to checkout. Shipping is free.\nTablets, medication and every other drug."},  # noqa: E501
         "offers_unclear"),
        ("harbour-pharmacy.example", "en", {"home": "# Harbour\nWelcome. Come in and ask."}, "offers_unclear"),
        ("kauppa.example", "fi",
         {"home": "# Kauppa\nTervetuloa verkkokauppaamme. Meillä on laaja valikoima tuotteita koko perheelle, ja "
          "toimitamme ne kotiovellesi muutamassa päivässä. Kysy lisää asiakaspalvelustamme."},
         "language_not_read"),
        ("tools.example", "en", {"home": "# Tools\nYour cart is empty. Go to checkout. Shipping is free."}, ""),
    ],
    ids=["a cart beside medicines", "a pharmacy's name", "a language without words", "a shop of tools"],
)  # fmt: skip
def test_what_may_be_a_shop_of_medicines_is_not_called_anything_else(
    host: str, lang: str, pages: dict[str, str], reason: str
) -> None:
    """Doubt is `could_not_check` with its reason; without doubt, and read in full, the site is no pharmacy."""
    verdict = _judge(host, lang, pages)
    wanted = (Category.COULD_NOT_CHECK, reason) if reason else (Category.NOT_A_PHARMACY, "information")
    assert (verdict.category, verdict.reason_code) == wanted
    assert reason != "offers_unclear" or verdict.reasons, "the person is told why"


def test_a_kind_that_was_asked_in_an_unknown_language_is_undetermined() -> None:
    """No words for a language is not "no such place"."""
    capture = site(
        "kauppa.example", lang="fi", home="Tervetuloa verkkokauppaamme. Meillä on laaja valikoima tuotteita."
    )
    findings = judge(capture, _RULES, now=WHEN).findings
    assert {f.outcome for f in findings if f.category == "kind"} == {Outcome.INCONCLUSIVE}
