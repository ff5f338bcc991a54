"""Fetch one page, under limits, through the guarded door.

A failure is a result here: every call ends in an `Attempt` whose outcome says what happened and whose fault it
was.  This file follows redirects, counts bytes and keeps time; it does not decide which pages matter, and it
never stores cookies, sends a body or reads a page whose certificate did not pass.
"""

from __future__ import annotations

import asyncio
import hashlib
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Self
from urllib.parse import urlsplit

from pharmcheck.address import DEFAULT_PORT, host_of, registrable_domain
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
from pharmcheck.capture.polite import Turns
from pharmcheck.capture.responses import Ended, judge_status, kept_headers, redirect_target, values_of
from pharmcheck.capture.tls import facts_from_connection, probe
from pharmcheck.capture.wire import Answer, Wire
from pharmcheck.model import Attempt, FetchOutcome, Hop, Look, Page, PageRole, TlsFacts

# What a desktop browser opens its name with; ours stands behind it, so that nobody takes us for a person.
_BROWSER = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
_SEARCH_ENGINE = "https://www.google.com/"

_NO_TURN = "The pages of this site are larger together than we read; this one had no turn."
_CUT_BY_BUDGET = "The pages of this site are larger together than we read; the beginning of this one was kept."
_GUARD_OUTCOMES: Mapping[type[Exception], FetchOutcome] = {
    Refused: FetchOutcome.REFUSED_BY_US,
    Unresolved: FetchOutcome.DNS_FAILED,
    NotConnected: FetchOutcome.CONNECT_FAILED,
}


@dataclass(frozen=True, slots=True)
class Fetched:
    """One attempt, and the page when there is one.  A page cut at a limit comes with TOO_LARGE."""

    attempt: Attempt
    page: Page | None = field(repr=False)  # event loops print what a task returned: 36 MB for a 5 MB page


def no_room(url: str, role: PageRole, look: Look) -> Fetched:
    """A page that is not asked for, because the visit holds as many bytes as it may."""
    return Fetched(Attempt(url, role, FetchOutcome.TOO_LARGE, _NO_TURN, (), 0, look), None)


class Fetcher:
    """One connection pool for one site's visit.  Use as an async context manager; belongs to one task."""

    def __init__(
        self,
        policy: Policy,
        resolver: Resolver,
        *,
        now: Callable[[], datetime],
        clock: Callable[[], float],
        gate: Turns,
    ) -> None:
        """Raises ValueError when HTTP/2 is wanted and not installed, OSError when the CA file cannot be read."""
        self.tls: dict[str, TlsFacts] = {}
        self.room = policy.byte_budget  # bytes that this visit may still keep
        self._policy, self._now, self._clock, self._gate = policy, now, clock, gate
        self._backend = GuardedBackend(policy, resolver, self._saw_tls)
        self._wire = Wire(policy, self._backend)
        self._intervals: dict[str, float] = {}  # registrable domain → seconds that the site asked for

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_exc: object) -> None:
        await self._wire.aclose()

    def slow_down(self, host: str, interval_s: float | None) -> None:
        """From now on leave at least `interval_s` seconds between two requests to the site of `host`; None: as ever."""
        self._intervals[registrable_domain(host)] = interval_s or 0.0

    async def fetch(
        self, url: str, role: PageRole, *, deadline_s: float | None = None, look: Look = Look.PLAIN
    ) -> Fetched:
        """Fetch `url` (canonical) with its redirects, all within `deadline_s` seconds.

        With `Look.INSECURE` one request is sent and neither followed nor read: FETCHED means that the site answered,
        the first hop's status says how, and a second hop names the target of a redirect.  With `Look.FROM_SEARCH` we
        come as somebody who clicked on a search result.  Never raises for anything a server, a resolver or a network
        does; cancellation passes through.
        """
        hops: list[Hop] = []
        start = self._clock()
        page: Page | None = None
        outcome, detail = FetchOutcome.FETCHED, "The page was read."
        if not self.room and look is not Look.INSECURE:
            return no_room(url, role, look)
        alarm = asyncio.timeout(min(deadline_s or self._policy.fetch_deadline_s, self._policy.fetch_deadline_s))
        try:
            async with alarm:
                page = await self._follow(url, role, look, hops)
        except Ended as end:
            outcome, detail = end.outcome, end.detail
        except BrokenBody as error:
            outcome, detail = FetchOutcome.HTTP_ERROR, str(error)
        except (Refused, Unresolved, NotConnected) as error:
            outcome, detail = _GUARD_OUTCOMES[type(error)], str(error)
        except TimeoutError:
            outcome, detail = FetchOutcome.TIMED_OUT, "The site did not answer in time."
        else:
            if page is None:
                detail = "The site answered over plain http."
            elif page.truncated:
                outcome = FetchOutcome.TOO_LARGE
                detail = "The page is larger than we read; its beginning was kept." if self.room else _CUT_BY_BUDGET
        if alarm.expired():  # whatever the stack made of being stopped
            outcome, detail = FetchOutcome.TIMED_OUT, "The site did not answer in time."
        elapsed_ms = max(0, round((self._clock() - start) * 1000))
        return Fetched(Attempt(url, role, outcome, detail, tuple(hops), elapsed_ms, look), page)

    async def _follow(self, url: str, role: PageRole, look: Look, hops: list[Hop]) -> Page | None:
        while True:
            hops.append(Hop(url, None, None))  # stays as it is when nothing answers
            async with self._gate.turn(await self._pauses(url)):
                found = await self._ask(url, role, look, hops)
            if not isinstance(found, str):
                return found
            if look is Look.INSECURE:
                hops.append(Hop(found, None, None))
                return None
            if len(hops) > self._policy.max_redirects:
                raise Ended(
                    FetchOutcome.HTTP_ERROR, f"The site redirected more than {self._policy.max_redirects} times."
                )
            url = found

    async def _pauses(self, url: str) -> Mapping[str, float]:
        """How long the site, and the machine it lives on, want to be left alone between two requests."""
        host = host_of(url)
        addresses = await self._backend.known_addresses(host, _port_of(url))
        if self._backend.is_local(host):
            return {host: 0.0}
        interval, site = self._policy.min_interval_s, registrable_domain(host)
        machine = self._backend.peers.get(host, addresses[0])
        return {machine: interval, site: max(interval, self._intervals.get(site, 0.0))}

    async def _ask(self, url: str, role: PageRole, look: Look, hops: list[Hop]) -> Page | str | None:
        """One request: the page, or the URL that a redirect leads to, or None when nothing is to be read."""
        try:
            async with self._wire.ask(url, self._headers(url, look)) as answer:
                hops[-1] = self._hop(url, answer.status)
                target = redirect_target(url, answer.status, answer.headers, self._policy)
                if target is not None or look is Look.INSECURE:
                    return target  # the redirect's body is never read: it may have no end
                body, truncated = await self._read(answer)
        except HandshakeFailed as error:
            await self._record_failed_handshake(url, error.reason)
            raise Ended(FetchOutcome.TLS_FAILED, error.reason) from error
        judge_status(answer.status, answer.headers, body)
        digest = hashlib.sha256(body).hexdigest()
        headers = kept_headers((name.decode("latin-1"), value.decode("latin-1")) for name, value in answer.headers)
        return Page(url, role, answer.status, headers, body, digest, self._now(), truncated, look)

    def _headers(self, url: str, look: Look) -> list[tuple[bytes, bytes]]:
        agent, come_from = self._policy.user_agent, {}
        if look is Look.FROM_SEARCH:
            agent, come_from = f"{_BROWSER} {agent}", {"Referer": _SEARCH_ENGINE}  # never a URL of ours
        headers = {
            "Host": urlsplit(url).netloc,  # given by us: httpx would decode the name, and raise for symbols
            "User-Agent": agent,
            "Accept": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.1",
            "Accept-Language": "en,*;q=0.5",
            "Accept-Encoding": "gzip, deflate",
            **come_from,
        }
        return [(name.encode(), value.encode()) for name, value in headers.items()]

    def _hop(self, url: str, status: int) -> Hop:
        host = host_of(url)
        facts = self.tls.get(host) if url.startswith("https:") else None
        certificate = facts.certificate_sha256 if facts else None
        return Hop(url, status, self._backend.peers.get(host), self._backend.answers.get(host, ()), certificate)

    async def _read(self, answer: Answer) -> tuple[bytes, bool]:
        policy = self._policy
        encoding = encoding_of(values_of(answer.headers, b"content-encoding"))
        most = min(policy.max_body, self.room)
        reader = BodyReader(encoding, max_wire=policy.max_wire, max_body=most, max_ratio=policy.max_ratio)
        try:
            async for raw in answer.pieces():
                reader.feed(raw)
        except TooLarge:
            return reader.kept(), True
        finally:
            self.room -= len(reader)
        return reader.finish(), False

    def _saw_tls(self, host: str, connection: ssl.SSLObject) -> None:
        if connection.context.verify_mode is ssl.CERT_REQUIRED and host not in self.tls:
            self.tls[host] = facts_from_connection(host, connection)

    async def _record_failed_handshake(self, url: str, reason: str) -> None:
        host = host_of(url)
        if host not in self.tls:
            self.tls[host] = await probe(host, _port_of(url), self._backend, reason, self._policy.connect_timeout_s)


def _port_of(url: str) -> int:
    parts = urlsplit(url)
    return parts.port or DEFAULT_PORT[parts.scheme]
