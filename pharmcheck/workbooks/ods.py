"""Rows of an OpenDocument spreadsheet with the links of its cells, as they come: no sheet stands in memory.

The format may say "this row a million times" in a few bytes, and every real file does so for its empty end; what is
empty is passed by, what is not is counted.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Mapping
from typing import IO, NamedTuple

from pharmcheck.errors import WorkbookError
from pharmcheck.workbooks.archive import guarded_archive, refuse_floods
from pharmcheck.workbooks.parts import read_part

MOST_CELLS = 3_000_000  # written out, repetitions included
MOST_COLUMNS = 1_024
MOST_TEXT = 40_000  # characters of a cell; a spreadsheet program allows 32,767
_MOST_PIECES = 1_000  # of the text of a cell, as the parser hands them out: up to 8 kB each


class OdsRow(NamedTuple):
    """One row of a sheet."""

    sheet: str
    line: int  # as the program that made it shows it, from 1
    cells: list[str]
    links: dict[int, str]  # column → where its first link leads


def read_ods(file: IO[bytes]) -> list[OdsRow]:
    """Every row that holds something.  Raises WorkbookError."""
    file.seek(0)
    with guarded_archive(file) as archive:
        refuse_floods(archive)
        return list(_Reader().read(archive))


class _Reader:
    """Follows content.xml."""

    def __init__(self) -> None:
        self._rows: list[OdsRow] = []
        self._sheet, self._line, self._row_times, self._cell_times, self._written = "", 0, 1, 1, 0
        self._cells: list[str] = []
        self._links: dict[int, str] = {}
        self._text: list[str] = []
        self._url = ""
        self._in_cell = self._in_note = False

    def read(self, archive: zipfile.ZipFile) -> Iterator[OdsRow]:
        read_part(archive, "content.xml", self._start, self._end, self._characters)
        yield from self._rows

    def _start(self, tag: str, given: Mapping[str, str]) -> None:
        if tag == "table":
            self._sheet, self._line = given.get("name", "")[:200], 0
        elif tag == "table-row":
            self._cells, self._links = [], {}
            self._row_times = _times(given.get("number-rows-repeated"))
        elif tag in ("table-cell", "covered-table-cell"):
            self._in_cell, self._text, self._url = True, [], ""
            self._cell_times = _times(given.get("number-columns-repeated"))
        elif tag == "annotation":
            self._in_note = True
        elif self._in_cell and not self._in_note:
            if tag == "p" and self._text:
                self._text.append("\n")
            elif tag == "a" and not self._url:
                self._url = given.get("href", "")[:4096]
            elif tag in ("s", "tab", "line-break"):
                self._text.append("\n" if tag == "line-break" else " ")

    def _characters(self, text: str) -> None:
        if self._in_cell and not self._in_note and len(self._text) < _MOST_PIECES:
            self._text.append(text)

    def _end(self, tag: str) -> None:
        if tag == "annotation":
            self._in_note = False
        elif tag in ("table-cell", "covered-table-cell"):
            self._in_cell = False
            self._take_cell()
        elif tag == "table-row":
            self._take_row()

    def _take_cell(self) -> None:
        text = "".join(self._text).strip()[:MOST_TEXT]
        if not text and not self._url:
            room = MOST_COLUMNS - len(self._cells)
            self._cells.extend([""] * min(self._cell_times, room))
            return
        for _ in range(min(self._cell_times, MOST_COLUMNS - len(self._cells))):
            if self._url:
                self._links[len(self._cells)] = self._url
            self._cells.append(text)

    def _take_row(self) -> None:
        while self._cells and not self._cells[-1] and len(self._cells) - 1 not in self._links:
            self._cells.pop()
        if self._cells:
            self._written += self._row_times * len(self._cells)
            if self._written > MOST_CELLS:
                raise WorkbookError(f"the workbook spans more than {MOST_CELLS:,} cells; save it as CSV")
            self._rows.extend(
                OdsRow(self._sheet, self._line + 1 + number, self._cells, self._links)
                for number in range(self._row_times)
            )
        self._line += self._row_times


def _times(said: str | None) -> int:
    try:
        return max(1, min(int(said or 1), 1 << 21))
    except ValueError:
        return 1
