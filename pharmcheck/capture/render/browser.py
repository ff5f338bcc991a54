"""Chromium through Playwright as a `Renderer`: started when first needed, killed when it does not obey.

One of these serves one site's visit.  Each page gets a private window and a proxy of its own, so nothing is carried
from page to page.  It looks; it never clicks, types, submits or downloads.  Playwright (`pharmcheck[render]`) is
imported when a browser starts and never before.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Self, TypeVar

from pharmcheck.capture.fetch import Fetched
from pharmcheck.capture.guard import GuardedBackend, Policy, Resolver
from pharmcheck.capture.render import seal
from pharmcheck.capture.render.limits import Refusal
from pharmcheck.capture.render.load import BROKEN, Load, Snapshot
from pharmcheck.capture.render.proxy import GuardProxy
from pharmcheck.capture.render.running import NotStarted, RunningBrowser
from pharmcheck.capture.responses import Ended, judge_status
from pharmcheck.model import Attempt, FetchOutcome, Hop, Look, Page, PageRole

_READING_S = 2.5  # of a page's time are kept for reading it
_CLOSING_S = 1.0  # for a window to close
_Found = TypeVar("_Found", Snapshot, bytes)
_HEADERS = (("content-type", "text/html; charset=utf-8"),)


class ChromiumRenderer:
    """Reads pages as they stand after their scripts have run.  An async context manager; belongs to one task."""

    def __init__(
        self,
        chromium: Path,
        policy: Policy,
        resolver: Resolver,
        *,
        now: Callable[[], datetime],
        clock: Callable[[], float],
    ) -> None:
        """Raises ValueError when Playwright or the browser is not there."""
        if find_spec("playwright") is None:
            raise ValueError("Reading scripted pages needs Playwright: install pharmcheck[render].")
        if not chromium.is_file() or not os.access(chromium, os.X_OK):
            raise ValueError("The browser for scripted pages is not a program on this machine.")
        self._chromium, self._policy, self._now, self._clock = chromium, policy, now, clock
        self._backend = GuardedBackend(policy, resolver)
        self._refusals: list[Refusal] = []
        self._running: RunningBrowser | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_exc: object) -> None:
        if self._running is not None:
            await self._running.close()
            self._running = None

    @property
    def refusals(self) -> tuple[Refusal, ...]:
        """What pages asked for and did not get from the proxy."""
        return tuple(self._refusals)

    async def render(self, url: str, role: PageRole, *, deadline_s: float, most_bytes: int) -> Fetched:
        """Load `url` (canonical), let its scripts run and come back, all within `deadline_s` seconds; see `Renderer`.

        A browser that does not obey is killed, which takes up to two seconds more; the next page gets another.
        Never raises for anything a site or the browser does; cancellation passes through.
        """
        hops: list[Hop] = []
        start = self._clock()
        page: Page | None = None
        try:
            async with asyncio.timeout(deadline_s):
                page = await self._look(url, role, hops, deadline_s, min(most_bytes, self._policy.max_body))
        except Ended as end:
            outcome, detail = end.outcome, end.detail
        except TimeoutError:
            outcome, detail = FetchOutcome.TIMED_OUT, "The page was not ready in time."
        else:
            outcome, detail = FetchOutcome.FETCHED, "The page was read after its scripts had run."
            if page.truncated:
                outcome, detail = FetchOutcome.TOO_LARGE, "The page is larger than we read; what came was kept."
        elapsed_ms = max(0, round((self._clock() - start) * 1000))
        return Fetched(Attempt(url, role, outcome, detail, tuple(hops), elapsed_ms, Look.RENDERED), page)

    async def picture(self, url: str, *, deadline_s: float) -> bytes | None:
        """How the first screen of `url` (canonical) looks, as PNG; None when it cannot be shown in time."""

        async def take(load: Load, ends: float) -> bytes:
            return await load.picture(url, ends)

        try:
            async with asyncio.timeout(deadline_s):
                return (await self._in_window([], deadline_s, take, seal.BLOCKED_FOR_PICTURES))[0]
        except (Ended, TimeoutError):
            return None

    async def _look(self, url: str, role: PageRole, hops: list[Hop], deadline_s: float, most: int) -> Page:
        """The page.  Raises Ended."""

        async def read(load: Load, ends: float) -> Snapshot:
            return await load.run(url, ends, most)

        found, full = await self._in_window(hops, deadline_s, read)
        return self._page(found, role, most, full=full)

    async def _in_window(
        self,
        hops: list[Hop],
        deadline_s: float,
        use: Callable[[Load, float], Awaitable[_Found]],
        blocked: frozenset[str] = seal.BLOCKED_KINDS,
    ) -> tuple[_Found, bool]:
        """What comes of using a fresh window, and whether the page wanted more than it got.

        Raises Ended; leaves no window behind, and no browser that might still be busy.
        """
        from playwright.async_api import Error  # noqa: PLC0415 - an extra that may be missing

        ends = asyncio.get_running_loop().time() + deadline_s - _READING_S
        running = await self._started()
        try:
            async with GuardProxy(self._policy, self._backend, deadline_s=deadline_s) as proxy:
                window, load = await self._open(running, proxy, hops, blocked)
                try:
                    found: _Found | Ended = await use(load, ends)
                except Ended as end:
                    found = end
                except Error as error:
                    found = load.ending(error.message)
                finally:
                    self._refusals += proxy.refusals
                broken = load.broken  # before we close the window ourselves
            # The proxy has hung up: a page that is being closed says nothing more to anybody.
            async with asyncio.timeout(_CLOSING_S):
                await window.close()
        except BaseException as error:
            ended = await self._drop(running)
            if running.overgrown or isinstance(error, Error):
                raise ended from error
            raise
        if broken or not running.alive:
            raise await self._drop(running)
        if isinstance(found, Ended):
            raise found
        return found, proxy.full

    async def _open(
        self, running: RunningBrowser, proxy: GuardProxy, hops: list[Hop], blocked: frozenset[str]
    ) -> tuple[Any, Load]:
        """A private window with one tab, in which nothing has loaded yet."""
        options = seal.context_options(running.version, self._policy.user_agent, proxy.port, proxy.user, proxy.secret)
        window = await running.window(**options)
        await window.add_init_script(seal.INIT_SCRIPT)
        tab = await window.new_page()
        tab.on("popup", lambda other: asyncio.ensure_future(_close(other)))
        load = Load(tab, self._policy, self._backend, proxy, hops, blocked)
        await window.route("**/*", load.judge)
        return window, load

    async def _drop(self, running: RunningBrowser) -> Ended:
        """Kill a browser that does not obey; the next page gets another.  What there is to say about the page."""
        self._running = None
        await running.kill()
        if running.overgrown:
            return Ended(FetchOutcome.TOO_LARGE, "The page needs more memory than we give it.")
        return Ended(FetchOutcome.HTTP_ERROR, BROKEN)

    async def _started(self) -> RunningBrowser:
        if self._running is not None and not self._running.alive:
            await self._drop(self._running)
        if self._running is None:
            try:
                self._running = await RunningBrowser.start(self._chromium, self._policy)
            except NotStarted as error:
                raise Ended(FetchOutcome.REFUSED_BY_US, "The browser for scripted pages did not start.") from error
        return self._running

    def _page(self, snapshot: Snapshot, role: PageRole, most: int, *, full: bool) -> Page:
        body = snapshot.text.encode("utf-8", "replace")
        judge_status(snapshot.status, snapshot.headers, body)
        cut = len(body) > most or snapshot.length > len(snapshot.text)
        body = body[:most].decode("utf-8", "ignore").encode()
        digest = hashlib.sha256(body).hexdigest()
        return Page(
            snapshot.url,
            role,
            snapshot.status,
            _HEADERS,
            body,
            digest,
            self._now(),
            truncated=cut or full,
            look=Look.RENDERED,
        )


async def _close(window: Any) -> None:  # noqa: ANN401 - Playwright's type may be missing
    from playwright.async_api import Error  # noqa: PLC0415 - an extra that may be missing

    with suppress(Error):
        await window.close()
