"""A row of a list as the plain data that all formats, and the API, are made of."""

from __future__ import annotations

from typing import Any

from pharmcheck.store import Item


def item_document(item: Item) -> dict[str, Any]:
    """A row of a list with its answer."""
    return {
        "row": item.row,
        "sheet": item.sheet,
        "line": item.line,
        "kind": item.kind,
        "input": item.input,
        "url": item.url,
        "problem": item.problem,
        "note": item.note,
        "same_as_row": item.duplicate_of,
        "check_id": item.check_id,
        "state": item.state,
        "error_code": item.error_code,
        "verdict": item.document,
    }
