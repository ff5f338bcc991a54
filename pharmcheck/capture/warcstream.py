"""Stream the records of a web archive that somebody else may have built to hurt us.

warcio does the parsing; this file bounds it: line length, header size, body size and the total of what is
unpacked.  Nothing is read into memory that was not counted first.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BufferedReader, BytesIO
from typing import BinaryIO

from warcio.archiveiterator import ArchiveIterator
from warcio.bufferedreaders import (
    ChunkedDataReader,
    DecompressingBufferedReader,
)

from pharmcheck.capture.bodies import BodyReader, BrokenBody, TooLarge, encoding_of
from pharmcheck.errors import ArchiveError

MAX_BODY = 5 << 20  # bytes of a page, as in a live visit
_MAX_WIRE = 6 << 20  # a body before decoding; chunked framing takes some of it
_MAX_METADATA = 16 << 20
_MAX_RATIO = 1000  # deflate cannot do much better, so only the cap on the body counts here
_MAX_LINE = 64 << 10
_MAX_HEADERS = 256 << 10  # all lines of one record
_MAX_TOTAL = 4 << 30  # unpacked bytes of the whole file: a 4 MB gzip bomb holds as much and takes some 20 s
_BLOCK = 16 << 10


@dataclass(frozen=True, slots=True)
class Record:
    """One record that we asked for."""

    kind: str  # WARC-Type
    record_id: str
    url: str
    date: datetime | None
    content_type: str  # of the record, lower case
    status: int | None  # of the HTTP response, when it is one
    headers: tuple[tuple[str, str], ...]  # of the HTTP response, names in lower case
    body: bytes
    truncated: bool
    problem: str | None  # why the body could not be decoded

    def header(self, name: str) -> str:
        """First value of an HTTP header, "" when there is none."""
        return next((value for key, value in self.headers if key == name), "")


class _TooMuch(Exception):  # noqa: N818 - named for what happened
    """The file does not keep to the limits; what was read before stays good."""


class _BoundedReader(DecompressingBufferedReader):  # type: ignore[misc]
    """warcio's reader, which by itself reads a line of any length into memory."""

    def __init__(self, file: BinaryIO | gzip.GzipFile) -> None:
        super().__init__(file, block_size=_BLOCK)
        self.line_bytes = 0
        self._total = 0

    def readline(self, length: int | None = None) -> bytes:
        line: bytes = super().readline(min(length or _MAX_LINE, _MAX_LINE))
        self._count(len(line))
        self.line_bytes += len(line)
        if (len(line) == _MAX_LINE and not line.endswith(b"\n")) or self.line_bytes > _MAX_HEADERS:
            raise _TooMuch
        return line

    def read(self, length: int | None = None) -> bytes:
        data: bytes = super().read(_BLOCK if length is None else length)
        self._count(len(data))
        return data

    def _count(self, size: int) -> None:
        self._total += size
        if self._total > _MAX_TOTAL:
            raise _TooMuch


def records(file: BufferedReader, wanted: Callable[[Record], bool]) -> Iterator[Record]:
    """The records of `file` for which `wanted` says yes; it is asked before the body is read (body empty).

    Stops quietly at the point where the file breaks; raises ArchiveError when nothing before that was readable.
    """
    seen = 0
    try:
        # Unpacked here and not by warcio: it stops at files that are one single gzip member (`gzip site.warc`).
        plain = gzip.GzipFile(fileobj=file) if file.peek(2)[:2] == b"\x1f\x8b" else file
        iterator = ArchiveIterator(plain)
        reader = iterator.reader = _BoundedReader(plain)
        for raw in iterator:
            reader.line_bytes = 0
            if raw.rec_headers.protocol and raw.rec_headers.protocol.upper().startswith("WARC/"):
                seen += 1
            head = _head(raw)
            if wanted(head):
                yield _with_body(head, raw)
            reader.line_bytes = 0
    except ArchiveError:
        raise
    except Exception as error:  # warcio raises whatever its parser trips over, down to bare Exception
        if not seen:
            raise ArchiveError("The file is not a readable web archive (WARC).") from error
    if not seen:
        raise ArchiveError("The file is empty or not a web archive (WARC).")


def _head(raw: object) -> Record:
    headers = raw.rec_headers  # type: ignore[attr-defined]
    http = raw.http_headers  # type: ignore[attr-defined]
    pairs: list[tuple[str, str]] = []
    status: int | None = None
    if http is not None and raw.rec_type == "response":  # type: ignore[attr-defined]
        pairs = [(str(name).lower(), str(value)) for name, value in http.headers[:500]]
        code = (http.statusline or "").split(" ", 1)[0]
        status = int(code) if code.isascii() and code.isdigit() and len(code) == 3 else None  # noqa: PLR2004
    return Record(
        kind=str(raw.rec_type or ""),  # type: ignore[attr-defined]
        record_id=headers.get_header("WARC-Record-ID") or "",
        url=(headers.get_header("WARC-Target-URI") or "").strip("<> "),
        date=_date(headers.get_header("WARC-Date") or ""),
        content_type=(headers.get_header("Content-Type") or "").lower(),
        status=status,
        headers=tuple(pairs),
        body=b"",
        truncated=False,
        problem=None,
    )


def _with_body(head: Record, raw: object) -> Record:
    limit = _MAX_WIRE if head.status is not None else _MAX_METADATA
    stream = raw.raw_stream  # type: ignore[attr-defined]
    body = bytearray()
    with suppress(EOFError, OSError, zlib.error):  # the file breaks off inside this record: keep what is there
        while len(body) <= limit and (piece := stream.read(_BLOCK)):
            body += piece
    declared = raw.payload_length  # type: ignore[attr-defined]
    truncated = len(body) > limit or (head.status is not None and 0 <= declared != len(body))
    content = bytes(body[:limit])
    problem: str | None = None
    if head.status is not None:
        content, cut, problem = _decode(head, content)
        truncated = truncated or cut
    return Record(
        head.kind,
        head.record_id,
        head.url,
        head.date,
        head.content_type,
        head.status,
        head.headers,
        content,
        truncated,
        problem,
    )


def _decode(head: Record, content: bytes) -> tuple[bytes, bool, str | None]:
    """Undo chunks and compression: (body, cut, problem).  Archivers often undid them and left the header."""
    if "chunked" in head.header("transfer-encoding").lower():
        content = ChunkedDataReader(BytesIO(content)).read()
    try:
        encoding = encoding_of([value for key, value in head.headers if key == "content-encoding"])
    except BrokenBody as error:
        if content[:64].lstrip()[:1] == b"<":
            encoding = ""
        else:
            return b"", False, str(error)
    if encoding == "gzip" and content[:2] != b"\x1f\x8b":
        encoding = ""
    reader = BodyReader(encoding, max_wire=_MAX_WIRE, max_body=MAX_BODY, max_ratio=_MAX_RATIO)
    try:
        reader.feed(content)
        return reader.finish(), False, None
    except TooLarge:
        return reader.kept(), True, None
    except (BrokenBody, zlib.error):
        if encoding == "deflate" and not reader.kept():
            return content[:MAX_BODY], False, None
        return reader.kept(), True, None


def _date(text: str) -> datetime | None:
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        return None
    return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
