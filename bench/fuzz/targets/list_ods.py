"""An OpenDocument spreadsheet whose content somebody wrote by hand."""

from __future__ import annotations

import io
import zipfile

from bench.fuzz.targets import list_text

SEEDS = [
    b'<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:table="urn:oasis:names:tc:opendocume'
    b'nt:xmlns:table:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" xmlns:xlink="http://www.w3.org/1999/xlink"><office:'
    b'body><office:spreadsheet><table:table table:name="S"><table:table-row table:number-rows-repeated="2"><table:table-cell table:number'
    b'-columns-repeated="3"><text:p>a<text:s text:c="2"/>.example.com<text:a xlink:href="https://b.example.com">x</text:a></text:p></table'
    b":table-cell><table:covered-table-cell/></table:table-row></table:table></office:spreadsheet></office:body></office:document-content>",
]


def once(data: bytes) -> None:
    """As of any list."""
    list_text.once(packed(data))


def packed(data: bytes) -> bytes:
    """The spreadsheet with this content."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", data)
    return out.getvalue()
