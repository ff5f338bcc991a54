"""The service's own worker: takes waiting checks from the store and does a few at a time, in this process.

The same rows, leases and `do_check` that workers on other machines use; only the way in differs.  Killed at any
moment, it leaves rows whose lease runs out, and the next runner does them.
"""

from __future__ import annotations

import asyncio
import os
import platform
import secrets
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import timedelta

import structlog

from pharmcheck.errors import StoreError
from pharmcheck.store import CheckQueue, Job, QueueName
from pharmcheck.work import Workplace, do_check

LEASE = timedelta(seconds=30)
"""How long a silent runner keeps its rows: what a killed service's clients wait at most, and six missed renewals."""
_RENEW_S = 5.0
_LOOK_S = 1.0  # how often the line is looked at when nobody wakes us: rows may come from another process
_REAP_S = 5.0
_GRACE_S = 5.0  # what running checks get at the end before they go back in line

_log = structlog.get_logger("pharmcheck.runner")


class Runner:
    """Does waiting checks until it is stopped.  Belongs to one event loop."""

    def __init__(
        self,
        place: Workplace,
        at_once: int,
        chores: Sequence[tuple[float, Callable[[], object]]] = (),
        queue: CheckQueue | None = None,
    ) -> None:
        """`chores` are done again and again, each after so many seconds: pruning, fetching registers.

        `queue` claims other rows than all that wait: those of one list.
        """
        self._place, self._at_once, self._chores = place, at_once, chores
        self._queue = queue or CheckQueue(place.store)
        self._holder = f"{platform.node()[:32]}:{os.getpid()}:{secrets.token_hex(4)}"
        self._running: dict[str, asyncio.Task[None]] = {}
        self._wake = asyncio.Event()
        self._stopping = False

    def wake(self) -> None:
        """Somebody put a check in line and its transaction is done."""
        self._wake.set()

    async def run(self) -> None:
        """Work until `stop`; then give back what is not done."""
        keepers = [
            asyncio.create_task(self._every(_RENEW_S, self._renew)),
            asyncio.create_task(self._every(_REAP_S, self._reap)),
            *(asyncio.create_task(self._every(seconds, _in_a_thread(chore))) for seconds, chore in self._chores),
        ]
        try:
            await self._reap()
            while not self._stopping:
                self._wake.clear()
                await self._fill()
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._wake.wait(), _LOOK_S)
        finally:
            for keeper in keepers:
                keeper.cancel()
            await asyncio.gather(*keepers, return_exceptions=True)
            await self._let_go()

    def stop(self) -> None:
        """Take nothing new; `run` ends soon."""
        self._stopping = True
        self._wake.set()

    async def _fill(self) -> None:
        """Claim as many rows as there is room for; people before lists."""
        for name in QueueName:
            room = self._at_once - len(self._running)
            if room <= 0:
                return
            try:
                jobs = await asyncio.to_thread(self._queue.claim, name, room, self._holder, self._place.clock(), LEASE)
            except StoreError as error:
                _log.error("queue.unreadable", reason=str(error))
                return
            for job in jobs:
                task = asyncio.create_task(self._do(job, tell=name is QueueName.INTERACTIVE))
                self._running[job.id] = task

    async def _do(self, job: Job, *, tell: bool) -> None:
        try:
            await do_check(job, self._place, tell=tell)
        finally:
            del self._running[job.id]
            self._wake.set()

    async def _renew(self) -> None:
        held = list(self._running)
        if not held:
            return
        ours = await asyncio.to_thread(self._queue.renew, held, self._holder, self._place.clock(), LEASE)
        for check_id in held:
            if check_id not in ours and (task := self._running.get(check_id)) is not None:
                task.cancel()  # called off, or somebody else has it by now

    async def _reap(self) -> None:
        reaped = await asyncio.to_thread(self._queue.reap, self._place.clock())
        if reaped.requeued or reaped.given_up:
            _log.warning("queue.reaped", requeued=len(reaped.requeued), given_up=len(reaped.given_up))
            self._wake.set()

    async def _every(self, seconds: float, what: Callable[[], Awaitable[None]]) -> None:
        while True:
            await asyncio.sleep(seconds)
            try:
                await what()
            except StoreError as error:
                _log.error("queue.unreadable", reason=str(error))

    async def _let_go(self) -> None:
        """Let running checks end if they are quick; the rest goes back in line, unharmed and uncounted."""
        tasks = dict(self._running)
        if tasks:
            await asyncio.wait(tasks.values(), timeout=_GRACE_S)
        left = [check_id for check_id, task in tasks.items() if not task.done()]
        for check_id in left:
            tasks[check_id].cancel()
        await asyncio.gather(*tasks.values(), return_exceptions=True)
        if left:
            await asyncio.to_thread(self._queue.give_back, left, self._holder)


def _in_a_thread(chore: Callable[[], object]) -> Callable[[], Awaitable[None]]:
    async def do() -> None:
        await asyncio.to_thread(chore)

    return do
