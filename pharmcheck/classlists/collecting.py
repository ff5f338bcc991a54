"""Which names stand in which class: from the verdicts that still hold."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime

from pharmcheck.classlists.keys import covers_strangers, listed_name
from pharmcheck.classlists.ranges import Entry
from pharmcheck.model import Category
from pharmcheck.store import StoredVerdict

CLASSES = (
    Category.DANGER,
    Category.CAUTION,
    Category.UNVERIFIED,
    Category.VERIFIED_ELSEWHERE,
    Category.VERIFIED,
)
"""One list each.  Of what sells no medicine, or could not be checked, a browser has nothing to say."""
_MOST_RULES = 3


def collect(found: Iterable[StoredVerdict], now: datetime) -> dict[str, Entry]:
    """Name → what is said about it.  Of two hosts that share a name the later look counts."""
    entries: dict[str, Entry] = {}
    looked: dict[str, datetime] = {}
    for verdict in found:
        name = listed_name(verdict.host)
        if verdict.checked_at < looked.get(name, verdict.checked_at) or covers_strangers(name):
            continue
        looked[name] = verdict.checked_at
        entries.pop(name, None)
        if verdict.category in CLASSES and verdict.valid_until > now:
            entries[name] = _entry(verdict)
    return entries


def _entry(verdict: StoredVerdict) -> Entry:
    reasons = json.loads(verdict.document)["reasons"]
    rules = dict.fromkeys(reason["rule"] for reason in reasons)
    return Entry(
        verdict.category.value, verdict.reason_code, tuple(rules)[:_MOST_RULES], verdict.checked_at.date()
    )  # fmt: skip
