"""The tasks: each a few lines around what `pharmcheck` does.  A message is believed only as far as the rows agree.

No exception leaves a task: Celery would log it with its traceback, which may carry words of a page.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import lru_cache, partial
from types import FrameType

import structlog

from pharmcheck.broker import (
    CHECK,
    MOST_IDS,
    NETWORKS,
    PRUNE,
    RECHECK,
    SWEEP,
    SYNC,
    WATCH,
    forget,
    messages_in,
    read_ids,
    send,
)
from pharmcheck.errors import PharmcheckError
from pharmcheck.networks import known_things
from pharmcheck.refresh import BackgroundSync, Way
from pharmcheck.shift import Pace, Shift
from pharmcheck.store import CheckQueue, Networks, Pruning, QueueName, Rechecks
from pharmcheck.watch import Sender, looks_at_once, put_due_in_line, tend
from workers.app import app
from workers.room import Room, called_off, room

_MESSAGES = 20  # that a sweep sends into an empty line; the next one sends more while rows still wait

_MOST_MESSAGES = 20_000
"""In a line; more there are only where nobody serves it and beat goes on, and Redis is not to fill up with that."""

_log = structlog.get_logger("workers")


@app.task(name=CHECK)
def check(ids: object = None, *_rest: object, **_more: object) -> None:
    """Do the checks that wait.  The same task serves consumers and lists; only the line differs.

    The message says no more than that somebody should look.  Which rows wait, and what is to be done about them, say
    the rows; a message that comes twice, late, or from a stranger finds nothing.
    """
    wanted = read_ids(ids)
    if wanted is None:
        _log.warning("message.refused")
        return
    with _told(CHECK):
        here = room()
        if CheckQueue(here.place.store).any_waiting(wanted) and not called_off():
            # All that this worker serves, people first: who asks now must not wait for the end of a list's shift.
            _work(here, [name for name in QueueName if name in app.amqp.queues.consume_from])


@app.task(name=SWEEP)
def sweep(*_: object, **_more: object) -> None:
    """Give the rows of silent workers back, and send word of rows that nobody has picked up."""
    with _told(SWEEP):
        here = room()
        queue = CheckQueue(here.place.store)
        reaped = queue.reap(here.place.clock())
        if reaped.requeued or reaped.given_up:
            _log.warning("queue.reaped", requeued=len(reaped.requeued), given_up=len(reaped.given_up))
        for name in QueueName:
            waiting = queue.oldest_waiting(name, _MESSAGES * MOST_IDS)
            there = messages_in(app, name)
            if waiting and not there:
                send(app, name, waiting)
            elif there > _MOST_MESSAGES:
                _log.warning("line.unserved", line=name.value, messages=there)
                forget(app, name)


@app.task(name=RECHECK)
def recheck(*_: object, **_more: object) -> None:
    """Put sites in line whose verdict is too old: those of watched lists first, since somebody asked for that."""
    with _told(RECHECK):
        here = room()
        now, store = here.place.clock(), here.place.store
        watched = put_due_in_line(store, here.settings, now)
        due = Rechecks(store).due(now, looks_at_once(here.settings) - len(watched))
        CheckQueue(store).submit(due, QueueName.BATCH, now)
        send(app, QueueName.BATCH, [*watched, *(one.id for one in due)])


@app.task(name=WATCH)
def watch(*_: object, **_more: object) -> None:
    """Weigh what is new about watched lists, and send word of it."""
    with _told(WATCH):
        here = room()
        sender = Sender.of(here.settings, here.place.store, here.place.policy, here.place.clock)
        here.loop.run(tend(sender, here.place.ruleset))


@app.task(name=PRUNE)
def prune(*_: object, **_more: object) -> None:
    """Delete captures that are past their time."""
    with _told(PRUNE):
        here = room()
        keep = timedelta(days=here.settings.capture_days)
        budget = here.settings.capture_budget_mb * 1_000_000
        gone = Pruning(here.place.store, here.settings.data_dir).prune(here.place.clock(), keep, budget)
        _log.info("captures.pruned", captures=gone.captures, bytes=gone.bytes)


@app.task(name=NETWORKS)
def networks(*_: object, **_more: object) -> None:
    """Bring the networks up to date with what checks saw."""
    with _told(NETWORKS):
        place = room().place
        Networks(place.store).build(known_things(place.ruleset), place.clock())


@app.task(name=SYNC)
def sync_registers(*_: object, **_more: object) -> None:
    """Bring small open registers up to date, those that were not asked for a day."""
    with _told(SYNC):
        _background_sync()()


@lru_cache(maxsize=1)
def _background_sync() -> BackgroundSync:
    """One for a process: it remembers what it asked."""
    place, settings = room().place, room().settings
    return BackgroundSync(place.store, place.ruleset.sources, Way(place.policy, settings.data_dir / "registers"),
                          place.clock)  # fmt: skip


def _work(here: Room, lines: list[QueueName]) -> None:
    """One shift, within the limits of its task."""
    settings = here.settings
    pace = Pace(lease_s=settings.lease_s, claims_for_s=settings.shift_s)
    shift = Shift(here.place, settings.sites_per_worker, pace, lines, called_off=called_off)
    here.gate.on_lost = shift.stop
    try:
        with _heard_by_the_loop(here, shift):
            here.loop.run(shift.work(wait=False))
    except BaseException:  # the process is told to end at once, a second time
        shift.abandon()
        raise


@contextmanager
def _heard_by_the_loop(here: Room, shift: Shift) -> Iterator[None]:
    """Signals end the shift in good order, instead of raising somewhere in the event loop.

    A loop that does not listen any more ends by the hard limit, or when it is told to end a second time.
    """
    loop = here.loop.get_loop()
    told: list[int] = []

    def end(number: int, _: FrameType | None) -> None:
        if told:
            raise SystemExit(-number)
        told.append(number)
        loop.call_soon_threadsafe(shift.stop)

    over = partial(shift.stop, give_back=False)
    before = {
        signal.SIGUSR1: signal.signal(signal.SIGUSR1, lambda *_: loop.call_soon_threadsafe(over)),  # the soft limit
        signal.SIGTERM: signal.signal(signal.SIGTERM, end),  # to us alone, or as systemd does to all of a service
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        if told:
            os.kill(os.getpid(), signal.SIGTERM)  # and now what it always means


@contextmanager
def _told(task: str) -> Iterator[None]:
    """Say in one line what went wrong; the schedule, or the sweep, brings the work again."""
    try:
        yield
    except PharmcheckError as error:
        _log.error("task.failed", what=task, code=error.code, reason=str(error))
    except Exception as error:  # noqa: BLE001 - no message and no traceback: see above
        _log.error("task.failed", what=task, code=PharmcheckError.code, kind=type(error).__name__)
