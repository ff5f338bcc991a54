"""Loading and asking registers as large as they come, in SQLite or PostgreSQL.

    .venv/bin/python -m bench.register_store [--rows N] [--list NAME FILE] [--database URL | --own-postgres]

Imports a made-up NPPES file of nothing but pharmacies (`bench.registers` writes it), then a made-up register whose
records all have a web address, then asks both by number and by domain.  Peers, in the same run: the same rows through
bare `executemany` (COPY into PostgreSQL), and the same questions through the bare driver.  `--list` times the import
of a real file besides; `--database` names an empty PostgreSQL database, `--own-postgres` starts a server for it.
"""

from __future__ import annotations

import argparse
import os
import platform
import random
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from bench.registers import write_sample
from pharmcheck.refresh import import_file
from pharmcheck.registers import Entry, Identifier, Record, RegisterKind, Snapshot, Source
from pharmcheck.registers.sources import find_source, importer_for
from pharmcheck.ruleset import load_ruleset
from pharmcheck.settings import load_settings
from pharmcheck.store import Store

if TYPE_CHECKING:
    import psycopg

_NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
_AS_OF = date(2026, 11, 1)
_TABLES = ("register_records", "register_hosts", "register_identifiers")
_QUESTIONS = 5000
_BATCH = 2000  # rows a transaction, as in the store


def main() -> int:
    """Measure each step in a process of its own, so that its memory is its own."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--list", nargs=2, metavar=("NAME", "FILE"))
    parser.add_argument("--database", metavar="URL")
    parser.add_argument("--own-postgres", action="store_true")
    parser.add_argument("--step", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    with _database(options.database, own=options.own_postgres):
        return _measure(options)


@contextmanager
def _database(url: str | None, *, own: bool) -> Iterator[None]:
    """What every step finds in its environment."""
    if own:
        from tests.services.postgres import PostgresServer  # noqa: PLC0415 - for this option only

        server = PostgresServer()
        try:
            server.start()
            with _database(server.url(server.new_database(migrated=False)), own=False):
                yield
        finally:
            server.close()
        return
    if url is not None:
        os.environ["PHARMCHECK_DATABASE_URL"] = url
    yield


def _measure(options: argparse.Namespace) -> int:
    if options.step:
        step, folder = options.step
        return {"import": _import, "load": _load, "ask": _ask, "bare": _bare}[step](Path(folder), options.rows)
    print(f"{platform.platform()}, Python {platform.python_version()}, {_version()}")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        size = write_sample(folder / "nppes.zip", options.rows, 1.0)
        print(f"{options.rows:,} pharmacies in a file of {size / 1e6:,.0f} MB unpacked")
        for step in ("import", "load", "bare", "ask"):
            again = [sys.executable, "-m", "bench.register_store", "--rows", str(options.rows), "--step", step, name]
            if subprocess.run(again, check=False).returncode:  # noqa: S603 - ourselves
                return 1
        if options.list:
            _import_list(*options.list, folder / "list")
    return 0


def _postgres() -> psycopg.Connection | None:
    """The bare driver's connection to the database under test; None when that is SQLite."""
    url = load_settings().database_url
    if url is None:
        return None
    from psycopg import connect  # noqa: PLC0415 - an extra

    return connect(url.get_secret_value().replace("+psycopg", ""))


def _version() -> str:
    connection = _postgres()
    if connection is None:
        return f"SQLite {sqlite3.sqlite_version}"
    with connection:
        return f"PostgreSQL {connection.info.server_version // 10000}.{connection.info.server_version % 10000}"


def _import(folder: Path, rows: int) -> int:
    source = Source(
        "nppes_us", RegisterKind.REGISTER, "US", "Sample of NPPES", timedelta(days=31), None, None, "nppes_us"
    )
    with Store.open(load_settings(folder)) as store:
        start, cpu = time.perf_counter(), time.process_time()
        done = import_file(store, source, importer_for(source), folder / "nppes.zip", as_of=_AS_OF, now=_NOW)
        _tell("import, file to snapshot", done.register.counts.records, start, cpu)
    return 0 if done.register.counts.records == rows else 1


def _load(folder: Path, rows: int) -> int:
    def entries() -> Iterator[Entry]:
        for number in range(rows):
            numbers = (Identifier("gb_gphc_premises", f"{number:07d}"), Identifier("gb_company", f"X{number:07d}"))
            yield Record(
                "sample", f"{number:07d}", f"Sample Pharmacy {number}", "GB", (f"https://www.{_host(number)}/",),
                identifiers=numbers, postcode="YO21 3PU", address=f"{number} Invented Street, Whitby",
            )  # fmt: skip

    snapshot = Snapshot("sample", "GB", "Sample register", _AS_OF, timedelta(days=31))
    with Store.open(load_settings(folder)) as store:
        start, cpu = time.perf_counter(), time.process_time()
        done = store.replace_register(snapshot, entries(), sha256="0" * 64, now=_NOW, accept=lambda _, __: None)
        _tell("load, records with a web address each", done.counts.records, start, cpu)
    return 0


def _bare(folder: Path, rows: int) -> int:
    """The rows of the second register into the same tables of another file, with nothing around them."""
    if connection := _postgres():
        with connection:
            return _bare_copy(connection, rows)
    with sqlite3.connect(folder / "pharmcheck.sqlite3") as held, sqlite3.connect(folder / "bare.sqlite3") as bare:
        bare.execute("PRAGMA journal_mode = WAL")
        bare.execute("PRAGMA synchronous = NORMAL")
        bare.isolation_level = None
        spent = cpu = 0.0
        for table in _TABLES:
            (statement,) = held.execute("SELECT sql FROM sqlite_master WHERE name = ?", (table,)).fetchone()
            bare.execute(statement)
            found = held.execute(f"SELECT * FROM {table} WHERE snapshot_id = 2 ORDER BY snapshot_id, position")  # noqa: S608 - our own name
            marks = ", ".join("?" * len(found.description))
            while batch := found.fetchmany(_BATCH):
                start, cpu_start = time.perf_counter(), time.process_time()
                bare.execute("BEGIN IMMEDIATE")
                bare.executemany(f"INSERT INTO {table} VALUES ({marks})", batch)  # noqa: S608 - likewise
                bare.execute("COMMIT")
                spent += time.perf_counter() - start
                cpu += time.process_time() - cpu_start
    print(f"{'the same rows, bare executemany':40}{rows / spent:12,.0f} records/s{spent:9.1f} s{cpu:9.1f} s CPU")
    return 0


def _bare_copy(connection: psycopg.Connection, rows: int) -> int:
    """Likewise with PostgreSQL: by COPY, into tables with the same keys and without references to look up."""
    spent = cpu = 0.0
    for table in _TABLES:
        connection.execute(f"CREATE TABLE bare_{table} (LIKE {table} INCLUDING ALL)")
        with connection.cursor("rows") as found:
            found.execute(f"SELECT * FROM {table} WHERE snapshot_id = 2 ORDER BY snapshot_id, position")  # noqa: S608 - our own name
            while batch := found.fetchmany(_BATCH):
                start, cpu_start = time.perf_counter(), time.process_time()
                with connection.cursor() as cursor, cursor.copy(f"COPY bare_{table} FROM STDIN") as copy:
                    for row in batch:
                        copy.write_row(row)
                spent += time.perf_counter() - start
                cpu += time.process_time() - cpu_start
    print(f"{'the same rows, bare COPY':40}{rows / spent:12,.0f} records/s{spent:9.1f} s{cpu:9.1f} s CPU")
    return 0


def _ask(folder: Path, rows: int) -> int:
    chance = random.Random(11)  # noqa: S311 - repeatable questions
    numbers = [chance.randrange(rows) for _ in range(_QUESTIONS)]
    bare = _postgres() or sqlite3.connect(folder / "pharmcheck.sqlite3")
    with Store.open(load_settings(folder)) as store, bare:
        registers = store.registers()
        place = "?" if isinstance(bare, sqlite3.Connection) else "%s"

        def by_key(query: str, key: Callable[[int], str]) -> Callable[[int], object]:
            return lambda n: bare.execute(query.replace("?", place), (key(n),)).fetchall()

        joined = (
            "SELECT document FROM {0} t JOIN register_records r USING (snapshot_id, position)"
            " WHERE snapshot_id IN (1, 2) AND t.{1} = ?"
        )
        _latency("a view of what is loaded", lambda _: store.registers(), numbers)
        _latency("by domain", lambda n: registers.naming(f"www.{_host(n)}"), numbers)
        _latency("by domain, bare driver", by_key(joined.format("register_hosts", "host"), _host), numbers)
        _latency("by domain, nobody's", lambda n: registers.naming(f"nobody{n}.example.com"), numbers)
        _latency("by number in its scheme", lambda n: registers.numbered("gb_gphc_premises", f"{n:07d}"), numbers)
        _latency("by number in any scheme", lambda n: registers.numbered("unspecified", f"X{n:07d}"), numbers)
        key = "register_identifiers", "number"
        _latency("by number, bare driver", by_key(joined.format(*key), lambda n: f"X{n:07d}"), numbers)
        _latency("warnings", lambda n: registers.warnings(f"www.{_host(n)}", _host(n)), numbers)
        start = time.perf_counter()
        count = len(registers.named_domains())
        print(
            f"{'all domains, once for a set of snapshots':40}{count:12,} names    {time.perf_counter() - start:9.1f} s"
        )
    return 0


def _import_list(name: str, file: str, folder: Path) -> None:
    source = find_source(load_ruleset().sources, name)
    with Store.open(load_settings(folder)) as store:
        start, cpu = time.perf_counter(), time.process_time()
        done = import_file(store, source, importer_for(source), Path(file), as_of=None, now=_NOW)
        counts = done.register.counts
        _tell(f"import of {name}", counts.records, start, cpu)
        print(f"  {counts}")


def _host(number: int) -> str:
    return f"pharmacy{number}.com"


def _latency(title: str, ask: Callable[[int], object], numbers: Sequence[int]) -> None:
    times, cpu = [], []
    for number in numbers:
        start, cpu_start = time.perf_counter(), time.thread_time()
        ask(number)
        cpu.append(1e6 * (time.thread_time() - cpu_start))
        times.append(1e6 * (time.perf_counter() - start))
    wall, own = statistics.quantiles(times, n=100), statistics.quantiles(cpu, n=100)
    cuts = f"p50 {wall[49]:6.0f} µs  p99 {wall[98]:6.0f} µs    CPU p50 {own[49]:6.0f} µs  p99 {own[98]:6.0f} µs"
    print(f"{title:40}    {cuts}", flush=True)


def _tell(title: str, records: int, start: float, cpu_start: float) -> None:
    seconds, cpu = time.perf_counter() - start, time.process_time() - cpu_start
    # Not getrusage's: a process inherits that from the one that started it.
    status = Path("/proc/self/status")
    memory = f"{int(status.read_text().partition('VmHWM:')[2].split()[0]) >> 10} MB" if status.exists() else "unknown"
    print(
        f"{title:40}{records / seconds:12,.0f} records/s{seconds:9.1f} s{cpu:9.1f} s CPU, peak {memory}",
        flush=True,
    )


if __name__ == "__main__":
    raise SystemExit(main())
