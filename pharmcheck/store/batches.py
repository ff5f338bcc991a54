"""Lists that somebody handed in: which row asked for which check, and how far the work is.

`drafts.py` makes them; this reads them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from pharmcheck.model import CheckState
from pharmcheck.store.columns import same
from pharmcheck.store.items import Item, Order, Rows, first_of_site, to_item
from pharmcheck.store.officers import PREFIX
from pharmcheck.store.reviews import Told, standings
from pharmcheck.store.store import Store
from pharmcheck.store.tables import batch_items, batches, checks, verdicts

_NEWEST = 20  # lists of somebody that are shown, or looked at for one to go on with
_PAGE = 200  # rows a read: a report of 200,000 rows must not stand in memory


@dataclass(frozen=True, slots=True)
class Batch:
    """A list and how far it is."""

    id: str
    owner: str
    destination: str | None
    created_at: datetime
    cancelled_at: datetime | None
    rows: int
    refused: int  # rows of which nothing is checked
    states: Mapping[str, int]  # checks by state; rows of one site share a check
    last_decided_at: datetime | None
    name: str | None = None  # of the file
    upload_sha256: str | None = None
    intake: Mapping[str, Any] = field(default_factory=dict)  # what was handed in
    kinds: Mapping[str, int] = field(default_factory=dict)  # rows by what became of them
    started_at: datetime | None = None

    @property
    def total(self) -> int:
        """Checks, each counted once, those that are not in line yet too."""
        return max(sum(self.states.values()), self.kinds.get("accepted", 0) + self.kinds.get("repaired", 0))

    @property
    def done(self) -> int:
        """Checks that have ended, in whatever way."""
        return sum(self.states.values()) - self.states.get("queued", 0) - self.states.get("running", 0)

    @property
    def state(self) -> str:
        """`draft`, `queued`, `running`, `done` or `cancelled`."""
        if self.cancelled_at and not (self.states.get("queued") or self.states.get("running")):
            return "cancelled"
        if self.started_at is None:
            return "draft"
        if self.done == self.total:
            return "done"
        return "queued" if not self.done and not self.states.get("running") else "running"


class Batches:
    """The lists of one store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def get(self, identifier: str) -> Batch | None:
        """One list with its progress.  None while its rows still come in."""
        mine = batch_items.c.batch_id == identifier
        asked = sa.select(batch_items.c.check_id).where(mine, first_of_site(), batch_items.c.check_id.is_not(None))
        with self._store.transaction() as connection:
            row = connection.execute(
                sa.select(batches).where(batches.c.id == identifier, batches.c.intake.is_not(None))
            ).first()
            if row is None:
                return None
            kinds = connection.execute(
                sa.select(batch_items.c.kind, sa.func.count()).where(mine).group_by(batch_items.c.kind)
            ).all()
            last = sa.func.max(checks.c.decided_at, type_=checks.c.decided_at.type)
            states = connection.execute(
                sa.select(checks.c.state, sa.func.count(), last).where(checks.c.id.in_(asked)).group_by(checks.c.state)
            ).all()
        of_kind = {str(kind): int(count) for kind, count in kinds}
        return Batch(
            row.id, row.owner, row.destination, row.created_at, row.cancelled_at,
            rows=sum(of_kind.values()),
            refused=of_kind.get("ignored", 0) + of_kind.get("needs_person", 0),
            states={str(state): int(count) for state, count, _ in states},
            last_decided_at=max((at for *_, at in states if at is not None), default=None),
            name=row.name,
            upload_sha256=row.upload_sha256,
            intake=json.loads(row.intake),
            kinds=of_kind,
            started_at=row.started_at,
        )  # fmt: skip

    def of_owner(self, owner: str, most: int = _NEWEST) -> list[Batch]:
        """The newest lists of somebody; of all people of the desk, for one of them."""
        shared = owner.startswith(PREFIX)
        return self._newest(most, batches.c.owner.startswith(PREFIX) if shared else batches.c.owner == owner)

    def of_upload(self, owner: str, sha256: str, destination: str | None) -> list[Batch]:
        """The newest lists that somebody made of the very same file for the same destination."""
        same_file = batches.c.upload_sha256 == sha256
        return self._newest(_NEWEST, batches.c.owner == owner, same_file, same(batches.c.destination, destination))

    def _newest(self, most: int, *which: sa.ColumnElement[bool]) -> list[Batch]:
        query = (
            sa.select(batches.c.id)
            .where(batches.c.intake.is_not(None), *which)
            .order_by(batches.c.created_at.desc(), batches.c.id)
            .limit(most)
        )
        with self._store.transaction() as connection:
            ids = list(connection.execute(query).scalars())
        return [found for identifier in ids if (found := self.get(identifier)) is not None]

    def running(self, owner: str) -> int:
        """How many lists of one owner still have work to do."""
        waiting = checks.c.state.in_((CheckState.QUEUED.value, CheckState.RUNNING.value))
        unfinished = sa.exists().where(checks.c.batch_id == batches.c.id, waiting)
        query = sa.select(sa.func.count()).select_from(batches).where(batches.c.owner == owner, unfinished)
        with self._store.transaction() as connection:
            return int(connection.execute(query).scalar_one())

    def drafts(self, owner: str) -> int:
        """How many lists of one owner wait for a word to begin."""
        query = sa.select(sa.func.count()).where(
            batches.c.owner == owner, batches.c.started_at.is_(None), batches.c.cancelled_at.is_(None)
        )
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

    def states(self, identifier: str) -> dict[str, int]:
        """Checks of a list by state: the cheapest way to see how far it is."""
        query = (
            sa.select(checks.c.state, sa.func.count()).where(checks.c.batch_id == identifier).group_by(checks.c.state)
        )
        with self._store.transaction() as connection:
            return {str(state): int(count) for state, count in connection.execute(query)}

    def categories(self, identifier: str, now: datetime) -> dict[str, int]:
        """Sites by their verdict as it is told today, each counted once."""
        told = Told(now)
        query = (
            sa.select(told.category.label("category"), sa.func.count())
            .select_from(told.join(batch_items.join(verdicts, verdicts.c.check_id == batch_items.c.check_id)))
            .where(batch_items.c.batch_id == identifier, first_of_site())
            .group_by(sa.literal_column("1"))
        )
        with self._store.transaction() as connection:
            return {str(category): int(count) for category, count in connection.execute(query)}

    def unfinished(self, identifier: str, most: int) -> list[str]:
        """Ids of checks of a list that wait for somebody, for whoever sends word of them to workers."""
        query = (
            sa.select(checks.c.id)
            .where(checks.c.batch_id == identifier, checks.c.state == CheckState.QUEUED.value)
            .order_by(checks.c.turn, checks.c.id)
            .limit(most)
        )
        with self._store.transaction() as connection:
            return list(connection.execute(query).scalars())

    def items(self, identifier: str, after: int, most: int, now: datetime) -> list[Item]:
        """Rows behind row `after`, in the order of the upload, with their answers as they are told today."""
        query = Rows().select(identifier, Told(now)).where(batch_items.c.row > after).order_by(batch_items.c.row)
        with self._store.transaction() as connection:
            return _told(connection, connection.execute(query.limit(most)).all(), now)

    def all_items(self, identifier: str, now: datetime) -> Iterator[Item]:
        """Every row, a page at a time."""
        after = 0
        while page := self.items(identifier, after, _PAGE, now):
            yield from page
            after = page[-1].row

    def find(
        self, identifier: str, rows: Rows, order: Order, offset: int, most: int, now: datetime
    ) -> tuple[list[Item], int]:
        """Rows of one sort in some order, a page of them, and how many there are."""
        told = Told(now)
        query = rows.select(identifier, told)
        with self._store.transaction() as connection:
            count = connection.execute(sa.select(sa.func.count()).select_from(query.subquery())).scalar_one()
            page = connection.execute(query.order_by(*order.columns(told)).offset(offset).limit(most)).all()
            return _told(connection, page, now), int(count)

    def sites(self, identifier: str, now: datetime) -> Iterator[tuple[str, str | None, str | None]]:
        """Host, category and reason code of every site of a list, without its documents."""
        told = Told(now)
        both = (told.category.label("category"), told.reason_code.label("reason_code"))
        query = (
            sa.select(batch_items.c.row, batch_items.c.host, *both)
            .select_from(told.join(batch_items.outerjoin(verdicts, verdicts.c.check_id == batch_items.c.check_id)))
            .where(batch_items.c.batch_id == identifier, first_of_site())
            .order_by(batch_items.c.row)
            .limit(_PAGE * 10)
        )
        after = 0
        while True:
            with self._store.transaction() as connection:
                page = connection.execute(query.where(batch_items.c.row > after)).all()
            if not page:
                return
            yield from ((row.host, row.category, row.reason_code) for row in page)
            after = page[-1].row


def _told(connection: sa.Connection, rows: Sequence[sa.Row[Any]], now: datetime) -> list[Item]:
    """A page of rows, with what people said about their hosts."""
    standing = standings(connection, [row.judged for row in rows if row.judged])
    return [to_item(row, standing, now) for row in rows]
