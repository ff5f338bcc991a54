"""Lists that somebody has watched: since when, how they stand, and what changed.

Which sites are looked at again, and what a look means, is `watched`'s business.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from pharmcheck.address import registrable_domain
from pharmcheck.digest import Cause, Notice
from pharmcheck.errors import UsageError
from pharmcheck.store.items import first_of_site
from pharmcheck.store.rechecks import PAUSE
from pharmcheck.store.store import Store
from pharmcheck.store.tables import batch_items, batches
from pharmcheck.store.tables_watch import watch_changes, watched_sites, watches
from pharmcheck.store.writing import put_new

_PAGE = 500  # changes a read
_ROWS = 2_000  # a transaction: a tenth of a second, as of a draft


@dataclass(frozen=True, slots=True)
class Watched:
    """A list under watch, and how it stands."""

    batch_id: str
    since: datetime
    stopped_at: datetime | None
    sites: int
    next_due_at: datetime | None  # of the site that is looked at next
    changes: int

    @property
    def active(self) -> bool:
        """Whether its sites are looked at again."""
        return self.stopped_at is None


@dataclass(frozen=True, slots=True)
class WatchChange:
    """One entry of a digest: what became of a site between two looks."""

    batch_id: str
    number: int
    host: str
    notices: tuple[Notice, ...]
    details: dict[str, list[str]]
    before_check: str | None
    before_category: str | None
    before_reason: str | None
    after_check: str
    after_category: str
    after_reason: str
    at: datetime  # when the site was looked at, or a person's word was noted
    noted_at: datetime
    cause: Cause = Cause.UNKNOWN
    before_machine: tuple[str, str] | None = None  # what our rules said, where a person judged otherwise
    after_machine: tuple[str, str] | None = None


class Watches:
    """The watched lists of one store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def start(self, batch_id: str, now: datetime) -> None:
        """Watch a list that was started; one that was stopped goes on from what was known.  Raises UsageError."""
        with self._store.transaction() as connection:
            batch = connection.execute(sa.select(batches).where(batches.c.id == batch_id)).first()
        if batch is None or batch.started_at is None:
            raise UsageError("A list is watched once its sites are being checked; this one is still a draft.")
        after: int | None = 0
        while after is not None:  # before the watch itself: half a list is not watched, and beginning again is harmless
            after = self._put_sites(batch, after, now)
        row = {"batch_id": batch_id, "since": now, "seen_until": batch.started_at, "announced": 0}
        with self._store.transaction(writes=True) as connection:
            put_new(connection, watches, [row])
            connection.execute(sa.update(watches).where(watches.c.batch_id == batch_id).values(stopped_at=None))

    def stop(self, batch_id: str, now: datetime) -> bool:
        """Look at the sites of a list no more.  False when it was not watched."""
        active = (watches.c.batch_id == batch_id, watches.c.stopped_at.is_(None))
        with self._store.transaction(writes=True) as connection:
            return bool(connection.execute(sa.update(watches).where(*active).values(stopped_at=now)).rowcount)

    def get(self, batch_id: str) -> Watched | None:
        """How a list stands; None when it was never watched."""
        with self._store.transaction() as connection:
            row = connection.execute(sa.select(watches).where(watches.c.batch_id == batch_id)).first()
            if row is None:
                return None
            due = sa.func.min(watched_sites.c.due_at, type_=watched_sites.c.due_at.type)
            sites = connection.execute(
                sa.select(sa.func.count(), due).where(watched_sites.c.batch_id == batch_id)
            ).one()
            told = sa.select(sa.func.count()).where(watch_changes.c.batch_id == batch_id)
            return Watched(
                batch_id, row.since, row.stopped_at, sites[0], sites[1], connection.execute(told).scalar_one()
            )

    def all(self) -> list[Watched]:
        """Every list that is or was watched, the newest first."""
        with self._store.transaction() as connection:
            ids = connection.execute(sa.select(watches.c.batch_id).order_by(watches.c.since.desc())).scalars().all()
        return [found for batch_id in ids if (found := self.get(batch_id)) is not None]

    def changes(
        self, batch_id: str, *, since: datetime | None = None, after: int = 0, most: int = _PAGE, newest: bool = False
    ) -> list[WatchChange]:
        """What changed, in the order in which it was noted: looks since a time, behind a number, or the newest ones."""
        order = watch_changes.c.number.desc() if newest else watch_changes.c.number
        query = sa.select(watch_changes).where(_since(batch_id, since), watch_changes.c.number > after)
        with self._store.transaction() as connection:
            found = connection.execute(query.order_by(order).limit(most)).all()
        return [_to_change(row) for row in found]

    def all_changes(self, batch_id: str, since: datetime | None = None) -> Iterator[WatchChange]:
        """Every change, a page at a time."""
        after = 0
        while page := self.changes(batch_id, since=since, after=after):
            yield from page
            after = page[-1].number

    def counts(self, batch_id: str, since: datetime | None = None) -> tuple[int, Counter[Notice]]:
        """How many changes there are, and how many of each kind."""
        words = watch_changes.c.notices
        query = sa.select(words, sa.func.count()).where(_since(batch_id, since)).group_by(words)
        counts: Counter[Notice] = Counter()
        total = 0
        with self._store.transaction() as connection:
            for notices, count in connection.execute(query):
                total += count
                counts.update({Notice(word): count for word in notices.split()})
        return total, counts

    def between(self, batch_id: str, first: int, last: int) -> list[WatchChange]:
        """The changes with these numbers; those of a site that was forgotten are gone."""
        return [one for one in self.changes(batch_id, after=first - 1, most=last - first + 1) if one.number <= last]

    def _put_sites(self, batch: sa.Row[Any], after: int, now: datetime) -> int | None:
        """The next sites of a list.  Returns the last row, None when there was none."""
        query = (
            sa.select(batch_items.c.row, batch_items.c.host)
            .where(batch_items.c.batch_id == batch.id, first_of_site(), batch_items.c.row > after)
            .order_by(batch_items.c.row)
            .limit(_ROWS)
        )
        with self._store.transaction(writes=True) as connection:
            found = connection.execute(query).all()
            # Due after a pause: a site whose check of the list gave no verdict is tried again, all others get their
            # time from their verdict.
            rows = [
                {
                    "batch_id": batch.id, "row": row.row, "host": row.host, "destination": batch.destination,
                    "registrable_domain": registrable_domain(row.host), "due_at": now + PAUSE,
                }
                for row in found
            ]  # fmt: skip
            put_new(connection, watched_sites, rows)
        return found[-1].row if found else None


def _since(batch_id: str, since: datetime | None) -> sa.ColumnElement[bool]:
    of_list = watch_changes.c.batch_id == batch_id
    return of_list if since is None else of_list & (watch_changes.c.at >= since)


def _to_change(row: sa.Row[Any]) -> WatchChange:
    return WatchChange(
        row.batch_id, row.number, row.host, tuple(Notice(word) for word in row.notices.split()),
        json.loads(row.details), row.before_check, row.before_category, row.before_reason, row.after_check,
        row.after_category, row.after_reason, row.at, row.noted_at, Cause(row.cause),
        _machine(row.before_machine_category, row.before_machine_reason),
        _machine(row.after_machine_category, row.after_machine_reason),
    )  # fmt: skip


def _machine(category: str | None, reason: str | None) -> tuple[str, str] | None:
    return None if category is None or reason is None else (category, reason)
