"""The browser's only way out: a proxy on loopback that judges every address as a plain fetch would.

It opens tunnels for https and asks for http pages itself, by GET and nothing else.  Each target passes `address`
and then `GuardedBackend`, so a browser reaches exactly what we would.  It counts bytes, connections, hosts and time,
answers only to those who know its secret, and records what it refused.  It never looks into a tunnel, keeps or logs
content, or raises for anything that a browser or a site sends.
"""

from __future__ import annotations

import asyncio
import hmac
import re
import secrets
from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Self
from urllib.parse import urlsplit

import anyio
import httpcore

from pharmcheck.address import DEFAULT_PORT, host_of, read_url
from pharmcheck.capture.callers import Callers
from pharmcheck.capture.guard import NOT_PUBLIC, GuardedBackend, NotConnected, Policy, Refused, Unresolved
from pharmcheck.capture.render.head import MAX_HEAD, BadHead, Head, answer_head, read_head, request_head
from pharmcheck.capture.render.limits import Limits, Refusal
from pharmcheck.errors import AddressError
from pharmcheck.model import FetchOutcome

_USER = "page"
_PIECE = 1 << 16
_MOST_REFUSALS = 100  # kept; a page may ask for bad addresses in a loop
_TLS_RECORD = b"\x16\x03"  # a tunnel opens with a TLS handshake, or it carries what we do not carry
_NO_CHANNEL = "The page tried to open a channel that web pages do not need."
# Either side went away or was silent for too long (asyncio's TimeoutError is an OSError).
_GONE = (OSError, EOFError, httpcore.NetworkError, httpcore.TimeoutException, anyio.ClosedResourceError)
_NEWS_S = 1.0  # for word of a redirect, which the browser follows while we still hear of it
_GREETING_S = 5.0  # for the first bytes of a connection or tunnel: they come from a browser on this machine


class _NoWay(Exception):  # noqa: N818 - a way out, not an error
    """The request ends here: `status` is for the browser ("": just hang up), outcome and detail for the record."""

    def __init__(
        self, status: str, detail: str, outcome: FetchOutcome = FetchOutcome.REFUSED_BY_US, target: str = ""
    ) -> None:
        super().__init__(detail)
        self.status, self.detail, self.outcome, self.target = status, detail, outcome, target


class GuardProxy:
    """A proxy for loading one page.  An async context manager: it listens while it is entered, on a random port."""

    def __init__(
        self, policy: Policy, backend: GuardedBackend, *, deadline_s: float, limits: Limits | None = None
    ) -> None:
        self.failures: dict[tuple[str, int], tuple[FetchOutcome, str]] = {}  # why a host could not be reached
        self.full = False  # a limit was met: the page may not be whole
        self.carried = 0  # bytes, both ways
        self.user, self.secret = _USER, secrets.token_urlsafe(32)
        self._refusals: list[Refusal] = []
        self._policy, self._backend, self._limits = policy, backend, limits or Limits()
        self._deadline_s, self._ends = deadline_s, 0.0
        self._expected: set[tuple[str, int]] = set()
        self._news = asyncio.Condition()
        self._hosts: set[str] = set()
        self._connections = 0
        self._callers = Callers()
        self._pass = b64encode(f"{self.user}:{self.secret}".encode())

    async def __aenter__(self) -> Self:
        self._ends = asyncio.get_running_loop().time() + self._deadline_s
        self._server = await asyncio.start_server(
            self._callers.answered_by(self._serve), "127.0.0.1", 0, limit=MAX_HEAD
        )
        return self

    async def __aexit__(self, *_exc: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Hang up on everybody.  Closing twice is harmless."""
        await self._callers.close(self._server)

    async def expect(self, host: str, port: int) -> None:
        """The page asks for something of this host.  What a browser asks on its own account is expected by nobody."""
        async with self._news:
            self._expected.add((host, port))
            self._news.notify_all()

    @property
    def port(self) -> int:
        """The port on 127.0.0.1."""
        return int(self._server.sockets[0].getsockname()[1])

    @property
    def refusals(self) -> tuple[Refusal, ...]:
        """What was refused, in order; the first hundred."""
        return tuple(self._refusals)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout_at(self._ends):
                await self._talk(reader, writer)
        except _GONE:
            pass  # nothing to tell anybody

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(_GREETING_S):
                head = read_head(await reader.readuntil(b"\r\n\r\n"))
            if not self._knows_secret(head):
                challenge = b'Proxy-Authenticate: Basic realm="pharmcheck"\r\n'
                return await _say(writer, "407 Proxy Authentication Required", challenge)
            return await self._carry(head, reader, writer)
        except (BadHead, asyncio.LimitOverrunError):
            return await _say(writer, "400 Bad Request")
        except _NoWay as end:
            self._note(end)
            if end.status:
                return await _say(writer, end.status)
            return writer.transport.abort()  # in the middle of something: a word of ours would look like the site's

    def _knows_secret(self, head: Head) -> bool:
        scheme, _, given = head.first(b"proxy-authorization").partition(b" ")
        return hmac.compare_digest(given.strip(), self._pass) and scheme.lower() == b"basic"

    async def _carry(self, head: Head, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if head.method == b"CONNECT":
            host, port, _ = self._judge("https", head.target)
            async with self._connected(host, port) as stream:
                await _say(writer, "200 Connection Established", closing=False)
                async with asyncio.timeout(_GREETING_S):
                    greeting = await reader.readexactly(len(_TLS_RECORD))
                if greeting != _TLS_RECORD:
                    raise _NoWay("", _NO_CHANNEL, target=f"{host}:{port}")
                await self._relay(stream, writer, upward=(greeting, reader))
        elif head.method == b"GET" and (split := re.fullmatch(rb"http://([^/?#]*)([^#]*)", head.target, re.DOTALL)):
            host, port, netloc = self._judge("http", split[1])
            if head.first(b"upgrade") or head.has_body:
                raise _NoWay("400 Bad Request", _NO_CHANNEL, target=f"{host}:{port}")
            path = split[2] if split[2].startswith(b"/") else b"/" + split[2]
            async with self._connected(host, port) as stream:
                await stream.write(request_head(head, netloc, path), self._limits.idle_s)
                await self._relay_answer(stream, writer)
        else:
            raise _NoWay("405 Method Not Allowed", "The page tried to send something; we only read.")

    def _judge(self, scheme: str, authority: bytes) -> tuple[str, int, bytes]:
        """Host, port and canonical authority of a target.  Raises _NoWay unless we would visit it ourselves."""
        try:
            url = read_url(
                f"{scheme}://{authority.decode('ascii')}/",
                admitted_hosts=self._policy.admitted_hosts,
                allowed_networks=self._policy.allowed_networks,
            )
        except (AddressError, UnicodeDecodeError) as error:
            shown = authority.decode("ascii", "replace")
            target = shown if re.fullmatch(r"[\w.:\[\]-]{1,300}", shown, re.ASCII) else ""
            raise _NoWay("403 Forbidden", NOT_PUBLIC, target=target) from error
        parts = urlsplit(url)
        return host_of(url), parts.port or DEFAULT_PORT[scheme], parts.netloc.encode("ascii")

    @asynccontextmanager
    async def _connected(self, host: str, port: int) -> AsyncIterator[httpcore.AsyncNetworkStream]:
        try:
            stream = await self._reach(host, port, f"{host}:{port}")
        except _NoWay as end:
            self.failures[host, port] = end.outcome, end.detail
            raise
        self.failures.pop((host, port), None)
        try:
            yield stream
        finally:
            await stream.aclose()

    async def _reach(self, host: str, port: int, target: str) -> httpcore.AsyncNetworkStream:
        """A connection through the guard.  Raises _NoWay."""
        with suppress(TimeoutError):
            async with asyncio.timeout(_NEWS_S), self._news:
                await self._news.wait_for(lambda: (host, port) in self._expected)
        if (host, port) not in self._expected:
            raise _NoWay("403 Forbidden", "The browser asked for something that the page had not.", target=target)
        if len(self._hosts | {host}) > self._limits.hosts:
            raise self._limit("403 Forbidden", "The page talks to more hosts than we follow.", target)
        if self._connections >= self._limits.connections:
            raise self._limit("403 Forbidden", "The page opens more connections than we follow.", target)
        self._hosts.add(host)
        self._connections += 1
        try:
            return await self._backend.connect_tcp(host, port, self._policy.connect_timeout_s)
        except Refused as error:
            raise _NoWay("403 Forbidden", str(error), target=target) from error
        except Unresolved as error:
            raise _NoWay("403 Forbidden", str(error), FetchOutcome.DNS_FAILED, target) from error
        except NotConnected as error:
            raise _NoWay("502 Bad Gateway", str(error), FetchOutcome.CONNECT_FAILED, target) from error
        except httpcore.NetworkError as error:
            detail = "The site did not accept a connection."
            raise _NoWay("502 Bad Gateway", detail, FetchOutcome.CONNECT_FAILED, target) from error
        except httpcore.TimeoutException as error:
            detail = "The site did not answer in time."
            raise _NoWay("504 Gateway Timeout", detail, FetchOutcome.TIMED_OUT, target) from error

    async def _relay_answer(self, stream: httpcore.AsyncNetworkStream, writer: asyncio.StreamWriter) -> None:
        """Pass an http answer on, as the last one of its connection."""
        try:
            async with asyncio.timeout(self._limits.idle_s):  # for all of it: a drip is never idle
                head, rest = await answer_head(stream)
        except BadHead as error:
            detail = "The site's answer breaks the rules of HTTP."
            raise _NoWay("502 Bad Gateway", detail, FetchOutcome.HTTP_ERROR) from error
        await self._relay(stream, writer, downward=head + rest)

    async def _relay(
        self,
        stream: httpcore.AsyncNetworkStream,
        writer: asyncio.StreamWriter,
        *,
        upward: tuple[bytes, asyncio.StreamReader] | None = None,
        downward: bytes = b"",
    ) -> None:
        """Carry bytes until an end closes, a limit is met or nothing has moved for a while.

        `upward` is what the browser has sent and where more comes from (None: it has said all that we carry),
        `downward` what the site has sent.
        """
        loop, idle, carried = asyncio.get_running_loop(), self._limits.idle_s, 0

        def count(piece: bytes) -> bytes:
            nonlocal carried
            carried += len(piece)
            self.carried += len(piece)
            if carried > self._limits.connection_bytes or self.carried > self._limits.total_bytes:
                raise self._limit("", "The page loads more than we read.")
            alarm.reschedule(loop.time() + idle)
            return piece

        async def carry_up(piece: bytes, reader: asyncio.StreamReader) -> None:
            while piece or (piece := await reader.read(_PIECE)):
                await stream.write(count(piece), idle)
                piece = b""

        async def carry_down(piece: bytes) -> None:
            while piece or (piece := await stream.read(_PIECE, idle)):
                writer.write(count(piece))
                await writer.drain()
                piece = b""

        async with asyncio.timeout(idle) as alarm:
            ways = [asyncio.ensure_future(carry_down(downward))]
            ways += [asyncio.ensure_future(carry_up(*upward))] if upward else []
            try:
                done, _ = await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
                for way in done:
                    way.result()
            finally:
                for way in ways:
                    way.cancel()
                await asyncio.gather(*ways, return_exceptions=True)

    def _limit(self, status: str, reason: str, target: str = "") -> _NoWay:
        self.full = True
        return _NoWay(status, reason, FetchOutcome.TOO_LARGE, target)

    def _note(self, end: _NoWay) -> None:
        if len(self._refusals) < _MOST_REFUSALS:
            self._refusals.append(Refusal(end.target, end.detail))


async def _say(writer: asyncio.StreamWriter, status: str, header: bytes = b"", *, closing: bool = True) -> None:
    end = b"Content-Length: 0\r\nConnection: close\r\n" if closing else b""
    writer.write(b"HTTP/1.1 " + status.encode() + b"\r\n" + header + end + b"\r\n")
    await writer.drain()
