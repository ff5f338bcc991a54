"""The PostgreSQL that tests run on: fresh for each, and gone when its run is."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

from tests.services.postgres import PostgresServer
from tests.yardstick import PATIENCE_S, ROOT


@pytest.fixture
def own_server() -> Iterator[PostgresServer]:
    server = PostgresServer()
    server.start()
    yield server
    server.close()


def test_a_fresh_database_has_our_tables_and_nothing_in_them(postgres_url: str) -> None:
    """What one test leaves behind, the next does not find."""
    engine = sa.create_engine(postgres_url)
    with engine.begin() as connection:
        assert connection.execute(sa.text("SELECT count(*) FROM checks")).scalar_one() == 0
        assert connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar_one()
    engine.dispose()


def test_data_outlive_a_stop_and_a_crash(own_server: PostgresServer) -> None:
    """What was committed is there after the server went down, in good order or not."""
    for crash in (False, True):
        with own_server.connect() as connection:
            connection.execute(f"CREATE TABLE kept_{crash} AS SELECT 7 AS number")
        own_server.restart(crash=crash)
        with own_server.connect() as connection:
            assert connection.execute(f"TABLE kept_{crash}").fetchone() == (7,)


def test_a_stopped_server_answers_nobody(own_server: PostgresServer) -> None:
    """Stopping twice is harmless."""
    own_server.stop()
    own_server.stop()
    with pytest.raises(psycopg.OperationalError):
        own_server.connect()


def test_the_server_goes_when_its_run_is_killed() -> None:
    """No process and no file stays behind a run that could not clean up."""
    code = (
        "import sys; from tests.services.postgres import PostgresServer; server = PostgresServer(); server.start();"
        "print(server.url().partition('host=')[2], flush=True); sys.stdin.read()"
    )
    command = (sys.executable, "-c", code)
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout is not None
        folder = Path(run.stdout.readline().strip())
        assert (folder / ".s.PGSQL.5432").exists()
        run.send_signal(signal.SIGKILL)
    deadline = time.monotonic() + PATIENCE_S
    while folder.exists():
        assert time.monotonic() < deadline
        time.sleep(0.01)
