"""Fetch one page, under limits, through the guarded door.  The only file that imports httpx.

A failure is a result here: every call ends in an `Attempt` whose outcome says what happened and whose fault it
was.  This file follows redirects, counts bytes and keeps time; it does not decide which pages matter, and it
never stores cookies, sends a body or reads a page whose certificate did not pass.
"""

from __future__ import annotations

import asyncio
import hashlib
import ssl
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Self
from urllib.parse import urlsplit

import anyio
import httpcore
import httpx

from pharmcheck.address import DEFAULT_PORT, host_of, resolve_link
from pharmcheck.capture.bodies import BodyReader, BrokenBody, TooLarge, encoding_of
from pharmcheck.capture.guard import (
    GuardedBackend,
    HandshakeFailed,
    NotConnected,
    Policy,
    Refused,
    Resolver,
    Unresolved,
)
from pharmcheck.capture.polite import Gate
from pharmcheck.capture.tls import facts_from_connection, probe, verifying_context
from pharmcheck.errors import AddressError
from pharmcheck.model import Attempt, FetchOutcome, Hop, Page, PageRole, TlsFacts

KEPT_HEADERS = (
    "content-type",
    "server",
    "location",
    "refresh",
    "cf-mitigated",
    "x-robots-tag",
    "strict-transport-security",
)
_HEADER_CHARS = 500
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_REFUSING = frozenset({401, 403, 407, 429, 451})
# Words that only a bot wall's 503 page carries; a shop that is merely down does not ask to prove anything.
_WALL_MARKS = (b"captcha", b"cf-chl", b"challenge-platform", b"_incapsula_", b"ddos-guard", b"perimeterx", b"datadome")

# What a hostile answer makes the stack below raise besides httpx's own errors (each one seen: field/hostile.md).
_STACK_ERRORS = (
    httpx.HTTPError,
    httpx.InvalidURL,
    httpx.StreamError,
    httpcore.ProtocolError,
    httpcore.NetworkError,
    anyio.BrokenResourceError,
    anyio.ClosedResourceError,
    OSError,
    ValueError,  # UnicodeError and idna's errors are ValueErrors
    zlib.error,
    ExceptionGroup,
)


@dataclass(frozen=True, slots=True)
class Fetched:
    """One attempt, and the page when there is one.  A page cut at a limit comes with TOO_LARGE."""

    attempt: Attempt
    page: Page | None = field(repr=False)  # event loops print what a task returned: 36 MB for a 5 MB page


class _Ended(Exception):  # noqa: N818 - a way out, not an error
    """The chain ended without a page."""

    def __init__(self, outcome: FetchOutcome, detail: str) -> None:
        super().__init__(detail)
        self.outcome, self.detail = outcome, detail


class _GuardedTransport(httpx.AsyncHTTPTransport):
    """httpx's own mapping over a pool whose network is ours.  SNI and certificate checks keep the name."""

    def __init__(self, backend: GuardedBackend, context: ssl.SSLContext) -> None:
        # HTTP/2 off: 14–40 % dearer for a few pages, and its floods outlive every per-read limit.
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=context,
            http1=True,
            http2=False,
            retries=0,
            max_connections=2,
            max_keepalive_connections=1,
            keepalive_expiry=5.0,
            network_backend=backend,
        )


class Fetcher:
    """One connection pool for one site's visit.  Use as an async context manager; belongs to one task."""

    def __init__(
        self, policy: Policy, resolver: Resolver, *, now: Callable[[], datetime], clock: Callable[[], float], gate: Gate
    ) -> None:
        self.tls: dict[str, TlsFacts] = {}
        self._policy, self._now, self._clock, self._gate = policy, now, clock, gate
        self._backend = GuardedBackend(policy, resolver, self._saw_tls)
        # The transport alone, without `httpx.AsyncClient` around it: a client collects cookies, obeys the environment
        # and, even when told not to follow redirects, reads every Location its own way and raises when it cannot.
        self._transport = _GuardedTransport(self._backend, verifying_context(policy.ca_file))
        limits = httpx.Timeout(policy.fetch_deadline_s, connect=policy.connect_timeout_s)
        self._extensions = {"timeout": limits.as_dict()}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_exc: object) -> None:
        await self._transport.aclose()

    async def fetch(self, url: str, role: PageRole, *, deadline_s: float | None = None) -> Fetched:
        """Fetch `url` (canonical) with its redirects, all within `deadline_s` seconds.

        Never raises for anything a server, a resolver or a network does; cancellation passes through.
        """
        hops: list[Hop] = []
        start = self._clock()
        page: Page | None = None
        try:
            async with asyncio.timeout(min(deadline_s or self._policy.fetch_deadline_s, self._policy.fetch_deadline_s)):
                page = await self._follow(url, role, hops)
        except _Ended as end:
            outcome, detail = end.outcome, end.detail
        except BrokenBody as error:
            outcome, detail = FetchOutcome.HTTP_ERROR, str(error)
        except (TimeoutError, httpx.TimeoutException):
            outcome, detail = FetchOutcome.TIMED_OUT, "The site did not answer in time."
        except _STACK_ERRORS as error:
            outcome, detail = _classify(error, answered=bool(hops) and hops[-1].status is not None)
        else:
            outcome, detail = FetchOutcome.FETCHED, "The page was read."
            if page.truncated:
                outcome, detail = FetchOutcome.TOO_LARGE, "The page is larger than we read; its beginning was kept."
        elapsed_ms = max(0, round((self._clock() - start) * 1000))
        return Fetched(Attempt(url, role, outcome, detail, tuple(hops), elapsed_ms), page)

    async def _follow(self, url: str, role: PageRole, hops: list[Hop]) -> Page:
        while True:
            host = host_of(url)
            interval = 0.0 if self._backend.is_local(host) else self._policy.min_interval_s
            async with self._gate.turn(host, interval):
                answer = await self._ask(url, role, hops)
            if isinstance(answer, Page):
                return answer
            if len(hops) > self._policy.max_redirects:
                raise _Ended(
                    FetchOutcome.HTTP_ERROR, f"The site redirected more than {self._policy.max_redirects} times."
                )
            url = answer

    async def _ask(self, url: str, role: PageRole, hops: list[Hop]) -> Page | str:
        """One request: the page, or the URL that a redirect leads to."""
        host = host_of(url)
        hops.append(Hop(url, None, None))  # stays as it is when nothing answers
        try:
            response = await self._send(url)
        except HandshakeFailed as error:
            await self._record_failed_handshake(url, error.reason)
            raise _Ended(FetchOutcome.TLS_FAILED, error.reason) from error
        except (Refused, Unresolved, NotConnected) as error:
            raise _Ended(_GUARD_OUTCOMES[type(error)], str(error)) from error
        try:
            hops[-1] = Hop(url, response.status_code, self._backend.peers.get(host))
            target = self._redirect_target(url, response)
            if target is not None:
                return target  # the redirect's body is never read: it may have no end
            body, truncated = await self._read(response)
            _judge_status(response, body)
            digest = hashlib.sha256(body).hexdigest()
            headers = _kept_headers(response)
            return Page(url, role, response.status_code, headers, body, digest, self._now(), truncated)
        finally:
            await response.aclose()

    async def _send(self, url: str) -> httpx.Response:
        headers = {
            "Host": urlsplit(url).netloc,  # given by us: httpx would decode the name, and raise for symbols
            "User-Agent": self._policy.user_agent,
            "Accept": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.1",
            "Accept-Language": "en,*;q=0.5",
            "Accept-Encoding": "gzip, deflate",
        }
        request = httpx.Request("GET", url, headers=headers, extensions=dict(self._extensions))
        # The library that connects must read the very host that we judged.
        if request.url.raw_host.decode("ascii") != host_of(url) or request.url.userinfo:
            raise Refused("The address can be read in more than one way.")
        opened = self._backend.opened
        try:
            return await self._transport.handle_async_request(request)
        except (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError):
            if self._backend.opened != opened:
                raise
            # The server had closed the connection that we kept open; nothing was answered, so ask once more.
            return await self._transport.handle_async_request(request)

    def _redirect_target(self, url: str, response: httpx.Response) -> str | None:
        locations = {value for name, value in response.headers.raw if name.lower() == b"location"}
        if response.status_code not in _REDIRECTS or not locations:
            return None
        refused = _Ended(FetchOutcome.REFUSED_BY_US, "The site redirects to an address that we do not follow.")
        if len(locations) > 1:
            raise refused  # clients disagree which one counts
        raw = locations.pop()
        try:
            href = raw.decode("utf-8")
        except UnicodeDecodeError:
            href = raw.decode("latin-1")
        try:
            return resolve_link(
                url,
                href,
                admitted_hosts=self._policy.admitted_hosts,
                allowed_networks=self._policy.allowed_networks,
            )
        except AddressError as error:
            raise refused from error

    async def _read(self, response: httpx.Response) -> tuple[bytes, bool]:
        policy = self._policy
        encoding = encoding_of(response.headers.get_list("content-encoding"))
        reader = BodyReader(encoding, max_wire=policy.max_wire, max_body=policy.max_body, max_ratio=policy.max_ratio)
        try:
            async for raw in response.aiter_raw():
                reader.feed(raw)
        except TooLarge:
            return reader.kept(), True
        return reader.finish(), False

    def _saw_tls(self, host: str, connection: ssl.SSLObject) -> None:
        if connection.context.verify_mode is ssl.CERT_REQUIRED and host not in self.tls:
            self.tls[host] = facts_from_connection(host, connection)

    async def _record_failed_handshake(self, url: str, reason: str) -> None:
        host = host_of(url)
        if host not in self.tls:
            port = urlsplit(url).port or DEFAULT_PORT["https"]
            self.tls[host] = await probe(host, port, self._backend, reason, self._policy.connect_timeout_s)


_GUARD_OUTCOMES: dict[type[Exception], FetchOutcome] = {
    Refused: FetchOutcome.REFUSED_BY_US,
    Unresolved: FetchOutcome.DNS_FAILED,
    NotConnected: FetchOutcome.CONNECT_FAILED,
}


def _classify(error: BaseException, *, answered: bool) -> tuple[FetchOutcome, str]:
    if isinstance(error, ssl.SSLError):
        return FetchOutcome.TLS_FAILED, "The site broke the secure connection."
    if isinstance(error, httpx.ConnectError):
        return FetchOutcome.CONNECT_FAILED, "The site did not accept a connection."
    if isinstance(error, (httpx.NetworkError, OSError)) and not answered:
        return FetchOutcome.CONNECT_FAILED, "The site closed the connection before it answered."
    if isinstance(error, (httpx.NetworkError, OSError)):
        return FetchOutcome.HTTP_ERROR, "The site broke off in the middle of the page."
    return FetchOutcome.HTTP_ERROR, "The site's answer breaks the rules of HTTP."


def _judge_status(response: httpx.Response, body: bytes) -> None:
    """Raises _Ended unless the status is a success."""
    status = response.status_code
    if 200 <= status < 300:  # noqa: PLR2004 - the numbers are the meaning
        return
    walled = "cf-mitigated" in response.headers or any(mark in body[: 1 << 16].lower() for mark in _WALL_MARKS)
    if status in _REFUSING or (status == 503 and walled):  # noqa: PLR2004
        raise _Ended(FetchOutcome.BLOCKED_BY_SITE, f"The site refused us with status {status}.")
    raise _Ended(FetchOutcome.HTTP_ERROR, f"The site answered with status {status}.")


def _kept_headers(response: httpx.Response) -> tuple[tuple[str, str], ...]:
    kept: dict[str, str] = {}
    for raw_name, raw_value in response.headers.raw:
        name = raw_name.decode("latin-1").lower()
        if name in KEPT_HEADERS and name not in kept:
            value = raw_value[:_HEADER_CHARS].decode("latin-1")
            kept[name] = "".join(char if char.isprintable() else " " for char in value)
    return tuple(kept.items())
