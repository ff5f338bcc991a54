"""Writing beside others: add what is not there yet, hold a check, let nobody else in.

SQLite lets in one writer at a time and needs no holding; PostgreSQL lets in all.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError

from pharmcheck.store.tables import checks

_BATCH = 50  # rows a statement: DESIGN section 7


def put_new(connection: sa.Connection, table: sa.Table, rows: Sequence[dict[str, Any]]) -> None:
    """Insert in batches what is not there yet."""
    for start in range(0, len(rows), _BATCH):
        connection.execute(_insert(connection, table), rows[start : start + _BATCH])


def put_one_new(connection: sa.Connection, table: sa.Table, row: dict[str, Any]) -> bool:
    """Insert a row; False when there is one with its key."""
    statement = _insert(connection, table).values(row)
    return connection.execute(statement, execution_options={"preserve_rowcount": True}).rowcount == 1


def put_many(connection: sa.Connection, table: sa.Table, rows: Sequence[dict[str, Any]]) -> None:
    """Insert thousands of rows of one form, all of them new, whose text is `storable` already.

    By COPY into PostgreSQL: half the processor time of inserts, measured on 100,000 records (docs/performance.md).
    """
    if not rows:
        return
    if connection.dialect.name != "postgresql":
        connection.execute(sa.insert(table), rows)
        return
    statement = f"COPY {table.name} ({', '.join(rows[0])}) FROM STDIN"
    cursor = connection.connection.cursor()
    error_class = connection.dialect.loaded_dbapi.Error
    try:
        with cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(tuple(row.values()))
    except error_class as error:
        # SQLAlchemy did not see it, and whoever asked expects its errors.
        gone = connection.dialect.is_disconnect(error, None, cursor)
        raise DBAPIError.instance(statement, None, error, error_class, connection_invalidated=gone) from error


def hold(connection: sa.Connection, check_id: str) -> None:
    """Let no other transaction change a check until ours ends.

    What is read of it afterwards is what the last one left, so ask after this, never before.
    """
    connection.execute(sa.select(checks.c.id).where(checks.c.id == check_id).with_for_update())


def one_at_a_time(connection: sa.Connection, table: sa.Table) -> None:
    """Let no other transaction write this table, nor rows that point to it, until ours ends.  Readers go on.

    For rare and short things, as the first that a transaction does: whoever holds nothing keeps nobody waiting in turn.
    """
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"LOCK TABLE {table.name} IN EXCLUSIVE MODE")


def one_at_a_time_about(connection: sa.Connection, what: str) -> None:
    """Let nobody else who names the same here go on until our transaction ends; those who name others do."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.text("SELECT pg_advisory_xact_lock(hashtextextended(:what, 0))"), {"what": what})


def _insert(connection: sa.Connection, table: sa.Table) -> postgresql.Insert | sqlite.Insert:
    if connection.dialect.name == "postgresql":
        return postgresql.insert(table).on_conflict_do_nothing()
    return sqlite.insert(table).on_conflict_do_nothing()
