"""Judging takes time in proportion to the page, whatever a page repeats (statement P3)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pharmcheck.check import judge
from pharmcheck.ruleset import load_ruleset
from tests.reading.bombs import FLOODS
from tests.sites import WHEN, site
from tests.yardstick import assert_costs, assert_linear

_RULES = load_ruleset()
_SMALL, _LARGE = 60_000, 240_000


def _judging(body: str) -> Callable[[], object]:
    capture = site(home=f"<html lang=en><body>{body}")
    return lambda: judge(capture, _RULES, now=WHEN)


@pytest.mark.parametrize("name", FLOODS)
def test_judging_grows_no_faster_than_the_page(name: str) -> None:
    """Four times the flood takes about four times the CPU, and 240 kB no more than a visit has time for."""
    assert_linear(lambda size: _judging(FLOODS[name](size)), _SMALL)
    assert_costs(_judging(FLOODS[name](_LARGE)), 500)


def test_a_statement_behind_a_flood_convicts_all_the_same() -> None:
    """Thousands of denials and repetitions hide nothing."""
    flood = "<p>We never send it with no prescription required." * 4_000
    page = f"<html lang=en><h1>Tramadol 50 mg</h1><p>$9</p><button>Add to cart</button>{flood}"
    assert judge(site(home=page), _RULES, now=WHEN).verdict.category == "unverified"
    said = f"{page}<p>No prescription required, we ship at once.</p>"
    assert judge(site(home=said), _RULES, now=WHEN).verdict.category == "danger"
