"""Shares with their doubt: intervals, predictive values, the order of scores.  Pure arithmetic; knows no site.

Wilson's interval is used throughout; where nothing was found, the upper end is the rule of three (3/n), and where all
was, the lower end is 1 - 3/n.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

_Z = 1.959964  # two-sided 95 %


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many."""

    part: int
    whole: int

    @property
    def value(self) -> float:
        return self.part / self.whole if self.whole else math.nan

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % interval; everything is possible where nothing was counted."""
        if not self.whole:
            return 0.0, 1.0
        if self.part == 0:
            return 0.0, min(1.0, 3 / self.whole)
        if self.part == self.whole:
            return max(0.0, 1 - 3 / self.whole), 1.0
        n, p = self.whole, self.value
        middle = (p + _Z**2 / (2 * n)) / (1 + _Z**2 / n)
        half = _Z / (1 + _Z**2 / n) * math.sqrt(p * (1 - p) / n + _Z**2 / (4 * n**2))
        return max(0.0, middle - half), min(1.0, middle + half)

    def __str__(self) -> str:
        if not self.whole:
            return "none counted"
        low, high = self.interval
        return f"{self.part} of {self.whole} = {100 * self.value:.1f} % (95 %: {100 * low:.1f} to {100 * high:.1f})"


def predictive(sensitivity: float, specificity: float, prevalence: float) -> tuple[float, float]:
    """What an accusation, and the lack of one, is worth where this share of the shops are bad: PPV and NPV."""
    hit, false_alarm = sensitivity * prevalence, (1 - specificity) * (1 - prevalence)
    spared, missed = specificity * (1 - prevalence), (1 - sensitivity) * prevalence
    return (
        hit / (hit + false_alarm) if hit + false_alarm else math.nan,
        spared / (spared + missed) if spared + missed else math.nan,
    )


@dataclass(frozen=True, slots=True)
class Order:
    """How often a bad site scores below a good one: the area under the ROC curve."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        if math.isnan(self.value):
            return "no pair to compare"
        return f"{self.value:.3f} (95 %: {self.low:.3f} to {self.high:.3f})"


def order_of(bad: Sequence[int | None], good: Sequence[int | None]) -> Order:
    """AUC of scores of which low is bad.  A site without a score says nothing: each of its pairs counts one half.

    The interval is Hanley and McNeil's; like theirs, it takes the sites for independent of one another.  Where nothing
    or everything is out of order, theirs shrinks to a point; then it is the rule of three over the smaller side.
    """
    if not bad or not good:
        return Order(math.nan, math.nan, math.nan)
    area = sum(_pair(low, high) for low in bad for high in good) / (len(bad) * len(good))
    if area in (0.0, 1.0):
        doubt = min(1.0, 3 / min(len(bad), len(good)))
        return Order(area, max(0.0, area - doubt), min(1.0, area + doubt))
    q1, q2 = area / (2 - area), 2 * area**2 / (1 + area)
    spread = area * (1 - area) + (len(bad) - 1) * (q1 - area**2) + (len(good) - 1) * (q2 - area**2)
    half = _Z * math.sqrt(max(0.0, spread) / (len(bad) * len(good)))
    return Order(area, max(0.0, area - half), min(1.0, area + half))


def _pair(bad: int | None, good: int | None) -> float:
    if bad is None or good is None or bad == good:
        return 0.5
    return 1.0 if bad < good else 0.0
