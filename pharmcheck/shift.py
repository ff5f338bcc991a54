"""A shift of work on waiting checks: claim rows, do many side by side, hold their leases, give back what is not done.

The service's own runner works one shift without end; a worker works one for each message that finds something to do.
Killed at any moment, a shift leaves rows whose lease runs out, and the next one does them.
"""

from __future__ import annotations

import asyncio
import os
import platform
import secrets
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

import structlog

from pharmcheck.errors import StoreError
from pharmcheck.store import CheckQueue, Job, QueueName
from pharmcheck.work import Workplace, do_check

_RENEWALS = 6  # of a lease within its time: five may fail before anybody takes our work for lost
_JUDGING_S = 60.0  # what a check may take beyond its visit; judging the worst page takes a few seconds

_log = structlog.get_logger("pharmcheck.shift")


@dataclass(frozen=True, slots=True)
class Pace:
    """How a shift spends its time.  Seconds."""

    lease_s: float = 30.0
    look_s: float = 0.5  # how often the line is looked at when nobody wakes us: rows may come from another process
    grace_s: float = 5.0  # what running checks get at the end before they go back in line
    claims_for_s: float | None = None  # after so long nothing new is taken; None: for ever

    @property
    def renew_s(self) -> float:
        """Between two renewals of our leases, and two looks for those of others that ran out."""
        return self.lease_s / _RENEWALS


class Shift:
    """Does waiting checks of some lines.  Belongs to one event loop."""

    def __init__(
        self,
        place: Workplace,
        at_once: int,
        pace: Pace,
        queues: Sequence[QueueName] = tuple(QueueName),
        *,
        called_off: Callable[[], bool] = lambda: False,
        queue: CheckQueue | None = None,
    ) -> None:
        """`queues` are served in this order.  `called_off` is asked at every look; true ends all in good order.

        `queue` claims fewer rows than all that wait: those of one list.
        """
        self._place, self._at_once, self._pace, self._queues = place, at_once, pace, queues
        self._called_off = called_off
        self._queue = queue or CheckQueue(place.store)
        self._lease = timedelta(seconds=pace.lease_s)
        self._longest_s = place.policy.visit_deadline_s + _JUDGING_S
        self.holder = f"{platform.node()[:32]}:{os.getpid()}:{secrets.token_hex(4)}"
        self._running: dict[str, tuple[Job, asyncio.Task[None]]] = {}
        self._wake = asyncio.Event()
        self._stopping = False
        self._gives_back = True

    def wake(self) -> None:
        """Somebody put a check in line and its transaction is done."""
        self._wake.set()

    def stop(self, *, give_back: bool = True) -> None:
        """Take nothing new; `work` ends soon.  What is not done goes back in line, or its leases run out and count."""
        self._stopping = True
        self._gives_back = give_back
        self._wake.set()

    async def work(self, *, wait: bool) -> None:
        """Work until stopped, and unless we are to `wait` until there is nothing to do."""
        loop = asyncio.get_running_loop()
        claims_for_s = self._pace.claims_for_s
        until = float("inf") if claims_for_s is None else loop.time() + claims_for_s
        claiming = True  # at least once: a task that began late has its own time all the same
        keepers = [
            asyncio.create_task(every(self._pace.renew_s, self._renew)),
            asyncio.create_task(every(self._pace.renew_s, self._reap)),
        ]
        try:
            with suppress(StoreError):
                await self._reap()
            while not self._stopping:
                self._wake.clear()
                if claiming:
                    await self._fill()
                    claiming = loop.time() < until
                if not self._running and not (wait and claiming):
                    return
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._wake.wait(), self._pace.look_s)
                if self._called_off():
                    self.stop()
        finally:
            for keeper in keepers:
                keeper.cancel()
            await asyncio.gather(*keepers, return_exceptions=True)
            await self._let_go()

    def abandon(self) -> None:
        """Give everything back at once, when the event loop is no longer to be had."""
        left, self._running = list(self._running), {}
        if left and self._gives_back:
            with suppress(StoreError):  # then the leases run out
                self._queue.give_back(left, self.holder)

    async def _fill(self) -> None:
        """Claim as many rows as there is room for."""
        for name in self._queues:
            room = self._at_once - len(self._running)
            if room <= 0:
                return
            beside = [job.attempt for job, _ in self._running.values()]
            now = self._place.clock()
            try:
                jobs = await asyncio.to_thread(
                    self._queue.claim, name, room, self.holder, now, self._lease, beside=beside
                )
            except StoreError as error:
                _log.error("queue.unreadable", reason=str(error))
                return
            for job in jobs:
                task = asyncio.create_task(self._do(job, tell=name is QueueName.INTERACTIVE))
                self._running[job.id] = (job, task)

    async def _do(self, job: Job, *, tell: bool) -> None:
        ended = True
        try:
            async with asyncio.timeout(self._longest_s):
                await do_check(job, self._place, tell=tell)
        except TimeoutError:  # its lease runs out and the attempt counts
            _log.error("check.stuck", check=job.id, domain=job.address.registrable_domain, attempt=job.attempt)
        except SystemExit:  # of the process, wherever it happened to be: `abandon` gives this row back too
            ended = False
            raise
        finally:
            if ended:
                self._running.pop(job.id, None)
            self._wake.set()

    async def _renew(self) -> None:
        held = list(self._running)
        if not held:
            return
        ours = await asyncio.to_thread(self._queue.renew, held, self.holder, self._place.clock(), self._lease)
        for check_id in held:
            if check_id not in ours and check_id in self._running:
                self._running[check_id][1].cancel()  # called off, or somebody else has it by now

    async def _reap(self) -> None:
        reaped = await asyncio.to_thread(self._queue.reap, self._place.clock())
        if reaped.requeued or reaped.given_up:
            _log.warning("queue.reaped", requeued=len(reaped.requeued), given_up=len(reaped.given_up))
            self._wake.set()

    async def _let_go(self) -> None:
        """Let running checks end if they are quick; the rest goes back in line, unharmed and uncounted."""
        tasks = {check_id: task for check_id, (_, task) in self._running.items()}
        if tasks and self._gives_back:
            await asyncio.wait(tasks.values(), timeout=self._pace.grace_s)
        left = [check_id for check_id, task in tasks.items() if not task.done()]
        while waiting := [task for task in tasks.values() if not task.done()]:
            for task in waiting:
                task.cancel()
            await asyncio.wait(waiting, timeout=1.0)  # libraries lose a cancellation now and then
        if left and self._gives_back:
            with suppress(StoreError):  # then the leases run out
                await asyncio.to_thread(self._queue.give_back, left, self.holder)


async def every(seconds: float, what: Callable[[], Awaitable[None]]) -> None:
    """Do something again and again; a store that cannot be read is told and tried again."""
    while True:
        await asyncio.sleep(seconds)
        try:
            await what()
        except StoreError as error:
            _log.error("queue.unreadable", reason=str(error))
