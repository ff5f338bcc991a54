"""Which format a file has, told by what is in it: names of files lie.  Refuses what is no list with one sentence."""

from __future__ import annotations

import io
import re

from pharmcheck.errors import ListFileError, WorkbookError
from pharmcheck.intake.delimited import read_delimited
from pharmcheck.intake.documents import read_json
from pharmcheck.intake.encodings import decode
from pharmcheck.intake.plain import read_text
from pharmcheck.intake.rows import MAX_BYTES, ListFile
from pharmcheck.intake.sheets import read_ods_list, read_xlsx_list
from pharmcheck.workbooks import guarded_archive, is_ods, is_xlsx, kind_of

_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_MARKUP = re.compile(r"\s*<(?:!doctype|!--|\?xml|html|head|body|table|div|meta|title)\b", re.IGNORECASE)
_STRAY = 50  # a text may hold a NUL by mistake, one in fifty characters
_TAKES = "hand in CSV, XLSX, ODS, text or JSON"


def open_list(body: bytes, encoding: str | None = None) -> ListFile:
    """The file as rows.  Raises ListFileError."""
    if len(body) > MAX_BYTES:
        raise ListFileError(f"The file is larger than {MAX_BYTES >> 20} MB; split it and hand in the parts.")
    if not body.strip():
        raise ListFileError("The file is empty.")
    if body.startswith(_ZIP):
        return _workbook(body)
    kind = kind_of(body)
    if kind is not None and "JSON" not in kind:
        raise ListFileError(f"The file is {kind}: {_TAKES}.")
    text, name = decode(body, encoding)
    if text.count("\0") * _STRAY > len(text):
        raise ListFileError(f"The file is no text and no workbook: {_TAKES}.")
    if _MARKUP.match(text):
        raise ListFileError(f"The file is a web page: {_TAKES}.")
    return read_json(text, name) or read_delimited(text, name) or read_text(text, name)


def _workbook(body: bytes) -> ListFile:
    file = io.BytesIO(body)
    try:
        with guarded_archive(file) as archive:
            xlsx, ods = is_xlsx(archive), is_ods(archive)
        if xlsx:
            return read_xlsx_list(file)
        if ods:
            return read_ods_list(file)
    except WorkbookError as error:
        raise ListFileError(f"The workbook cannot be opened: {error}.") from error
    raise ListFileError(f"The file is a zip archive: unpack it and {_TAKES}.")
