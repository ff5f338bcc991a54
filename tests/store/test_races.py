"""Several processes at the same rows on PostgreSQL, where nobody waits for anybody unless told to."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from pharmcheck.model import CheckState
from pharmcheck.registers import Record, Snapshot
from pharmcheck.store import CheckQueue, Counts, Events, LoadedRegister, NewCheck, Pruning, QueueName, Store
from pharmcheck.store.tables import checks, register_snapshots
from tests.store.conftest import NOON, make_finding, settings_for
from tests.yardstick import PATIENCE_S

LEASE = timedelta(seconds=30)
Look = Callable[..., Any]


@pytest.fixture
def store(tmp_path: Path, postgres_url: str) -> Iterator[Store]:
    with Store.open(settings_for(tmp_path / "data", postgres_url)) as opened:
        yield opened


@pytest.fixture
def others() -> Iterator[ThreadPoolExecutor]:
    """Other processes; a thread with a connection of its own is one to the database."""
    with ThreadPoolExecutor(4) as pool:
        yield pool


@pytest.fixture
def waiting(postgres_url: str, others: ThreadPoolExecutor) -> Iterator[Callable[..., None]]:
    """Waits until so many transactions wait for a lock, or what was started is done without."""
    engine = sa.create_engine(postgres_url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    count = sa.text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type='Lock'"
    )

    def wait(most: int, *started: Future[Any]) -> None:
        deadline = time.monotonic() + PATIENCE_S
        with engine.connect() as connection:
            while connection.execute(count).scalar_one() < most and not all(future.done() for future in started):
                assert time.monotonic() < deadline
                time.sleep(0.002)

    return wait


def submitted(store: Store, look: Look, **more: Any) -> Any:
    check, capture, judgement, document = look(**more)
    CheckQueue(store).submit([NewCheck(check.id, check.address)], QueueName.INTERACTIVE, NOON)
    return check, capture, judgement, document


def held(store: Store, check_id: str) -> Any:
    """A transaction that changes a check and has not ended."""
    connection = store._writing.connect()
    connection.execute(sa.update(checks).where(checks.c.id == check_id).values(attempts=checks.c.attempts))
    return connection


def two_answers(look: Look, submit: Callable[..., Any]) -> tuple[Any, Any]:
    """One check as two runners did it, each with a visit of its own."""
    check, *first = submit(look)
    other, capture, judgement, _ = look(at=NOON + timedelta(hours=1))
    more = tuple(make_finding(rule_id="RX002") for _ in range(3))
    second = capture, type(judgement)(judgement.verdict, more), '"second"'
    return (check, *first), (replace(other, id=check.id), *second)


def answer_of(store: Store, check_id: str) -> tuple[str, set[str]]:
    """The document and the rules in the findings."""
    found = store.get_check(check_id)
    assert found is not None
    assert found.verdict is not None
    assert found.capture_id == found.verdict.capture_id
    return found.verdict.document, {finding["rule"] for finding in store.findings_of(check_id)}


def test_a_check_that_two_save_at_once_gets_one_answer_whole(store: Store, look: Look, others, waiting) -> None:
    """Verdict, findings and evidence of whoever comes first; nothing of the other is mixed in."""
    one, two = two_answers(look, lambda look: submitted(store, look))
    with held(store, one[0].id) as connection:
        first = others.submit(store.save, *one)
        waiting(1, first)
        second = others.submit(store.save, *two)
        waiting(2, first, second)
        connection.commit()
    first.result(), second.result()

    assert answer_of(store, one[0].id) in [(one[3], {"RX001"}), (two[3], {"RX002"})]


def test_a_new_check_that_two_save_at_once_gets_one_answer_whole(store: Store, look: Look, others, waiting) -> None:
    """Also when there is no row yet that the second could wait for."""
    one, two = two_answers(look, lambda look: look())
    with store.transaction(writes=True) as connection:
        # The row is there, and nobody knows yet whether it stays.
        names = dict.fromkeys(("input", "url", "host", "display_host", "registrable_domain"), "")
        connection.execute(sa.insert(checks).values(id=one[0].id, **names, state="queued", created_at=NOON))
        first = others.submit(store.save, *one)
        second = others.submit(store.save, *two)
        waiting(2, first, second)
    first.result(), second.result()

    assert answer_of(store, one[0].id) in [(one[3], {"RX001"}), (two[3], {"RX002"})]


def test_a_runner_that_wakes_up_keeps_its_check_and_nobody_is_told_otherwise(
    store: Store, look: Look, others, waiting
) -> None:
    """The reaper comes while a renewal is under way: it neither waits for it nor claims to have taken the row."""
    check, *_ = submitted(store, look)
    queue = CheckQueue(store)
    queue.claim(QueueName.INTERACTIVE, 1, "one", NOON, LEASE)
    late = NOON + LEASE + timedelta(seconds=1)
    with store._writing.connect() as renewing:
        renewing.execute(sa.update(checks).where(checks.c.id == check.id).values(lease_until=late + LEASE))
        reaper = others.submit(queue.reap, late)
        waiting(1, reaper)
        renewing.commit()

    assert reaper.result().requeued == ()
    found = store.get_check(check.id)
    assert found is not None
    assert found.state is CheckState.RUNNING


def test_two_reapers_give_a_check_back_once(store: Store, look: Look, others, waiting) -> None:
    """One attempt is counted, and one of them tells."""
    check, *_ = submitted(store, look)
    queue = CheckQueue(store)
    queue.claim(QueueName.INTERACTIVE, 1, "one", NOON, LEASE)
    late = NOON + LEASE + timedelta(seconds=1)
    reapers = [others.submit(queue.reap, late) for _ in range(4)]

    assert [reaped for reaper in reapers for reaped in reaper.result().requeued] == [check.id]


def test_who_claims_never_waits_for_another_who_does(store: Store, look: Look) -> None:
    """Rows that somebody else is taking are passed over."""
    first, *_ = submitted(store, look, host="a.example.com")
    second, *_ = submitted(store, look, host="b.example.com")
    oldest = min(first.id, second.id)  # they came at the same time
    with held(store, oldest):
        jobs = CheckQueue(store).claim(QueueName.INTERACTIVE, 10, "two", NOON, LEASE)

    assert [job.id for job in jobs] == [max(first.id, second.id)]


def test_steps_that_two_note_at_once_are_all_kept(store: Store, look: Look, others, waiting) -> None:
    """A runner that was given up still speaks while its successor does; no step takes another's number."""
    check, *_ = submitted(store, look)
    events = Events(store)
    with held(store, check.id) as connection:
        writers = [others.submit(events.add, check.id, [("page", {"from": who})], NOON) for who in range(4)]
        waiting(4, *writers)
        connection.commit()
    for writer in writers:
        writer.result()

    told, _ = events.since(check.id, 0)
    assert [event.number for event in told] == [1, 2, 3, 4]
    assert {event.data["from"] for event in told} == {0, 1, 2, 3}


def test_a_site_is_forgotten_whole_while_its_check_ends(
    store: Store, tmp_path: Path, look: Look, others, waiting
) -> None:
    """Whoever is being saved at that moment is forgotten too, and nobody gets an error."""
    check, *rest = submitted(store, look)
    with held(store, check.id) as connection:
        saving = others.submit(store.save, check, *rest)
        waiting(1, saving)
        forgetting = others.submit(Pruning(store, tmp_path / "data").forget, "example.com")
        waiting(2, saving, forgetting)
        connection.commit()
    saving.result()

    assert forgetting.result() == 1
    assert store.get_check(check.id) is None
    assert list(store.verdicts()) == []


def test_a_register_that_two_load_at_once_is_switched_twice(store: Store, others, waiting) -> None:
    """The second compares with what the first has loaded, and exactly one snapshot answers."""
    snapshot = Snapshot("quay", "GB", "Quay Register", None, timedelta(days=31))
    seen: list[int | None] = []
    second: list[Future[LoadedRegister]] = []

    def load(entry: str, accept: Callable[[LoadedRegister | None, Counts], None]) -> LoadedRegister:
        records = [Record("quay", entry, entry, "GB", ("https://shop.cz/",))]
        return store.replace_register(snapshot, iter(records), sha256="0" * 64, now=NOON, accept=accept)

    def note(old: LoadedRegister | None, _counts: Counts) -> None:
        seen.append(old.id if old else None)

    def note_and_let_the_other_come(old: LoadedRegister | None, counts: Counts) -> None:
        note(old, counts)
        second.append(others.submit(load, "second", note))
        waiting(1, *second)

    first = load("first", note_and_let_the_other_come)
    assert second[0].result().id
    assert seen == [None, first.id]
    with store.transaction() as connection:
        states = connection.execute(sa.select(register_snapshots.c.state).order_by(register_snapshots.c.id))
        assert list(states.scalars()) == ["replaced", "active"]
    assert [record.entry_id for record in store.registers().naming("shop.cz")] == ["second"]


def test_more_threads_than_connections_wait_their_turn(store: Store, look: Look) -> None:
    """A process opens ten connections at most; what comes beyond is served a moment later."""
    with ThreadPoolExecutor(40) as pool:
        answers = list(pool.map(lambda _: store.latest("example.com", "shop.example.com", None), range(200)))

    assert answers == [None] * 200
