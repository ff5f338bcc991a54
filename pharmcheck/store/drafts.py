"""How a list gets into the store: first its rows, for somebody to look through; then, at a word, its checks.

Both go in pieces, so that a list of any length takes the same memory and nobody waits long for the database.  A list
whose rows did not all come is no list; one whose checks are not all in line yet goes on where it stopped.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

import sqlalchemy as sa

from pharmcheck.address import display_host, registrable_domain
from pharmcheck.model import Address
from pharmcheck.store.items import first_of_site
from pharmcheck.store.queue import CheckQueue, NewCheck, QueueName
from pharmcheck.store.records import new_check_id
from pharmcheck.store.store import Store
from pharmcheck.store.tables import batch_items, batches
from pharmcheck.store.writing import put_new

DRAFT_KEPT = timedelta(days=7)
"""A draft that nobody started is deleted when its owner hands in the next list after so long."""

_ROWS = 2_000  # a transaction: a tenth of a second
_CHECKS = 1_000  # a transaction; runners begin with the first while the last are put in line


@dataclass(frozen=True, slots=True)
class NewBatch:
    """A list that is handed in."""

    id: str
    owner: str
    destination: str | None
    name: str
    sha256: str


@dataclass(frozen=True, slots=True)
class NewItem:
    """A row of a list: what is to be visited for it, or why nothing is."""

    row: int
    kind: str
    input: str
    line: int
    sheet: str | None = None
    url: str | None = None
    host: str | None = None
    duplicate_of: int | None = None
    problem: str | None = None
    note: str | None = None


class Drafts:
    """Puts lists into one store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def put(self, new: NewBatch, items: Iterable[NewItem], intake: Mapping[str, Any], now: datetime) -> None:
        """Keep the rows of a list as a draft.  Whatever `items` raises leaves nothing behind.  Raises StoreError."""
        self._tidy(new.owner, now)
        row = {
            "id": new.id, "owner": new.owner, "destination": new.destination, "created_at": now,
            "upload_sha256": new.sha256, "name": new.name[:200],
        }  # fmt: skip
        with self._store.transaction(writes=True) as connection:
            put_new(connection, batches, [row])
        try:
            rows = iter(items)
            while piece := list(islice(rows, _ROWS)):
                with self._store.transaction(writes=True) as connection:
                    put_new(connection, batch_items, [_row(new.id, item) for item in piece])
        except BaseException:
            self._delete([new.id])
            raise
        with self._store.transaction(writes=True) as connection:
            said = json.dumps(intake, ensure_ascii=False)
            connection.execute(sa.update(batches).where(batches.c.id == new.id).values(intake=said))

    def start(self, identifier: str, now: datetime) -> None:
        """Put the checks of a list in line; once started, those that are missing.  Does nothing twice."""
        mine = (batches.c.id == identifier, batches.c.cancelled_at.is_(None))
        with self._store.transaction(writes=True) as connection:
            connection.execute(sa.update(batches).where(*mine, batches.c.started_at.is_(None)).values(started_at=now))
            batch = connection.execute(sa.select(batches).where(*mine)).first()
        if batch is None:
            return
        after = 0
        while (last := self._put_checks(batch, after, now)) is not None:
            after = last
        self._share_checks(identifier)

    def _put_checks(self, batch: sa.Row[Any], after: int, now: datetime) -> int | None:
        """The next checks, with which row each answers.  Returns the last row, None when there was none."""
        query = (
            sa.select(batch_items)
            .where(
                batch_items.c.batch_id == batch.id,
                first_of_site(),
                batch_items.c.check_id.is_(None),
                batch_items.c.row > after,
            )
            .order_by(batch_items.c.row)
            .limit(_CHECKS)
        )
        with self._store.transaction(writes=True) as connection:
            # Held, so that of two starters of one list only one puts a row's check in line.
            called_off = sa.select(batches.c.cancelled_at).where(batches.c.id == batch.id).with_for_update()
            if connection.execute(called_off).scalar() is not None:
                return None
            rows = connection.execute(query).all()
            if not rows:
                return None
            wanted = [_check(row, batch) for row in rows]
            CheckQueue(self._store).put_in_line(connection, wanted, QueueName.BATCH, now)
            connection.execute(
                sa.update(batch_items)
                .where(batch_items.c.batch_id == batch.id, batch_items.c.row == sa.bindparam("of_row"))
                .values(check_id=sa.bindparam("answer")),
                [{"of_row": row.row, "answer": check.id} for row, check in zip(rows, wanted, strict=True)],
            )
        return int(rows[-1].row)

    def _share_checks(self, identifier: str) -> None:
        """Let rows of a site that stands further up have its check."""
        first = batch_items.alias()
        theirs = (
            sa.select(first.c.check_id)
            .where(first.c.batch_id == identifier, first.c.row == batch_items.c.duplicate_of)
            .scalar_subquery()
        )
        with self._store.transaction(writes=True) as connection:
            connection.execute(
                sa.update(batch_items)
                .where(batch_items.c.batch_id == identifier, batch_items.c.duplicate_of.is_not(None))
                .values(check_id=theirs)
            )

    def _tidy(self, owner: str, now: datetime) -> None:
        """Delete old drafts of somebody, and what a killed process left half in."""
        old = sa.select(batches.c.id).where(
            batches.c.owner == owner,
            batches.c.started_at.is_(None),
            batches.c.created_at < now - DRAFT_KEPT,
        )
        with self._store.transaction() as connection:
            ids = list(connection.execute(old).scalars())
        if ids:
            self._delete(ids)

    def _delete(self, ids: list[str]) -> None:
        with self._store.transaction(writes=True) as connection:
            connection.execute(sa.delete(batch_items).where(batch_items.c.batch_id.in_(ids)))
            connection.execute(sa.delete(batches).where(batches.c.id.in_(ids)))


def _row(batch_id: str, item: NewItem) -> dict[str, Any]:
    return {
        "batch_id": batch_id, "row": item.row, "kind": item.kind, "input": item.input, "line": item.line,
        "sheet": item.sheet, "url": item.url, "host": item.host, "duplicate_of": item.duplicate_of,
        "problem": item.problem, "note": item.note,
    }  # fmt: skip


def _check(row: sa.Row[Any], batch: sa.Row[Any]) -> NewCheck:
    address = Address(row.input, row.url, row.host, display_host(row.host), registrable_domain(row.host))
    return NewCheck(new_check_id(), address, batch.destination, batch.id, batch.owner)
