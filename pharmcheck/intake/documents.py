"""JSON: a list of texts, a list of objects, such a list under a name, or an object a line."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from pharmcheck.errors import ListFileError
from pharmcheck.intake.rows import MAX_CELL, ListFile, TableRow

_MOST_NAMES = 200  # columns


def read_json(text: str, encoding: str) -> ListFile | None:
    """The document as a table whose first row holds the names of its members; None when it is no JSON."""
    if text.lstrip()[:1] not in ("[", "{"):
        return None
    found = _whole(text)
    if found is None:
        found = _by_line(text)
    if found is None:
        return None
    names = list(dict.fromkeys(name for one in found if isinstance(one, dict) for name in one))[:_MOST_NAMES]
    return ListFile("json", encoding, ("",), partial(_rows, found, names), free=not names)


def _whole(text: str) -> Sequence[Any] | None:
    try:
        found = json.loads(text)
    except ValueError:
        return None
    except RecursionError:
        raise ListFileError("The JSON document is nested too deeply.") from None
    if isinstance(found, dict):
        lists = [value for value in found.values() if isinstance(value, list)]
        found = max(lists, key=len) if lists else [found]
    return found if isinstance(found, list) else None


def _by_line(text: str) -> Sequence[Any] | None:
    """JSON lines.  One bad line does not spoil the others: it is read as text."""
    found: list[Any] = []
    good = 0
    for line in text.splitlines():
        try:
            found.append(json.loads(line) if line.strip() else "")
            good += bool(line.strip())
        except (ValueError, RecursionError):
            found.append(line)
    return found if good * 2 > sum(bool(line.strip()) for line in text.splitlines()) else None


def _rows(found: Sequence[Any], names: Sequence[str]) -> Iterator[TableRow]:
    if names:
        yield TableRow(0, 0, list(names))
    for line, one in enumerate(found, 1):
        if isinstance(one, dict):
            yield TableRow(0, line, [_text(one.get(name)) for name in names])
        else:
            yield TableRow(0, line, (_text(one),))


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value[:MAX_CELL].encode("utf-8", "replace").decode()  # JSON can spell half a character
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return "\n".join(value)[:MAX_CELL]
    return "" if isinstance(value, dict | list) else str(value)[:MAX_CELL]
