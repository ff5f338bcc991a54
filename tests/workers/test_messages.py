"""Messages: they wake somebody and say nothing that is believed."""

from __future__ import annotations

from typing import Any

import pytest

from pharmcheck import work
from pharmcheck.broker import MOST_IDS, messages_in, read_ids, send
from pharmcheck.model import CheckState
from pharmcheck.store import QueueName, new_check_id
from tests.workers.conftest import submit
from tests.workers.fleet import state_of
from workers import room, tasks
from workers.app import app

pytestmark = pytest.mark.xdist_group("workers")


@pytest.mark.parametrize(
    "given",
    [
        None, "", 7, {}, [], [None], [7], [["0" * 32]], ["0" * 31], ["0" * 33], ["G" * 32], ["A" * 32],
        ["0" * 32 + "\n"], ["' OR 1=1 --"],
        ["0" * 32, "../../etc/passwd"], ["0" * 32] * (MOST_IDS + 1), {"0" * 32: 1}, "0" * 32,
    ],
)  # fmt: skip
def test_whatever_is_no_list_of_ids_is_no_message(given: object) -> None:
    """One wrong id, and nothing of the message is believed."""
    assert read_ids(given) is None


def test_a_message_of_ids_is_read_as_it_is() -> None:
    """Up to as many ids as a process takes at once."""
    ids = [new_check_id() for _ in range(MOST_IDS)]
    assert read_ids(ids) == ids


def test_a_message_of_a_waiting_check_gets_it_done(here: room.Room) -> None:
    """The plain case."""
    (check_id,) = submit(here.place, "pillswift.example")
    tasks.check([check_id])

    found = here.place.store.get_check(check_id)
    assert found is not None
    assert found.verdict is not None
    assert found.verdict.category == "danger"


@pytest.mark.parametrize(
    "message", [(), ([new_check_id()],), (["nonsense"],), ("x" * 10_000,), ([], "more", {"to": "do"})]
)
def test_a_wrong_message_does_nothing(here: room.Room, message: tuple[object, ...]) -> None:
    """Wrong ids and wrong shapes: nothing is raised, and a check that waits is not begun on their account."""
    (check_id,) = submit(here.place, "medicine-facts.example")
    tasks.check(*message)
    tasks.check(*message, url="https://elsewhere.example/", queue="batch")

    assert state_of(here.place.store, check_id) is CheckState.QUEUED


def test_a_second_delivery_is_harmless(here: room.Room) -> None:
    """What has ended stays as it is, and nobody visits the site again."""
    (check_id,) = submit(here.place, "medicine-facts.example")
    tasks.check([check_id])
    first = here.place.store.get_check(check_id)
    tasks.check([check_id])

    assert here.place.store.get_check(check_id) == first
    assert [verdict.check_id for verdict in here.place.store.verdicts()] == [check_id]


def test_a_message_wakes_somebody_for_all_that_waits_in_that_line_and_for_no_other(here: room.Room) -> None:
    """A process that is awake takes what is there, instead of going to sleep between two messages."""
    first, second = submit(here.place, "medicine-facts.example", "pillswift.example")
    (listed,) = submit(here.place, "medicine-facts.example", queue=QueueName.BATCH)
    tasks.check([first])

    found = {check_id: state_of(here.place.store, check_id) for check_id in (first, second, listed)}
    assert found == {first: CheckState.DONE, second: CheckState.DONE, listed: CheckState.QUEUED}


def test_people_do_not_wait_for_the_end_of_a_lists_shift(here: room.Room, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that serves both lines looks after people while it works on a list, and before it."""
    app.amqp.queues.select(["interactive", "batch"])
    (listed,) = submit(here.place, "medicine-facts.example", queue=QueueName.BATCH)
    (person,) = submit(here.place, "pillswift.example")
    begun, real = [], work.do_check

    async def noted(job: Any, *args: Any, **kwargs: Any) -> Any:
        begun.append(job.id)
        return await real(job, *args, **kwargs)

    monkeypatch.setattr("pharmcheck.shift.do_check", noted)
    tasks.check([listed])

    assert begun == [person, listed]
    assert {state_of(here.place.store, check_id) for check_id in begun} == {CheckState.DONE}


def test_a_line_that_nobody_serves_does_not_fill_redis(here: room.Room, monkeypatch: pytest.MonkeyPatch) -> None:
    """Messages are only words: beyond a number they are thrown away, and sent again when they are wanted."""
    monkeypatch.setattr(tasks, "_MOST_MESSAGES", 2)
    for _ in range(3):
        send(app, QueueName.BATCH, [new_check_id()])
    tasks.sweep()

    assert messages_in(app, QueueName.BATCH) == 0


def test_a_sweep_sends_word_of_checks_that_nobody_picked_up_and_only_once(here: room.Room) -> None:
    """Whatever was lost on the way is sent again; while messages wait, nothing is added to them."""
    ids = submit(here.place, *["medicine-facts.example"] * (MOST_IDS + 1))
    listed = submit(here.place, "medicine-facts.example", queue=QueueName.BATCH)
    for _ in range(3):
        tasks.sweep()

    assert {name: messages_in(app, name) for name in QueueName} == {QueueName.INTERACTIVE: 2, QueueName.BATCH: 1}
    with app.connection_for_read() as connection:
        sent = [connection.SimpleQueue(name).get_nowait().payload[0][0] for name in ("interactive", "batch")]
    assert sent == [sorted(ids)[:MOST_IDS], listed]


def test_a_message_holds_ids_and_nothing_else(here: room.Room) -> None:
    """Nothing that a thief of the broker could read: no address, no key, no destination."""
    ids = submit(here.place, "medicine-facts.example")
    send(app, QueueName.INTERACTIVE, ids)
    with app.connection_for_read() as connection:
        message = connection.SimpleQueue("interactive").get_nowait()

    assert message.content_type == "application/json"
    assert message.payload == [[ids], {}, {"callbacks": None, "errbacks": None, "chain": None, "chord": None}]
    assert "example" not in str(message.headers)
