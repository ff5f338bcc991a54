"""The error budget (what we allow ourselves to get wrong), and whether a set of labelled sites keeps to it.

A target that a set is too small to show is `open`, not kept: no error among forty sites does not prove one in a
thousand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from bench.labelled import Case
from bench.rates import Share
from pharmcheck.model import Category


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the budget, held against a set."""

    what: str
    target: str
    share: Share
    state: str  # kept | open | broken


@dataclass(frozen=True, slots=True)
class _Item:
    what: str
    target: str
    most: float | None  # share that may be so
    least: float | None  # share that must be so
    among: Callable[[Case], bool]
    counted: Callable[[Case], bool]


def _seller(case: Case) -> bool:
    return case.kind == "seller"


def _shows(case: Case) -> bool:
    return case.kind == "seller" and case.evidence != "none"


def _is(*categories: Category) -> Callable[[Case], bool]:
    return lambda case: case.category in categories


def _label(*labels: str) -> Callable[[Case], bool]:
    return lambda case: case.label in labels


_ITEMS = (
    _Item("sellers shown as verified", "0 in 1,000", 0.001, None, _seller, lambda case: case.cleared),
    _Item("licensed pharmacies at danger", "at most 1 in 1,000", 0.001, None, _label("honest"), _is(Category.DANGER)),
    _Item("licensed pharmacies and online doctors at danger", "at most 1 %", 0.01, None,
          _label("honest", "telehealth"), _is(Category.DANGER)),
    _Item("information and news at danger", "at most 1 %", 0.01, None, _label("information", "news"),
          _is(Category.DANGER)),
    _Item("sellers whose text shows it, at caution or worse", "at least 90 %", None, 0.90, _shows,
          lambda case: case.accused),
    _Item("sellers missed (unverified)", "at most 15 %", 0.15, None, _seller, _is(Category.UNVERIFIED)),
    _Item("sellers called no pharmacy", "0", 0.0, None, _seller, _is(Category.NOT_A_PHARMACY)),
    _Item("could not be checked, of all", "at most 10 %", 0.10, None, lambda _: True, _is(Category.COULD_NOT_CHECK)),
    _Item("accusations without evidence", "0", 0.0, None, lambda case: case.accused, lambda case: not case.proven),
)  # fmt: skip
UNFORGIVABLE = (_ITEMS[0].what, _ITEMS[2].what, _ITEMS[3].what)
"""What ends a run of the bench with an error, be it one site."""


def hold(cases: Iterable[Case]) -> list[Line]:
    """Every line of the budget.

    With a limit from above, a line is `broken` when more was counted than allowed, `kept` when the upper end of the
    interval is allowed too, else `open`; from below, likewise.
    """
    held: Sequence[Case] = list(cases)
    return [_line(item, held) for item in _ITEMS]


def _line(item: _Item, cases: Sequence[Case]) -> Line:
    among = [case for case in cases if item.among(case)]
    share = Share(sum(map(item.counted, among)), len(among))
    low, high = share.interval
    if not among:
        state = "open"
    elif item.most is not None:
        sure = high <= item.most or (item.most == 0 and share.part == 0)
        state = "broken" if share.value > item.most else "kept" if sure else "open"
    else:
        least = item.least or 0.0
        state = "broken" if share.value < least else "kept" if low >= least else "open"
    return Line(item.what, item.target, share, state)
