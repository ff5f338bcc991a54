"""A row before anybody knows its columns: what the readers of all formats agree on, and the limits they share."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from pharmcheck.errors import ListFileError

MAX_BYTES = 32 << 20
"""Of a file: 200,000 rows of 160 bytes.  A list of addresses alone takes 20 bytes a row."""

MAX_ROWS = 200_000
"""Rows with something in them.  At one site a second and process that is more than two days of work."""

MAX_CELL = 10_000  # characters of a cell that are read, an e-mail's worth


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row."""

    table: int  # which of the file, from 0
    line: int  # as a spreadsheet program shows it, from 1
    cells: Sequence[str]
    links: Mapping[int, str] = field(default_factory=dict)  # column → where its cell leads
    unsaved: frozenset[int] = frozenset()  # columns with a formula whose result nobody saved
    torn: str = ""  # why it could not be read to its end

    @property
    def empty(self) -> bool:
        """Whether nothing stands in it."""
        return not (self.torn or self.links or self.unsaved or any(map(str.strip, self.cells)))


@dataclass(frozen=True, slots=True)
class ListFile:
    """A file whose format is known."""

    format: str  # csv | text | json | xlsx | ods
    detail: str  # encoding and delimiter, for people
    tables: tuple[str, ...]  # names of its sheets; one "" for a file without
    rows: Callable[[], Iterator[TableRow]]  # again and again
    free: bool = False  # lines of text: there are no columns to choose from


def filled(rows: Iterator[TableRow]) -> Iterator[TableRow]:
    """The rows that hold something.  Raises ListFileError beyond the limit."""
    seen = 0
    for row in rows:
        if row.empty:
            continue
        seen += 1
        if seen > MAX_ROWS:
            raise ListFileError(f"The list has more than {MAX_ROWS:,} rows; split it and hand in the parts.")
        yield row
