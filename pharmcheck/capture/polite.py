"""Good manners: one request at a time to a host, and a pause between two.

Holds no more than a lock and a time per host.  Share one `Gate` between visits that run side by side in one
process; spacing between processes is the workers' job.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

_FORGET_ABOVE = 10_000  # hosts; a batch of many sites must not grow memory for ever


class Gate:
    """Lets one request at a time through to each host.  Belongs to one event loop."""

    def __init__(self, clock: Callable[[], float], sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        self._clock = clock
        self._sleep = sleep
        self._locks: dict[str, asyncio.Lock] = {}
        self._last: dict[str, float] = {}

    @asynccontextmanager
    async def turn(self, host: str, interval_s: float) -> AsyncIterator[None]:
        """Wait for our turn at `host`: nobody else is there, and `interval_s` seconds passed since the last start."""
        if len(self._locks) > _FORGET_ABOVE:
            self._forget()
        async with self._locks.setdefault(host, asyncio.Lock()):
            pause = self._last.get(host, float("-inf")) + interval_s - self._clock()
            if interval_s > 0 and pause > 0:
                await self._sleep(pause)
            self._last[host] = self._clock()
            yield

    def _forget(self) -> None:
        idle = [host for host, lock in self._locks.items() if not lock.locked()]
        for host in idle[: _FORGET_ABOVE // 2]:
            del self._locks[host]
            self._last.pop(host, None)
