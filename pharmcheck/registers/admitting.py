"""What an importer yields, made safe to keep: whatever it let through that is not one clean web address goes here.

The rule is the one that binds (`binding`), so nothing is kept that could never be read again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from pharmcheck.errors import AddressError
from pharmcheck.registers.binding import read_web_address
from pharmcheck.registers.importing import Entry, Quarantined
from pharmcheck.registers.records import Record, WarningEntry

_SHOWN = 120  # characters of a bad row or cell that are kept
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]+")


def admit(entries: Iterable[Entry]) -> Iterator[Entry]:
    """The entries; a record without those of its web addresses that are none, and each of these quarantined.

    A path is no mistake: such an address is kept and shown, and names no site.
    """
    for number, entry in enumerate(entries, 1):
        if isinstance(entry, Record) and entry.web_addresses:
            good = []
            for web in entry.web_addresses:
                if (why := _complaint(web)) is None:
                    good.append(web)
                else:
                    yield Quarantined(number, why, shortened(web))
            yield entry if len(good) == len(entry.web_addresses) else replace(entry, web_addresses=tuple(good))
        elif isinstance(entry, WarningEntry) and (why := _complaint(entry.domain)) is not None:
            yield Quarantined(number, why, shortened(entry.domain))
        elif isinstance(entry, Quarantined):
            yield replace(entry, text=shortened(entry.text))
        else:
            yield entry


def shortened(text: str) -> str:
    """What stood in a bad row or cell, on one line and short enough to show."""
    text = " ".join(_UNPRINTABLE.sub(" ", text).split())
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


def _complaint(web: str) -> str | None:
    try:
        read_web_address(web)
    except AddressError as error:
        return f"not one clean web address ({error.code})"
    return None
