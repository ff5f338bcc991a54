"""Go and look at one site: home page, pasted page, robots.txt, then what the planner wants.  Returns a Capture.

One page failing does not fail the visit, and neither does the clock: what was wanted and not read stays visible as
an attempt.  This file decides the order of things; how a page is fetched is `fetch`'s business, what it means
nobody's here.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from urllib.parse import urlsplit

from pharmcheck.address import host_of, registrable_domain
from pharmcheck.capture import robots
from pharmcheck.capture.fetch import Fetched, Fetcher
from pharmcheck.capture.guard import Policy, Resolver, SystemResolver
from pharmcheck.capture.planner import Wanted, page_links, plan
from pharmcheck.capture.polite import Gate
from pharmcheck.capture.roles import page_role
from pharmcheck.model import Address, Attempt, Capture, FetchOutcome, Page, PageRole

# After these, the same host may still answer on plain http.  A name that does not resolve will not, and what our
# guard refuses it refuses on every port.
_TRY_HTTP = frozenset({FetchOutcome.CONNECT_FAILED, FetchOutcome.TLS_FAILED, FetchOutcome.TIMED_OUT})


async def capture_site(
    address: Address,
    policy: Policy,
    *,
    now: Callable[[], datetime],
    clock: Callable[[], float] = time.monotonic,
    on_attempt: Callable[[Attempt], None] | None = None,
    resolver: Resolver | None = None,
    gate: Gate | None = None,
) -> Capture:
    """Visit the site at `address` within `policy.visit_deadline_s` seconds.

    `now` gives aware UTC times for the record, `clock` seconds for measuring.  `on_attempt` hears of every attempt
    as it ends.  Share `gate` between visits of one event loop so that they stay polite together.  Raises nothing
    for the network (see `Attempt.outcome`), OSError when `policy.ca_file` cannot be read, and passes cancellation on.
    """
    started = now()
    gate = gate or Gate(clock)
    fetcher = Fetcher(policy, resolver or SystemResolver(), now=now, clock=clock, gate=gate)
    visit = _Visit(address, policy, fetcher, clock, on_attempt)
    async with fetcher:
        # Each fetch is given no more than the time that is left, so this alarm is for the waits between them.
        with suppress(TimeoutError):
            async with asyncio.timeout(policy.visit_deadline_s):
                await visit.run()
        visit.give_up_on_rest()
    return Capture(address, tuple(visit.attempts), tuple(visit.pages), tuple(fetcher.tls.values()), started, now())


class _Visit:
    """The state of one visit."""

    def __init__(
        self,
        address: Address,
        policy: Policy,
        fetcher: Fetcher,
        clock: Callable[[], float],
        on_attempt: Callable[[Attempt], None] | None,
    ) -> None:
        self.attempts: list[Attempt] = []
        self.pages: list[Page] = []
        self._address, self._policy, self._fetcher, self._clock = address, policy, fetcher, clock
        self._on_attempt = on_attempt
        self._ends = clock() + policy.visit_deadline_s
        self._left: list[Wanted] = []  # wanted and not yet tried
        self._robots: dict[str, robots.Robots] = {}

    async def run(self) -> None:
        pasted = self._address.url
        home = f"{_origin(pasted)}/"
        self._left = [Wanted(home, PageRole.HOME)]
        if pasted != home:
            role = page_role(pasted)
            self._left.append(Wanted(pasted, PageRole.OTHER if role is PageRole.HOME else role))
        first = _first_scheme(home)
        if (
            not await self._read(first, PageRole.HOME)
            and first.startswith("https:")
            and (_try_http(self.attempts[-1]) and urlsplit(first).port is None)
        ):
            first = "http" + first.removeprefix("https")
            await self._read(first, PageRole.HOME)
        del self._left[0]
        if self._left:  # the page a person pasted is read on their behalf: robots.txt speaks to machines that roam
            wanted = self._left[0]
            await self._read(_with_scheme_of(first, wanted.url), wanted.role)
            del self._left[0]
        await self._read_plan()

    def give_up_on_rest(self) -> None:
        """What is still wanted when the time is over becomes an attempt that says so."""
        for wanted in self._left:
            detail = "The time for this site was over before this page's turn."
            self._note(Attempt(wanted.url, wanted.role, FetchOutcome.TIMED_OUT, detail, (), 0))
        self._left = []

    async def _read_plan(self) -> None:
        links: list[tuple[str, str]] = []
        for page in self.pages:
            if registrable_domain(host_of(page.url)) == self._address.registrable_domain:
                links += page_links(page.body, page.url, admitted_hosts=self._policy.admitted_hosts)
        seen = [attempt.url for attempt in self.attempts] + [page.url for page in self.pages]
        self._left += plan(
            links,
            domain=self._address.registrable_domain,
            seen=seen,
            budget=self._policy.page_budget - len(self.pages),
        )
        while self._left:
            wanted = self._left[0]
            rules = await self._rules_for(wanted.url)
            if rules.allows(wanted.url):
                await self._read(wanted.url, wanted.role)
            else:
                detail = "The site asks machines not to read this page."
                self._note(Attempt(wanted.url, wanted.role, FetchOutcome.ROBOTS, detail, (), 0))
            del self._left[0]

    async def _rules_for(self, url: str) -> robots.Robots:
        origin = _origin(url)
        if origin not in self._robots:
            # robots.txt is no page: asked for as the standard says, and left out of pages and attempts.
            answer = await self._fetch(f"{origin}/robots.txt", PageRole.OTHER)
            last = answer.attempt.hops[-1].status if answer.attempt.hops else None
            body = answer.page.body if answer.page else b""
            self._robots[origin] = robots.for_status(last, body)
        return self._robots[origin]

    async def _read(self, url: str, role: PageRole) -> bool:
        """Fetch a page and keep what came.  True when there is something to read."""
        fetched = await self._fetch(url, role)
        page = fetched.page
        if page is not None and page.url not in {known.url for known in self.pages}:
            self.pages.append(page)
        self._note(fetched.attempt)
        return page is not None

    async def _fetch(self, url: str, role: PageRole) -> Fetched:
        left = max(0.01, self._ends - self._clock())
        return await self._fetcher.fetch(url, role, deadline_s=left)

    def _note(self, attempt: Attempt) -> None:
        self.attempts.append(attempt)
        if self._on_attempt is not None:
            self._on_attempt(attempt)


def _try_http(attempt: Attempt) -> bool:
    """Did https fail so that the same host may still answer on plain http?"""
    answered = any(hop.status is not None for hop in attempt.hops)
    return attempt.outcome in _TRY_HTTP and not answered


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _first_scheme(url: str) -> str:
    """https, unless the person named a port: then the scheme belongs to it."""
    return url if urlsplit(url).port is not None else "https" + url[url.index(":") :]


def _with_scheme_of(model: str, url: str) -> str:
    return url if urlsplit(url).port is not None else model[: model.index(":")] + url[url.index(":") :]
