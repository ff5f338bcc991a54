"""A Chromium that is running: started sealed, measured while it runs, asked to go and then made to.

The browser hangs on a pipe of Playwright's own process, and that process on a pipe of ours: when we are killed, both
end by themselves.  This file knows nothing of pages.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from pharmcheck.capture.guard import Policy
from pharmcheck.capture.render import process, seal
from pharmcheck.capture.render.trust import trust

if TYPE_CHECKING:
    from playwright.async_api import Browser, Playwright

_STARTING_MS = 15_000  # on a cold disk; a warm one needs 400
_CLOSING_S = 1.0  # to go when asked
_MEASURE_S = 0.2  # between two looks at the memory


class NotStarted(Exception):  # noqa: N818 - named for what happened
    """The browser did not start."""


class RunningBrowser:
    """One Chromium with the Playwright that drives it."""

    def __init__(self, home: Path) -> None:
        self.overgrown = False  # it took more memory than it may, and was killed
        self._home, self._profile = home, home
        self._playwright: Playwright | None = None
        self._browser: Browser | None = None
        self._leader = self._driver = 0
        self._watcher: asyncio.Task[None] | None = None

    @classmethod
    async def start(cls, chromium: Path, policy: Policy) -> Self:
        """Start one.  Raises NotStarted."""
        running = cls(Path(tempfile.mkdtemp(prefix="pharmcheck-browser-")))
        try:
            await running._launch(chromium, policy)
        except BaseException:
            await running.kill()
            raise
        return running

    @property
    def version(self) -> str:
        """The browser's own."""
        return self._browser.version if self._browser else ""

    @property
    def alive(self) -> bool:
        """Is it there, and as it should be?"""
        return bool(self._leader) and process.is_there(self._leader) and not self.overgrown

    async def window(self, **options: Any) -> Any:  # noqa: ANN401 - Playwright's options, and its type may be missing
        """A private window: a browser context that keeps nothing."""
        assert self._browser is not None  # noqa: S101 - `start` made it
        return await self._browser.new_context(**options)

    async def close(self) -> None:
        """Ask it to go; kill it when it does not."""
        with suppress(TimeoutError):
            async with asyncio.timeout(_CLOSING_S):
                await self._go()
        await self.kill()

    async def kill(self) -> None:
        """End it and all that belongs to it, at once."""
        if self._watcher is not None:
            self._watcher.cancel()
            await asyncio.gather(self._watcher, return_exceptions=True)
        if self._leader:
            process.end(self._leader)
        with suppress(TimeoutError):
            async with asyncio.timeout(_CLOSING_S):
                await self._go()
        if self._driver and process.parent(self._driver) == os.getpid():
            with suppress(ProcessLookupError):
                os.kill(self._driver, signal.SIGKILL)
        self._leader = self._driver = 0
        for folder in {self._home, self._profile}:
            shutil.rmtree(folder, ignore_errors=True)

    async def _go(self) -> None:
        from playwright.async_api import Error  # noqa: PLC0415 - an extra that may be missing

        with suppress(Error):
            if self._browser is not None:
                await self._browser.close()
        if self._playwright is not None:
            await self._playwright.stop()
        self._browser = self._playwright = None

    async def _launch(self, chromium: Path, policy: Policy) -> None:
        from playwright.async_api import Error, async_playwright  # noqa: PLC0415 - an extra that may be missing

        if policy.ca_file and not await trust(self._home, policy.ca_file):
            raise NotStarted("no NSS")
        try:
            self._playwright = await async_playwright().start()
            self._browser = await self._playwright.chromium.launch(
                executable_path=chromium,
                args=list(seal.SWITCHES),
                ignore_default_args=seal.NOT_WANTED,
                # Chromium refuses to run as root with its own sandbox on: docs/rendering.md says not to.
                chromium_sandbox=os.geteuid() != 0,
                env=seal.environment(self._home),
                proxy=seal.NOWHERE,  # type: ignore[arg-type]
                handle_sigint=False,
                handle_sigterm=False,
                handle_sighup=False,
                timeout=_STARTING_MS,
            )
            session = await self._browser.new_browser_cdp_session()
            found = await session.send("SystemInfo.getProcessInfo")
        except (Error, OSError) as error:
            raise NotStarted from error
        pid = next(int(known["id"]) for known in found["processInfo"] if known["type"] == "browser")
        self._driver = process.parent(pid)
        self._leader = os.getpgid(pid)
        # Playwright's own folder, and its own to remove: but it may be killed before it has.
        self._profile = Path(process.argument(pid, "--user-data-dir") or self._home)
        self._watcher = asyncio.create_task(self._watch())

    async def _watch(self) -> None:
        while self._leader:
            await asyncio.sleep(_MEASURE_S)
            used = process.memory(self._driver) + sum(map(process.memory, process.members(self._leader)))
            if used > seal.MEMORY:
                self.overgrown = True
                process.end(self._leader)
                return
