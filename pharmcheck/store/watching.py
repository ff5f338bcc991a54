"""Whether anybody, in whatever process, has changed the store since one last looked."""

from __future__ import annotations

import asyncio
import itertools
import sqlite3
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import sqlalchemy as sa

from pharmcheck.store.opening import FAILURES, explain_failure

if TYPE_CHECKING:
    from psycopg import AsyncConnection  # an extra: who has no PostgreSQL need not have its driver


class Watch(Protocol):
    """Notices what others commit."""

    async def mark(self) -> object:
        """Differs from an earlier mark when anything was committed in between.  Raises StoreError."""
        ...

    def close(self) -> None:
        """Let go of the database."""
        ...


def watch(engine: sa.Engine) -> Watch:
    """The watch that fits a database."""
    if engine.dialect.name == "postgresql":
        return PostgresWatch(engine)
    return SqliteWatch(Path(engine.url.database or ""))


class SqliteWatch:
    """SQLite says by itself that another connection committed, in microseconds."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._connection: sqlite3.Connection | None = None  # never writes, so it notices every writer

    async def mark(self) -> object:
        try:
            if self._connection is None:
                address = f"{self._file.absolute().as_uri()}?mode=ro"
                self._connection = sqlite3.connect(address, uri=True, check_same_thread=False)
            return self._connection.execute("PRAGMA data_version").fetchone()[0]
        except FAILURES as error:
            raise explain_failure(error, self._file) from error

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


class PostgresWatch:
    """PostgreSQL is asked which transactions have ended: one round trip that never touches a table.

    Whoever comes while a question is on its way shares the next one, so a thousand readers at once cost a few.  A
    server that does not answer gives marks that equal no other: then nothing that is remembered may be used.
    """

    _PATIENCE_S = 2.0  # a question that takes longer is no cheaper than reading anew

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._connection: AsyncConnection[Any] | None = None
        self._one_asks = asyncio.Lock()
        self._moments = itertools.count()
        self._asked_at = -1  # the moment of the last question
        self._mark: object = None

    async def mark(self) -> object:
        came = next(self._moments)
        async with self._one_asks:
            if self._asked_at < came:
                asked_at = next(self._moments)
                self._mark = await self._ask()
                self._asked_at = asked_at  # not before there is an answer: ours may be called off
            return self._mark

    async def _ask(self) -> object:
        from psycopg import Error  # noqa: PLC0415 - see above

        try:
            async with asyncio.timeout(self._PATIENCE_S):
                if self._connection is None:
                    self._connection = await self._connect()
                found = await (await self._connection.execute("SELECT pg_current_snapshot()::text")).fetchone()
        except (Error, TimeoutError, OSError):
            self.close()
            return object()
        except asyncio.CancelledError:  # in the middle of an answer: the next question would read the rest of it
            self.close()
            raise
        return found

    async def _connect(self) -> AsyncConnection[Any]:
        from psycopg import AsyncConnection  # noqa: PLC0415 - see above

        arguments, options = self._engine.dialect.create_connect_args(self._engine.url)
        return await AsyncConnection.connect(*arguments, **options, autocommit=True)

    def close(self) -> None:
        if self._connection is not None:
            with suppress(Exception):
                self._connection.pgconn.finish()
            self._connection = None
