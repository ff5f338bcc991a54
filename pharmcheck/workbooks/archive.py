"""A zip archive with all that can be wrong with one turned into a reason, and counted before anything is unpacked."""

from __future__ import annotations

import lzma
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from pharmcheck.errors import WorkbookError

MAX_RATIO = 200  # unpacked to packed (field notes 2.3); real tables pack at ten to forty
MAX_MEMBERS = 1_000
MAX_UNPACKED = 256 << 20  # bytes of all parts together
_XLSX_MAIN = "xl/workbook.xml"
_ODS_MAIN = "content.xml"
_ODS_TYPE = b"application/vnd.oasis.opendocument.spreadsheet"


@contextmanager
def guarded_archive(file: IO[bytes]) -> Iterator[zipfile.ZipFile]:
    """A zip archive.  Raises WorkbookError, also from inside the `with`, where it is broken."""
    try:
        with zipfile.ZipFile(file) as archive:
            if len(archive.infolist()) > MAX_MEMBERS:
                raise WorkbookError(f"the archive has more than {MAX_MEMBERS} members")
            yield archive
    except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, NotImplementedError, RuntimeError) as error:
        raise WorkbookError("the zip archive is broken, encrypted or cut short") from error
    except (OSError, ValueError, OverflowError) as error:
        raise WorkbookError("the zip archive cannot be read") from error


def refuse_floods(archive: zipfile.ZipFile) -> None:
    """Raise WorkbookError where the parts would unpack to more than we hold."""
    parts = archive.infolist()
    unpacked = sum(part.file_size for part in parts)
    packed = sum(part.compress_size for part in parts)
    if unpacked > MAX_UNPACKED or unpacked > MAX_RATIO * max(packed, 1):
        raise WorkbookError("the workbook is too large when unpacked; save it as CSV")


def is_xlsx(archive: zipfile.ZipFile) -> bool:
    """Whether a zip archive is an XLSX workbook."""
    return _XLSX_MAIN in archive.NameToInfo


def is_ods(archive: zipfile.ZipFile) -> bool:
    """Whether a zip archive is an OpenDocument spreadsheet."""
    kind = archive.NameToInfo.get("mimetype")
    if kind is None or _ODS_MAIN not in archive.NameToInfo:
        return False
    with archive.open(kind) as opened:
        return opened.read(len(_ODS_TYPE) + 16).startswith(_ODS_TYPE)
