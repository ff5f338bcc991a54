"""Waiting checks: each done by one, given back when its runner falls silent, given up after three."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from pharmcheck.model import CheckState
from pharmcheck.store import CheckQueue, Events, NewCheck, QueueName, Store, new_check_id
from tests.store.conftest import NOON, make_address

LEASE = timedelta(seconds=30)


@pytest.fixture
def queue(store: Store) -> CheckQueue:
    return CheckQueue(store)


def submit(queue: CheckQueue, count: int, name: QueueName = QueueName.INTERACTIVE, **more) -> list[str]:
    checks = [NewCheck(new_check_id(), make_address(f"shop{number}.example.com"), **more) for number in range(count)]
    queue.submit(checks, name, NOON)
    return [check.id for check in checks]


def claim(queue: CheckQueue, most: int = 10, holder: str = "one", at=NOON, name=QueueName.INTERACTIVE) -> list[str]:
    return [job.id for job in queue.claim(name, most, holder, at, LEASE)]


def state(store: Store, check_id: str) -> CheckState:
    found = store.get_check(check_id)
    assert found is not None
    return found.state


def test_two_runners_never_get_the_same_check(queue: CheckQueue) -> None:
    """Eight at once, two hundred rows: each row is claimed once."""
    ids = submit(queue, 200)

    def work(number: int) -> list[str]:
        mine: list[str] = []
        while got := claim(queue, 3, f"runner {number}"):
            mine += got
        return mine

    with ThreadPoolExecutor(8) as pool:
        claimed = [check_id for mine in pool.map(work, range(8)) for check_id in mine]
    assert sorted(claimed) == sorted(ids)


def test_the_oldest_comes_first_and_lists_have_a_line_of_their_own(queue: CheckQueue) -> None:
    """A list of thousands does not stand before a person."""
    submit(queue, 3, QueueName.BATCH)
    person = submit(queue, 1)

    assert claim(queue) == person
    assert queue.depth()["batch"] == (3, NOON)


def test_who_asks_for_hundreds_lets_a_person_pass(queue: CheckQueue) -> None:
    """What a key asks for one by one waits behind its own; people without a key, and other keys, do not."""
    many = submit(queue, 100, owner="program")
    begun = claim(queue, 10)
    people = [*submit(queue, 1), *submit(queue, 1)]
    another = submit(queue, 2, owner="another program")

    assert sorted(begun) == sorted(many[:10])
    assert sorted(claim(queue, 4)) == sorted([many[10], *people, another[0]])


def test_a_silent_runner_loses_its_checks_three_times_and_then_they_end(queue: CheckQueue, store: Store) -> None:
    """Back in line after the lease; after the third silence failed, with a code, and nobody gets it again."""
    (check_id,) = submit(queue, 1)
    at = NOON
    for attempt in (1, 2, 3):
        (job,) = queue.claim(QueueName.INTERACTIVE, 1, f"runner {attempt}", at, LEASE)
        assert job.attempt == attempt
        assert queue.reap(at + LEASE - timedelta(seconds=1)).requeued == ()
        at += LEASE + timedelta(seconds=1)
        reaped = queue.reap(at)
        assert (reaped.requeued, reaped.given_up) == (((check_id,), ()) if attempt < 3 else ((), (check_id,)))
    found = store.get_check(check_id)
    assert found is not None
    assert (found.state, found.error_code) == (CheckState.FAILED, "gave_up")
    assert claim(queue, at=at) == []


def test_a_renewed_lease_holds(queue: CheckQueue) -> None:
    """A runner that lives keeps its checks however long they take; another's are not its to renew."""
    ids = submit(queue, 2)
    claim(queue)
    later = NOON + timedelta(seconds=20)
    assert queue.renew(ids, "one", later, LEASE) == frozenset(ids)
    assert queue.renew(ids, "two", later, LEASE) == frozenset()
    assert queue.reap(NOON + timedelta(seconds=40)).requeued == ()


def test_what_is_given_back_was_not_tried(queue: CheckQueue) -> None:
    """An orderly stop costs a check no attempt."""
    (check_id,) = submit(queue, 1)
    for _ in range(5):
        (job,) = queue.claim(QueueName.INTERACTIVE, 1, "one", NOON, LEASE)
        assert job.attempt == 1
        queue.give_back([check_id], "one")


def test_the_first_answer_stands_and_a_late_one_changes_nothing(queue: CheckQueue, store: Store, look) -> None:
    """A runner that was thought dead ends its work after all: one verdict, one state."""
    check, capture, judgement, document = look()
    queue.submit([NewCheck(check.id, check.address)], QueueName.INTERACTIVE, NOON)
    claim(queue)
    store.save(check, capture, judgement, document)
    store.save(check, capture, judgement, document.replace("danger", "verified"))
    assert not queue.fail(check.id, "late", NOON)

    found = store.get_check(check.id)
    assert found is not None
    assert found.state is CheckState.DONE
    assert found.verdict is not None
    assert found.verdict.document == document


def test_a_check_that_was_called_off_gets_no_answer(queue: CheckQueue, store: Store, look) -> None:
    """Cancelled is final, even when a runner was quicker than the news."""
    check, capture, judgement, document = look()
    queue.submit([NewCheck(check.id, check.address, batch_id="b")], QueueName.BATCH, NOON)
    assert queue.cancel_batch("b", NOON) == 1
    store.save(check, capture, judgement, document)

    assert state(store, check.id) is CheckState.CANCELLED
    assert list(store.verdicts()) == []


def test_steps_are_numbered_without_gaps_and_heard_from_any_place(queue: CheckQueue, store: Store) -> None:
    """A listener that lost its line hears the rest and nothing twice."""
    (check_id,) = submit(queue, 1)
    events = Events(store)
    events.add(check_id, [("state", {"state": "running"}), ("page", {"pages": 1})], NOON)
    events.add(check_id, [("page", {"pages": 2})], NOON)

    told, where = events.since(check_id, 1)
    assert [(event.number, event.kind, event.data) for event in told] == [
        (2, "page", {"pages": 1}),
        (3, "page", {"pages": 2}),
    ]
    assert where == "queued"
    assert events.since("0" * 32, 0) == ([], None)


def test_an_opt_out_is_kept_and_taken_back(queue: CheckQueue) -> None:
    """By registrable domain; asking twice changes nothing."""
    queue.opt_out("example.com", "asked by letter", NOON)
    queue.opt_out("example.com", "again", NOON)
    assert queue.opted_out("example.com")
    assert queue.opt_in("example.com")
    assert not queue.opt_in("example.com")
    assert not queue.opted_out("example.com")
