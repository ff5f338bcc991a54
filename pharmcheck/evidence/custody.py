"""The log of custody: who did what to which object and when, each entry carrying the hash of the one before it.

An entry that is changed, taken out or put in breaks the chain at that place.  Alone, the chain does not show that the
whole of it was written anew: for that a package is signed, or its last entry timestamped by somebody else.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

NOTHING_BEFORE = "0" * 64


class Action(StrEnum):
    """What was done."""

    RECEIVED = "received"  # somebody else's archive was handed to us
    CAPTURED = "captured"
    JUDGED = "judged"
    EXPORTED = "exported"
    TIMESTAMPED = "timestamped"


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that was done; its place in the chain comes later."""

    at: datetime
    action: Action
    by: str
    what: str
    object: str  # name of the member that it is about
    sha256: str


def write_log(steps: Iterable[Step], after: bytes = b"") -> bytes:
    """A log, or one that goes on after `after`."""
    lines = after.splitlines(keepends=True)
    for step in steps:
        entry = {
            **asdict(step),
            "at": stamp(step.at),
            "action": step.action.value,
            "number": len(lines) + 1,
            "before": head(b"".join(lines)),
        }
        lines.append(json.dumps(entry, sort_keys=True, ensure_ascii=True).encode("ascii") + b"\n")
    return b"".join(lines)


def head(log: bytes) -> str:
    """The hash of the last entry: it stands for all of them."""
    lines = log.splitlines(keepends=True)
    return hashlib.sha256(lines[-1]).hexdigest() if lines else NOTHING_BEFORE


def read_log(log: bytes) -> tuple[list[dict[str, Any]], list[str]]:
    """The entries that can be read, and a sentence for each place where the chain is broken."""
    entries: list[dict[str, Any]] = []
    problems = list(_broken(log, entries))
    return entries, problems


def _broken(log: bytes, entries: list[dict[str, Any]]) -> Iterator[str]:
    before = NOTHING_BEFORE
    for number, line in enumerate(log.splitlines(keepends=True), start=1):
        entry = _entry(line)
        if entry is None:
            yield f"entry {number} of the log of custody cannot be read"
        elif entry.get("number") != number or entry.get("before") != before:
            yield f"entry {number} of the log of custody does not follow on the one before it"
        if entry is not None:
            entries.append(entry)
        before = hashlib.sha256(line).hexdigest()


def _entry(line: bytes) -> dict[str, Any] | None:
    try:
        entry = json.loads(line)
    except (ValueError, RecursionError):
        return None
    fields = {*Step.__slots__, "number", "before"}
    if not isinstance(entry, dict) or set(entry) != fields or entry["action"] not in set(Action):
        return None
    return entry


def stamp(moment: datetime) -> str:
    """A moment as it stands in a package."""
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")
