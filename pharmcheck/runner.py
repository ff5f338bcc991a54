"""The service's own worker: a shift without end in this process, and the chores that a service has.

The same rows, leases and `do_check` that workers on other machines use; only the way in differs.
"""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Sequence

import structlog

from pharmcheck.errors import StoreError
from pharmcheck.shift import Pace, Shift, every
from pharmcheck.work import Workplace

Chore = tuple[float, Callable[[], object]]
"""After how many seconds, and what: a function, for a thread, or a coroutine function, for the event loop."""

_log = structlog.get_logger("pharmcheck.runner")


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
        chores = [asyncio.create_task(every(seconds, _doing(chore))) for seconds, chore in self._chores]
        try:
            await self._shift.work(wait=True)
        finally:
            while waiting := [chore for chore in chores if not chore.done()]:
                for chore in waiting:
                    chore.cancel()
                await asyncio.wait(waiting, timeout=1.0)  # libraries lose a cancellation now and then
            await asyncio.gather(*chores, return_exceptions=True)

    def stop(self) -> None:
        """Take nothing new; `run` ends soon."""
        self._shift.stop()


def _doing(chore: Callable[[], object]) -> Callable[[], Awaitable[None]]:
    async def do() -> None:
        try:
            if inspect.iscoroutinefunction(chore):
                await chore()
            else:
                await asyncio.to_thread(chore)
        except StoreError:
            raise
        except Exception as error:  # noqa: BLE001 - a chore that failed once is done again all the same
            _log.error("chore.failed", kind=type(error).__name__)

    return do
