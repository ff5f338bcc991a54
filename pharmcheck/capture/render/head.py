"""Heads of HTTP/1.1 messages, as far as a proxy between one browser and one site must read them.

A request is read strictly: it comes from our own browser.  An answer is passed on as it is, for the browser to judge,
except what speaks about the connection: every answer is the last one of its connection here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import httpcore

MAX_HEAD = 1 << 16  # bytes; Chromium itself reads 256 KiB of answer, servers send a thousand bytes
_MOST_INTERIM = 8  # 1xx answers before the real one; some servers send one, a hostile one never stops

_REQUEST_LINE = re.compile(rb"([A-Z]{1,20}) ([\x21-\x7e]+) HTTP/1\.[01]")
_FIELD = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([^\x00\r\n]*)")
_STATUS_LINE = re.compile(rb"HTTP/1\.[01] ([0-9]{3})(?: [^\r\n]*)?")
_END = re.compile(rb"\r?\n\r?\n")

# About one connection and not about the page (RFC 9110, 7.6.1); ours ends after each answer.
_OF_THE_CONNECTION = frozenset(
    b"connection host keep-alive proxy-authenticate proxy-authorization proxy-connection te trailer upgrade".split()
)


class BadHead(Exception):  # noqa: N818 - named for what came
    """Not a head that we pass on."""


@dataclass(frozen=True, slots=True)
class Head:
    """A request as the browser sent it; names in lower case."""

    method: bytes
    target: bytes
    fields: tuple[tuple[bytes, bytes], ...]

    def first(self, name: bytes) -> bytes:
        """The first value of a field; empty when there is none."""
        return next((value for known, value in self.fields if known == name), b"")

    @property
    def has_body(self) -> bool:
        """Does the request announce that something follows?"""
        return self.first(b"content-length") not in {b"", b"0"} or bool(self.first(b"transfer-encoding"))


def read_head(raw: bytes) -> Head:
    """A request's head.  Raises BadHead."""
    first, *lines = raw.removesuffix(b"\r\n\r\n").split(b"\r\n")
    request = _REQUEST_LINE.fullmatch(first)
    fields = [_FIELD.fullmatch(line) for line in lines]
    if request is None or not all(fields):
        raise BadHead
    return Head(request[1], request[2], tuple((field[1].lower(), field[2].strip()) for field in fields if field))


def request_head(head: Head, netloc: bytes, path: bytes) -> bytes:
    """The request as the site gets it: our reading of the host, and no word of the proxy."""
    kept = b"".join(b"%s: %s\r\n" % field for field in head.fields if field[0] not in _OF_THE_CONNECTION)
    return b"GET %s HTTP/1.1\r\nHost: %s\r\n%sConnection: close\r\n\r\n" % (path, netloc, kept)


async def answer_head(stream: httpcore.AsyncNetworkStream) -> tuple[bytes, bytes]:
    """The head of the site's answer as the browser gets it, and the bytes that came with it.  Raises BadHead."""
    raw = b""
    for _ in range(_MOST_INTERIM):
        while (end := _END.search(raw)) is None:
            piece = await stream.read(MAX_HEAD)
            raw += piece
            if not piece or len(raw) > 2 * MAX_HEAD:
                raise BadHead
        status, *lines = raw[: end.start()].split(b"\n")
        number = _STATUS_LINE.fullmatch(status.rstrip(b"\r"))
        # 101 would turn the connection into something else; 407 would ask the browser for the proxy's own secret.
        if number is None or number[1] in {b"101", b"407"}:
            raise BadHead
        raw = raw[end.end() :]
        if not number[1].startswith(b"1"):
            kept = [line for line in lines if line.partition(b":")[0].strip().lower() not in _OF_THE_CONNECTION]
            return b"\n".join([status, *kept, b"Connection: close\r\n\r\n"]), raw
    raise BadHead
