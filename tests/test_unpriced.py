"""Goods whose prices were not seen: what makes a name on a page an offer, and what such an offer may do."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pharmcheck.check import judge
from pharmcheck.model import Judgement, Outcome
from pharmcheck.ruleset import load_ruleset
from tests.sites import WHEN, site

_RULES = load_ruleset()
_CARTS = "Your cart\nShipping and parcels\nRefunds of parcels"


def _judge(**pages: str) -> Judgement:
    return judge(site("plain-goods.example.com", **pages), _RULES, now=WHEN)


def _present(judgement: Judgement) -> set[str]:
    return {finding.rule_id for finding in judgement.findings if finding.outcome is Outcome.PRESENT}


def test_names_on_a_shelf_are_offers_where_the_site_speaks_of_carts() -> None:
    """The prices come from a data base that was not seen."""
    shelf = "# Products\nXanax\nTramadol\nDiazepam"
    assert {"OFF001", "CTL006"} <= _present(_judge(home=_CARTS, category=shelf))


@pytest.mark.parametrize("around", ["Ask your doctor about each of them.", "One word of a cart stands here."])
def test_an_index_of_names_offers_nothing(around: str) -> None:
    """Guides list names too, and say "cart" once."""
    assert "OFF001" not in _present(_judge(home=around, category="# Index\nXanax\nTramadol\nDiazepam"))


def test_a_shelf_without_carts_needs_a_messenger_and_to_be_one() -> None:
    """Who takes orders in a chat speaks of no cart."""
    shelf = "# Products\nCytotec\nViagra\nAmoxicillin"
    chat = "Write on WhatsApp\nOur WhatsApp answers at once\nWhatsApp is open all day"
    assert "OFF001" in _present(_judge(home=chat, category=shelf))
    assert "OFF001" not in _present(_judge(home=chat, other=shelf))


def test_a_shelf_without_carts_is_one_beside_a_button_that_buys() -> None:
    """The whole shop has one button, on its home page; the goods come from a data base."""
    shelf = "# Products\nCytotec\nViagra\nAmoxicillin"
    assert "OFF001" in _present(_judge(home="Welcome\n! Buy now", category=shelf))
    assert "OFF001" not in _present(_judge(home="Welcome\n! Read on", category=shelf))


def test_a_price_far_below_the_name_is_that_of_the_pages_only_medicine() -> None:
    """Twelve lines of praise stand between the name and its button."""
    praise = "\n".join(f"Reason {number} to choose it" for number in range(12))
    page = f"Mounjaro 10 mg, two pens\n{praise}\nMounjaro for everybody: Mounjaro.\nOur promise\n$97.00\n! Buy now"
    assert "OFF001" in _present(_judge(home="Welcome", product=page))


def test_a_menu_does_not_hide_what_a_page_is_about() -> None:
    """Ten other names in the menu, one in the text, and the prices of its packs."""
    menu = "Xanax\nTramadol\nDiazepam\nOxycodone\nZolpidem\nClonazepam\nNitrazepam\nMorphine\nKetamine\nModafinil"
    about = "# Viagra\nViagra acts fast. Viagra is loved. Viagra, and nothing else: Viagra.\n"
    packs = "Price\n10 pieces = 90 €\n20 pieces = 170 €"
    found = _judge(home="Welcome", other=f"{menu}\n{about}{packs}")
    assert [f for f in found.findings if f.rule_id == "OFF001" and dict(f.facts).get("medicine") == "sildenafil"]


def test_what_lies_in_the_cart_is_on_offer() -> None:
    """One line of goods is enough there; elsewhere it may be a remark."""
    line = "Zopiclone 7.5 mg x 30\n£36.99"
    assert "OFF001" in _present(_judge(home="Welcome", cart=line))
    assert "OFF001" not in _present(_judge(home="Welcome", about=line))


def test_a_product_page_named_in_its_address_is_an_offer_where_the_site_speaks_of_carts() -> None:
    """A language without words of ours: the address says what, the carts say that it is sold."""
    for home, offered in ((_CARTS, True), ("Welcome", False)):
        shop = site("plain-goods.example.com", home=home, product="Tableta Rybelsus zmenšuje chuť. Rybelsus raz denne.")
        first, product = shop.pages
        product = replace(product, url="https://plain-goods.example.com/product/rybelsus.html")
        judged = judge(replace(shop, pages=(first, product)), _RULES, now=WHEN)
        assert ("OFF001" in _present(judged)) == offered


def test_a_name_on_a_list_convicts_nobody() -> None:
    """Without a price, a button or its strength the name may be a patient's question as well as goods."""
    says = "Our pharmacy ships with no prescription required."
    named = _judge(home=f"{_CARTS}\n{says}", category="# Products\nViagra\nCialis")
    priced = _judge(home=f"{_CARTS}\n{says}", category="# Products\nViagra 100 mg\n$9.00\n! Add to cart")
    assert (named.verdict.category, priced.verdict.category) == ("caution", "danger")


def test_a_number_or_a_street_takes_away_that_nobody_is_named() -> None:
    """Three medicines on prescription and no name are a warning; a street is a reason to look again."""
    shelf = (
        "# Amoxicillin 500 mg\n$8.00\n! Buy now\n# Viagra 50 mg\n$9.00\n! Buy now\n# Metformin 500 mg\n$4.00\n! Buy now"
    )
    nobody = _judge(home=shelf, contact="# Contact\nWrite to us with the form below.")
    somebody = _judge(home=shelf, contact="# Contact\n12 Quay Street, Whitby YO21 3PU")
    assert "CON013" in _present(nobody)
    assert "CON013" not in _present(somebody)


def test_half_of_a_brazilian_postcode_is_no_spanish_one() -> None:
    """Brazil prints 28026-592, and Madrid has a 28026."""
    page = _judge(home="Welcome", contact="# Contato\nRua das Flores, 652, Campos dos Goytacazes - RJ, 28026-592")
    [address] = [one for reading in page.readings for one in reading.contacts.addresses]
    assert address.country == "BR"
