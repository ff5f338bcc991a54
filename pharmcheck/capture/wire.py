"""One request over the guarded network, and its answer as bytes.  The only file that imports httpx.

Whatever a server makes the stack below raise becomes `Ended` here; nothing else leaves but the guard's own refusals
and cancellation.  Knows no roles, no redirects and no limits: those are `fetch`'s.
"""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from importlib.util import find_spec

import httpcore
import httpx

from pharmcheck.address import host_of
from pharmcheck.capture.guard import (
    Flooded,
    GuardedBackend,
    HandshakeFailed,
    NotConnected,
    Policy,
    Refused,
    Unresolved,
)
from pharmcheck.capture.responses import Ended, RawHeaders
from pharmcheck.capture.tls import verifying_context
from pharmcheck.model import FetchOutcome

# Bytes that may arrive without a byte of the page among them.  h11 takes a head of 100 KiB and any number of 1xx
# answers before it, h2 any number of frames; each costs some 50 µs to read, so that 1 MiB is 2 s of CPU.
_MOST_BETWEEN = 128 << 10


@dataclass(slots=True)
class Answer:
    """What came back: status and headers as sent, the body still on the wire."""

    status: int
    headers: RawHeaders
    _body: httpx.AsyncByteStream
    _backend: GuardedBackend
    whole: bool = False  # read to its end

    async def pieces(self) -> AsyncIterator[bytes]:
        """The body as it arrives, still encoded.  Raises Ended."""
        with _endings(answered=True):
            async for piece in self._body:
                if piece:
                    self._backend.allowance = _MOST_BETWEEN
                yield piece
        self.whole = True


class _GuardedTransport(httpx.AsyncHTTPTransport):
    """httpx's own mapping over a pool whose network is ours.  SNI and certificate checks keep the name."""

    def __init__(self, backend: GuardedBackend, context: ssl.SSLContext, *, http2: bool) -> None:
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=context,
            http1=True,
            http2=http2,
            retries=0,
            max_connections=2,
            max_keepalive_connections=1,
            keepalive_expiry=5.0,
            network_backend=backend,
        )


class Wire:
    """The connections of one visit.  Close it with `aclose`."""

    def __init__(self, policy: Policy, backend: GuardedBackend) -> None:
        """Raises ValueError when `policy.http2` asks for a package that is not there, OSError for `policy.ca_file`."""
        if policy.http2 and find_spec("h2") is None:
            raise ValueError("HTTP/2 needs the package h2: install pharmcheck[http2].")
        self._backend = backend
        # The transport alone, without `httpx.AsyncClient` around it: a client collects cookies, obeys the environment
        # and, even when told not to follow redirects, reads every Location its own way and raises when it cannot.
        self._transport = _GuardedTransport(backend, verifying_context(policy.ca_file), http2=policy.http2)
        # No limits per read: a drip outlives them, and the deadline around every fetch ends what they would end.
        self._extensions = {"timeout": {"connect": policy.connect_timeout_s}}

    async def aclose(self) -> None:
        """Close every connection; the next request opens one of its own."""
        with suppress(Exception):
            await self._transport.aclose()

    @asynccontextmanager
    async def ask(
        self, url: str, headers: Sequence[tuple[bytes, bytes]], body: bytes | None = None
    ) -> AsyncIterator[Answer]:
        """GET `url` (canonical), or POST it a `body`.

        Raises Ended, Refused, Unresolved, NotConnected or HandshakeFailed.
        """
        whole = False
        try:
            with _endings(answered=False):
                response = await self._send(url, headers, body)
            assert isinstance(response.stream, httpx.AsyncByteStream)  # noqa: S101 - for the type checker
            answer = Answer(response.status_code, response.headers.raw, response.stream, self._backend)
            try:
                yield answer
            finally:
                whole = answer.whole
                with suppress(Exception):  # closing what a server has broken tells us nothing
                    await response.stream.aclose()
        finally:
            if not whole:  # over HTTP/2 the next request would share a connection with whatever went wrong
                await self.aclose()

    async def _send(self, url: str, headers: Sequence[tuple[bytes, bytes]], body: bytes | None) -> httpx.Response:
        method = "GET" if body is None else "POST"
        request = httpx.Request(method, url, headers=headers, content=body, extensions=dict(self._extensions))
        # The library that connects must read the very host that we judged.
        if request.url.raw_host.decode("ascii") != host_of(url) or request.url.userinfo:
            raise Refused("The address can be read in more than one way.")
        self._backend.allowance = _MOST_BETWEEN
        opened = self._backend.opened
        try:
            return await self._transport.handle_async_request(request)
        except (httpx.ProtocolError, httpx.ReadError, httpx.WriteError):
            if self._backend.opened != opened:
                raise
            # The server no longer wants the connection that we kept open; nothing was answered, so ask once more.
            await self.aclose()
            return await self._transport.handle_async_request(request)


@contextmanager
def _endings(*, answered: bool) -> Iterator[None]:
    try:
        yield
    except (Refused, Unresolved, NotConnected, HandshakeFailed):
        raise  # the guard speaks for itself
    except Exception as error:
        # All of them, for they cannot be listed: besides httpx's own a hostile answer has been seen to raise errors
        # of ssl, zlib, idna, anyio and h2, ExceptionGroup, OSError, ValueError, KeyError and MemoryError.
        raise _ending(error, answered=answered) from error


def _ending(error: Exception, *, answered: bool) -> Ended:
    if isinstance(error, Flooded):
        return Ended(FetchOutcome.HTTP_ERROR, "The site sends more than any page needs.")
    if isinstance(error, (TimeoutError, httpx.TimeoutException)):
        return Ended(FetchOutcome.TIMED_OUT, "The site did not answer in time.")
    if isinstance(error, ssl.SSLError):
        return Ended(FetchOutcome.TLS_FAILED, "The site broke the secure connection.")
    if isinstance(error, httpx.ConnectError):
        return Ended(FetchOutcome.CONNECT_FAILED, "The site did not accept a connection.")
    if isinstance(error, (httpx.NetworkError, OSError)) and not answered:
        return Ended(FetchOutcome.CONNECT_FAILED, "The site closed the connection before it answered.")
    if isinstance(error, (httpx.NetworkError, OSError)):
        return Ended(FetchOutcome.HTTP_ERROR, "The site broke off in the middle of the page.")
    return Ended(FetchOutcome.HTTP_ERROR, "The site's answer breaks the rules of HTTP.")
