"""What changed about a watched list, as a table and as JSON lines; a row a change, addresses defanged in both."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from pharmcheck.exports.cells import defuse
from pharmcheck.exports.jsonl import json_lines
from pharmcheck.exports.table import csv_line
from pharmcheck.store import WatchChange
from pharmcheck.watch import change_document

DIGEST_FORMATS = ("csv", "jsonl")

_COLUMNS = (
    "number", "at", "address", "notices", "from", "from_reason", "to", "to_reason", "details", "evidence_before",
    "evidence", "cause", "from_machine", "to_machine",
)  # fmt: skip


def digest_bytes(changes: Iterable[WatchChange], public_url: str | None, form: str) -> Iterator[bytes]:
    """The file, a row at a time.  `form` is one of `DIGEST_FORMATS`."""
    documents = (change_document(one, public_url) for one in changes)
    return json_lines(documents) if form == "jsonl" else _csv(documents)


def _csv(documents: Iterable[dict[str, Any]]) -> Iterator[bytes]:
    yield "\ufeff".encode() + csv_line(list(_COLUMNS))
    for one in documents:
        before, after = one["from"], one["to"]
        details = " | ".join(f"{name}: {' → '.join(words)}" for name, words in one["details"].items())
        values = (
            one["number"], one["at"], one["address"], " ".join(one["notices"]), before["category"],
            before["reason_code"], after["category"], after["reason_code"], details, before["link"], after["link"],
            one["cause"], _machine(before), _machine(after),
        )  # fmt: skip
        yield csv_line([defuse("" if value is None else str(value)) for value in values])


def _machine(answer: dict[str, Any]) -> str | None:
    """What our rules said, where a person judged otherwise."""
    machine = answer["machine"]
    return f"{machine['category']} {machine['reason_code']}" if machine else None
