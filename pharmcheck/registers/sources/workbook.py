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
from typing import IO, Any

from pharmcheck.errors import RegisterFileError
from pharmcheck.reading.taster import Limits, taste
from pharmcheck.registers.sources.opening import MAX_RATIO, archive_of
from pharmcheck.registers.sources.raw import RawRow

MAX_UNPACKED = 256 << 20  # bytes of all parts together
MAX_CELLS = 3_000_000  # of the rectangle around a sheet: 150,000 rows of 20 columns, which take about 230 MB
_LIMITS = Limits(cpu=60, wall=180, address_space=2 << 30, data=512 << 20)  # of a workbook at the limits above
_PIECE = 1 << 20
_OVERLAP = 64  # bytes that a place may have
_PLACE = re.compile(rb"""[\s]r\s*=\s*["']([A-Za-z]{0,3})([0-9]{1,9})["']""")
_MAIN = "xl/workbook.xml"


def is_workbook(archive: zipfile.ZipFile) -> bool:
    """Whether a zip archive is an XLSX workbook."""
    return _MAIN in archive.NameToInfo


def open_workbook(file: IO[bytes], expected: str) -> Callable[[], Iterator[RawRow]]:
    """What reads the rows of every sheet, again and again.  Raises RegisterFileError, then and later."""
    file.seek(0)
    with archive_of(file, expected) as archive:
        _weigh(archive, expected)
    file.seek(0)
    body = file.read()
    stopped = taste(_read_through, body, limits=_LIMITS)
    if stopped:
        raise RegisterFileError(f"Expected {expected}; the workbook cannot be read: {stopped}.")
    return partial(_rows, body, expected)


def _read_through(body: bytes) -> None:
    """What the child does."""
    with suppress(RegisterFileError):
        for _ in _rows(body, ""):
            pass


def _rows(body: bytes, expected: str) -> Iterator[RawRow]:
    for number, sheet in enumerate(_sheets(body, expected)):
        # Empty rows above the first cell are not handed out; what is counted is what stands in the sheet.
        for line, cells in enumerate(sheet.iter_rows(), 1 + (sheet.start or (0, 0))[0]):
            yield RawRow(line, [_text(cell) for cell in cells], ragged=True, table=number)


def _sheets(body: bytes, expected: str) -> Iterator[Any]:
    import python_calamine  # noqa: PLC0415 - only workbooks need it

    try:
        book = python_calamine.CalamineWorkbook.from_filelike(BytesIO(body))
        for name in book.sheet_names:
            yield book.get_sheet_by_name(name)
    except python_calamine.PasswordError as error:
        raise RegisterFileError(f"Expected {expected}; the workbook has a password.") from error
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        raise RegisterFileError(f"Expected {expected}; the workbook cannot be read.") from error


def _weigh(archive: zipfile.ZipFile, expected: str) -> None:
    """Refuse what would not fit into memory."""
    parts = archive.infolist()
    unpacked = sum(part.file_size for part in parts)
    packed = sum(part.compress_size for part in parts)
    if unpacked > MAX_UNPACKED or unpacked > MAX_RATIO * max(packed, 1):
        raise RegisterFileError(f"Expected {expected}; the workbook is too large when unpacked; save it as CSV.")
    for part in parts:
        if part.filename.lower().endswith((".xml", ".bin")) and _rectangle(archive, part) > MAX_CELLS:
            raise RegisterFileError(
                f"Expected {expected}; a sheet of the workbook spans more than {MAX_CELLS:,} cells; save it as CSV."
            )


def _rectangle(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> int:
    """How many cells the rectangle around all cells of a sheet has."""
    column = row = 0
    tail = b""
    with archive.open(part) as opened:
        while piece := opened.read(_PIECE):
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
