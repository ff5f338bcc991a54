"""Whatever is killed: every check ends exactly once, none is lost, none is stuck, and nobody sees a traceback.

Real processes over a real Redis and a real PostgreSQL.  The leases are short, everything else is as in service.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import cycle, islice
from urllib.request import Request, urlopen

import pytest
import sqlalchemy as sa

from pharmcheck.broker import Dispatcher
from pharmcheck.model import CheckState
from pharmcheck.store import Keys, QueueName, Scope, Store
from pharmcheck.store.tables import checks
from tests.workers.conftest import HOSTS
from tests.workers.fleet import ENDED, HELD, POISON, Fleet, end, holder_of, state_of, unsettled, wait_until

pytestmark = pytest.mark.xdist_group("workers")


@pytest.fixture
def store(fleet: Fleet) -> Iterator[Store]:
    """The database of the fleet."""
    with Store.open(fleet.settings) as opened:
        yield opened


def test_two_hundred_checks_survive_everything_that_can_be_killed(fleet: Fleet, store: Store) -> None:
    """A poison site, a worker, its child, Redis, PostgreSQL and the API, one after the other, during 200 checks."""
    fleet.extra["PHARMCHECK_LOOKS_PER_SITE_AND_HOUR"] = "10000"
    workers = [fleet.worker(), fleet.worker()]
    fleet.beat()
    api, address = fleet.api()
    _, secret = Keys(store).create("test", (Scope.BATCH,), datetime.now(UTC), None)
    hosts, ids = sorted(HOSTS), list[str]()

    def strike(what: str, blow: Callable[[int], object]) -> None:
        """Hit something amid 45 checks, one of them held open; it, and somebody who asks now, are served."""
        fleet.go.unlink(missing_ok=True)
        listed = fleet.submit(store, islice(cycle(hosts), 43), QueueName.BATCH)
        (held,) = fleet.submit(store, [HELD])
        wait_until(lambda: holder_of(store, held) and len(_ended(store, listed)) >= 4, fleet.log_text)
        begun = time.monotonic()
        blow(holder_of(store, held))
        fleet.go.touch()
        asked = fleet.submit(store, hosts[:1])
        fleet.wait_for_end(store, [held, *asked])
        print(f"{what}: {time.monotonic() - begun:.1f} s")  # noqa: T201 - for docs/scale.md: pytest -rP
        wait_until(lambda: not unsettled(store), fleet.log_text)  # three blows at one check would be its end
        ids.extend([*listed, held, *asked])

    def kill_its_worker(child: int) -> None:
        worker = next(one for one in workers if child in fleet.children_of(one))
        worker.kill()
        workers[workers.index(worker)] = fleet.worker()

    begun = time.monotonic()
    (poison,) = fleet.submit(store, [POISON])
    beside = fleet.submit(store, islice(cycle(hosts), 15))  # at the same time, in the same processes
    fleet.wait_for_end(store, [poison, *beside])
    print(f"poison: {time.monotonic() - begun:.1f} s")  # noqa: T201 - as above

    strike("worker", kill_its_worker)
    strike("child", lambda child: os.kill(child, signal.SIGKILL))
    strike("redis", lambda _: fleet.valkey.restart(crash=True))
    strike("postgres", lambda _: fleet.postgres.restart(crash=True))
    batch = _ask(address, "/v1/batches", secret, {"urls": hosts})
    api.kill()
    _, address = fleet.api()
    alone = _ask(address, "/v1/checks", secret, {"url": hosts[0], "fresh": True})
    _hear_all(address, alone["id"])
    ids = [poison, *beside, alone["id"], *ids]

    ended = fleet.wait_for_end(store, ids)
    assert {check_id: how for check_id, how in ended.items() if how != (CheckState.DONE, None)} == {
        poison: (CheckState.FAILED, "gave_up")
    }
    wait_until(lambda: _ask(address, f"/v1/batches/{batch['id']}", secret)["state"] == "done", fleet.log_text)
    with store.transaction() as connection:
        listed = list(connection.execute(sa.select(checks.c.id).where(checks.c.batch_id == batch["id"])).scalars())
    answered = [verdict.check_id for verdict in store.verdicts()]
    assert len(ids) + len(listed) == 200
    assert sorted(answered) == sorted({*ids, *listed} - {poison})  # once each
    assert "Traceback" not in fleet.log_text()


def test_a_worker_that_is_told_to_end_gives_its_rows_back(fleet: Fleet, store: Store) -> None:
    """SIGTERM, to one child or to the worker: what runs goes back in line at once, uncounted; metrics tell the rest."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        place = f"127.0.0.1:{free.getsockname()[1]}"
    fleet.lease_s = 3600.0  # nobody waits for it to run out
    worker = fleet.worker(PHARMCHECK_WORKER_METRICS=place)
    quick, slow = fleet.submit(store, ["pillswift.example", HELD])
    dispatcher = Dispatcher(fleet.settings)

    def begin() -> None:
        dispatcher.wake(QueueName.INTERACTIVE, [quick, slow])
        wait_until(lambda: state_of(store, slow) is CheckState.RUNNING, fleet.log_text)

    begin()
    wait_until(lambda: state_of(store, quick) is CheckState.DONE, fleet.log_text)
    os.kill(fleet.children_of(worker)[0], signal.SIGTERM)
    wait_until(lambda: state_of(store, slow) is CheckState.QUEUED, fleet.log_text)
    begin()
    dispatcher.close()
    with urlopen(f"http://{place}/metrics") as answer:
        metrics = answer.read().decode()

    assert end(worker) == 0
    assert state_of(store, slow) is CheckState.QUEUED
    with store.transaction() as connection:
        assert connection.execute(sa.select(checks.c.attempts).where(checks.c.id == slow)).scalar() == 0
    assert 'pharmcheck_checks_total{outcome="danger",queue="interactive"} 1.0' in metrics
    assert 'pharmcheck_check_stage_seconds_count{queue="interactive",stage="judge"} 1.0' in metrics
    assert "Traceback" not in fleet.log_text()


def _ended(store: Store, ids: list[str]) -> list[str]:
    return [check_id for check_id in ids if state_of(store, check_id) in ENDED]


def _ask(address: str, path: str, secret: str, body: object = None) -> dict[str, object]:
    request = Request(
        address + path,
        data=None if body is None else json.dumps(body).encode(),
        headers={"Authorization": f"Bearer {secret}", "Content-Type": "application/json"},
    )
    with urlopen(request) as answer:
        return json.loads(answer.read())


def _hear_all(address: str, check_id: object) -> None:
    """Progress of a check, told by another process than does it, to its end."""
    with urlopen(f"{address}/v1/checks/{check_id}/events") as progress:  # ends when the check has ended
        told = progress.read().decode()
    assert ['"running"' in told, "event: page" in told, '"done"' in told, "event: end" in told] == [True] * 4
