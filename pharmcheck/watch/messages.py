"""What a message says: ids, defanged addresses, from what to what, and where the evidence is.  No word of a page."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from pharmcheck.address.defanging import defang
from pharmcheck.model import Category
from pharmcheck.store import Letter, WatchChange

TYPE = "pharmcheck.watch.changes"

MOST_CHANGES = 30
"""Of one message: the specification asks for less than 20 kB, and a change takes some 400 bytes."""


def change_document(change: WatchChange, public_url: str | None) -> dict[str, Any]:
    """One entry of a digest as plain data: in messages, files and the API alike."""
    return {
        "number": change.number,
        "address": defang(change.host, change.host),
        "notices": [notice.value for notice in change.notices],
        "cause": change.cause.value,
        "from": _answer(
            change.before_category, change.before_reason, change.before_check, change.before_machine, public_url
        ),
        "to": _answer(change.after_category, change.after_reason, change.after_check, change.after_machine, public_url),
        "details": {
            name: [defang(word, word) for word in words] if name == "redirected" else words
            for name, words in change.details.items()
        },
        "at": change.at.isoformat(timespec="seconds").replace("+00:00", "Z"),
    }


def message(letter: Letter, changes: Sequence[WatchChange], public_url: str | None) -> bytes:
    """The body of a message: the same bytes however often it is sent, unless a site was forgotten meanwhile."""
    document = {
        "type": TYPE,
        "timestamp": letter.created_at.isoformat(timespec="seconds").replace("+00:00", "Z"),
        "data": {"batch_id": letter.batch_id, "changes": [change_document(one, public_url) for one in changes]},
    }
    return json.dumps(document, separators=(",", ":"), allow_nan=False).encode()


def _answer(
    category: str | None, reason: str | None, check_id: str | None, machine: tuple[str, str] | None,
    public_url: str | None,
) -> dict[str, Any]:  # fmt: skip
    """An answer as it is told, with its evidence; a path where nobody said under which name people reach the service.

    Where a person judged otherwise than our rules, what those said stands beside it.
    """
    link = f"{(public_url or '').rstrip('/')}/v/{check_id}" if check_id else None
    return {
        "category": Category(category).value if category else None,
        "reason_code": reason,
        "check_id": check_id,
        "link": link,
        "machine": {"category": machine[0], "reason_code": machine[1]} if machine else None,
    }
