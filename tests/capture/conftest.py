"""A web server on loopback that misbehaves by path, and what the capture tests need around it."""

from __future__ import annotations

import asyncio
import gzip
import ipaddress
import socket
import ssl
import threading
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
import trustme

from pharmcheck.address import parse_address
from pharmcheck.capture import Policy, capture_site
from pharmcheck.model import Capture
from tests.yardstick import PATIENCE_S

LOOPBACK = (ipaddress.ip_network("127.0.0.0/8"),)
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
HTML = b"<html><body><h1>Shop</h1></body></html>"
OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"


def _page(body: bytes, *headers: bytes, status: bytes = b"200 OK") -> bytes:
    lines = [b"HTTP/1.1 " + status, b"Content-Type: text/html", b"Content-Length: %d" % len(body), *headers]
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


def _bomb(megabytes: int) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    zeros = b"\0" * (1 << 20)
    return b"".join(packer.compress(zeros) for _ in range(megabytes)) + packer.flush()


def _endless(piece: bytes) -> Callable[[socket.socket], None]:
    def send(connection: socket.socket) -> None:
        while True:
            connection.sendall(piece)

    return send


@dataclass
class Server:
    """Answers by path; `routes` adds or replaces answers.  Every request is kept in `requests`."""

    port: int
    routes: dict[str, bytes] = field(default_factory=dict)
    requests: list[bytes] = field(default_factory=list)
    connections: int = 0
    stop: threading.Event = field(default_factory=threading.Event)

    asked: threading.Event = field(default_factory=threading.Event)  # set when somebody waits at /silent

    def paths(self) -> list[str]:
        return [request.split(b" ")[1].decode() for request in self.requests]

    def policy(self, *names: str, scheme_port: int = 80, **settings: Any) -> Policy:
        resolve = {(name, scheme_port): ("127.0.0.1", self.port) for name in names}
        return Policy(resolve=resolve | settings.pop("resolve", {}), allowed_networks=LOOPBACK, **settings)

    def answer(self, connection: socket.socket, path: str) -> None:
        if path in self.routes:
            connection.sendall(self.routes[path])
        elif path == "/silent":
            self.asked.set()
            self.stop.wait(2 * PATIENCE_S)
        elif path == "/endless":
            connection.sendall(OK + b"Transfer-Encoding: chunked\r\n\r\n")
            _endless(b"10000\r\n" + b"x" * 65536 + b"\r\n")(connection)
        elif path == "/redirect-endless":
            connection.sendall(b"HTTP/1.1 302 F\r\nLocation: /\r\nTransfer-Encoding: chunked\r\n\r\n")
            _endless(b"10000\r\n" + b"x" * 65536 + b"\r\n")(connection)
        else:
            connection.sendall(_page(b"gone", status=b"404 Not Found"))


def _is_whole(answer: bytes) -> bool:
    """Does the answer keep its promise, so that the connection may stay open?"""
    head, _, body = answer.partition(b"\r\n\r\n")
    return b"Content-Length: %d\r\n" % len(body) in head + b"\r\n" and head.count(b"Content-Length") == 1


@lru_cache(maxsize=1)
def _default_routes() -> dict[str, bytes]:
    hello = gzip.compress(HTML)
    location = b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: "
    return {
        "/": _page(HTML),
        "/gzip": _page(hello, b"Content-Encoding: gzip"),
        "/deflate": _page(zlib.compress(HTML), b"Content-Encoding: deflate"),
        "/raw-deflate": _page(zlib.compress(HTML)[2:-4], b"Content-Encoding: deflate"),
        "/gzip-junk-behind": _page(hello + b"JUNK" * 50, b"Content-Encoding: gzip"),
        "/gzip-bomb": _page(_bomb(200), b"Content-Encoding: gzip"),
        "/cookies": _page(HTML, *[b"Set-Cookie: c%d=v; Path=/" % n for n in range(2000)], b"Server: caf\xe9 \x1b[31m"),
        "/wall": _page(b"<div class='cf-chl'>", status=b"503 Unavailable"),
        "/down": _page(b"maintenance", status=b"503 Unavailable"),
        "/forbidden": _page(b"no", status=b"403 Forbidden"),
        "/loop": location + b"/loop\r\n\r\n",
        "/to-private-name": location + b"http://inside.example.net/\r\n\r\n",
        "/to-home": location + b"/\r\n\r\n",
        "/to-symbol": location + b"http://xn--n3h.net/\r\n\r\n",
    }


def _serve(context: ssl.SSLContext | None) -> tuple[Server, socket.socket, list[threading.Thread]]:
    listener = socket.create_server(("127.0.0.1", 0))
    server = Server(listener.getsockname()[1], dict(_default_routes()))
    threads: list[threading.Thread] = []

    def talk(connection: socket.socket) -> None:
        try:
            connection.settimeout(2 * PATIENCE_S)
            if context is not None:
                connection = context.wrap_socket(connection, server_side=True)
            pending = b""
            while True:  # keep-alive: several requests on one connection
                while b"\r\n\r\n" not in pending:
                    data = connection.recv(65536)
                    if not data:
                        return
                    pending += data
                    if pending[:1] == b"\x16":  # a TLS greeting on a plain port
                        connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
                        return
                request, _, pending = pending.partition(b"\r\n\r\n")
                server.requests.append(request)
                path = request.split(b" ")[1].decode()
                server.answer(connection, path)
                if not _is_whole(server.routes.get(path, b"")):
                    return
        except (OSError, ValueError):
            pass
        finally:
            connection.close()

    def accept() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            server.connections += 1
            thread = threading.Thread(target=talk, args=(connection,), daemon=True)
            thread.start()
            threads.append(thread)

    threads.append(threading.Thread(target=accept, daemon=True))
    threads[0].start()
    return server, listener, threads


@pytest.fixture
def serve() -> Iterator[Callable[..., Server]]:
    """Start servers: `serve()` plain, `serve(context)` with TLS."""
    running: list[tuple[Server, socket.socket, list[threading.Thread]]] = []

    def start(context: ssl.SSLContext | None = None) -> Server:
        running.append(_serve(context))
        return running[-1][0]

    yield start
    for server, listener, _ in running:
        server.stop.set()
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
    for _, _, threads in running:
        for thread in threads:
            thread.join(timeout=2)


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    """A certificate authority of our own."""
    return trustme.CA()


@pytest.fixture(scope="session")
def authority_file(authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its root as a PEM file."""
    path = tmp_path_factory.mktemp("authority") / "ca.pem"
    authority.cert_pem.write_to_path(path)
    return path


@pytest.fixture
def ca_file(authority_file: Path) -> str:
    """The same as a policy wants it."""
    return str(authority_file)


@pytest.fixture
def context_for() -> Callable[[trustme.LeafCert], ssl.SSLContext]:
    """A server context that shows the given certificate."""

    def build(leaf: trustme.LeafCert) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        leaf.configure_cert(context)
        return context

    return build


class ListedResolver:
    """Answers from a list of lists, one per look-up, and counts; no entry: the name does not exist."""

    def __init__(self, **answers: list[list[str]]) -> None:
        self.answers = {name.replace("_", "."): rows for name, rows in answers.items()}
        self.asked: list[str] = []

    async def resolve(self, host: str) -> list[str]:
        self.asked.append(host)
        rows = self.answers.get(host, [])
        if not rows:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return rows.pop(0) if len(rows) > 1 else rows[0]


@pytest.fixture
def listed_resolver() -> type[ListedResolver]:
    """The class, because every test lists other answers."""
    return ListedResolver


@pytest.fixture
def now() -> Callable[[], datetime]:
    """A clock that stands still."""
    return lambda: NOW


@pytest.fixture
def run() -> Callable[..., Any]:
    """Run a coroutine in an event loop of its own."""
    return asyncio.run


@pytest.fixture
def page_bytes() -> Callable[..., bytes]:
    """A well-formed answer with this body."""
    return _page


@pytest.fixture
def visit(run: Callable[..., Any], now: Any, listed_resolver: Any) -> Callable[..., Capture]:
    """Visit a pasted address under a policy."""

    def call(policy: Any, text: str, **more: Any) -> Capture:
        address = parse_address(text, admitted_hosts=policy.admitted_hosts)
        more.setdefault("resolver", listed_resolver())
        return run(capture_site(address, policy, now=now, **more))

    return call
