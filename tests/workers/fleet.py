"""Real processes of a service at scale, on loopback: workers, beat and the API, over a Redis and a database.

A test starts what it needs, kills what it likes, and waits for states, never for a time.  What the processes logged
is kept: no traceback may be in it.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from pharmcheck.address import parse_address
from pharmcheck.demo.street import Street
from pharmcheck.model import CheckState
from pharmcheck.settings import Settings
from pharmcheck.store import CheckQueue, NewCheck, QueueName, Store, new_check_id
from pharmcheck.store.tables import checks
from tests.services.postgres import PostgresServer
from tests.services.valkey import ValkeyServer
from tests.yardstick import PATIENCE_S, ROOT

ENDED = (CheckState.DONE, CheckState.FAILED, CheckState.CANCELLED)
POISON, HELD = "poison.example", "held.example"


def wait_until(what: Callable[[], Any], why: Callable[[], str] = lambda: "") -> Any:
    """Wait for a state: what `what` returns once it is true."""
    deadline = time.monotonic() + PATIENCE_S
    while not (found := what()):
        assert time.monotonic() < deadline, f"waited too long for {getattr(what, '__name__', what)}\n{why()}"
        time.sleep(0.02)
    return found


@dataclass
class Fleet:
    """The processes, and what they share."""

    folder: Path
    street: Street
    postgres: PostgresServer
    valkey: ValkeyServer
    lease_s: float = 3.0
    extra: dict[str, str] = field(default_factory=dict)
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)
    logs: list[Path] = field(default_factory=list)

    def __post_init__(self) -> None:
        places = [[host, port, *where] for (host, port), where in self.street.places.items()]
        anybody = next(iter(self.street.places.values()))
        places += [[host, port, *anybody] for host in (POISON, HELD) for port in (80, 443)]
        self.hosts = frozenset(host for host, *_ in places)
        self.go = self.folder / "go"
        told = {"places": places, "ca": str(self.street.ca_pem), "poison": [POISON], "held": [HELD],
                "go": str(self.go)}  # fmt: skip
        (self.folder / "street.json").write_text(json.dumps(told))
        self.database_url = self.postgres.url(self.postgres.new_database())

    @property
    def settings(self) -> Settings:
        return Settings(data_dir=self.folder / "data", database_url=self.database_url, broker_url=self.valkey.url)

    def environment(self) -> dict[str, str]:
        """What every process is told, and nothing of ours."""
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "PYTHONWARNINGS": "ignore",
            "TEST_STREET": str(self.folder / "street.json"),
            "PHARMCHECK_DATA_DIR": str(self.folder / "data"),
            "PHARMCHECK_DATABASE_URL": self.database_url,
            "PHARMCHECK_BROKER_URL": self.valkey.url,
            "PHARMCHECK_LEASE_S": str(self.lease_s),
            "PHARMCHECK_VISIT_DEADLINE_S": "8",
            "PHARMCHECK_SYNC_REGISTERS": "false",
            "PHARMCHECK_SITES_PER_WORKER": "6",
            **self.extra,
        }

    def worker(self, queues: str = "interactive,batch", children: int = 1, **more: str) -> subprocess.Popen[bytes]:
        """Start a worker; `more` settings are for it alone."""
        words = ("celery", "-A", "tests.workers.street_app", "worker", "-Q", queues, "-c", str(children))
        return self._start(*words, "-n", f"w{len(self.processes)}@here", "--without-gossip", "--without-mingle",
                           **more)  # fmt: skip

    def beat(self) -> subprocess.Popen[bytes]:
        """Start the schedule."""
        return self._start("celery", "-A", "tests.workers.street_app", "beat")

    def api(self) -> tuple[subprocess.Popen[bytes], str]:
        """Start the API; returns its address too."""
        process = self._start("tests.workers.street_serve", "--port", "0")
        log = self.logs[-1]
        found = wait_until(lambda: re.search(r"http://\S+?:\d+", log.read_text()), log.read_text)
        return process, found[0]

    def close(self) -> None:
        """End everything."""
        for process in self.processes:
            if process.poll() is None:
                process.kill()
        for process in self.processes:
            process.wait()

    def children_of(self, process: subprocess.Popen[bytes]) -> list[int]:
        """Process ids of a worker's children."""
        told = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text()
        return [int(word) for word in told.split()]

    def log_text(self) -> str:
        """What all of them have said."""
        return "\n".join(log.read_text() for log in self.logs)

    def submit(self, store: Store, hosts: Iterable[str], queue: QueueName = QueueName.INTERACTIVE) -> list[str]:
        """Put checks in line, telling nobody; returns their ids."""
        checks = [NewCheck(new_check_id(), parse_address(host, admitted_hosts=self.hosts)) for host in hosts]
        CheckQueue(store).submit(checks, queue, datetime.now(UTC))
        return [check.id for check in checks]

    def wait_for_end(self, store: Store, ids: Collection[str]) -> dict[str, tuple[CheckState, str | None]]:
        """How each check ended, and with which code."""
        wait_until(lambda: all(state_of(store, check_id) in ENDED for check_id in ids), self.log_text)
        found = {check_id: store.get_check(check_id) for check_id in ids}
        return {check_id: (check.state, check.error_code) for check_id, check in found.items() if check}

    def _start(self, *words: str, **more: str) -> subprocess.Popen[bytes]:
        log = self.folder / f"{len(self.processes)}.log"
        self.logs.append(log)
        with log.open("wb") as out:
            process = subprocess.Popen((sys.executable, "-m", *words), cwd=ROOT, env=self.environment() | more,
                                       stdin=subprocess.DEVNULL, stdout=out, stderr=out)  # fmt: skip
        self.processes.append(process)
        return process


def state_of(store: Store, check_id: str) -> CheckState:
    """The state of a check that exists."""
    found = store.get_check(check_id)
    assert found is not None
    return found.state


def holder_of(store: Store, check_id: str) -> int:
    """The process that does a check now; 0 for nobody."""
    query = sa.select(checks.c.leased_by).where(checks.c.id == check_id, checks.c.state == "running")
    with store.transaction() as connection:
        found = connection.execute(query).scalar()
    return int(found.split(":")[-2]) if found else 0


def unsettled(store: Store) -> int:
    """Checks that wait for another try than their first, or are in it, or whose holder has fallen silent."""
    query = sa.select(sa.func.count()).where(
        checks.c.state.in_(("queued", "running")),
        (checks.c.attempts > 1)
        | ((checks.c.state == "queued") & (checks.c.attempts > 0))
        | (checks.c.lease_until < datetime.now(UTC)),
    )
    with store.transaction() as connection:
        return int(connection.execute(query).scalar_one())


def end(process: subprocess.Popen[bytes], how: signal.Signals = signal.SIGTERM) -> int:
    """Send a signal and wait; returns the exit code."""
    process.send_signal(how)
    return process.wait(PATIENCE_S)
