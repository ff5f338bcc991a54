"""Somebody else writes to the broker: a real worker over a real Redis does what the rows hold, and nothing more."""

from __future__ import annotations

import base64
import json
import pickle
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from redis import Redis

from pharmcheck import redis_keys
from pharmcheck.broker import CHECK, Dispatcher
from pharmcheck.model import CheckState
from pharmcheck.store import QueueName, Store, new_check_id
from pharmcheck.store.tables import checks, verdicts
from tests.workers.fleet import Fleet

pytestmark = [
    pytest.mark.xdist_group("workers"),
    pytest.mark.skipif(sys.platform != "linux", reason="finds the children of a process in /proc"),
]
LINE = redis_keys.BROKER + "interactive"
JSON, PICKLE, YAML = "application/json", "application/x-python-serialize", "application/x-yaml"


class Exploit:
    """What a careless worker would run while it reads its message."""

    def __init__(self, mark: Path) -> None:
        self._mark = mark

    def __reduce__(self) -> tuple[Any, ...]:
        return (Path.touch, (self._mark,))


def message(body: bytes, task: object = CHECK, kind: str = JSON, **more: Any) -> bytes:
    """A message as Celery puts it into Redis."""
    headers = {"lang": "py", "task": task, "id": new_check_id(), "root_id": None, "parent_id": None, "retries": 0}
    headers |= {"eta": None, "expires": None, "timelimit": [None, None], **more.pop("headers", {})}
    properties = {
        "correlation_id": "x", "reply_to": "x", "delivery_mode": 2, "priority": 0, "body_encoding": "base64",
        "delivery_info": {"exchange": "", "routing_key": "interactive"}, "delivery_tag": new_check_id(),
    }  # fmt: skip
    return json.dumps({
        "body": base64.b64encode(body).decode(), "content-encoding": "utf-8", "content-type": kind,
        "headers": headers, "properties": properties, **more,
    }).encode()  # fmt: skip


def arguments(*args: Any, **kwargs: Any) -> bytes:
    return json.dumps([args, kwargs, {"callbacks": None, "errbacks": None, "chain": None, "chord": None}]).encode()


def forged(mark: Path) -> Iterator[bytes]:
    pickled = pickle.dumps([[Exploit(mark)], {}, {}])
    url = "https://pillswift.example/"
    yield message(pickled, kind=PICKLE)
    yield message(pickled, kind=PICKLE, headers={"task": "pharmcheck.sweep"})
    yield message(f"!!python/object/apply:os.system ['touch {mark}']".encode(), kind=YAML)
    yield message(arguments([new_check_id() for _ in range(50)]))  # ids that no row has
    yield message(arguments([url]))
    yield message(arguments(url=url, ids=[url]))
    yield message(arguments({"url": url, "host": "pillswift.example"}))
    yield message(arguments(["x" * 1_000_000]))
    yield message(arguments(*range(10_000)))
    yield message(b"[" * 100_000)
    yield message(b"\xff\xfe not json")
    yield message(arguments(), task="os.system")
    yield message(arguments(f"touch {mark}"), task="celery.group")
    yield message(arguments([url]), task="pharmcheck.nothing")
    yield message(arguments("pharmcheck.check", [[[url]]] * 1000), task="celery.map")
    yield message(arguments("x", "y", "z", interval=0), task="celery.chord_unlock")
    yield message(arguments(), task="celery.backend_cleanup")
    chained = {"chain": [{"task": "os.system", "args": [f"touch {mark}"], "kwargs": {}, "options": {}}]}
    yield message(json.dumps([[], {}, chained]).encode())
    yield message(arguments(), headers={"task": None, "id": None})


def test_a_forged_message_makes_a_worker_do_nothing(fleet: Fleet, tmp_path: Path) -> None:
    """Foreign bodies, foreign tasks, foreign ids, huge ones: afterwards the one check in line is done, and no other."""
    mark = tmp_path / "owned"
    wire = Redis.from_url(fleet.valkey.url.replace("redis+socket://", "unix://"))
    for one in forged(mark):
        wire.lpush(LINE, one)
    wire.close()
    with Store.open(fleet.settings) as store:
        (asked,) = fleet.submit(store, ["medicine-facts.example"])
        dispatcher = Dispatcher(fleet.settings)
        dispatcher.wake(QueueName.INTERACTIVE, [asked])
        dispatcher.close()
        worker = fleet.worker()
        assert fleet.wait_for_end(store, [asked]) == {asked: (CheckState.DONE, None)}
        with store.transaction() as connection:
            assert connection.execute(sa.select(checks.c.id)).scalars().all() == [asked]
            assert connection.execute(sa.select(verdicts.c.check_id)).scalars().all() == [asked]
    assert worker.poll() is None
    assert not mark.exists()
    said = fleet.log_text()
    assert "Traceback" not in said
    assert all(len(line) < 2000 for line in said.splitlines())
    assert "pillswift" not in said
