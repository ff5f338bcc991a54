"""Judging takes time in proportion to the page, whatever a page repeats (statement P3)."""

from __future__ import annotations

import time

import pytest

from pharmcheck.check import judge
from pharmcheck.ruleset import load_ruleset
from tests.reading.bombs import FLOODS
from tests.sites import WHEN, site

_RULES = load_ruleset()
_SMALL, _TIMES = 60_000, 4
_MOST = 2.2  # what is quadratic takes four times as long for each byte of four times the page
_SLACK = 0.1  # seconds: what a small page costs anyway, and noise


def _seconds(body: str, runs: int) -> float:
    capture = site(home=f"<html lang=en><body>{body}")
    best = 60.0
    for _ in range(runs):
        start = time.process_time()
        judge(capture, _RULES, now=WHEN)
        best = min(best, time.process_time() - start)
    return best


@pytest.mark.parametrize("name", FLOODS)
def test_judging_grows_no_faster_than_the_page(name: str) -> None:
    """Four times the flood takes about four times the CPU, and 240 kB less than two seconds."""
    small = _seconds(FLOODS[name](_SMALL), 2)
    large = _seconds(FLOODS[name](_SMALL * _TIMES), 1)
    assert large < _TIMES * _MOST * small + _SLACK
    assert large < 2


def test_a_statement_behind_a_flood_convicts_all_the_same() -> None:
    """Thousands of denials and repetitions hide nothing."""
    flood = "<p>We never send it with no prescription required." * 4_000
    page = f"<html lang=en><h1>Tramadol 50 mg</h1><p>$9</p><button>Add to cart</button>{flood}"
    assert judge(site(home=page), _RULES, now=WHEN).verdict.category == "unverified"
    said = f"{page}<p>No prescription required, we ship at once.</p>"
    assert judge(site(home=said), _RULES, now=WHEN).verdict.category == "danger"
