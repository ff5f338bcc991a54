"""Open the database: connect, refuse what is not ours with a sentence, bring the tables up to date.

Safe for several starters at once: whoever comes first migrates under the database's own lock, the others wait,
look again and find the work done.  Alembic is imported only when there is something to migrate.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from pharmcheck.errors import StoreError
from pharmcheck.store import postgres

HEAD = "0011"
"""The newest migration, a test holds that; asked before Alembic, whose import costs a second."""

KNOWN = frozenset({"0001", "0002", "0003", "0004", "0005", "0006", "0007", "0009", "0010", HEAD})
"""Every migration this program knows.  A database at another one was made by a newer program."""

WRITES = {"pharmcheck_writes": True}
"""Execution option of a transaction that will write: SQLite must take its lock at the start, not in the middle."""

FAILURES = (SQLAlchemyError, sqlite3.Error)
"""What a database that does not work raises; the driver's own errors come from preparing a connection."""

_MIGRATIONS = Path(__file__).parent / "migrations"
_BUSY_S = 30.0  # how long a starter or writer waits for another; a migration or a save takes far less
_POSTGRES_LOCK = 0x70686172  # "phar": any number nobody else uses


def open_engine(url: str, file: Path | None) -> sa.Engine:
    """An engine on a database whose tables are up to date.  `file` is where SQLite keeps it, for the messages.

    Raises StoreError.
    """
    engine = None
    try:
        engine = _engine(url)
        if engine.dialect.name == "sqlite":
            _use_wal(engine)
        _bring_up_to_date(engine, _place(file))
    except (*FAILURES, ImportError, OSError) as error:
        if engine is not None:
            engine.dispose()
        raise StoreError(_sentence(error, _place(file))) from error
    except StoreError:
        if engine is not None:
            engine.dispose()
        raise
    return engine


def explain_failure(error: Exception, file: Path | None) -> StoreError:
    """A database failure as a sentence, for failures after opening."""
    return StoreError(_sentence(error, _place(file)))


def _engine(url: str) -> sa.Engine:
    try:
        parsed = sa.make_url(url)
    except ValueError as error:
        raise ArgumentError("a port that is no number") from error
    backend = parsed.get_backend_name()
    if backend in ("postgresql", "postgres"):  # the second is what some hosting platforms write
        return postgres.make_engine(parsed)
    if backend != "sqlite":
        raise ArgumentError("neither SQLite nor PostgreSQL")
    engine = sa.create_engine(parsed, connect_args={"timeout": _BUSY_S})
    sa.event.listen(engine, "connect", _prepare_sqlite)
    sa.event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # we begin transactions ourselves, so that DDL belongs to them
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA synchronous = NORMAL")  # with WAL: no corruption, at worst the last second is lost


def _begin_sqlite(connection: sa.Connection) -> None:
    # A reader that turns writer half-way is refused at once when somebody wrote in between; no time-out helps.
    writes = connection.get_execution_options().get("pharmcheck_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _use_wal(engine: sa.Engine) -> None:
    """Readers and one writer side by side.  Kept in the file; switching does not wait for others by itself."""

    def switch() -> None:
        raw = engine.raw_connection()
        try:
            cursor = raw.cursor()
            mode = cursor.execute("PRAGMA journal_mode").fetchone()[0]
            if mode not in ("wal", "memory"):
                cursor.execute("PRAGMA journal_mode = WAL")
        finally:
            raw.close()

    _patiently(switch)


def _patiently(action: Callable[[], None]) -> None:
    deadline = time.monotonic() + _BUSY_S
    while True:
        try:
            return action()
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.05)


def _bring_up_to_date(engine: sa.Engine, place: str) -> None:
    with engine.begin() as connection:
        if _revision(connection, place) == HEAD:
            return
    with engine.execution_options(**WRITES).begin() as connection:
        if engine.dialect.name == "postgresql":
            postgres.refuse_other_encodings(connection)
            connection.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": _POSTGRES_LOCK})
        if _revision(connection, place) != HEAD:
            _migrate(connection)


def _revision(connection: sa.Connection, place: str) -> str | None:
    """The migration the database stands at; None for an empty database."""
    tables = set(sa.inspect(connection).get_table_names())
    if not tables:
        return None
    if "alembic_version" not in tables:
        raise StoreError(f"{place} is a database of another program; choose another data folder.")
    found = connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()
    if found is not None and found not in KNOWN:
        raise StoreError(f"{place} was made by a newer pharmcheck; update this one, or choose another data folder.")
    return found


def _migrate(connection: sa.Connection) -> None:
    from alembic import command  # noqa: PLC0415 - see HEAD
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _place(file: Path | None) -> str:
    return f"The database {file}" if file is not None else "The database"


def _sentence(error: Exception, place: str) -> str:
    """One sentence; never the address of a database server, which may hold a password."""
    if isinstance(error, ArgumentError | NoSuchModuleError):
        return "PHARMCHECK_DATABASE_URL is not the address of a database we know; use sqlite or postgresql."
    if isinstance(error, ImportError):
        return "The driver for PHARMCHECK_DATABASE_URL is not installed; install pharmcheck[postgres] for PostgreSQL."
    if isinstance(error, PoolTimeoutError):
        return f"{place} is asked too much at once; try again in a moment."
    if isinstance(error, DBAPIError) and not isinstance(error.orig, sqlite3.Error):
        meaning = postgres.explain(error)
        return f"{place} {meaning}" if meaning else f"{place} cannot be used ({type(error).__name__})."
    text = str(error.orig) if isinstance(error, DBAPIError) else str(error)
    for sign, sentence in (
        ("not a database", "is not a database; move the file away, or choose another data folder."),
        ("malformed", "is damaged; move the file away, or restore it from a copy."),
        ("readonly", "cannot be written; check the rights of the data folder, or choose another one."),
        ("read-only", "cannot be written; check the rights of the data folder, or choose another one."),
        ("unable to open", "cannot be opened; check the rights of the data folder, or choose another one."),
        ("locked", "is in use by another program; try again in a moment."),
        ("full", "has no room left on its disk."),
    ):
        if sign in text:
            return f"{place} {sentence}"
    return f"{place} cannot be used ({type(error).__name__})."
