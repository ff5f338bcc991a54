"""The index of a web archive (CDXJ) and the list of its pages, as the WACZ format wants them.

Made by reading the archive member by member, for the index says where in the file each answer begins.  A record must
be a gzip member of its own; archives in which it is not cannot be indexed by anybody.
"""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID, uuid5

from pharmcheck.errors import EvidenceError
from pharmcheck.model import Capture

_NAMESPACE = UUID("5f3b0a9e-0f0c-5c39-9d53-2f7f6d1b6e10")  # ours, for the ids of pages
_PIECE = 1 << 16
_MOST_HEAD = 256 << 10  # bytes of a record that are looked at: its headers and those of the answer
_MOST_PLAIN = 4 << 30  # unpacked bytes of a whole archive, as in capture.warcstream
_MOST_RECORDS = 200_000
_NO_DIGITS = re.compile("[^0-9]")
_STATUS = re.compile(rb"HTTP/[0-9.]+ ([0-9]{3})(?: |\r?\n)")


@dataclass(frozen=True, slots=True)
class _Record:
    offset: int
    length: int  # compressed
    plain: int
    head: bytes


def index_lines(archive: Path, name: str) -> list[str]:
    """A line for every answer in an archive.  Raises EvidenceError when it cannot be indexed."""
    return [line for record in _records(archive) if (line := _line(record, name)) is not None]


def index_bytes(lines: Iterable[str]) -> bytes:
    """The index of all archives."""
    return "".join(f"{line}\n" for line in sorted(lines)).encode("ascii")


def pages_bytes(captures: Iterable[Capture]) -> bytes:
    """The pages that a person would open first."""
    lines = [json.dumps({"format": "json-pages-1.0", "id": "pages", "title": "Pages that were read"})]
    seen = set()
    for capture in captures:
        for page in capture.pages:
            if page.url not in seen:
                seen.add(page.url)
                moment = page.fetched_at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
                told = {"id": str(uuid5(_NAMESPACE, page.url)), "url": page.url, "ts": moment, "title": page.role.value}
                lines.append(json.dumps(told, ensure_ascii=True))
    return "".join(f"{line}\n" for line in lines).encode("ascii")


def _line(record: _Record, name: str) -> str | None:
    warc, _, rest = record.head.partition(b"\r\n\r\n")
    headers = _headers(warc)
    if headers.get("warc-type") != "response" or not headers.get("warc-target-uri"):
        return None
    url = headers["warc-target-uri"].strip("<>")
    found = _STATUS.match(rest)
    answer = _headers(rest.partition(b"\r\n\r\n")[0])
    told = {
        "url": url,
        "mime": answer.get("content-type", "").partition(";")[0].strip().lower() or "application/octet-stream",
        "status": found[1].decode("ascii") if found else "",
        "digest": headers.get("warc-payload-digest", ""),
        "length": str(record.length),
        "offset": str(record.offset),
        "filename": name,
    }
    moment = _NO_DIGITS.sub("", headers.get("warc-date", ""))[:14].ljust(14, "0")
    return f"{search_key(url)} {moment} {json.dumps(told, ensure_ascii=True)}"


def search_key(url: str) -> str:
    """A web address turned round, host first, so that a site's pages stand together (SURT)."""
    try:
        parts = urlsplit(url.lower())
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return "invalid)/"
    key = ",".join(reversed(host.removeprefix("www.").split(".")))
    key += f":{port}" if port not in (None, 80, 443) else ""
    key += f"){parts.path or '/'}" + (f"?{parts.query}" if parts.query else "")
    return "".join(letter if "!" <= letter <= "~" else f"%{ord(letter):x}" for letter in key)


def _headers(text: bytes) -> dict[str, str]:
    pairs = (line.partition(b":") for line in text.split(b"\r\n"))
    return {
        name.decode("latin-1").strip().lower(): value.decode("utf-8", "replace").strip() for name, _, value in pairs
    }


def _records(archive: Path) -> Iterator[_Record]:
    count = plain = 0
    try:
        for record in _members(archive):
            count += 1
            plain += record.plain
            if count > _MOST_RECORDS or plain > _MOST_PLAIN:
                raise EvidenceError("The web archive holds more than we put into a package.")
            if not _is_one_record(record):
                raise EvidenceError(
                    "The web archive is not compressed record by record, so that it cannot be indexed; "
                    "`warcio recompress FILE NEW.warc.gz` makes one that can."
                )
            yield record
    except (OSError, zlib.error) as error:
        raise EvidenceError("The web archive cannot be read to its end.") from error


def _is_one_record(record: _Record) -> bool:
    """Whether a gzip member is exactly one record: headers, a body as long as they say, two line ends."""
    warc, end, _ = record.head.partition(b"\r\n\r\n")
    length = _headers(warc).get("content-length", "")
    if not (end and warc.startswith(b"WARC/") and length.isascii() and length.isdecimal()):
        return False
    return record.plain == len(warc) + len(end) + int(length[:18]) + len(b"\r\n\r\n")


def _members(archive: Path) -> Iterator[_Record]:
    """The gzip members of a file, each unpacked a piece at a time; only its first bytes are kept."""
    with archive.open("rb") as file:
        offset, data = 0, file.read(_PIECE)
        while data:
            unpacker = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
            head, plain, taken = bytearray(), 0, 0
            while not unpacker.eof:
                piece = unpacker.decompress(data, _PIECE)
                plain += len(piece)
                if plain > _MOST_PLAIN:
                    raise EvidenceError("The web archive holds more than we put into a package.")
                head += piece[: _MOST_HEAD - len(head)]
                rest = unpacker.unconsumed_tail or unpacker.unused_data
                taken += len(data) - len(rest)
                data = rest
                if not data and not unpacker.eof:
                    data = file.read(_PIECE)
                    if not data and not piece:
                        raise EvidenceError("The web archive breaks off.")
            yield _Record(offset, taken, plain, bytes(head))
            offset += taken
            data = data or file.read(_PIECE)
