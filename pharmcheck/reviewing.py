"""What a person's word about a verdict changes in it.  Pure; time is an argument, so an override ends by itself.

The machine's verdict is never touched: it is kept, replayed and compared as it was given.  A person's word is laid over
it when it is told to somebody.  A person may accuse, or take an accusation back; only a register clears a site, so no
word of a person ever leads to a verified one.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from pharmcheck.explain import catalogue
from pharmcheck.model import Category, Verdict

REVIEWED = "reviewed"
"""`reason_code` of a category that a person chose."""
DISPUTED, NEEDS_REVIEW = "disputed", "needs_review"
_GRAVITY: Mapping[str, int] = {Category.DANGER: 2, Category.CAUTION: 1}
_RAISED = (Category.DANGER, Category.CAUTION)
_LOWERED = (Category.UNVERIFIED, Category.NOT_A_PHARMACY)
OVERRIDES = (*_RAISED, *_LOWERED)
"""Every category that a person may choose at all."""


class Action(StrEnum):
    """What somebody did."""

    CONFIRM = "confirm"  # the machine is right
    OVERRIDE = "override"  # another category, until a day
    DISPUTE = "dispute"  # open: the machine may be wrong
    APPEAL = "appeal"  # an owner asks for a new look
    ACCEPT = "accept"  # of an appeal: there will be a new look
    REFUSE = "refuse"  # of an appeal


RULINGS = (Action.CONFIRM, Action.OVERRIDE)
"""Of these the last one counts; it closes a dispute of before."""


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a person about a host, as it was said; never changed afterwards."""

    id: int
    check_id: str  # of the verdict that the person saw
    host: str
    action: Action
    seen_category: str  # what the machine had said
    seen_reason: str
    reason: str
    role: str  # what is told of who it was
    at: datetime
    category: str | None = None  # of an override
    until: datetime | None = None
    person: str | None = None  # a name, for the desk only
    answers: int | None = None  # id of the appeal
    new_check_id: str | None = None
    domain: str = ""  # the host's registrable domain

    @property
    def chosen(self) -> Category:
        """The category of an override."""
        return Category(str(self.category))

    def about(self, category: str, reason_code: str) -> bool:
        """Whether the person saw such a verdict."""
        return (self.seen_category, self.seen_reason) == (category, reason_code)

    def holds(self, now: datetime) -> bool:
        """Whether its time is not over."""
        return self.until is None or now < self.until


@dataclass(frozen=True, slots=True)
class Standing:
    """The words about a host that count."""

    ruling: Word | None = None
    dispute: Word | None = None  # said since the ruling

    @classmethod
    def of(cls, words: Iterable[Word]) -> Standing:
        """From all words about a host, in whatever order."""
        ruling = dispute = None
        for word in sorted(words, key=lambda word: word.id):
            if word.action in RULINGS:
                ruling, dispute = word, None
            elif word.action is Action.DISPUTE:
                dispute = word
        return cls(ruling, dispute)


NOBODY = Standing()
"""No person has said anything."""


def choices(category: str) -> tuple[Category, ...]:
    """What a person may make of the machine's category: accuse, or take its accusation back; never clear."""
    grave = _GRAVITY.get(category, 0)
    raised = tuple(one for one in _RAISED if _GRAVITY[one] > grave)
    return (*raised, *_LOWERED) if grave else raised


def override_of(standing: Standing, category: str, reason_code: str, now: datetime) -> Word | None:
    """The override that counts for a machine's verdict.

    It counts for the verdict that the person saw, that is, for any with the same category and reason, and for every
    one that is less grave than the person's.  What the person did not see is not waved through: a shop that was let
    off for one reason and is convicted for another stands convicted.
    """
    word = standing.ruling
    if word is None or word.action is not Action.OVERRIDE or word.category not in OVERRIDES or not word.holds(now):
        return None
    graver = _GRAVITY.get(word.category, 0) > _GRAVITY.get(category, 0)
    return word if graver or word.about(category, reason_code) else None


def overlays_of(
    standing: Standing, category: str, reason_code: str, overlays: Iterable[str], now: datetime
) -> tuple[str, ...]:
    """The overlays of a machine's verdict with those of people: what waits for one, what one disputes."""
    found, ruling = set(overlays), standing.ruling
    if ruling is not None and ruling.holds(now):
        if ruling.about(category, reason_code) or override_of(standing, category, reason_code, now):
            found.discard(NEEDS_REVIEW)
        elif ruling.action is Action.OVERRIDE and category in _GRAVITY:
            found.add(NEEDS_REVIEW)  # an accusation that the person did not see
    if standing.dispute is not None and standing.dispute.about(category, reason_code):
        found.add(DISPUTED)
    return tuple(sorted(found))


def told_document(document: Mapping[str, Any], standing: Standing, now: datetime) -> dict[str, Any]:
    """A verdict document as it is told today."""
    if standing == NOBODY:
        return {**document, "override": None}
    category, reason_code = document["category"], document["reason_code"]
    overlays = overlays_of(standing, category, reason_code, document["overlays"], now)
    word = override_of(standing, category, reason_code, now)
    told = {**document, "overlays": list(overlays), "override": None}
    if word is None:
        return told
    machine = {key: document[key] for key in ("category", "reason_code", "score", "overlays")}
    return {
        **told,
        "category": word.category,
        "reason_code": REVIEWED,
        "score": None,  # it orders within the machine's category only
        "advice": list(catalogue("en").get(f"advice.{word.chosen}", ())),
        "override": {
            "category": word.category,
            "by": word.role,
            "at": _time(word.at),
            "until": _time(word.until),
            "reason": word.reason,
            "machine": machine,
        },
    }


def told_text(document: str, standing: Standing, now: datetime) -> str:
    """The same for a document as it is stored: the same bytes, where nobody has said anything."""
    if standing == NOBODY and '"override":' in document:  # inside a JSON text its quotes would be escaped
        return document
    told = told_document(json.loads(document), standing, now)
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def told_verdict(verdict: Verdict, standing: Standing, now: datetime) -> Verdict:
    """A verdict as it is told today, to be put into sentences."""
    category, reason_code = verdict.category.value, verdict.reason_code
    overlays = overlays_of(standing, category, reason_code, verdict.overlays, now)
    word = override_of(standing, category, reason_code, now)
    if word is None:
        return replace(verdict, overlays=overlays)
    return replace(verdict, category=word.chosen, reason_code=REVIEWED, score=None, overlays=overlays)


def _time(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z") if moment else None
