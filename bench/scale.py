"""Sites per second and CPU per site for 1, 2 and 4 worker processes, and whether slow sites hold fast ones back.

    .venv/bin/python -m bench.scale [--quick]

Real workers over a real Redis and a real PostgreSQL, all on this machine, which also serves the sites: what it says of
four processes is only as good as the number of cores.  CPU is that of the worker's processes, without their start.
Every site has four pages of 16 kB.  Read the CPU per site; the rate is it times the cores, or waiting.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import sqlalchemy as sa

from bench.scale_sites import DOMAIN, FAST, SLOW
from pharmcheck.address import parse_address
from pharmcheck.broker import Dispatcher
from pharmcheck.settings import Settings
from pharmcheck.store import CheckQueue, NewCheck, QueueName, Store, new_check_id
from pharmcheck.store.tables import checks
from tests.services.postgres import PostgresServer
from tests.services.valkey import ValkeyServer

_TICK_S = 1 / os.sysconf("SC_CLK_TCK")
_ENDED = ("done", "failed")


@dataclass
class Yard:
    """The servers, and how a worker is told of them."""

    settings: Settings
    environment: dict[str, str]
    store: Store
    dispatcher: Dispatcher
    warmed: int = 0  # checks that only woke the processes up

    def submit(self, kinds: Sequence[tuple[str, int]]) -> dict[str, list[str]]:
        """Put sites of each kind in line, mixed; returns their ids by kind."""
        ids: dict[str, list[str]] = {kind: [] for kind, _ in kinds}
        wanted = []
        for number in range(max(count for _, count in kinds)):
            for kind, count in kinds:
                if number < count:
                    check_id = new_check_id()
                    ids[kind].append(check_id)
                    wanted.append(NewCheck(check_id, parse_address(f"https://{kind}{number}.{DOMAIN}/")))
        CheckQueue(self.store).submit(wanted, QueueName.BATCH, datetime.now(UTC))
        self.dispatcher.wake(QueueName.BATCH, [check.id for check in wanted])
        return ids

    def wait(self, ids: Sequence[str]) -> None:
        """Until all of these have ended."""
        query = sa.select(sa.func.count()).where(checks.c.id.in_(ids), checks.c.state.in_(_ENDED))
        while True:
            with self.store.transaction() as connection:
                if connection.execute(query).scalar_one() == len(ids):
                    return
            time.sleep(0.05)


@contextmanager
def yard_in(folder: Path) -> Iterator[Yard]:
    """Sites, Redis and PostgreSQL, until the end."""
    with ExitStack() as stack:
        sites = subprocess.Popen(  # noqa: S603 - our own
            [sys.executable, "-m", "bench.scale_sites", str(folder)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        stack.callback(sites.kill)
        assert sites.stdout is not None  # noqa: S101 - for the type checker: a pipe was asked for
        port = sites.stdout.readline().strip()
        postgres, valkey = PostgresServer(), ValkeyServer()
        for server in (postgres, valkey):
            stack.callback(server.close)
            server.start()
        settings = Settings(
            data_dir=folder / "data", database_url=postgres.url(postgres.new_database()), broker_url=valkey.url
        )
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "BENCH_SITES": f"127.0.0.1 {port} {folder / 'ca.pem'}",
            "PHARMCHECK_DATA_DIR": str(settings.data_dir),
            "PHARMCHECK_DATABASE_URL": settings.database_url.get_secret_value() if settings.database_url else "",
            "PHARMCHECK_BROKER_URL": valkey.url,
            "PHARMCHECK_PAGE_BUDGET": "4",
        }
        store = stack.enter_context(Store.open(settings))
        dispatcher = Dispatcher(settings)
        stack.callback(dispatcher.close)
        yield Yard(settings, environment, store, dispatcher)


@contextmanager
def workers(yard: Yard, processes: int) -> Iterator[int]:
    """A worker with so many processes, warm; gives its process id."""
    worker = subprocess.Popen(  # noqa: S603 - our own
        [sys.executable, "-m", "celery", "-A", "bench.scale_app", "worker", "-Q", "batch", "-c", str(processes)],
        env=yard.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        yard.warmed = 30 * processes
        yard.wait(yard.submit([("fast", yard.warmed)])["fast"])
        yield worker.pid
    finally:
        worker.terminate()
        worker.wait()


def _cpu_s(pid: int) -> float:
    """Of a process and its children that live."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    words = [Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split() for one in (pid, *children)]
    return sum(int(word[11]) + int(word[12]) for word in words) * _TICK_S


def _measure(yard: Yard, pid: int, kinds: Sequence[tuple[str, int]], what: str, processes: int) -> None:
    cpu, begun = _cpu_s(pid), time.perf_counter()
    ids = yard.submit(kinds)
    yard.wait(ids["fast"] if "fast" in ids else ids["slow"])
    first = time.perf_counter() - begun
    yard.wait([check_id for found in ids.values() for check_id in found])
    total = time.perf_counter() - begun
    count = sum(count for _, count in kinds)
    spent = 1000 * (_cpu_s(pid) - cpu) / count
    print(f"{processes:>9}  {what:<28} {count / total:>8.1f} {spent:>12.0f} {first:>16.1f} {total:>9.1f}")


def main() -> None:
    """As asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--quick", action="store_true", help="a quarter of the sites: minutes instead of many")
    table(quick=parser.parse_args().quick)


def table(*, quick: bool) -> None:
    """Measure and print."""
    share = 4 if quick else 1
    fast, slow = 200 // share, 100 // share
    at_once = Settings().sites_per_worker
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; {at_once} sites at once a process")
    print("processes  sites                         sites/s  CPU ms/site  fast ones after  all after")
    for processes in (1, 2, 4):
        with TemporaryDirectory() as folder, yard_in(Path(folder)) as yard, workers(yard, processes) as pid:
            _measure(yard, pid, [("fast", fast)], f"{fast} that answer in {1000 * FAST:.0f} ms", processes)
            _measure(yard, pid, [("slow", slow)], f"{slow} that answer in {SLOW:.0f} s", processes)
            mixed = [("fast", fast // 2), ("slow", slow // 4)]
            _measure(yard, pid, mixed, f"{fast // 2} fast and {slow // 4} slow", processes)


if __name__ == "__main__":
    main()
