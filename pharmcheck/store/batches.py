"""Lists that somebody handed in: which row asked for which check, and how far the work is."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from pharmcheck.model import CheckState
from pharmcheck.store.store import Store
from pharmcheck.store.tables import batch_items, batches, checks, verdicts
from pharmcheck.store.writing import put_new

_PAGE = 200  # rows a read: a report of 200,000 rows must not stand in memory


@dataclass(frozen=True, slots=True)
class NewItem:
    """A row of an upload: the check that answers it, or why there is none."""

    row: int
    input: str
    check_id: str | None = None
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Batch:
    """A list and how far it is."""

    id: str
    owner: str
    destination: str | None
    created_at: datetime
    cancelled_at: datetime | None
    rows: int
    refused: int  # rows that are no address
    states: Mapping[str, int]  # checks by state; rows of one site share a check
    last_decided_at: datetime | None

    @property
    def total(self) -> int:
        """Checks, each counted once."""
        return sum(self.states.values())

    @property
    def done(self) -> int:
        """Checks that have ended, in whatever way."""
        return self.total - self.states.get("queued", 0) - self.states.get("running", 0)

    @property
    def state(self) -> str:
        """`queued`, `running`, `done` or `cancelled`."""
        if self.done == self.total:
            return "cancelled" if self.cancelled_at else "done"
        return "queued" if not self.done and not self.states.get("running") else "running"


@dataclass(frozen=True, slots=True)
class Item:
    """A row with its answer, as far as there is one."""

    row: int
    input: str
    problem: str | None
    check_id: str | None
    state: str | None
    error_code: str | None
    document: dict[str, Any] | None


class Batches:
    """The lists of one store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def create(
        self,
        identifier: str,
        owner: str,
        destination: str | None,
        items: Sequence[NewItem],
        now: datetime,
        *,
        upload_sha256: str | None = None,
    ) -> None:
        """Keep a list.  Its checks must be in the store already."""
        row = {
            "id": identifier,
            "owner": owner,
            "destination": destination,
            "created_at": now,
            "upload_sha256": upload_sha256,
        }
        rows = [
            {
                "batch_id": identifier,
                "row": item.row,
                "input": item.input,
                "check_id": item.check_id,
                "problem": item.problem,
            }
            for item in items
        ]
        with self._store.transaction(writes=True) as connection:
            put_new(connection, batches, [row])
            put_new(connection, batch_items, rows)

    def get(self, identifier: str) -> Batch | None:
        """One list with its progress."""
        mine = batch_items.c.batch_id == identifier
        asked = sa.select(batch_items.c.check_id).where(mine, batch_items.c.check_id.is_not(None)).distinct()
        with self._store.transaction() as connection:
            row = connection.execute(sa.select(batches).where(batches.c.id == identifier)).first()
            if row is None:
                return None
            rows, answered = connection.execute(
                sa.select(sa.func.count(), sa.func.count(batch_items.c.check_id)).where(mine)
            ).one()
            last = sa.func.max(checks.c.decided_at, type_=checks.c.decided_at.type)
            states = connection.execute(
                sa.select(checks.c.state, sa.func.count(), last).where(checks.c.id.in_(asked)).group_by(checks.c.state)
            ).all()
        found = {str(state): int(count) for state, count, _ in states}
        decided = max((at for *_, at in states if at is not None), default=None)
        return Batch(
            row.id, row.owner, row.destination, row.created_at, row.cancelled_at, rows, rows - answered, found, decided
        )

    def running(self, owner: str) -> int:
        """How many lists of one owner still have work to do."""
        waiting = checks.c.state.in_((CheckState.QUEUED.value, CheckState.RUNNING.value))
        unfinished = sa.exists().where(checks.c.batch_id == batches.c.id, waiting)
        query = sa.select(sa.func.count()).select_from(batches).where(batches.c.owner == owner, unfinished)
        with self._store.transaction() as connection:
            return int(connection.execute(query).scalar_one())

    def cancel(self, identifier: str, now: datetime) -> None:
        """Note that a list was called off; `CheckQueue.cancel_batch` ends its checks."""
        with self._store.transaction(writes=True) as connection:
            connection.execute(
                sa.update(batches)
                .where(batches.c.id == identifier, batches.c.cancelled_at.is_(None))
                .values(cancelled_at=now)
            )

    def items(self, identifier: str, after: int, most: int) -> list[Item]:
        """Rows behind row `after`, in the order of the upload."""
        query = (
            sa.select(batch_items, checks.c.state, checks.c.error_code, verdicts.c.document)
            .select_from(
                batch_items.outerjoin(checks, checks.c.id == batch_items.c.check_id).outerjoin(
                    verdicts, verdicts.c.check_id == batch_items.c.check_id
                )
            )
            .where(batch_items.c.batch_id == identifier, batch_items.c.row > after)
            .order_by(batch_items.c.row)
            .limit(most)
        )
        with self._store.transaction() as connection:
            return [_to_item(row) for row in connection.execute(query)]

    def all_items(self, identifier: str) -> Iterator[Item]:
        """Every row, a page at a time."""
        after = 0
        while page := self.items(identifier, after, _PAGE):
            yield from page
            after = page[-1].row


def _to_item(row: sa.Row[Any]) -> Item:
    document = json.loads(row.document) if row.document else None
    if document is not None:
        document["address"]["input"] = row.input  # what this row asked; rows of one site share a verdict
    return Item(row.row, row.input, row.problem, row.check_id, row.state, row.error_code, document)
