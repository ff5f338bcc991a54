"""Where the cells of an XLSX workbook lead: a cell may show one address and open another.

The reader of cells gives what is shown only.  Also found here: formulas whose result nobody saved, which show nothing.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping
from typing import IO, NamedTuple

from pharmcheck.workbooks.archive import guarded_archive
from pharmcheck.workbooks.parts import read_part

MOST_LINKS = 250_000  # cells with a link or an unsaved formula: more than a list may have rows
_HYPERLINK = re.compile(r'^\s*(?:_xlfn\.)?HYPERLINK\(\s*"([^"]{1,4096})"', re.IGNORECASE)
_REF = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_RANGE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})(?::([A-Z]{1,3})([0-9]{1,7}))?")
_MOST_IN_RANGE = 1_000  # cells that one link of a workbook covers; a link over a whole column says nothing of any
_MOST_FORMULA = 8_192  # characters of a formula; a spreadsheet program allows as many


class CellLink(NamedTuple):
    """What a cell does beyond showing its text."""

    url: str  # "" when there is no link
    unsaved: bool  # a formula without a result


Place = tuple[int, int, int]  # sheet, line, column: sheet and column from 0, line from 1


def cell_links(file: IO[bytes], sheets: int) -> dict[Place, CellLink]:
    """The links and unsaved formulas of the first so many sheets.  Raises WorkbookError."""
    found: dict[Place, CellLink] = {}
    file.seek(0)
    with guarded_archive(file) as archive:
        for number, name in enumerate(_sheet_parts(archive)[:sheets]):
            if name in archive.NameToInfo:
                _Sheet(number, _targets(archive, name), found).read(archive, name)
    return found


class _Sheet:
    """Reads one sheet's part."""

    def __init__(self, number: int, targets: Mapping[str, str], found: dict[Place, CellLink]) -> None:
        self._number, self._targets, self._found = number, targets, found
        self._cell, self._formula = "", ""
        self._in_formula = self._in_value = self._has_formula = self._has_value = False

    def read(self, archive: zipfile.ZipFile, name: str) -> None:
        read_part(archive, name, self._start, self._end, self._text)

    def _start(self, tag: str, given: Mapping[str, str]) -> None:
        if tag == "c":
            self._cell, self._formula = given.get("r", ""), ""
            self._has_formula = self._has_value = False
        elif tag == "f":
            self._in_formula = self._has_formula = True
        elif tag == "v":
            self._in_value = True
        elif tag == "hyperlink":
            self._link(given)

    def _text(self, text: str) -> None:
        self._has_value |= self._in_value and bool(text)
        if self._in_formula and len(self._formula) < _MOST_FORMULA:
            self._formula += text

    def _end(self, tag: str) -> None:
        if tag == "f":
            self._in_formula = False
        elif tag == "v":
            self._in_value = False
        elif tag == "c" and self._has_formula:
            self._take_formula()

    def _take_formula(self) -> None:
        place = _REF.fullmatch(self._cell)
        if place is None:
            return
        linked = _HYPERLINK.match(self._formula)
        url = linked[1] if linked else ""
        if url or not self._has_value:
            self._put(int(place[2]), _column(place[1]), CellLink(url, unsaved=not self._has_value))

    def _link(self, given: Mapping[str, str]) -> None:
        span = _RANGE.fullmatch(given.get("ref", ""))
        url = self._targets.get(given.get("id", ""), "")
        if span is None or not url:
            return
        left, top = _column(span[1]), int(span[2])
        right, bottom = (_column(span[3]), int(span[4])) if span[3] else (left, top)
        if (right - left + 1) * (bottom - top + 1) > _MOST_IN_RANGE:
            return
        for line in range(top, bottom + 1):
            for column in range(left, right + 1):
                self._put(line, column, CellLink(url, unsaved=False))

    def _put(self, line: int, column: int, link: CellLink) -> None:
        if len(self._found) < MOST_LINKS:
            self._found[self._number, line, column] = link


def _sheet_parts(archive: zipfile.ZipFile) -> list[str]:
    """The parts of the sheets, in the order of the workbook."""
    ids: list[str] = []

    def start(tag: str, given: Mapping[str, str]) -> None:
        if tag == "sheet":
            ids.append(given.get("id", ""))

    read_part(archive, "xl/workbook.xml", start)
    targets = _related(archive, "xl/_rels/workbook.xml.rels")
    paths = [targets.get(identifier, "") for identifier in ids]
    return [path.removeprefix("/") if path.startswith("/") else f"xl/{path}" for path in paths]


def _targets(archive: zipfile.ZipFile, sheet: str) -> dict[str, str]:
    folder, _, name = sheet.rpartition("/")
    return _related(archive, f"{folder}/_rels/{name}.rels")


def _related(archive: zipfile.ZipFile, name: str) -> dict[str, str]:
    found: dict[str, str] = {}
    if name not in archive.NameToInfo:
        return found

    def start(tag: str, given: Mapping[str, str]) -> None:
        if tag == "Relationship":
            found[given.get("Id", "")] = given.get("Target", "")

    read_part(archive, name, start)
    return found


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1
