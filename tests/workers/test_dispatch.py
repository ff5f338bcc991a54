"""The way from the API to the workers: sent after the row is there, never waited for, never missed for long."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import httpx
import pytest
from kombu import Connection

from pharmcheck import redis_keys
from pharmcheck.api import make_app, make_service
from pharmcheck.broker import Dispatcher
from pharmcheck.model import CheckState
from pharmcheck.settings import Settings
from pharmcheck.store import CheckQueue, QueueName, Scope, Store, new_check_id
from pharmcheck.work import Workplace
from tests.services.valkey import ValkeyServer
from tests.workers.fleet import state_of, wait_until

pytestmark = [pytest.mark.anyio, pytest.mark.xdist_group("workers")]


class Witness:
    """Notes what was in the database when it was told."""

    def __init__(self, store: Store) -> None:
        self.told: list[tuple[QueueName, list[CheckState]]] = []
        self._store = store

    def wake(self, queue: QueueName, ids: Sequence[str]) -> None:
        self.told.append((queue, [state_of(self._store, check_id) for check_id in ids]))


async def ask(place: Workplace, dispatch: object, path: str, body: object, **settings: object) -> httpx.Response:
    """One request to an API whose checks are done elsewhere."""
    service = make_service(place, Settings(**settings), dispatch=dispatch)  # type: ignore[arg-type]
    _, secret = service.keys.create("test", (Scope.BATCH,), service.clock(), None)
    transport = httpx.ASGITransport(make_app(service), client=("203.0.113.7", 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://service.test") as client:
        return await client.post(path, json=body, headers={"Authorization": f"Bearer {secret}"})


async def test_workers_hear_of_a_check_when_its_row_is_there(place: Workplace) -> None:
    """Told before, a quick worker would find nothing, and nobody would tell it again."""
    witness = Witness(place.store)
    alone = await ask(place, witness, "/v1/checks", {"url": "pillswift.example"})
    listed = await ask(place, witness, "/v1/batches", {"urls": ["pillswift.example", "medicine-facts.example", "no"]})

    assert (alone.status_code, listed.status_code) == (202, 202)
    assert witness.told == [
        (QueueName.INTERACTIVE, [CheckState.QUEUED]),
        (QueueName.BATCH, [CheckState.QUEUED, CheckState.QUEUED]),
    ]


async def test_with_a_way_to_workers_the_service_does_no_check_itself(place: Workplace) -> None:
    """Neither checks nor chores: both are done elsewhere."""
    assert make_service(place, Settings(), dispatch=Witness(place.store)).runner is None
    assert make_service(place, Settings()).runner is not None


async def test_with_the_broker_down_the_api_answers_as_ever_and_the_row_waits(place: Workplace, tmp_path: Path) -> None:
    """202, in no more time than otherwise; a worker's sweep finds the row later."""
    url = f"redis+socket://{tmp_path}/nobody"
    dispatcher = Dispatcher(Settings(broker_url=url))
    try:
        answer = await ask(place, dispatcher, "/v1/checks", {"url": "pillswift.example"}, broker_url=url)
    finally:
        await asyncio.to_thread(dispatcher.close)

    assert answer.status_code == 202
    assert CheckQueue(place.store).oldest_waiting(QueueName.INTERACTIVE, 9) == [answer.json()["id"]]


@pytest.fixture
def silent_broker() -> Iterator[str]:
    """A broker that takes connections and never says a word, as one behind a broken wall."""
    import socket

    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"redis://127.0.0.1:{listener.getsockname()[1]}/0"


def test_whoever_tells_a_silent_broker_does_not_wait(silent_broker: str) -> None:
    """Telling hands over and returns; the thread that sends is the one that waits."""
    dispatcher = Dispatcher(Settings(broker_url=silent_broker))
    told = threading.Event()

    def tell() -> None:
        for _ in range(3):
            dispatcher.wake(QueueName.INTERACTIVE, [new_check_id()])
        told.set()

    threading.Thread(target=tell, daemon=True).start()
    assert told.wait(30)
    assert dispatcher._thread.is_alive()


def test_what_is_told_arrives_in_bundles_in_its_own_line(own_valkey: ValkeyServer) -> None:
    """Ids of one line together, at most as many as a process takes; lines are not mixed."""
    dispatcher = Dispatcher(Settings(broker_url=own_valkey.url))
    ids = [new_check_id() for _ in range(60)]
    dispatcher.wake(QueueName.BATCH, ids[:59])
    dispatcher.wake(QueueName.INTERACTIVE, ids[59:])
    dispatcher.close()

    with own_valkey.client() as client:
        lines = {name: client.lrange(redis_keys.BROKER + name, 0, -1) for name in QueueName}
    read = {
        name: [json.loads(_body(text))[0][0] for text in reversed(found)]  # kombu pushes left and takes right
        for name, found in lines.items()
    }
    assert [check_id for bundle in read[QueueName.BATCH] for check_id in bundle] == ids[:59]
    assert read[QueueName.INTERACTIVE] == [ids[59:]]


def _body(text: str) -> bytes:
    import base64

    return base64.b64decode(json.loads(text)["body"])


def test_after_the_broker_is_back_messages_arrive_again(own_valkey: ValkeyServer) -> None:
    """What was told meanwhile is forgotten, and left to the sweep; what is told now is sent."""
    dispatcher = Dispatcher(Settings(broker_url=own_valkey.url))
    own_valkey.stop(crash=True)
    dispatcher.wake(QueueName.BATCH, [new_check_id()])
    wait_until(lambda: not dispatcher._unsent)
    own_valkey.start()

    def arrived() -> int:
        dispatcher.wake(QueueName.INTERACTIVE, [new_check_id()])
        with own_valkey.client() as client:
            return client.llen(redis_keys.BROKER + QueueName.INTERACTIVE)

    wait_until(arrived)
    dispatcher.close()


def test_every_key_of_ours_is_under_our_name(own_valkey: ValkeyServer) -> None:
    """Another program may live in the same Redis."""
    dispatcher = Dispatcher(Settings(broker_url=own_valkey.url))
    dispatcher.wake(QueueName.BATCH, [new_check_id()])
    dispatcher.close()

    with own_valkey.client() as client:
        keys = client.keys("*")
    assert keys
    assert [key for key in keys if not key.startswith(redis_keys.PREFIX)] == []


def test_the_address_of_a_broker_never_shows_its_password() -> None:
    """Neither the settings nor what Celery says of itself."""
    settings = Settings(broker_url="redis://:hush-hush@127.0.0.1:1/0")
    assert "hush" not in repr(settings)
    assert "hush" not in Connection(settings.broker_url.get_secret_value()).as_uri()  # type: ignore[union-attr]
    with pytest.raises(ValueError, match="redis://") as told:
        Settings(broker_url="amqp://user:hush-hush@somewhere/")
    assert "hush" not in str(told.value)
