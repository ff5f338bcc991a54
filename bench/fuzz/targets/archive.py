"""A web archive that somebody handed in."""

from __future__ import annotations

import gzip
import io
import tempfile
from datetime import UTC, datetime

from bench.fuzz.targets.page import check_strings
from bench.fuzz.targets.visit import CAPTURE
from pharmcheck.capture import read_warc, write_warc
from pharmcheck.errors import ArchiveError

_OTHERS = (
    b"WARC/1.0\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:1>\r\nWARC-Date: 2026-01-01T00:00:00Z\r\n"
    b"WARC-Target-URI: https://a.example.com/\r\nContent-Type: application/http; msgtype=response\r\nContent-Length: %d\r\n\r\n%b\r\n\r\n"
)


def _packed() -> bytes:
    out = io.BytesIO()
    write_warc([CAPTURE], out)
    return out.getvalue()


def _other(http: bytes) -> bytes:
    return _OTHERS % (len(http), http)


SEEDS = [
    _packed(),
    gzip.decompress(_packed()),
    _other(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>pills"),
    _other(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n<p>x\r\n0\r\n\r\n"),
    _other(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + gzip.compress(b"<p>pills")),
    _other(b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1/\r\n\r\n"),
    b"http://a.example.com/ 192.0.2.1 20260101000000 text/html 60\nHTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\n<p>pills\n",
]


def once(data: bytes) -> None:
    """Captures with all that a capture has, or a sentence."""
    with tempfile.NamedTemporaryFile(suffix=".warc", buffering=0) as file:
        file.write(data)
        try:
            captures = read_warc(file.name)
        except ArchiveError:
            return
    for capture in captures:
        assert all(page.fetched_at.tzinfo == UTC for page in capture.pages)
        assert isinstance(capture.started_at, datetime)
        check_strings(capture.address.display_host)
        write_warc([capture], io.BytesIO())
