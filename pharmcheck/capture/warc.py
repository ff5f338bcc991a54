"""Captures into a web archive (WARC) and back.

Each capture is one `metadata` record (`pharmcheck.capture/1`) followed by one standard `response` record per page
with its decoded body, so that other tools can read the file too.  Archives by others are read by `foreign`.
The same captures always give the same bytes.
"""

from __future__ import annotations

import gzip
import http
import json
import os
import re
import uuid
from collections.abc import Iterable
from datetime import UTC, datetime
from io import BytesIO
from typing import Any, BinaryIO

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from pharmcheck.capture import foreign
from pharmcheck.capture.records import SCHEMA, capture_id, from_json, to_json
from pharmcheck.capture.warcstream import Record, records
from pharmcheck.errors import ArchiveError
from pharmcheck.model import Capture, Look, Page

__all__ = ["capture_id", "read_warc", "write_warc"]

_NAMESPACE = uuid.UUID("6f0c3a52-9d0e-5b0a-9a53-0d1c7c0f6a11")  # ours, for record ids derived from content
_PAGE_KINDS = ("response", "conversion")  # as the site sent it; as a browser made it
_MOST_CAPTURES = 10_000
_MOST_BYTES = 1 << 30  # of page bodies held while reading one file
_HEADER_BREAK = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")
_NO_NAME = re.compile(r"[^!#$%&'*+.^`|~0-9A-Za-z_-]")  # what the name of a header cannot hold (RFC 9110, 5.6.2)


def write_warc(captures: Iterable[Capture], file: str | os.PathLike[str] | BinaryIO) -> None:
    """Write `captures` to a path (gzip when it ends in `.gz`) or to an open binary file (always gzip).

    Raises OSError when the file cannot be written.
    """
    if isinstance(file, (str, os.PathLike)):
        with open(file, "wb") as out:  # noqa: PTH123 - a path in any form
            _write(captures, out, gzipped=os.fspath(file).endswith(".gz"))
    else:
        _write(captures, file, gzipped=True)


def read_warc(path: str | os.PathLike[str]) -> list[Capture]:
    """All captures in a `.warc` or `.warc.gz` file: ours in full, those of others grouped by registrable domain.

    A file that breaks off gives what could be read before.  Raises ArchiveError, with a sentence, when it is
    missing, empty or no web archive, and when it holds no page of any site.
    """
    described: list[tuple[dict[str, Any], dict[str, bytes]]] = []
    owners: dict[str, int] = {}  # record id of a page → index in `described`
    others = foreign.Gatherer()
    size = 0

    def is_wanted(head: Record) -> bool:
        return head.record_id in owners or _is_description(head) or foreign.is_page(head)

    try:
        with open(path, "rb") as file:  # noqa: PTH123 - a path in any form
            for record in records(file, is_wanted):
                if record.record_id in owners and record.kind in _PAGE_KINDS:
                    size += len(record.body)
                    if size <= _MOST_BYTES:
                        described[owners[record.record_id]][1][record.record_id] = record.body
                elif _is_description(record):
                    value = _description(record)
                    if value is not None and len(described) < _MOST_CAPTURES:
                        described.append((value, {}))
                        owners |= dict.fromkeys(_page_ids(value), len(described) - 1)
                elif foreign.is_page(record):
                    others.add(record)
    except (OSError, gzip.BadGzipFile) as error:
        raise ArchiveError("The web archive cannot be opened or read.") from error
    captures = [from_json(value, bodies) for value, bodies in described] + others.captures()
    if not captures:
        raise ArchiveError("The web archive holds no web page.")
    return captures


def _write(captures: Iterable[Capture], out: BinaryIO, *, gzipped: bool) -> None:
    writer = WARCWriter(out, gzip=gzipped, warc_version="1.1")
    for number, capture in enumerate(captures):
        name = f"{number}:{capture_id(capture)}"
        pages = [*capture.pages, *([capture.icon] if capture.icon is not None else [])]
        ids = [_record_id(f"{name}:{index}") for index in range(len(pages))]
        text = json.dumps(to_json(capture, ids), sort_keys=True, indent=1).encode("ascii")
        description = writer.create_warc_record(
            capture.address.url,
            "metadata",
            payload=BytesIO(text),
            length=len(text),
            warc_content_type="application/json",
            warc_headers_dict={"WARC-Record-ID": _record_id(name), "WARC-Date": _date(capture.finished_at)},
        )
        writer.write_record(description)
        for page, record_id in zip(pages, ids, strict=True):
            make = _conversion if page.look is Look.RENDERED else _response
            writer.write_record(make(writer, page, record_id))


def _response(writer: WARCWriter, page: Page, record_id: str) -> object:
    try:
        phrase = http.HTTPStatus(page.status).phrase
    except ValueError:
        phrase = "Unknown"
    # A line break would end the headers and begin a body of somebody's choosing; the description keeps the exact words.
    headers = [(_NO_NAME.sub("_", name), _HEADER_BREAK.sub(" ", value)) for name, value in page.headers]
    headers.append(("content-length", str(len(page.body))))
    extra = {"WARC-Record-ID": record_id, "WARC-Date": _date(page.fetched_at)}
    if page.truncated:
        extra["WARC-Truncated"] = "length"
    return writer.create_warc_record(
        page.url,
        "response",
        payload=BytesIO(page.body),
        length=len(page.body),
        warc_headers_dict=extra,
        http_headers=StatusAndHeaders(f"{page.status} {phrase}", headers, protocol="HTTP/1.1"),
    )


def _conversion(writer: WARCWriter, page: Page, record_id: str) -> object:
    """A page as a browser made it: no answer of the site, so the standard wants another kind of record."""
    return writer.create_warc_record(
        page.url,
        "conversion",
        payload=BytesIO(page.body),
        length=len(page.body),
        warc_content_type="text/html; charset=utf-8",
        warc_headers_dict={"WARC-Record-ID": record_id, "WARC-Date": _date(page.fetched_at)},
    )


def _is_description(head: Record) -> bool:
    return head.kind == "metadata" and head.content_type.startswith("application/json")


def _description(record: Record) -> dict[str, Any] | None:
    try:
        value = json.loads(record.body)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) and value.get("schema") == SCHEMA else None


def _page_ids(value: dict[str, Any]) -> list[str]:
    pages = value.get("pages")
    if not isinstance(pages, list):
        return []
    return [str(page.get("record_id")) for page in [*pages, value.get("icon")] if isinstance(page, dict)]


def _record_id(name: str) -> str:
    return f"<urn:uuid:{uuid.uuid5(_NAMESPACE, name)}>"


def _date(time: datetime) -> str:
    return time.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
