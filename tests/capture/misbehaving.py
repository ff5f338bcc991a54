"""A web server on loopback that breaks the rules on request: by path, over plain sockets, TLS and HTTP/2.

One thread per connection and blocking sockets, because what is tested is the other side's patience.  The tables of
what it can do are `misbehaviours_http1` and `misbehaviours_http2`.
"""

from __future__ import annotations

import asyncio
import ipaddress
import re
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Self

import h2.connection
import h2.events
from h2.config import H2Configuration

from pharmcheck.capture.fetch import Fetched, Fetcher
from pharmcheck.capture.guard import Policy
from pharmcheck.capture.polite import Gate
from pharmcheck.model import FetchOutcome, PageRole
from tests.yardstick import PATIENCE_S

LOOPBACK = (ipaddress.ip_network("127.0.0.0/8"),)
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
SENTENCE = re.compile(r"[A-Z][^.]*\.")  # what a detail looks like
HTML = b"<html><body><h1>Shop</h1></body></html>"
PAGE = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n" % len(HTML) + HTML


class Talk:
    """One connection as a behaviour sees it, behind the request that named it."""

    def __init__(self, connection: socket.socket, stop: threading.Event, http2: Any = None, stream: int = 0) -> None:
        self.connection, self.stop = connection, stop
        self.http2, self.stream = http2, stream  # the h2 state and the stream to answer on, over HTTP/2

    def send(self, *pieces: bytes) -> None:
        self.connection.sendall(b"".join(pieces))

    def drip(self, piece: bytes, every_s: float = 0.05) -> None:
        """A little now and then, for ever."""
        while not self.stop.wait(every_s):
            self.connection.sendall(piece)

    def flood(self, piece: bytes) -> None:
        """As much as goes through, for ever."""
        piece *= max(1, 65536 // len(piece))
        while not self.stop.is_set():
            self.connection.sendall(piece)

    def hold(self) -> None:
        """Say nothing until the other side goes."""
        self.connection.settimeout(2 * PATIENCE_S)
        while not self.stop.is_set() and self.connection.recv(65536):
            pass

    def close(self) -> None:
        """Hang up, and read until the other side does too: else the kernel sends RST and not FIN."""
        self.connection.shutdown(socket.SHUT_WR)
        while self.connection.recv(65536):
            pass
        raise ConnectionAbortedError

    def reset(self) -> None:
        """Close with RST."""
        self.stop.wait(0.1)  # what was sent before has to arrive: RST throws away what nobody has read yet
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        socket.socket(fileno=self.connection.detach()).close()
        raise ConnectionAbortedError


Send = bytes | Callable[[Talk], None]


@dataclass(frozen=True, slots=True)
class Behaviour:
    """What a server does, and how a fetch of it has to end."""

    name: str
    send: Send
    outcome: FetchOutcome

    @property
    def deadline_s(self) -> float:
        """Short when only the deadline ends it; else enough for any machine."""
        return 0.4 if self.outcome is FetchOutcome.TIMED_OUT else PATIENCE_S


def table(**outcomes: Mapping[str, Send]) -> dict[str, Behaviour]:
    """Behaviours by name, listed under the outcome that they end in."""
    return {
        name: Behaviour(name, send, FetchOutcome(outcome))
        for outcome, behaviours in outcomes.items()
        for name, send in behaviours.items()
    }


# Told not to look after its own manners: what we send on purpose need not be legal.
_LAWLESS = H2Configuration(client_side=False, validate_outbound_headers=False, normalize_outbound_headers=False)


def _asked_in_http2() -> tuple[h2.connection.H2Connection, int]:
    """A server's state as if a client had sent a request on stream 1."""
    client, server = h2.connection.H2Connection(), h2.connection.H2Connection(_LAWLESS)
    client.initiate_connection()
    client.send_headers(1, [(":method", "GET"), (":path", "/"), (":scheme", "https"), (":authority", "x")], True)
    server.initiate_connection()
    server.receive_data(client.data_to_send())
    return server, 1


@dataclass
class Misbehaving:
    """A server: `/name` is answered by the behaviour of that name, everything else by a good page."""

    behaviours: Mapping[str, Behaviour]
    context: ssl.SSLContext | None = None
    on_connect: Callable[[Talk], None] | None = None  # instead of any of that, before a word is spoken
    speaks_http2_unasked: bool = False  # answer a request of HTTP/1.1 with the frames of HTTP/2
    requests: list[bytes] = field(default_factory=list)  # heads, or for HTTP/2 the headers as lines
    stop: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Self:
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=50)
        self.port: int = self._listener.getsockname()[1]
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()
        return self

    def __exit__(self, *_exc: object) -> None:
        self.stop.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join(timeout=2)

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            thread = threading.Thread(target=self._talk, args=(connection,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _talk(self, connection: socket.socket) -> None:
        try:
            connection.settimeout(2 * PATIENCE_S)
            if self.on_connect is not None:
                self.on_connect(Talk(connection, self.stop))
                return
            if self.context is not None:
                connection = self.context.wrap_socket(connection, server_side=True)
            if isinstance(connection, ssl.SSLSocket) and connection.selected_alpn_protocol() == "h2":
                self._talk_http2(connection)
            else:
                self._talk_http1(connection)
        except (OSError, ValueError, h2.exceptions.ProtocolError):
            pass  # the other side left, which is what it should do
        finally:
            connection.close()

    def _talk_http1(self, connection: socket.socket) -> None:
        pending = b""
        while True:
            while b"\r\n\r\n" not in pending:
                received = connection.recv(65536)
                if not received:
                    return
                pending += received
            head, _, pending = pending.partition(b"\r\n\r\n")
            self.requests.append(head)
            # What was sent along is read first: else closing throws our answer away (RST) before anybody has seen it.
            length = re.search(rb"(?i)^content-length: (\d+)", head, re.MULTILINE)
            while length and len(pending) < int(length[1]):
                received = connection.recv(65536)
                if not received:
                    return
                pending += received
            pending = pending[int(length[1]) :] if length else pending
            behaviour = self._asked_for(head.split(b" ")[1].decode())
            if behaviour is not None and self.speaks_http2_unasked:
                http2, stream = _asked_in_http2()
                self._answer(behaviour.send, Talk(connection, self.stop, http2, stream))
                return
            if behaviour is not None:
                self._answer(behaviour.send, Talk(connection, self.stop))
                return
            connection.sendall(PAGE)

    def _talk_http2(self, connection: ssl.SSLSocket) -> None:
        http2 = h2.connection.H2Connection(_LAWLESS)
        http2.initiate_connection()
        while True:
            connection.sendall(http2.data_to_send())
            received = connection.recv(65536)
            if not received:
                return
            for event in http2.receive_data(received):
                if not isinstance(event, h2.events.RequestReceived):
                    continue
                headers = dict(event.headers)
                self.requests.append(b"\r\n".join(b"%s: %s" % header for header in headers.items()))
                behaviour = self._asked_for(headers[b":path"].decode())
                connection.sendall(http2.data_to_send())
                if behaviour is not None:
                    self._answer(behaviour.send, Talk(connection, self.stop, http2, event.stream_id))
                    continue
                http2.send_headers(event.stream_id, [(":status", "200"), ("content-type", "text/html")])
                http2.send_data(event.stream_id, HTML, end_stream=True)

    def _asked_for(self, path: str) -> Behaviour | None:
        return self.behaviours.get(path.removeprefix("/").partition("?")[0].partition("/")[0])

    @staticmethod
    def _answer(send: Send, talk: Talk) -> None:
        if isinstance(send, bytes):
            talk.send(send)
        else:
            send(talk)


def policy_to(*servers: Misbehaving, **settings: Any) -> Policy:
    """shop.example leads to the plain server on port 80 and to the one with TLS on 443."""
    resolve = {("shop.example", 443 if one.context else 80): ("127.0.0.1", one.port) for one in servers}
    settings = {"fetch_deadline_s": PATIENCE_S, "connect_timeout_s": PATIENCE_S} | settings
    return Policy(resolve=resolve | settings.pop("resolve", {}), allowed_networks=LOOPBACK, **settings)


def fetcher(policy: Policy, resolver: Any = None) -> Fetcher:
    """A fetcher for one visit under `policy`; with no resolver no name can be looked up."""
    return Fetcher(policy, resolver, now=lambda: NOW, clock=time.monotonic, gate=Gate(time.monotonic))


@dataclass(frozen=True, slots=True)
class Survived:
    """How a fetch of one behaviour ended, and how the next one, of a good page by the same fetcher."""

    fetched: Fetched
    took_s: float
    again: Fetched


def survive(policy: Policy, behaviour: Behaviour, scheme: str) -> Survived:
    """Fetch from a behaviour, then the good page beside it."""

    async def go() -> Survived:
        async with fetcher(policy) as one:
            start = time.monotonic()
            url = f"{scheme}://shop.example/{behaviour.name}"
            fetched = await one.fetch(url, PageRole.HOME, deadline_s=behaviour.deadline_s)
            took_s = time.monotonic() - start
            return Survived(fetched, took_s, await one.fetch(f"{scheme}://shop.example/", PageRole.HOME))

    return asyncio.run(go())


def assert_survived(survived: Survived, behaviour: Behaviour) -> None:
    """Ended in time, as expected, in words of ours, with no page unless there is one, and the next fetch works."""
    attempt, page = survived.fetched.attempt, survived.fetched.page
    assert survived.took_s < behaviour.deadline_s + PATIENCE_S
    assert attempt.outcome is behaviour.outcome, attempt
    assert SENTENCE.fullmatch(attempt.detail), attempt.detail
    assert (page is not None) == (behaviour.outcome in {FetchOutcome.FETCHED, FetchOutcome.TOO_LARGE})
    assert page is None or page.truncated == (behaviour.outcome is FetchOutcome.TOO_LARGE)
    assert survived.again.attempt.outcome is FetchOutcome.FETCHED, survived.again.attempt
    assert survived.again.page is not None
    assert survived.again.page.body == HTML
