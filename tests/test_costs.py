"""What judging costs, counted and not timed: calls of functions, the same on every machine.

The limits stand a quarter above what was counted when they were set, so that rules can come.  Whoever needs more says
why, in docs/performance.md.
"""

from __future__ import annotations

import sys
from collections import Counter
from types import FrameType
from typing import Any

from bench.judging import make_capture
from pharmcheck.check import judge
from pharmcheck.ruleset import load_ruleset
from tests.sites import WHEN

_RULES = load_ruleset()
_LIMITS = {"call": 94_000, "c_call": 217_000, "re2": 1_020}
"""Functions of Python, functions of C, and calls into RE2, which cost some microseconds each."""


def test_judging_a_shop_of_six_pages_takes_no_more_calls_than_it_did() -> None:
    """A loop over every line, or a pattern asked of each, shows here at once."""
    counted: Counter[str] = Counter()

    def count(_frame: FrameType, event: str, called: Any) -> None:
        counted[event] += 1
        counted["re2"] += event == "c_call" and called.__name__ == "Match"

    capture = make_capture("rogue", 1)
    judge(capture, _RULES, now=WHEN)  # what is made once for a process is nobody's cost
    before = sys.getprofile()
    sys.setprofile(count)
    try:
        judge(capture, _RULES, now=WHEN)
    finally:
        sys.setprofile(before)
    assert counted["re2"] > 0
    assert {what: (counted[what], most) for what, most in _LIMITS.items() if counted[what] > most} == {}
