"""The sites of `bench.crowd`: one process on loopback, TLS, gzip, keep-alive; every site with words of its own.

Started by `bench.crowd`, not by hand.  Prints its ports as one JSON line; for every line on its standard input one more
about the pages that were asked for since the last; ends with its input.
"""

from __future__ import annotations

import asyncio
import json
import re
import socket
import ssl
import sys
import zlib
from functools import lru_cache, partial
from pathlib import Path

import trustme

from bench.crowd_town import GONE, PARKED, Town
from bench.fetching import SIZES
from bench.fetching_server import Connection, make_pages, response

_SHARE = 16  # sites of one certificate: a context for each of 60,000 would take longer than their visits
_NAME, _PHONE = b"shop000000.example", b"161 4000000"  # of every page made; replaced by those of the site
_TITLE = b"<title>%s</title><h1>%s</h1>" % (_NAME, _NAME)
_CONTACT = b"<footer><p>%s, 12 Quay Street, Whitby YO21 3PU, tel +44 %s, care@%s</p></footer></body></html>" % (
    _NAME, _PHONE, _NAME,
)  # fmt: skip
_HEAD, _END = b"<!doctype html><html lang=en>", b"</body></html>"
_PARKED = _HEAD + _TITLE + b"<p>This domain is for sale. Buy this domain today.</p>" * 10
_SHELL = _HEAD + b'<head><title>%s</title><script src="/app.js"></script></head><body><div id="root"></div>' % _NAME
_SOMEWHERE_ELSE = re.compile(rb"(?i)\nreferer: (?!https://shop)")  # our second look comes from a search engine
_ROBOTS = b"User-agent: *\nDisallow: /account\n"


class Streets:
    """What every site says."""

    def __init__(self, town: Town) -> None:
        self._town = town
        self._asked: dict[tuple[int, str], int] = {}  # page → how often, without looks that only compare

    def body(self, number: int, path: str) -> bytes | None:
        """A page, the same bytes each time."""
        if path not in self._town.paths(number):
            return None
        kind = self._town.kind(number)
        page = {PARKED: _PARKED}.get(kind, _SHELL)
        if kind.isdigit():
            page = _shop("rogue" if number % 3 == 0 else "honest", int(kind), self._town.page_bytes)[path]
        return page.replace(_NAME, self._town.host(number).encode()).replace(_PHONE, b"161 4%06d" % number)

    def answer(self, head: bytes) -> bytes:
        """The response to a request."""
        path = head.split(b" ", 2)[1].decode("latin-1")
        number = self._town.number(host_of(head))
        if number is None or self._town.kind(number) == GONE:
            return response(b"404 Not Found", b"")
        if path == "/robots.txt":
            return response(b"200 OK", _ROBOTS)
        body = self.body(number, path)
        if body is None:
            return response(b"404 Not Found", b"")
        if not _SOMEWHERE_ELSE.search(head):
            self._asked[number, path] = self._asked.get((number, path), 0) + 1
        return response(b"200 OK", zlib.compress(body, 1, 31), b"Content-Encoding: gzip\r\n")

    def told(self) -> str:
        """The pages that somebody asked for since the last time: how many, their bytes, how often altogether."""
        asked, self._asked = self._asked, {}
        read = sum(len(self.body(*page) or b"") for page in asked)
        return json.dumps({"pages": len(asked), "bytes": read, "requests": sum(asked.values())})


@lru_cache(maxsize=64)
def _shop(kind: str, pages: int, page_bytes: int) -> dict[str, bytes]:
    made = make_pages(dict.fromkeys(tuple(SIZES)[:pages], page_bytes - len(_TITLE) - len(_CONTACT) + len(_END)), kind)
    return {path: page.replace(_HEAD, _HEAD + _TITLE, 1).removesuffix(_END) + _CONTACT for path, page in made.items()}


def host_of(head: bytes) -> str:
    """The name that a request asks for, without its port."""
    return head.lower().partition(b"\nhost: ")[2].partition(b"\r\n")[0].partition(b":")[0].decode("latin-1")


class _Door(Connection):
    """Over TLS it answers, without it sends everybody to the secure side."""

    def __init__(self, streets: Streets, *, secure: bool) -> None:
        super().__init__()
        self._streets, self._secure = streets, secure

    def asked_for(self, request: bytes) -> None:
        there = b"Location: https://" + host_of(request).encode() + request.split(b" ", 2)[1] + b"\r\n"
        self.write(self._streets.answer(request) if self._secure else response(b"301 Moved Permanently", b"", there))


class _Certificates:
    """A certificate for every few neighbours, made when somebody asks for one of them."""

    def __init__(self, town: Town, folder: Path) -> None:
        self._town, self._authority = town, trustme.CA()
        self._authority.cert_pem.write_to_path(str(folder / "ca.pem"))
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.sni_callback = self._choose
        self._some = lru_cache(maxsize=64)(self._make)

    def _choose(self, connection: ssl.SSLObject, name: str | None, _: ssl.SSLContext) -> None:
        number = self._town.number(name or "")
        connection.context = self._some((number or 0) // _SHARE)

    def _make(self, some: int) -> ssl.SSLContext:
        names = [self._town.host(number) for number in range(some * _SHARE, (some + 1) * _SHARE)]
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._authority.issue_cert(*names).configure_cert(context)
        return context


async def _serve(town: Town, folder: Path) -> None:
    streets, certificates = Streets(town), _Certificates(town, folder)
    loop = asyncio.get_running_loop()
    ports = {}
    for name, context in (("secure", certificates.context), ("plain", None)):
        door = partial(_Door, streets, secure=context is not None)
        server = await loop.create_server(door, "127.0.0.1", 0, ssl=context, backlog=1024)
        ports[name] = server.sockets[0].getsockname()[1]
    with socket.socket() as nobody:  # bound and never listening: who knocks here is refused
        nobody.bind(("127.0.0.1", 0))
        ports["nobody"] = nobody.getsockname()[1]
        print(json.dumps(ports), flush=True)
        while await asyncio.to_thread(sys.stdin.readline):
            print(streets.told(), flush=True)


if __name__ == "__main__":
    asyncio.run(_serve(Town.of(sys.argv[1]), Path(sys.argv[2])))
