"""What kind of file somebody handed in, and its text line by line.

A file of another kind is refused with a sentence that says what was expected and what was found.  Nothing is read
whole: a register may have eleven gigabytes.
"""

from __future__ import annotations

import codecs
import io
import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import IO

from pharmcheck.errors import RegisterFileError, WorkbookError
from pharmcheck.reading import clean
from pharmcheck.workbooks import MAX_RATIO, guarded_archive, kind_of

MAX_LINE = 1 << 20  # characters; the longest line of the largest register we know has ten thousand
_HEAD = 4_096
_STRAY = 50  # a text may hold a NUL by mistake, one in fifty characters
_TITLE = re.compile(rb"<title[^>]{0,200}>([^<]{0,200})", re.IGNORECASE)
_MARKUP = re.compile(rb"\s*<(?:!doctype|!--|\?xml|html|head|body|table|div|meta|title)\b", re.IGNORECASE)
_UTF16 = ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


def head_of(file: IO[bytes]) -> bytes:
    """The first bytes; the file stands at its beginning again."""
    file.seek(0)
    head = file.read(_HEAD)
    file.seek(0)
    return head


def is_zip(head: bytes) -> bool:
    """Whether these bytes begin a zip archive, of which an XLSX workbook is one."""
    return head.startswith((b"PK\x03\x04", b"PK\x05\x06"))


def is_markup(head: bytes) -> bool:
    """Whether these bytes begin a web page."""
    return bool(_MARKUP.match(head.removeprefix(codecs.BOM_UTF8)))


def page_of(head: bytes) -> str:
    """A web page, with the title that it gives itself."""
    title = _TITLE.search(head)
    named = clean(title[1].decode("utf-8", "replace"), 80) if title else ""
    return f"a web page (“{named}”)" if named else "a web page"


def refuse_unless_text(head: bytes, expected: str) -> None:
    """Raise RegisterFileError where these bytes begin no plain text."""
    bare = head.removeprefix(codecs.BOM_UTF8).lstrip()
    if not bare:
        raise RegisterFileError(f"Expected {expected}; the file is empty.")
    found = kind_of(bare)
    if is_zip(head):
        found = "a zip archive"
    elif is_markup(head):
        found = f"{page_of(head)}, perhaps an error page"
    elif not found and head.count(b"\0") * _STRAY > len(head) and not head.startswith(tuple(bom for bom, _ in _UTF16)):
        found = "a file that is no text"
    if found:
        raise RegisterFileError(f"Expected {expected}; found {found}.")


@contextmanager
def member_of(file: IO[bytes], wanted: str, expected: str) -> Iterator[IO[bytes]]:
    """The one member of a zip archive whose name matches the pattern `wanted`, opened as a stream.

    Raises RegisterFileError, also from inside the `with`, where the archive is broken or a bomb.
    """
    with archive_of(file, expected) as archive:
        fits = re.compile(wanted, re.IGNORECASE)
        names = [info for info in archive.infolist() if not info.is_dir() and fits.search(info.filename)]
        if len(names) != 1:
            held = ", ".join(clean(info.filename, 80) for info in archive.infolist()[:5]) or "nothing"
            how_many = "none" if not names else f"{len(names)} of them"
            raise RegisterFileError(f"Expected {expected} inside the zip archive; {how_many} found (it holds {held}).")
        if names[0].compress_size * MAX_RATIO < names[0].file_size:
            raise RegisterFileError(
                f"Expected {expected}; the archive unpacks to more than {MAX_RATIO} times its size."
            )
        with archive.open(names[0]) as member:
            yield member


@contextmanager
def archive_of(file: IO[bytes], expected: str) -> Iterator[zipfile.ZipFile]:
    """A zip archive with all that can be wrong with one turned into RegisterFileError."""
    try:
        with guarded_archive(file) as archive:
            yield archive
    except WorkbookError as error:
        raise RegisterFileError(f"Expected {expected}; {error}.") from error


def lines_of(file: IO[bytes], expected: str, *, fallback: str) -> Iterator[str]:
    """The lines of a text, each with its end: UTF-8, UTF-16 by its mark, else line by line in `fallback`.

    A line that is not UTF-8 is in the old code page of its country; whole files may mix the two.
    """
    head = head_of(file)
    refuse_unless_text(head, expected)
    wide = next((charset for bom, charset in _UTF16 if head.startswith(bom)), None)
    text = io.TextIOWrapper(file, encoding=wide or "latin-1", errors="replace", newline="")
    try:
        first = True
        while line := text.readline(MAX_LINE):
            if len(line) >= MAX_LINE:
                raise RegisterFileError(f"Expected {expected}; a line has more than {MAX_LINE:,} characters.")
            if not wide:
                line = _decoded(line.encode("latin-1"), fallback)
            yield line.removeprefix("\ufeff") if first else line
            first = False
    finally:
        with suppress(ValueError):  # somebody closed the file before us
            text.detach()


def _decoded(raw: bytes, fallback: str) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode(fallback, "replace")
