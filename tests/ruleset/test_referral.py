"""Sites that compare sellers and live on commissions: whose words and whose goods are these?"""

from __future__ import annotations

import pytest

from pharmcheck.check import judge
from pharmcheck.model import Category
from pharmcheck.ruleset import load_ruleset
from tests.sites import WHEN, site

_RULES = load_ruleset()
_COMPARED = "# Semaglutide 5 mg\n$80.00\n# Tirzepatide 10 mg\n$120.00\n# Why\n{words}"
_OWNED_UP = "# About\nWe may earn a small commission when you buy at one of these shops."


def _category(product: str, about: str) -> Category:
    return judge(site(home="# Guide", product=product, about=about), _RULES, now=WHEN).verdict.category


def test_who_recommends_others_for_a_commission_is_not_convicted_of_their_terms() -> None:
    """Reasons for a seller, "no prescription needed" among them, are not the word of a shop."""
    product = _COMPARED.format(words="Cheapest of all\nNo prescription needed")

    assert _category(product, _OWNED_UP) is Category.CAUTION  # never better: owning up must not help a shop
    assert _category(product, "# About\nWe answer every mail.") is Category.DANGER


def test_own_words_convict_whatever_the_small_print_owns_up_to() -> None:
    """Who says "our shop" speaks of its own goods."""
    product = _COMPARED.format(words="No prescription needed in our shop.")

    assert _category(product, _OWNED_UP) is Category.DANGER


def test_a_cart_makes_a_shop_of_any_guide() -> None:
    """A disclosure is a claim like any other: it cannot clear goods that are sold here."""
    product = "# Semaglutide 5 mg\n$80.00\n! Add to cart\nNo prescription needed"

    assert _category(product, _OWNED_UP) is Category.DANGER


@pytest.mark.parametrize(
    ("beside", "said"),
    [("Una caja cuesta 3 €.", Category.UNVERIFIED), ("Escríbenos por WhatsApp.", Category.DANGER)],
    ids=["a guide names a price", "orders go by messenger"],
)
def test_what_people_search_for_heads_a_guide_as_it_does_a_shop(beside: str, said: Category) -> None:
    """The heading is a shop's own word where something shows that goods change hands, and a subject elsewhere."""
    home = f"# Comprar Tramadol sin receta\n{beside}"

    assert judge(site(lang="es", home=home), _RULES, now=WHEN).verdict.category is said
