"""A list as CSV: RFC 4180 with a byte-order mark, which spreadsheets need to read UTF-8."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Any

from pharmcheck.exports.cells import COLUMNS, cells


def csv_lines(items: Iterable[dict[str, Any]]) -> Iterator[bytes]:
    """The file, a row at a time."""
    yield "\ufeff".encode() + csv_line(list(COLUMNS))
    for item in items:
        yield csv_line(cells(item))


def csv_line(values: list[str]) -> bytes:
    """One row."""
    out = io.StringIO()
    csv.writer(out).writerow(values)
    return out.getvalue().encode()
