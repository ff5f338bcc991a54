"""What the tests of the workers share: the rules, a few shops on loopback, and a worker process's hands in this one."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from kombu import pools

from pharmcheck.address import parse_address
from pharmcheck.capture import Gate
from pharmcheck.demo import policy_for, start_street
from pharmcheck.demo.street import Street
from pharmcheck.ruleset import Ruleset, load_ruleset
from pharmcheck.settings import Settings
from pharmcheck.store import CheckQueue, NewCheck, QueueName, Store, new_check_id
from pharmcheck.work import Workplace
from pharmcheck.workplaces import workplace
from tests.services.postgres import PostgresServer
from tests.services.valkey import ValkeyServer
from tests.workers.fleet import Fleet
from workers import room
from workers.polite import SharedGate

HOSTS = frozenset({"pillswift.example", "harbourpharmacy.example", "medicine-facts.example"})


@pytest.fixture(scope="session")
def ruleset() -> Ruleset:
    return load_ruleset()


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="package")
def street() -> Iterator[Street]:
    with start_street(HOSTS) as opened:
        yield opened


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(Settings(data_dir=tmp_path / "data")) as opened:
        yield opened


@pytest.fixture
def place(store: Store, ruleset: Ruleset, street: Street) -> Workplace:
    """A workplace whose network is the street."""
    return workplace(store, ruleset, policy_for(street), Gate(time.monotonic))


@pytest.fixture
def here(place: Workplace, tmp_path: Path, broker_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[room.Room]:
    """The hands of a worker process, in this one: tasks that are called here work with them."""
    monkeypatch.setenv("PHARMCHECK_BROKER_URL", broker_url)
    from workers.app import app

    app.conf.broker_url = broker_url
    settings = Settings(data_dir=tmp_path / "data", broker_url=broker_url, shift_s=30)
    made = room.Room(settings, place, asyncio.Runner(), SharedGate(broker_url, longest_s=30.0))
    monkeypatch.setattr(room, "_room", made)
    app.amqp.queues.select(["interactive"])
    yield made
    app.amqp.queues.select([queue.name for queue in app.conf.task_queues])
    made.loop.run(made.gate.aclose())
    made.loop.close()
    pools.reset()
    app._pool = app.amqp._producer_pool = None


@pytest.fixture
def own_valkey() -> Iterator[ValkeyServer]:
    """A Redis that the test may stop."""
    server = ValkeyServer()
    try:
        server.start()
        yield server
    finally:
        server.close()


@pytest.fixture
def fleet(tmp_path: Path, street: Street) -> Iterator[Fleet]:
    """Real processes over servers of their own, which the test may stop."""
    postgres, valkey = PostgresServer(), ValkeyServer()
    made = None
    try:
        postgres.start()
        valkey.start()
        made = Fleet(tmp_path, street, postgres, valkey)
        yield made
    finally:
        if made is not None:
            made.close()
        valkey.close()
        postgres.close()


def submit(place: Workplace, *hosts: str, queue: QueueName = QueueName.INTERACTIVE) -> list[str]:
    """Put checks in line, telling nobody; returns their ids."""
    admitted = place.policy.admitted_hosts
    checks = [NewCheck(new_check_id(), parse_address(host, admitted_hosts=admitted)) for host in hosts]
    CheckQueue(place.store).submit(checks, queue, datetime.now(UTC))
    return [check.id for check in checks]
