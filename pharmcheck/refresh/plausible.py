"""Whether a new snapshot may replace the old one.  Pure: numbers and dates in, sentences out.

A register does not lose half its entries overnight; a file that says so is cut off, or is another file.
"""

from __future__ import annotations

from datetime import date

from pharmcheck.registers import Snapshot
from pharmcheck.store import Counts, LoadedRegister

LEAST_SHARE = 0.5  # of what the old snapshot holds
MOST_QUARANTINED = 0.2  # of all rows; the worst honest register that we have seen stays under a hundredth
_FEW = 20  # below this many, shares mean nothing: a short list of warnings may well be cleared


def objections(old: LoadedRegister | None, new: Snapshot, counts: Counts, today: date) -> tuple[str, ...]:
    """What speaks against replacing `old`, each as the end of a sentence."""
    found = _against_dates(old.snapshot if old else None, new, today)
    entries = counts.records + counts.warnings
    if not entries:
        found.append("it holds no entry at all")
    rows = entries + counts.quarantined
    if entries and rows >= _FEW and counts.quarantined > MOST_QUARANTINED * rows:
        found.append(f"{counts.quarantined:,} of its {rows:,} rows had to be left out")
    if old is not None:
        for word, before, after in (
            ("records", old.counts.records, counts.records),
            ("web addresses", old.counts.hosts, counts.hosts),
            ("warnings", old.counts.warnings, counts.warnings),
        ):
            if before >= _FEW and after < LEAST_SHARE * before:
                found.append(f"it has {after:,} {word} where the one that is loaded has {before:,}")
    return tuple(found)


def _against_dates(old: Snapshot | None, new: Snapshot, today: date) -> list[str]:
    if new.as_of is not None and new.as_of > today:
        return [f"its date, {new.as_of}, is in the future"]
    if old is None or old.as_of is None:
        return []
    if new.as_of is None:
        return [f"it has no date, and the one that is loaded is of {old.as_of}"]
    return [f"it is of {new.as_of}, older than the one that is loaded ({old.as_of})"] if new.as_of < old.as_of else []
