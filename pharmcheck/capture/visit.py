"""Go and look at one site: home page, pasted page, a second look, then what the planner wants.  Returns a Capture.

One page failing does not fail the visit, and neither do clock and byte budget: what was wanted and not read stays
visible as an attempt.  This file decides the order of things; how a page is fetched is `fetch`'s business, what it
means nobody's here.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import AsyncExitStack, suppress
from datetime import datetime
from functools import partial
from urllib.parse import urlsplit

from pharmcheck.address import host_of, registrable_domain, resolve_link
from pharmcheck.capture import robots
from pharmcheck.capture.fetch import Fetched, Fetcher, no_room
from pharmcheck.capture.guard import Policy, Resolver, SystemResolver
from pharmcheck.capture.icons import icon_url, take_icon
from pharmcheck.capture.origins import first_scheme, like, origin
from pharmcheck.capture.outline import Outline, outline
from pharmcheck.capture.planner import Wanted, issuer_pages, plan
from pharmcheck.capture.polite import Gate, Turns
from pharmcheck.capture.render import ChromiumRenderer
from pharmcheck.capture.rendering import Renderer
from pharmcheck.capture.roles import page_role
from pharmcheck.capture.shells import is_shell
from pharmcheck.capture.sitemaps import read_sitemap
from pharmcheck.errors import AddressError
from pharmcheck.model import Address, Attempt, Capture, FetchOutcome, Look, Page, PageRole

# After these, plain http may still answer; where a name does not resolve or our guard refuses, it will not.
_TRY_HTTP = frozenset({FetchOutcome.CONNECT_FAILED, FetchOutcome.TLS_FAILED, FetchOutcome.TIMED_OUT})
_TRY_WWW = frozenset({FetchOutcome.CONNECT_FAILED, FetchOutcome.DNS_FAILED})  # many a shop forgets its bare name
_FEW_LINKS = 5  # fewer on the pages read so far, and the sitemap is asked
_SITEMAPS = 2
_REFRESHES = 2  # of one page; a chain of them is a trap
_LEAST_S = 0.01


async def capture_site(
    address: Address,
    policy: Policy,
    *,
    now: Callable[[], datetime],
    clock: Callable[[], float] = time.monotonic,
    on_attempt: Callable[[Attempt], None] | None = None,
    resolver: Resolver | None = None,
    gate: Turns | None = None,
    renderer: Renderer | None = None,
) -> Capture:
    """Visit the site at `address` within `policy.visit_deadline_s` seconds and `policy.byte_budget` bytes.

    `now` gives aware UTC times for the record, `clock` seconds for measuring.  `on_attempt` hears of every attempt
    as it ends.  Share `gate` between visits of one event loop so that they stay polite together.  Pages that are empty
    without scripts go to `renderer`, or to the browser that `policy.chromium` names.

    Raises nothing for the network (see `Attempt.outcome`), OSError when `policy.ca_file` cannot be read, ValueError
    when the policy asks for a part of pharmcheck that is not installed, and passes cancellation on.
    """
    started = now()
    resolver = resolver or SystemResolver()
    async with AsyncExitStack() as doors:
        fetcher = Fetcher(policy, resolver, now=now, clock=clock, gate=gate or Gate(clock))
        await doors.enter_async_context(fetcher)
        if renderer is None and (browser := _browser_for(policy, resolver, now, clock)):
            renderer = await doors.enter_async_context(browser)
        visit = _Visit(address, policy, fetcher, renderer, clock, on_attempt)
        # Each fetch is given no more than the time that is left, so this alarm is for the waits between them.
        with suppress(TimeoutError):
            async with asyncio.timeout(policy.visit_deadline_s):
                await visit.run()
        visit.give_up_on_rest()
    seen = tuple(visit.attempts), tuple(visit.pages), tuple(fetcher.tls.values())
    return Capture(address, *seen, started, now(), icon=visit.icon)


def require_parts(policy: Policy, *, now: Callable[[], datetime]) -> None:
    """Raises ValueError, with a sentence, when visits under `policy` need something that is not installed."""
    Fetcher(policy, SystemResolver(), now=now, clock=time.monotonic, gate=Gate(time.monotonic))
    _browser_for(policy, SystemResolver(), now, time.monotonic)


def _browser_for(
    policy: Policy, resolver: Resolver, now: Callable[[], datetime], clock: Callable[[], float]
) -> ChromiumRenderer | None:
    if policy.chromium is None:
        return None
    return ChromiumRenderer(policy.chromium, policy, resolver, now=now, clock=clock)


class _Visit:
    """The state of one visit."""

    def __init__(
        self,
        address: Address,
        policy: Policy,
        fetcher: Fetcher,
        renderer: Renderer | None,
        clock: Callable[[], float],
        on_attempt: Callable[[Attempt], None] | None,
    ) -> None:
        self.attempts: list[Attempt] = []
        self.pages: list[Page] = []
        self.icon: Page | None = None  # from `_icon_url`, where the home page says that it is
        self._address, self._policy, self._clock = address, policy, clock
        self._fetcher, self._renderer = fetcher, renderer
        self._on_attempt = on_attempt
        self._ends = clock() + policy.visit_deadline_s
        self._left: list[Wanted] = []  # wanted and not yet tried
        self._links: list[tuple[str, str]] = []  # of every page read so far
        self._asked = 0  # how much of the budget is used up, by pages that came and by pages that did not
        self._robots: dict[str, robots.Robots] = {}
        self._icon_url: str | None = None

    async def run(self) -> None:
        pasted = self._address.url
        home = f"{origin(pasted)}/"
        self._left = [Wanted(home, PageRole.HOME)]
        if pasted != home:
            role = page_role(pasted)
            self._left.append(Wanted(pasted, PageRole.OTHER if role is PageRole.HOME else role))
        home = await self._reach(first_scheme(home))
        del self._left[0]
        landings = [home]
        if self._left:  # the page a person pasted is read on their behalf: robots.txt speaks to machines that roam
            wanted = self._left[0]
            landings.append(like(home, wanted.url))
            await self._read(landings[-1], wanted.role)
            del self._left[0]
        self._asked = len(self.pages)
        if self.pages:  # who refuses us under our own name is not asked again under another
            for landing in landings:
                await self._look_again(landing)
            await self._look_insecurely(home)
        await self._read_plan(home)
        if self._icon_url and self._policy.icons:
            rules = self._robots.get(origin(self._icon_url), robots.NOTHING)
            self.icon = await take_icon(self._fetcher, self._icon_url, rules, self._policy, self._ends - self._clock())

    def give_up_on_rest(self) -> None:
        """What is still wanted when the time or the bytes are used up becomes an attempt that says so."""
        for wanted in self._left:
            detail = "The time for this site was over before this page's turn."
            late = Attempt(wanted.url, wanted.role, FetchOutcome.TIMED_OUT, detail, (), 0)
            self._note(late if self._fetcher.room else no_room(wanted.url, wanted.role, Look.PLAIN).attempt)
        self._left = []

    async def _reach(self, home: str) -> str:
        """Read the home page at the first of its usual addresses that answers; returns that address."""
        if await self._read(home, PageRole.HOME) or not home.startswith("https:") or urlsplit(home).port is not None:
            return home
        first = self.attempts[-1]
        if _unanswered(first, _TRY_HTTP):
            home = "http" + home.removeprefix("https")
            if await self._read(home, PageRole.HOME):
                return home
        if _unanswered(first, _TRY_WWW) and self._address.host == self._address.registrable_domain:
            with suppress(AddressError):  # no such name can be: an IP address, a name mapped by hand
                admitted = self._policy.admitted_hosts
                with_www = resolve_link(home, f"https://www.{self._address.host}/", admitted_hosts=admitted)
                if await self._read(with_www, PageRole.HOME):
                    return with_www
        return home

    async def _look_again(self, url: str) -> None:
        """Once more as a visitor from a search engine: some shops show themselves to nobody else."""
        fetched = await self._fetch(url, PageRole.HOME, Look.FROM_SEARCH)
        if fetched.page is not None and fetched.page.sha256 not in {page.sha256 for page in self.pages}:
            self.pages.append(fetched.page)
        self._note(fetched.attempt)

    async def _look_insecurely(self, home: str) -> None:
        """Ask plain http what it does, where https answered."""
        if home.startswith("https:") and urlsplit(home).port is None:
            url = "http" + home.removeprefix("https")
            self._note((await self._fetch(url, PageRole.HOME, Look.INSECURE)).attempt)

    async def _read_plan(self, home: str) -> None:
        if len(self._links) < _FEW_LINKS and self.pages:
            await self._read_sitemaps(home)
        # The pages of the first plan link to some that the landing page does not; the issuers of seals come last.
        for next_pages in (partial(self._plan, final=False), self._plan, self._issuers):
            self._left = self._left or [*next_pages()]
            while self._left and self._fetcher.room:
                wanted = self._left[0]
                if (await self._rules_for(wanted.url)).allows(wanted.url):
                    self._asked += 1
                    await self._read(wanted.url, wanted.role)
                else:
                    detail = "The site asks machines not to read this page."
                    self._note(Attempt(wanted.url, wanted.role, FetchOutcome.ROBOTS, detail, (), 0))
                del self._left[0]

    def _issuers(self) -> tuple[Wanted, ...]:
        return issuer_pages(self._links, self._address.registrable_domain, self._policy.page_to_read)

    def _plan(self, *, final: bool = True) -> tuple[Wanted, ...]:
        read = [page for page in self.pages if page.look is Look.PLAIN]
        return plan(
            self._links,
            domain=self._address.registrable_domain,
            seen=[attempt.url for attempt in self.attempts] + [page.url for page in read],
            have=[page.role for page in read],
            budget=self._policy.page_budget - self._asked - len(self._issuers()),
            final=final,
        )

    async def _read_sitemaps(self, home: str) -> None:
        """A shell has no links; what the site tells search engines is the next best thing."""
        for name in ((await self._rules_for(home)).sitemaps or ("/sitemap.xml",))[:_SITEMAPS]:
            with suppress(AddressError):
                url = resolve_link(home, name, admitted_hosts=self._policy.admitted_hosts)
                if registrable_domain(host_of(url)) == self._address.registrable_domain:
                    self._links += await self._sitemap(url)

    async def _sitemap(self, url: str, *, nested: bool = True) -> tuple[tuple[str, str], ...]:
        if not (await self._rules_for(url)).allows(url):
            return ()
        page = (await self._fetch(url, PageRole.OTHER)).page  # no page of the site: left out of pages and attempts
        if page is None:
            return ()
        found = read_sitemap(page.body, page.url, admitted_hosts=self._policy.admitted_hosts)
        if nested and not found.links and found.nested:
            return await self._sitemap(found.nested[0], nested=False)
        return found.links

    async def _rules_for(self, url: str) -> robots.Robots:
        where = origin(url)
        if where not in self._robots:
            # robots.txt is no page: asked for as the standard says, and left out of pages and attempts.
            answer = await self._fetch(f"{where}/robots.txt", PageRole.OTHER)
            last = answer.attempt.hops[-1].status if answer.attempt.hops else None
            rules = robots.for_status(last, answer.page.body if answer.page else None)
            if (rules.crawl_delay_s or 0.0) > robots.LONGEST_DELAY_S:
                rules = robots.NOTHING  # who wants us to wait so long wants no machine to roam
            self._fetcher.slow_down(host_of(url), rules.crawl_delay_s)
            self._robots[where] = rules
        return self._robots[where]

    async def _read(self, url: str, role: PageRole) -> bool:
        """Read a page, go where it refreshes to, run its scripts if it is empty without.  True when something came."""
        came = False
        for _ in range(_REFRESHES + 1):
            fetched = await self._fetch(url, role)
            self._note(fetched.attempt)
            if fetched.page is None:
                return came
            came, page = True, fetched.page
            self._keep(page)
            if role is PageRole.ISSUER:  # no page of the site: its links and refreshes lead nobody on
                break
            seen = self._outline(page)
            if self._renderer is not None and is_shell(seen) and seen.refresh is None:
                await self._render(self._renderer, page)
            if seen.refresh is None or seen.refresh in {attempt.url for attempt in self.attempts}:
                break
            url = seen.refresh
        return came

    async def _render(self, renderer: Renderer, page: Page) -> None:
        limit = max(_LEAST_S, min(self._ends - self._clock(), self._policy.fetch_deadline_s))
        fetched = no_room(page.url, page.role, Look.RENDERED)
        if room := self._fetcher.room:
            fetched = await renderer.render(page.url, page.role, deadline_s=limit, most_bytes=room)
        self._note(fetched.attempt)
        if fetched.page is not None:
            self._fetcher.room -= len(fetched.page.body)
            self.pages.append(fetched.page)
            self._outline(fetched.page)

    def _keep(self, page: Page) -> None:
        if page.url not in {known.url for known in self.pages if known.look is page.look}:
            self.pages.append(page)

    def _outline(self, page: Page) -> Outline:
        """What the page is like, its links noted; those of another site are that site's business."""
        seen = outline(page.body, page.url, admitted_hosts=self._policy.admitted_hosts)
        if registrable_domain(host_of(page.url)) == self._address.registrable_domain:
            self._links += seen.links
            self._icon_url = self._icon_url or icon_url(page, seen)
        return seen

    async def _fetch(self, url: str, role: PageRole, look: Look = Look.PLAIN) -> Fetched:
        left = max(_LEAST_S, self._ends - self._clock())
        return await self._fetcher.fetch(url, role, deadline_s=left, look=look)

    def _note(self, attempt: Attempt) -> None:
        self.attempts.append(attempt)
        if self._on_attempt is not None:
            self._on_attempt(attempt)


def _unanswered(attempt: Attempt, outcomes: frozenset[FetchOutcome]) -> bool:
    """Did it fail in one of these ways, without an answer from anybody?"""
    return attempt.outcome in outcomes and all(hop.status is None for hop in attempt.hops)
