"""A workbook whose parts somebody wrote by hand.  The zip around them is right: a broken one is refused at once.

Read without the child that reads workbooks first elsewhere: starting one takes half a second.  What would only end the
child, a panic of the compiled reader, is what it is there for.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from unittest import mock

from bench.fuzz.targets import list_text
from pharmcheck.workbooks import xlsx

_SHEET = "xl/worksheets/sheet1.xml"
_PARTS = (_SHEET, "xl/sharedStrings.xml", "xl/worksheets/_rels/sheet1.xml.rels", "xl/styles.xml")
_SPLIT = b"\n--\n"
_FIXED = {
    "[Content_Types].xml": b'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
    "xl/workbook.xml": b'<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxml'
    b'formats.org/officeDocument/2006/relationships"><sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship '
    b'Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/>'
    b"</Relationships>",
}

SEEDS = [
    b'<worksheet><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="inlineStr"><is><t>a.example.com</t></is></c></row>'
    b'<row r="2"><c r="A2" s="1"><v>45000.5</v></c><c r="B2" t="str"><f>1+1</f><v>x</v></c></row></sheetData>'
    b'<hyperlinks><hyperlink ref="B1" r:id="rId1"/></hyperlinks></worksheet>' + _SPLIT + b"<sst><si><t>Website</t></si></sst>" + _SPLIT
    + b'<Relationships><Relationship Id="rId1" Target="https://a.example.com/" TargetMode="External"/></Relationships>' + _SPLIT
    + b'<styleSheet><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>',
    b'<worksheet><dimension ref="A1:XFD1048576"/><sheetData><row><c t="e"><v>#REF!</v></c><c><f>HYPERLINK("https://b.example.com","x")</f>'
    b"<v>x</v></c></row></sheetData></worksheet>",
]  # fmt: skip


def once(data: bytes) -> None:
    """As of any list."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in {**_FIXED, **dict(zip(_PARTS, data.split(_SPLIT), strict=False))}.items():
            archive.writestr(name, content)
    with mock.patch.object(xlsx, "taste", _here):
        list_text.once(out.getvalue())


def _here(reader: Callable[..., object], *about: object, limits: object) -> str | None:  # noqa: ARG001 - as `taste`
    try:
        reader(*about)
    except BaseException as panic:
        if type(panic).__name__ != "PanicException":
            raise
        return "crashed"
    return None
