"""The service's own worker: a shift without end in this process, and the chores that a service has.

The same rows, leases and `do_check` that workers on other machines use; only the way in differs.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from pharmcheck.shift import Pace, Shift, every
from pharmcheck.work import Workplace

Chore = tuple[float, Callable[[], object]]


class Runner:
    """Does waiting checks until it is stopped.  Belongs to one event loop."""

    def __init__(self, place: Workplace, at_once: int, chores: Sequence[Chore] = (), pace: Pace | None = None) -> None:
        """`chores` are done again and again, each after so many seconds: pruning, fetching registers."""
        self._shift = Shift(place, at_once, pace or Pace())
        self._chores = chores

    def wake(self) -> None:
        """Somebody put a check in line and its transaction is done."""
        self._shift.wake()

    async def run(self) -> None:
        """Work until `stop`; then give back what is not done."""
        chores = [asyncio.create_task(every(seconds, _in_a_thread(chore))) for seconds, chore in self._chores]
        try:
            await self._shift.work(wait=True)
        finally:
            for chore in chores:
                chore.cancel()
            await asyncio.gather(*chores, return_exceptions=True)

    def stop(self) -> None:
        """Take nothing new; `run` ends soon."""
        self._shift.stop()


def _in_a_thread(chore: Callable[[], object]) -> Callable[[], Awaitable[None]]:
    async def do() -> None:
        await asyncio.to_thread(chore)

    return do
