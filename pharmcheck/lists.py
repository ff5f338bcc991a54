"""A list from the hand-in to its run: the same for the command line, the API and the page.

Handing in keeps a draft for somebody to look through; starting puts its sites in line.  Who does the checks, a runner
in this process or workers elsewhere, is nobody's business here: the rows are there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from pharmcheck.intake import Entry, IntakeList
from pharmcheck.reading import clean
from pharmcheck.store import Drafts, NewBatch, NewItem, Store, new_check_id

_MOST_NAME = 255  # characters, as file systems have it


def hand_in(
    store: Store,
    handed: IntakeList,
    owner: str,
    destination: str | None,
    name: str,
    now: datetime,
    *,
    on_entry: Callable[[Entry], None] = lambda _: None,
) -> str:
    """Keep a list as a draft; returns its id.  Raises ListFileError and StoreError.

    `on_entry` sees every entry; whatever it raises, or the list itself, leaves nothing behind.
    """

    def items() -> Iterator[NewItem]:
        for entry in handed.entries():
            on_entry(entry)
            yield _item(handed, entry)

    # A name of a file holds what somebody's program put there, and stands on every page about the list.
    new = NewBatch(new_check_id(), owner, destination, clean(name, _MOST_NAME), handed.sha256)
    Drafts(store).put(new, items(), intake_facts(handed), now)
    return new.id


def intake_facts(handed: IntakeList) -> dict[str, Any]:
    """What was handed in, as plain data; how many rows of each kind there are, the rows themselves say."""
    return {
        "format": handed.format,
        "detail": handed.file.detail,
        "bytes": handed.size,
        "found_in": list(handed.found_in),
        "passed_by": [{"sheet": sheet, "rows": rows} for sheet, rows in handed.passed_by],
    }


def _item(handed: IntakeList, entry: Entry) -> NewItem:
    address = entry.address
    return NewItem(
        row=entry.number,
        kind=entry.kind.value,
        input=entry.text,
        line=entry.line,
        sheet=handed.table_name(entry.table) or None,
        url=address.url if address is not None else None,
        host=address.host if address is not None else None,
        duplicate_of=entry.duplicate_of,
        problem=entry.reason or None,
        note=entry.note or None,
    )
