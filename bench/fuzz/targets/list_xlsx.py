"""A workbook whose parts somebody wrote by hand.  The zip around them is right: a broken one is refused at once.

Read without the child that reads workbooks first elsewhere: starting one takes half a second.  What would only end the
child, a panic of the compiled reader, is what it is there for.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from unittest import mock

import xlsxwriter

from bench.fuzz.targets import list_text
from pharmcheck.workbooks import xlsx

_PARTS = ("xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/worksheets/_rels/sheet1.xml.rels", "xl/styles.xml")
_SPLIT = b"\n--\n"


def _book() -> dict[str, bytes]:
    """The parts of a workbook as other programs make them."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet("S")
        sheet.write_row("A1", ["Website", "Seen", "Note"])
        sheet.write_url("A2", "https://a.example.com/", string="a.example.com")
        sheet.write_datetime(
            "B2", datetime(2026, 1, 1, tzinfo=UTC).replace(tzinfo=None), book.add_format({"num_format": "d.m.yy"})
        )
        sheet.write_formula("A3", '=HYPERLINK("https://b.example.com","x")', None, "x")
        sheet.write_boolean("B3", True)  # noqa: FBT003 - the cell's value
        sheet.write_number("C3", 1.5)
    with zipfile.ZipFile(out) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


_BOOK = _book()

SEEDS = [
    _SPLIT.join(_BOOK[part] for part in _PARTS),
    b'<worksheet><dimension ref="A1:XFD1048576"/><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>a.example.com</t></is></c></row>'
    b'<row><c t="e"><v>#REF!</v></c><c t="str"><f>1</f><v>x</v></c></row></sheetData></worksheet>',
]


def once(data: bytes) -> None:
    """As of any list."""
    with mock.patch.object(xlsx, "taste", _here):
        list_text.once(packed(data))


def packed(data: bytes) -> bytes:
    """The workbook with these parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in {**_BOOK, **dict(zip(_PARTS, data.split(_SPLIT), strict=False))}.items():
            archive.writestr(name, content)
    return out.getvalue()


def _here(reader: Callable[..., object], *about: object, limits: object) -> str | None:  # noqa: ARG001 - as `taste`
    try:
        reader(*about)
    except BaseException as panic:
        if type(panic).__name__ != "PanicException":
            raise
        return "crashed"
    return None
