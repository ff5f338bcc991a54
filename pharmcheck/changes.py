"""Two runs of a list side by side: what became worse, better, vanished or came back.  Pure.

A look that failed says nothing about a site, so it is never worse and never better; that a site is gone, or sells
again, is what a regulator wants to know first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from pharmcheck.model import Category

_HARM = {
    Category.VERIFIED: 0,
    Category.VERIFIED_ELSEWHERE: 1,
    Category.NOT_A_PHARMACY: 2,
    Category.UNVERIFIED: 2,
    Category.CAUTION: 3,
    Category.DANGER: 4,
}
_GONE = frozenset({"offline", "parked"})  # reason codes; a site that blocks us or is slow is still there


class Change(StrEnum):
    """How a site of the second run differs from the first."""

    WORSE = "worse"
    CAME_BACK = "came_back"
    VANISHED = "vanished"
    BETTER = "better"
    DIFFERENT = "different"  # another answer that is neither better nor worse, or one that cannot be compared
    NEW = "new"
    LEFT_OUT = "left_out"  # of the second list
    SAME = "same"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a run said about a site; no category while there is no answer."""

    host: str
    category: str | None
    reason_code: str | None


@dataclass(frozen=True, slots=True)
class Changed:
    """One site in both runs."""

    host: str
    change: Change
    before: Answer | None
    after: Answer | None


def compare(before: Iterable[Answer], after: Iterable[Answer]) -> Iterator[Changed]:
    """Every site of either run: those of the second in its order, then those that it left out."""
    known = {_site(answer.host): answer for answer in before}
    for answer in after:
        earlier = known.pop(_site(answer.host), None)
        change = Change.NEW if earlier is None else change_of(earlier, answer)
        yield Changed(answer.host, change, earlier, answer)
    for answer in known.values():
        yield Changed(answer.host, Change.LEFT_OUT, answer, None)


def change_of(before: Answer, after: Answer) -> Change:
    """How one answer about a site differs from an earlier one."""
    if is_gone(after) and not is_gone(before):
        return Change.VANISHED
    if is_gone(before) and not is_gone(after) and _harm(after) is not None:
        return Change.CAME_BACK
    return judged(before, after)


def judged(before: Answer, after: Answer) -> Change:
    """The same for answers of which none is news about whether anybody is there."""
    worse, was = _harm(after), _harm(before)
    if worse is not None and was is not None and worse != was:
        return Change.WORSE if worse > was else Change.BETTER
    return Change.SAME if before.category == after.category else Change.DIFFERENT


def is_gone(answer: Answer) -> bool:
    """Whether nobody was there to be judged."""
    return answer.category == Category.COULD_NOT_CHECK and answer.reason_code in _GONE


def _harm(answer: Answer) -> int | None:
    """How bad an answer is; None for one that says nothing about the site."""
    return _HARM.get(Category(answer.category)) if answer.category is not None else None


def _site(host: str) -> str:
    return host.removeprefix("www.")
