"""How long a connection may be slow, and how many one network address may hold open.

uvicorn waits for ever for a head, for a body, and for a client that does not read its answer: a few hundred clients
that send a byte a minute take every place there is.  Here each of these has its time, and no address gets all places.
"""

from __future__ import annotations

import asyncio
import ipaddress
from collections import Counter
from dataclasses import dataclass, field

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from pharmcheck.address import IPNetwork
from pharmcheck.api.callers import bucket_of
from pharmcheck.api.problems import Problem
from pharmcheck.settings import Settings


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds after which a connection is ended."""

    head: float = 10.0  # without a whole first line and headers: that is one packet, from anywhere on earth
    body: float = 300.0  # without a whole body: the largest list, 33 MB, over a line of 1 Mbit/s
    unread: float = 30.0  # in which a client did not take the 64 kB that wait for it: 2 kB/s
    linger: float = 5.0  # of a client that still sends after our answer; ended at once, it could not read why


@dataclass(slots=True)
class Crowd:
    """The connections of one service."""

    most_each: int
    proxies: str = ""  # whose connections are those of many, as `PHARMCHECK_TRUSTED_PROXIES` names them
    patience: Patience = Patience()
    held: Counter[str] = field(default_factory=Counter)

    def enter(self, peer: str) -> str | None:
        """Whose limit a new connection uses up, "" for nobody's; None when there is no room for it."""
        if _is_among(peer, self.proxies):
            return ""
        bucket = bucket_of(peer)
        if self.held[bucket] >= self.most_each:
            return None
        self.held[bucket] += 1
        return bucket

    def leave(self, bucket: str) -> None:
        """A connection ended."""
        self.held[bucket] -= 1
        if self.held[bucket] <= 0:
            del self.held[bucket]


def connections(settings: Settings, patience: Patience | None = None) -> type[Connection]:
    """What uvicorn is to make of each connection."""

    class OfThisService(Connection):
        crowd = Crowd(settings.connections_per_address, settings.trusted_proxies, patience or Patience())

    return OfThisService


class Connection(H11Protocol):
    """One connection of a client."""

    crowd: Crowd

    _bucket: str | None = None  # None: there was no room
    _phase: object = None  # what the client is at, when there is a deadline for it
    _deadline: asyncio.TimerHandle | None = None
    _unread: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Let it in, or have it told on its first word that there is no room."""
        peer = transport.get_extra_info("peername")
        self._bucket = self.crowd.enter(str(peer[0]) if isinstance(peer, tuple) else "")
        self.transport = transport
        if self._bucket is None:
            self._end_after(self.crowd.patience.linger)
        else:
            super().connection_made(transport)
            self._end_after(self.crowd.patience.head)

    def data_received(self, data: bytes) -> None:
        """Take what came, and see what is to come."""
        if self._bucket is not None:
            super().data_received(data)
            self._watch()
        elif not self.transport.is_closing():
            self.transport.write(_NO_ROOM)
            self.transport.close()

    def on_response_complete(self) -> None:
        """One answer is written; the next request may be there already."""
        super().on_response_complete()
        self._watch()

    def timeout_keep_alive_handler(self) -> None:
        """Nothing came for a while.  Who has not read the last answer either is not waited for."""
        super().timeout_keep_alive_handler()
        self._end_after(self.crowd.patience.linger)

    def pause_writing(self) -> None:
        """The client does not read."""
        super().pause_writing()
        if self._unread is None:
            self._unread = self.loop.call_later(self.crowd.patience.unread, self.transport.abort)

    def resume_writing(self) -> None:
        """It reads again."""
        super().resume_writing()
        if self._unread is not None:
            self._unread.cancel()
            self._unread = None

    def connection_lost(self, exc: Exception | None) -> None:
        """Make room."""
        self._end_after(None)
        if self._bucket is not None:
            super().connection_lost(exc)  # ends the wait for a reader, too
            self.crowd.leave(self._bucket)

    def _watch(self) -> None:
        """Set the deadline of what the client is at; one that is set already stays."""
        if self.transport.is_closing():
            return
        theirs, ours = self.conn.their_state, self.conn.our_state
        patience = self.crowd.patience
        if theirs is h11.SEND_BODY and ours in (h11.DONE, h11.MUST_CLOSE):
            phase, seconds = "late", patience.linger
        elif theirs is h11.SEND_BODY:
            phase, seconds = "body", patience.body
        elif theirs is h11.IDLE and self.timeout_keep_alive_task is None:
            phase, seconds = "head", patience.head
        else:  # we are at it, or uvicorn's own time between two requests runs
            self._phase = None
            self._end_after(None)
            return
        if phase != self._phase:
            self._phase = phase
            self._end_after(seconds)

    def _end_after(self, seconds: float | None) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
        self._deadline = None if seconds is None else self.loop.call_later(seconds, self.transport.abort)


def _is_among(peer: str, named: str) -> bool:
    """Whether an address is one of those that a setting names, one by one or as networks; `*` names all."""
    try:
        address = ipaddress.ip_address(peer)
    except ValueError:
        return False
    return any(one == "*" or ((network := _network(one)) is not None and address in network) for one in _split(named))


def _split(named: str) -> list[str]:
    return [one.strip() for one in named.split(",") if one.strip()]


def _network(text: str) -> IPNetwork | None:
    try:
        return ipaddress.ip_network(text)
    except ValueError:
        return None


def _no_room() -> bytes:
    """The answer to a connection too many, as bytes: it never becomes a request."""
    problem = Problem("too_many_connections", "Close some of your connections.", headers={"Retry-After": "30"})
    answer = problem.response(None)
    lines = [b"HTTP/1.1 429 Too Many Requests", *(name + b": " + value for name, value in answer.raw_headers)]
    return b"\r\n".join([*lines, b"connection: close", b"", bytes(answer.body)])


_NO_ROOM = _no_room()
