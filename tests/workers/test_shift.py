"""A shift: who is done beside whom, and what becomes of checks when it ends, by the clock or by force."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest

from pharmcheck import shift as shift_module
from pharmcheck import work
from pharmcheck.errors import StoreError
from pharmcheck.model import CheckState
from pharmcheck.shift import Pace, Shift
from pharmcheck.store import CheckQueue, QueueName, Store
from pharmcheck.work import Done, Workplace
from tests.workers.conftest import submit
from tests.workers.fleet import state_of, wait_until
from workers import room, tasks

pytestmark = [pytest.mark.anyio, pytest.mark.xdist_group("workers")]


def running_as(store: Store, check_id: str) -> tuple[CheckState, int]:
    """State and attempts of a check."""
    with store.transaction() as connection:
        from pharmcheck.store.tables import checks

        row = connection.execute(checks.select().where(checks.c.id == check_id)).one()
    return CheckState(row.state), row.attempts


async def never(*_: object, **__: object) -> None:
    """A visit that does not end."""
    await asyncio.Event().wait()


async def test_whoever_was_there_when_a_runner_died_is_tried_again_in_small_company(
    place: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All together first, then eight, then alone: the one that kills takes no stranger with it to its end."""
    now = datetime.now(UTC)
    queue, together = CheckQueue(place.store), []
    submit(place, *["pillswift.example"] * 12)
    for _ in range(2):  # two runners die with all of them
        taken = []
        while jobs := queue.claim(QueueName.INTERACTIVE, 12, "dead", now, timedelta(seconds=-1)):
            taken.append(len(jobs))
        together.append(taken)
        queue.reap(now)
    last = [queue.claim(QueueName.INTERACTIVE, 9, "third", now, timedelta(seconds=9)) for _ in range(12)]

    assert together == [[12], [8, 4]]
    assert [len(jobs) for jobs in last] == [1] * 12


async def test_a_first_try_does_not_begin_beside_a_second_one(place: Workplace) -> None:
    """A stranger that comes while a suspect is visited waits until that has ended, and so the other way round."""
    now, lease = datetime.now(UTC), timedelta(seconds=9)
    queue = CheckQueue(place.store)
    submit(place, "pillswift.example")
    assert queue.claim(QueueName.INTERACTIVE, 1, "dead", now, timedelta(seconds=-1))
    queue.reap(now)
    (suspect,) = queue.claim(QueueName.INTERACTIVE, 9, "next", now, lease)
    submit(place, "medicine-facts.example")

    assert queue.claim(QueueName.INTERACTIVE, 8, "next", now, lease, beside=[suspect.attempt]) == []
    assert len(queue.claim(QueueName.INTERACTIVE, 8, "other", now, lease, beside=[1])) == 1


async def test_a_shift_ends_when_there_is_nothing_to_do(place: Workplace) -> None:
    """A message that finds nothing costs a look at the line."""
    await asyncio.wait_for(Shift(place, 3, Pace()).work(wait=False), 30)


async def test_after_its_time_a_shift_takes_nothing_new_and_ends_what_it_has(
    place: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that the limits of its task hold however much waits."""
    first, second = submit(place, "pillswift.example", "medicine-facts.example")
    begun, real = [], work.check_site

    async def noted(address: Any, *args: Any, **kwargs: Any) -> Any:
        begun.append(address.host)
        return await real(address, *args, **kwargs)

    monkeypatch.setattr(work, "check_site", noted)
    await asyncio.wait_for(Shift(place, 1, Pace(claims_for_s=0.0)).work(wait=False), 60)

    assert len(begun) == 1
    assert sorted([state_of(place.store, first), state_of(place.store, second)]) == ["done", "queued"]


async def test_a_check_that_never_ends_is_let_go_and_the_attempt_counts(
    place: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody renews its lease any more; the others go on."""
    monkeypatch.setattr(work, "check_site", never)
    monkeypatch.setattr(shift_module, "_JUDGING_S", 0.0)
    hurried = replace(place, policy=replace(place.policy, visit_deadline_s=0.05))
    (check_id,) = submit(hurried, "pillswift.example")
    await asyncio.wait_for(Shift(hurried, 1, Pace(claims_for_s=0.0)).work(wait=False), 60)

    assert running_as(place.store, check_id) == (CheckState.RUNNING, 1)
    reaped = CheckQueue(place.store).reap(datetime.now(UTC) + timedelta(minutes=1))
    assert reaped.requeued == (check_id,)


async def test_a_store_that_is_away_when_an_answer_is_kept_ends_no_check(
    place: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its fault is not the site's: the row is done again after its lease, and measured as such."""
    seen: list[Done] = []

    def away(*_: object, **__: object) -> None:
        raise StoreError("The database cannot be used.")

    monkeypatch.setattr(work, "keep", away)
    (check_id,) = submit(place, "pillswift.example")
    watched = replace(place, on_done=seen.append)
    await asyncio.wait_for(Shift(watched, 1, Pace(claims_for_s=0.0)).work(wait=False), 60)

    assert running_as(place.store, check_id) == (CheckState.RUNNING, 1)
    assert [done.outcome for done in seen] == ["again"]


async def test_every_check_is_measured_by_stage(place: Workplace) -> None:
    """How long it waited, was visited, judged and kept; numbers and fixed words only."""
    seen: list[Done] = []
    submit(place, "pillswift.example")
    await asyncio.wait_for(Shift(replace(place, on_done=seen.append), 1, Pace()).work(wait=False), 60)

    (done,) = seen
    assert (done.interactive, done.outcome) == (True, "danger")
    assert min(done.waited_s, done.visit_s, done.judging_s, done.keeping_s) > 0


def test_the_soft_limit_ends_a_shift_in_good_order_and_counts(here: room.Room, monkeypatch: pytest.MonkeyPatch) -> None:
    """Celery's signal is heard by the event loop: the task ends, leases run out, the attempt is not given back."""
    monkeypatch.setattr(work, "check_site", never)
    (check_id,) = submit(here.place, "pillswift.example")
    before = signal.getsignal(signal.SIGUSR1)

    def limit() -> None:
        wait_until(lambda: signal.getsignal(signal.SIGUSR1) is not before)
        wait_until(lambda: state_of(here.place.store, check_id) is CheckState.RUNNING)
        os.kill(os.getpid(), signal.SIGUSR1)

    alarm = threading.Thread(target=limit)
    alarm.start()
    tasks.check([check_id])
    alarm.join()

    assert running_as(here.place.store, check_id) == (CheckState.RUNNING, 1)
    assert signal.getsignal(signal.SIGUSR1) is before


def test_without_redis_for_long_a_shift_gives_its_rows_back(here: room.Room, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is impolite, no site is blamed for waiting, and the task ends."""
    (check_id,) = submit(here.place, "pillswift.example")
    monkeypatch.setattr(work, "check_site", never)
    monkeypatch.setattr(tasks, "Pace", partial(Pace, grace_s=0.0))

    def lose() -> None:
        wait_until(lambda: state_of(here.place.store, check_id) is CheckState.RUNNING)
        here.loop.get_loop().call_soon_threadsafe(here.gate.on_lost)

    alarm = threading.Thread(target=lose)
    alarm.start()
    tasks.check([check_id])
    alarm.join()

    assert running_as(here.place.store, check_id) == (CheckState.QUEUED, 0)
