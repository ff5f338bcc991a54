"""The log of custody: who did what to which object and when, each entry carrying the hash of the one before it.

An entry that is changed, taken out or put in breaks the chain at that place.  Alone, the chain does not show that the
whole of it was written anew: for that a package is signed, or its last entry timestamped by somebody else.

There are two: one for each check, which the store writes as things happen (`store.custody`), and one for each package.
Pure.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from pharmcheck import __version__

NOTHING_BEFORE = "0" * 64


class Action(StrEnum):
    """What was done."""

    RECEIVED = "received"  # somebody else's archive was handed to us
    CAPTURED = "captured"
    JUDGED = "judged"
    REVIEWED = "reviewed"  # a person said something about the verdict
    VERIFIED = "verified"  # a package was held against itself
    REPLAYED = "replayed"  # judged again
    DELETED = "deleted"  # the archived bytes, after their time
    KEPT = "kept"  # the log of a check, put into a package
    EXPORTED = "exported"
    TIMESTAMPED = "timestamped"


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that was done; its place in the chain comes later."""

    at: datetime
    action: Action
    by: str
    what: str
    object: str  # what it is about: a member of a package by its name there
    sha256: str  # of that


def archive_member(capture_id: str) -> str:
    """What the archived bytes of a capture are called in a package."""
    return f"archive/{capture_id}.warc.gz"


def verdict_member(check_id: str) -> str:
    """What a verdict is called in a package."""
    return f"checks/{check_id}.verdict.json"


def written_by(operator: str) -> str:
    """Who, as a log says it, where a program of ours did it."""
    return f"{operator or 'operator not named'} (pharmcheck {__version__})"


def write_log(steps: Iterable[Step], after: bytes = b"") -> bytes:
    """A log, or one that goes on after `after`."""
    lines = after.splitlines(keepends=True)
    for step in steps:
        lines.append(write_entry(step, len(lines) + 1, digest(lines[-1]) if lines else NOTHING_BEFORE))
    return b"".join(lines)


def write_entry(step: Step, number: int, before: str) -> bytes:
    """One line of a log."""
    told = {**asdict(step), "at": stamp(step.at), "action": step.action.value, "number": number, "before": before}
    return json.dumps(told, sort_keys=True, ensure_ascii=True).encode("ascii") + b"\n"


def digest(entry: bytes) -> str:
    """What the next entry carries."""
    return hashlib.sha256(entry).hexdigest()


def head(log: bytes) -> str:
    """The hash of the last entry: it stands for all of them."""
    lines = log.splitlines(keepends=True)
    return digest(lines[-1]) if lines else NOTHING_BEFORE


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
        before = digest(line)


def _entry(line: bytes) -> dict[str, Any] | None:
    try:
        entry = json.loads(line)
    except (ValueError, RecursionError):
        return None
    fields = {*Step.__slots__, "number", "before"}
    if not isinstance(entry, dict) or set(entry) != fields or entry["action"] not in set(Action):
        return None
    return entry


def to_step(entry: dict[str, Any]) -> Step:
    """An entry of our own as what it says."""
    told = {**{name: entry[name] for name in Step.__slots__}, "action": Action(entry["action"])}
    return Step(**{**told, "at": datetime.fromisoformat(entry["at"])})


def stamp(moment: datetime) -> str:
    """A moment as it stands in a package."""
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")
