"""Rows of an XLSX workbook, sheet after sheet.

The reader is compiled code that believes a workbook: it holds a sheet as a full rectangle, so that two cells in
opposite corners take a terabyte, and a made-up count of strings ends the whole process.  So what a workbook would need
is counted first, in its packed XML, piece by piece; then a child process reads it, and only what the child survived is
read here.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import date, datetime
from functools import partial
from io import BytesIO
from typing import IO, Any, NamedTuple

from pharmcheck.errors import WorkbookError
from pharmcheck.reading.taster import Limits, taste
from pharmcheck.workbooks.archive import guarded_archive, refuse_floods

MAX_CELLS = 3_000_000  # of the rectangle around a sheet: 150,000 rows of 20 columns, which take about 230 MB
_LIMITS = Limits(cpu=60, wall=180, address_space=2 << 30, data=512 << 20)  # of a workbook at the limits above
_PIECE = 1 << 20
_OVERLAP = 64  # bytes that a place may have
# A place that no sheet has, further out than any: the reader would make a row of billions of cells of it.
_FAR = re.compile(rb"""[\s]r\s*=\s*["'](?:[A-Za-z]{4,40}[0-9]|[A-Za-z]{41}|[A-Za-z]{0,3}[0-9]{10})""")
_PLACE = re.compile(rb"""[\s]r\s*=\s*["']([A-Za-z]{0,3})([0-9]{1,9})["']""")


class SheetRow(NamedTuple):
    """One row of a sheet."""

    sheet: int  # which one of the workbook, from 0
    line: int  # as the program that made it shows it, from 1
    cells: list[str]
    first_column: int  # of the first cell, from 0


def read_xlsx(file: IO[bytes]) -> tuple[list[str], Callable[[], Iterator[SheetRow]]]:
    """Names of the sheets, and what reads their rows again and again.  Raises WorkbookError, then and later."""
    file.seek(0)
    with guarded_archive(file) as archive:
        refuse_floods(archive)
        _refuse_rectangles(archive)
    file.seek(0)
    body = file.read()
    stopped = taste(_read_through, body, limits=_LIMITS)
    if stopped:
        raise WorkbookError(f"the workbook cannot be read: {stopped}")
    return [name for name, _ in _sheets(body, only_names=True)], partial(_rows, body)


def _read_through(body: bytes) -> None:
    """What the child does."""
    with suppress(WorkbookError):
        for _ in _rows(body):
            pass


def _rows(body: bytes) -> Iterator[SheetRow]:
    for number, (_, sheet) in enumerate(_sheets(body)):
        # Empty rows above the first cell are handed out, empty columns before it are not.
        _, before = sheet.start or (0, 0)
        for line, cells in enumerate(sheet.iter_rows(), 1):
            yield SheetRow(number, line, [_text(cell) for cell in cells], before)


def _sheets(body: bytes, *, only_names: bool = False) -> Iterator[tuple[str, Any]]:
    import python_calamine  # noqa: PLC0415 - only workbooks need it

    try:
        book = python_calamine.CalamineWorkbook.from_filelike(BytesIO(body))
        for name in book.sheet_names:
            yield name, None if only_names else book.get_sheet_by_name(name)
    except python_calamine.PasswordError as error:
        raise WorkbookError("the workbook has a password") from error
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        raise WorkbookError("the workbook cannot be read") from error


def _refuse_rectangles(archive: zipfile.ZipFile) -> None:
    """Refuse what would not fit into memory."""
    for part in archive.infolist():
        if part.filename.lower().endswith((".xml", ".bin")) and _rectangle(archive, part) > MAX_CELLS:
            raise WorkbookError(f"a sheet of the workbook spans more than {MAX_CELLS:,} cells; save it as CSV")


def _rectangle(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> int:
    """How many cells the rectangle around all cells of a sheet has."""
    column = row = 0
    tail = b""
    with archive.open(part) as opened:
        while piece := opened.read(_PIECE):
            if _FAR.search(tail + piece):
                return MAX_CELLS + 1
            for letters, digits in _PLACE.findall(tail + piece):
                column, row = max(column, _column(letters)), max(row, int(digits))
            tail = piece[-_OVERLAP:]
    return column * row


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def _text(cell: object) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))  # a workbook keeps whole numbers as 12345.0
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    return str(cell)
