"""The sites that `bench.fetching` fetches: one process, every name on one loopback address, as cheap as it gets.

Started by `bench.fetching`, not by hand.  Prints one JSON line (its ports, and the bytes of a site as sent), then for
every line on its standard input how many requests came since the last; ends with its input.  It parses no more of a
request than the path, so that nothing here slows down what is measured.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import ssl
import sys
from collections.abc import Mapping
from functools import partial
from pathlib import Path

import trustme

from bench.fetching import DOMAIN, LARGE_SIZES, SIZES
from bench.judging import make_capture

_SLOW_S = 0.25
_WITH_HEAD = 50_000  # bytes; smaller pages go without the style and script of the large ones
_ROBOTS = b"User-agent: *\nDisallow: /account\n"
_CARD = b'<div class="card'
_END = b"</main></body></html>"


class Connection(asyncio.Protocol):
    """One connection: hands on each request when it is whole."""

    def __init__(self) -> None:
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._received += data
        while (end := self._received.find(b"\r\n\r\n")) >= 0:
            request, self._received = self._received[:end], self._received[end + 4 :]
            self.asked_for(request)

    def asked_for(self, request: bytes) -> None:
        """Answer it, now or later."""
        raise NotImplementedError

    def write(self, answer: bytes) -> None:
        """Send an answer."""
        self._transport.write(answer)  # type: ignore[attr-defined]  # asyncio's base class has no write


class _Shop(Connection):
    """Answers by path, after a pause."""

    asked = 0  # by all clients of all shops

    def __init__(self, answers: Mapping[bytes, bytes], pause_s: float) -> None:
        super().__init__()
        self._answers, self._pause_s = answers, pause_s

    def asked_for(self, request: bytes) -> None:
        _Shop.asked += 1
        asyncio.get_running_loop().call_later(self._pause_s, self._answer, request)

    def _answer(self, request: bytes) -> None:
        path = request.split(b" ", 2)[1]
        self.write(self._answers.get(path) or response(b"404 Not Found", b""))


class _Door(_Shop):
    """Plain http: sends everybody to the secure side."""

    def _answer(self, request: bytes) -> None:
        host = request.partition(b"\r\nHost: ")[2].partition(b"\r\n")[0]
        there = b"Location: https://" + host + request.split(b" ", 2)[1] + b"\r\n"
        self.write(response(b"301 Moved Permanently", b"", there))


def response(status: bytes, body: bytes, more: bytes = b"") -> bytes:
    """One answer of HTTP/1.1."""
    head = b"HTTP/1.1 " + status + b"\r\nContent-Type: text/html; charset=utf-8\r\n" + more
    return head + b"Content-Length: %d\r\n\r\n" % len(body) + body


def make_pages(sizes: Mapping[str, int], kind: str = "honest") -> dict[str, bytes]:
    """A page of exactly so many bytes for each path, all of them linked from each."""
    head, *cards = make_capture(kind, 1).pages[0].body.split(_CARD)
    menu = "".join(f'<a href="{path}">{path.strip("/-").title() or "Home"}</a> ' for path in sizes).encode()
    made = {}
    for number, (path, size) in enumerate(sizes.items()):
        page = bytearray(b"<!doctype html><html lang=en>" if size < _WITH_HEAD else head)
        page += b"<nav>" + menu + b"</nav>"
        while len(page) < size:
            page += _CARD + cards[number % len(cards)]
            number += 1  # noqa: PLW2901 - each page starts with another product
        made[path] = bytes(page[: size - len(_END)]) + _END
    return made


def _answers(pages: Mapping[str, bytes]) -> dict[bytes, bytes]:
    answers = {b"/robots.txt": response(b"200 OK", _ROBOTS)}
    for path, page in pages.items():
        answers[path.encode()] = response(b"200 OK", gzip.compress(page, 6), b"Content-Encoding: gzip\r\n")
    return answers


async def _serve(folder: Path) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(f"*.{DOMAIN}").configure_cert(context)
    usual, large = _answers(make_pages(SIZES)), _answers(make_pages(LARGE_SIZES))
    shops = {
        "plain": (partial(_Door, usual, 0), None),
        "quick": (partial(_Shop, usual, 0), context),
        "slow": (partial(_Shop, usual, _SLOW_S), context),
        "large": (partial(_Shop, large, 0), context),
    }
    loop = asyncio.get_running_loop()
    ports = {}
    for name, (shop, secure) in shops.items():
        server = await loop.create_server(shop, "127.0.0.1", 0, ssl=secure, backlog=1024)
        ports[name] = server.sockets[0].getsockname()[1]
    wire = sum(len(usual[path.encode()]) for path in SIZES)
    print(json.dumps({"ports": ports, "wire": wire}), flush=True)
    over = loop.create_future()
    loop.add_reader(sys.stdin.fileno(), _tell, over)
    await over


def _tell(over: asyncio.Future[None]) -> None:
    if sys.stdin.readline():
        print(_Shop.asked, flush=True)
        _Shop.asked = 0
    elif not over.done():
        over.set_result(None)


if __name__ == "__main__":
    asyncio.run(_serve(Path(sys.argv[1])))
