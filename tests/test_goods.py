"""What the goods of a shop say of it: authorised where, in what quantity, for whom."""

from __future__ import annotations

import pytest

from pharmcheck.check import judge
from pharmcheck.model import Judgement, Outcome
from pharmcheck.ruleset import load_ruleset
from tests.sites import WHEN, site

_RULES = load_ruleset()
_GOODS = {"CAT010", "CAT011", "CAT012", "CAT013", "CAT014"}


def _judge(product: str, *, host: str = "shop.example.com", destination: str | None = None) -> Judgement:
    return judge(site(host, home=product, product=product), _RULES, now=WHEN, destination=destination)


def _present(judgement: Judgement) -> set[str]:
    return {finding.rule_id for finding in judgement.findings if finding.outcome is Outcome.PRESENT} & _GOODS


def test_a_product_without_authorisation_is_a_warning_by_itself() -> None:
    """No prescription would make it lawful in the country that the shop claims."""
    judgement = _judge("# Kamagra Oral Jelly 100 mg\n£3.00\n! Add to basket", host="kamagra-jelly.co.uk")
    assert judgement.verdict.category == "caution"
    assert _present(judgement) == {"CAT010"}
    [said] = [finding for finding in judgement.verdict.reasons if finding.rule_id == "CAT010"]
    assert "Kamagra Oral Jelly" in said.evidence[0].quote


def test_the_second_brand_of_a_substance_counts_like_the_first() -> None:
    """A shop that puts the authorised brand first hides nothing by it."""
    shelf = "# Viagra 100 mg\n£9.00\n! Add to basket\n# Cenforce 100 mg\n£2.00\n! Add to basket"
    assert "CAT010" in _present(_judge(shelf, host="high-street-pills.co.uk"))


def test_a_pharmacy_in_the_country_that_makes_it_is_not_blamed() -> None:
    """Suhagra is an authorised product in India."""
    shelf = "# Suhagra 100 mg\n₹240.00\n! Add to cart\n# Penegra 50 mg\n₹90.00\n! Add to cart"
    assert not _present(_judge(shelf))
    assert not _present(_judge("# Suhagra 100 mg\n$3.00\n! Add to cart", destination="IN"))
    assert _present(_judge("# Suhagra 100 mg\n$3.00\n! Add to cart")) == {"CAT011"}


def test_packs_in_a_table_below_the_name_are_read() -> None:
    """The name stands once, the quantities below it."""
    rows = "".join(f"<tr><td>{n} pills<td>${n}.00<td><button>Add to cart</button>" for n in (30, 60, 180, 360))
    table = "<html lang=en><body><h1>Viagra 100 mg</h1><table>{}</table>"
    judgement = _judge(table.format(rows))
    assert _present(judgement) == {"CAT014"}
    few = "".join(f"<tr><td>{n} pills<td>${n}.00<td><button>Add to cart</button>" for n in (10, 30, 60))
    assert not _present(_judge(table.format(few)))


def test_the_packs_of_the_next_medicine_are_not_those_of_this_one() -> None:
    """Five hundred paracetamol below a blister of sildenafil."""
    shelf = "# Sildenafil 50 mg, 8 tablets\n$9.00\n! Add to cart\n# Paracetamol 500 mg\n500 tabs $9.00\n! Add to cart"
    assert not _present(_judge(shelf))


@pytest.mark.parametrize(
    "shelf",
    [
        "# Panacur 10 % for dogs\n£9.00\n! Add to basket",
        "# Nicotine 20 mg/ml e-liquid, mango\n£4.00\n! Add to basket",
        "# Botox hair mask 500 ml\n£14.00\n! Add to basket",
        "# Soma yoga mat\n£30.00\n! Add to basket",
    ],
)
def test_goods_that_share_a_name_with_a_medicine_make_no_pharmacy(shelf: str) -> None:
    """What is for animals, for vapers, for hair or for yoga is no medicine for people."""
    judgement = _judge(shelf)
    assert judgement.verdict.category == "not_a_pharmacy"


@pytest.mark.parametrize(
    ("host", "named"),
    [
        ("buyxanaxfast.com", True),
        ("tramadol-kaufen.de", True),
        ("viagry-sklep.pl", True),
        ("larevista.es", False),  # evista
        ("telefaxshop.de", False),  # lefax
        ("discover.co.uk", False),  # iscover
        ("somahouse.com", False),
    ],
)
def test_a_domain_is_named_after_a_medicine_only_when_it_is(host: str, named: bool) -> None:
    """Names that begin or end ordinary words count between hyphens alone."""
    findings = {finding.rule_id: finding.outcome for finding in _judge("# Welcome\nWe ship.", host=host).findings}
    assert (findings["CAT004"] is Outcome.PRESENT) is named


def test_honest_shelves_without_prescription_stay_innocent() -> None:
    """What every pharmacy sells freely may be said to need no prescription."""
    shelf = "".join(
        f"# {name}\n3,95 €\n! In den Warenkorb\n"
        for name in ("Paracetamol 500 mg", "Ibuprofen 400 mg", "Cetirizin 10 mg", "Loratadin 10 mg", "Omeprazol 20 mg")
    )
    judgement = _judge(f"{shelf}Alles rezeptfrei bestellen, ohne Rezept.", host="linden-apotheke.de")
    assert judgement.verdict.category == "unverified"
    assert not _present(judgement)


def test_a_russian_pill_shop_is_read() -> None:
    """Cyrillic names in their cases are goods like any other."""
    home = "<html lang=ru><body><h1>Виагра 100 мг</h1><p>990 руб</p><button>В корзину</button>"
    findings = {finding.rule_id: finding.outcome for finding in _judge(home).findings}
    assert findings["OFF001"] is Outcome.PRESENT
