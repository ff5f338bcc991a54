"""Sellers whose language no rule speaks, told by what stands beside their words; and honest places that look alike."""

from __future__ import annotations

import pytest

from pharmcheck.check import judge
from pharmcheck.model import Category, Outcome
from pharmcheck.reading import read
from pharmcheck.ruleset import load_ruleset
from tests.sites import WHEN, site

_RULES = load_ruleset()
_ACCUSED = {Category.CAUTION, Category.DANGER}

_SELLERS = {
    "a Ukrainian shelf of steroids": (
        "uk",
        "# Тренболон 100 мг\n1200 грн\n# Станозолол 10 мг\n900 грн\nДоставка, кошик",
    ),
    "Japanese pills from abroad": (
        "ja",
        "".join(
            f"{name}\nED治療薬\n販売価格： 5,500円\n" for name in ("バイアグラ", "シアリス", "レビトラ", "カマグラ")
        )
        + "USDT",
    ),
    "an Arabic line with a number": ("ar", "سايتوتك للبيع في دبي\nسايتوتك للبيع في الكويت\nواتساب +971 50 123 4567"),
    "a Hungarian laboratory for everybody": (
        "hu",
        "Peptidek\nMinden peptid HPLC vizsgált, liofilizált, COA.\nKutatóknak.\nDiszkrét szállítás.\nA kosár üres.",
    ),
    "a Portuguese pen by chat": ("pt", "Tirzepatida 5 mg\nTirzepatida 7.5 mg\nComprar agora\nComprar via WhatsApp"),
    "one pen and nothing else": ("en", "Retatrutide\nRetatrutide 10 mg vial\n€90.00\nAdd to cart\nEU delivery"),
}
_OTHERS = {
    "a pharmacy that answers by WhatsApp": (
        "en",
        "Amoxicillin 500 mg\n£4.00\nWhatsApp us your order.\nHill Pharmacy, 12 High Street, London SW1A 1AA, UK",
    ),
    "a supplier of laboratories": (
        "en",
        "Peptides for research laboratories.\nEach peptide: HPLC, mass spectrum, COA.\nWe ship to universities.",
    ),
    "a shop of collagen": (
        "en",
        "Collagen peptides, 300 g\n$25.00\nAdd to cart\nOur peptides are tested, discreet shipping.",
    ),
    "news of a switch": (
        "en",
        "Men can buy Viagra Connect without a prescription.\nA pack of Viagra 50 mg costs £19.99, eight £34.99.",
    ),
    "a Japanese pharmacy": ("ja", "調剤薬局\n処方箋をお持ちください。\nビタミンC 500mg\n900円\nカートに入れる"),
    "a Ukrainian leaflet": ("uk", "Трамадол 50 мг відпускається за рецептом лікаря.\nНе купуйте трамадол у Телеграм."),
}


def _category(lang: str, text: str) -> Category:
    return judge(site(lang=lang, home=text), _RULES, now=WHEN).verdict.category


@pytest.mark.parametrize("name", _SELLERS)
def test_a_seller_is_told_without_its_language(name: str) -> None:
    """Prices, carts, chats, coins and the names of substances are the same everywhere."""
    assert _category(*_SELLERS[name]) in _ACCUSED


@pytest.mark.parametrize("name", _OTHERS)
def test_an_honest_place_with_the_same_traits_is_not_accused(name: str) -> None:
    """One trait is nobody's guilt."""
    assert _category(*_OTHERS[name]) not in _ACCUSED


@pytest.mark.parametrize(
    ("text", "inns"),
    [
        (
            "Generic Viagra\nSildenafil\n$1.32\nKamagra\nSildenafil\n$1.32\nFlomax\nTamsulosin\n$1.32",
            {"sildenafil", "tamsulosin"},
        ),
        ("Rybelsus\n7mg\nAmount:\n10 pills\nPrice:\n$25.00\n/pill\nAdd to Cart", {"semaglutide"}),
        ("Vitamin C\n$9.00\nZinc\n$8.00\nViagra is a medicine on prescription.", set()),
    ],
)
def test_the_line_above_a_price_names_the_goods(text: str, inns: set[str]) -> None:
    """Cards put the brand above the substance, or the strength and "per pill" between the name and its price."""
    judgement = judge(site(home=text), _RULES, now=WHEN)
    [offer] = [finding for finding in judgement.findings if finding.rule_id == "OFF001"]
    quoted = " ".join(evidence.quote.lower() for evidence in offer.evidence)
    named = {medicine.inn for _, _, medicine in _RULES.medicines.named_in(quoted)}
    assert (offer.outcome is Outcome.PRESENT, named) == (bool(inns), inns)


@pytest.mark.parametrize(
    ("line", "handle"),
    [("+971 50 123 4567 واتساب", ("whatsapp", "+971501234567")), ("Телеграм: @quick_shop", ("telegram", "quick_shop"))],
)
def test_messengers_are_known_by_the_names_people_give_them(line: str, handle: tuple[str, str]) -> None:
    """An order line in Arabic or Russian seldom writes WhatsApp in Latin letters."""
    [page] = site(home=line).pages
    handles = read(page, _RULES.vocabulary).contacts.handles
    assert [(one.kind, one.value) for one in handles] == [handle]
