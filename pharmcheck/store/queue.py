"""Checks that wait for somebody to do them.  The row is the only truth: a broker or a runner may forget, it does not.

queued → running (under a lease) → done | failed | cancelled.  Whoever does a check holds its lease and renews it; a
runner that dies says so by silence, and `reap` gives its rows back, each at most `ATTEMPTS` times.  A second run of a
row is harmless: `Store.save` lets the first answer stand.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import sqlalchemy as sa

from pharmcheck.model import Address, CheckState
from pharmcheck.store.records import address_columns, to_address
from pharmcheck.store.store import Store
from pharmcheck.store.tables import checks, opt_outs
from pharmcheck.store.turns import last_turns
from pharmcheck.store.writing import put_new

ATTEMPTS = 3
"""A site that takes its runner down three times is given up: it must not stop the others (hostile.md, R4)."""

SECOND_TRY_TOGETHER = 8
"""Whoever was there when a runner died is under suspicion: the second try runs in eights, the third alone, so that the
site that kills its runner takes down itself and no stranger with it."""

_WAITING = (CheckState.QUEUED.value, CheckState.RUNNING.value)


class QueueName(StrEnum):
    """Somebody waits before a screen, or a list is being worked through."""

    INTERACTIVE = "interactive"
    BATCH = "batch"


@dataclass(frozen=True, slots=True)
class NewCheck:
    """A check that is wanted."""

    id: str
    address: Address
    destination: str | None = None
    batch_id: str | None = None
    owner: str | None = None  # id of an API key


@dataclass(frozen=True, slots=True)
class Job:
    """A check that we hold the lease of."""

    id: str
    address: Address
    destination: str | None
    batch_id: str | None
    created_at: datetime
    attempt: int  # 1 for the first


@dataclass(frozen=True, slots=True)
class Reaped:
    """What became of rows whose runner fell silent."""

    requeued: tuple[str, ...]
    given_up: tuple[str, ...]


class CheckQueue:
    """The waiting checks of one store."""

    def __init__(self, store: Store, *, only_batch: str | None = None) -> None:
        """`only_batch` claims the rows of one list and no other's."""
        self._store, self._only_batch = store, only_batch

    def submit(self, wanted: Iterable[NewCheck], queue: QueueName, now: datetime) -> None:
        """Put checks in line, all or none.  Raises StoreError."""
        with self._store.transaction(writes=True) as connection:
            self.put_in_line(connection, list(wanted), queue, now)

    def put_in_line(
        self, connection: sa.Connection, wanted: Sequence[NewCheck], queue: QueueName, now: datetime
    ) -> None:
        """The same within a transaction of this room.

        Owners take turns: the checks of one are numbered on from where the line stands now or from his own last one,
        and are done in that order, so that a list of ten does not wait for somebody else's twenty thousand, nor a
        person for a thousand that a program asked for one by one.  People without a key stand where the line is now.
        """
        last = last_turns(connection, {check.owner for check in wanted}, queue.value)
        rows = [
            {
                "id": check.id,
                **address_columns(check.address),
                "destination": check.destination,
                "state": CheckState.QUEUED.value,
                "batch_id": check.batch_id,
                "created_at": now,
                "queue": queue.value,
                "owner": check.owner,
                "turn": 0,
            }
            for check in wanted
        ]
        for row, check in zip(rows, wanted, strict=True):
            row["turn"] = last[check.owner] + 1
            if check.owner is not None or queue is QueueName.BATCH:
                last[check.owner] += 1
        put_new(connection, checks, rows)

    def claim(
        self,
        queue: QueueName,
        most: int,
        holder: str,
        now: datetime,
        lease: timedelta,
        *,
        beside: Sequence[int] = (),
    ) -> list[Job]:
        """Take up to `most` rows, whose turn it is.  Two callers never get the same row.

        `beside` are the attempts of the checks that the caller is doing already.  Rows of another attempt than those
        wait until they have ended: see `SECOND_TRY_TOGETHER`.
        """
        mine = sa.true() if self._only_batch is None else checks.c.batch_id == self._only_batch
        next_ones = (
            sa.select(checks.c.id, checks.c.attempts)
            .where(checks.c.state == CheckState.QUEUED.value, checks.c.queue == queue.value, mine)
            .order_by(checks.c.turn, checks.c.created_at, checks.c.id)
            .limit(most)
            .with_for_update(skip_locked=True)  # SQLite has one writer at a time anyway and ignores this
        )
        with self._store.transaction(writes=True) as connection:
            found = connection.execute(next_ones).all()
            if not found or any(attempt != found[0].attempts + 1 for attempt in beside):
                return []
            room = _together(found[0].attempts, most + len(beside)) - len(beside)
            ids = [row.id for row in found if row.attempts == found[0].attempts][: max(0, room)]
            connection.execute(
                sa.update(checks)
                .where(checks.c.id.in_(ids))
                .values(
                    state=CheckState.RUNNING.value,
                    leased_by=holder,
                    lease_until=now + lease,
                    started_at=now,
                    attempts=checks.c.attempts + 1,
                )
            )
            rows = connection.execute(sa.select(checks).where(checks.c.id.in_(ids)).order_by(checks.c.turn)).all()
        return [
            Job(row.id, to_address(row), row.destination, row.batch_id, row.created_at, row.attempts) for row in rows
        ]

    def any_waiting(self, ids: Sequence[str]) -> bool:
        """Whether any of these checks still waits; none, when a message came late, twice or made up."""
        query = sa.select(checks.c.id).where(checks.c.id.in_(ids), checks.c.state == CheckState.QUEUED.value).limit(1)
        with self._store.transaction() as connection:
            return connection.execute(query).first() is not None

    def oldest_waiting(self, queue: QueueName, most: int) -> list[str]:
        """Ids of the checks whose turn is next."""
        query = (
            sa.select(checks.c.id)
            .where(checks.c.state == CheckState.QUEUED.value, checks.c.queue == queue.value)
            .order_by(checks.c.turn, checks.c.created_at, checks.c.id)
            .limit(most)
        )
        with self._store.transaction() as connection:
            return list(connection.execute(query).scalars())

    def renew(self, ids: Sequence[str], holder: str, now: datetime, lease: timedelta) -> frozenset[str]:
        """Hold on to rows; returns those that are still ours.  The others were cancelled or given to somebody else."""
        ours = (checks.c.id.in_(ids), checks.c.leased_by == holder, checks.c.state == CheckState.RUNNING.value)
        with self._store.transaction(writes=True) as connection:
            connection.execute(sa.update(checks).where(*ours).values(lease_until=now + lease))
            return frozenset(connection.execute(sa.select(checks.c.id).where(*ours)).scalars())

    def give_back(self, ids: Sequence[str], holder: str) -> None:
        """Put rows back in line that we will not do after all; the attempt does not count."""
        with self._store.transaction(writes=True) as connection:
            connection.execute(
                sa.update(checks)
                .where(checks.c.id.in_(ids), checks.c.leased_by == holder, checks.c.state == CheckState.RUNNING.value)
                .values(state=CheckState.QUEUED.value, leased_by=None, lease_until=None, attempts=checks.c.attempts - 1)
            )

    def fail(self, check_id: str, code: str, now: datetime) -> bool:
        """End a check without a verdict.  False when it had ended already."""
        with self._store.transaction(writes=True) as connection:
            changed = connection.execute(
                sa.update(checks)
                .where(checks.c.id == check_id, checks.c.state.in_(_WAITING))
                .values(state=CheckState.FAILED.value, error_code=code, decided_at=now, lease_until=None)
            )
        return bool(changed.rowcount)

    def cancel_batch(self, batch_id: str, now: datetime) -> int:
        """End what a batch has not begun; what runs is finished, since the site has been asked already."""
        with self._store.transaction(writes=True) as connection:
            changed = connection.execute(
                sa.update(checks)
                .where(checks.c.batch_id == batch_id, checks.c.state == CheckState.QUEUED.value)
                .values(state=CheckState.CANCELLED.value, decided_at=now)
            )
        return int(changed.rowcount)

    def reap(self, now: datetime) -> Reaped:
        """Give the rows of silent runners back to the line, and end those that have been tried often enough."""
        lapsed = (checks.c.state == CheckState.RUNNING.value, checks.c.lease_until < now)
        with self._store.transaction(writes=True) as connection:
            # Held, so that a runner that wakes up meanwhile keeps its row or loses it, and what we tell is what we did.
            found = sa.select(checks.c.id, checks.c.attempts).where(*lapsed).with_for_update(skip_locked=True)
            rows = connection.execute(found).all()
            again = tuple(row.id for row in rows if row.attempts < ATTEMPTS)
            over = tuple(row.id for row in rows if row.attempts >= ATTEMPTS)
            connection.execute(
                sa.update(checks)
                .where(checks.c.id.in_(again), *lapsed)
                .values(state=CheckState.QUEUED.value, leased_by=None, lease_until=None)
            )
            connection.execute(
                sa.update(checks)
                .where(checks.c.id.in_(over), *lapsed)
                .values(state=CheckState.FAILED.value, error_code="gave_up", decided_at=now, lease_until=None)
            )
        return Reaped(again, over)

    def lease_of(self, check_id: str) -> datetime | None:
        """Until when a runner has promised to hold a check; in the past when it fell silent."""
        with self._store.transaction() as connection:
            query = sa.select(checks.c.lease_until).where(checks.c.id == check_id)
            return connection.execute(query).scalar()

    def depth(self) -> dict[str, tuple[int, datetime | None]]:
        """How many checks wait in each queue, and since when the oldest does."""
        query = (
            sa.select(checks.c.queue, sa.func.count(), sa.func.min(checks.c.created_at, type_=checks.c.created_at.type))
            .where(checks.c.state == CheckState.QUEUED.value)
            .group_by(checks.c.queue)
        )
        with self._store.transaction() as connection:
            found = {name: (int(count), oldest) for name, count, oldest in connection.execute(query)}
        return {name.value: found.get(name.value, (0, None)) for name in QueueName}

    # ------------------------------------------------------------------------------------------ opting out

    def opt_out(self, domain: str, note: str, now: datetime) -> None:
        """Never look at a site again: its owner asked.  Lists and registers still answer."""
        row = {"domain": domain, "since": now, "note": note}
        with self._store.transaction(writes=True) as connection:
            put_new(connection, opt_outs, [row])

    def opt_in(self, domain: str) -> bool:
        """Take an opt-out back.  False when there was none."""
        with self._store.transaction(writes=True) as connection:
            return bool(connection.execute(sa.delete(opt_outs).where(opt_outs.c.domain == domain)).rowcount)

    def opted_out(self, domain: str) -> bool:
        """Whether the owner of a site asked not to be looked at."""
        with self._store.transaction() as connection:
            return (
                connection.execute(sa.select(opt_outs.c.domain).where(opt_outs.c.domain == domain)).first() is not None
            )


def _together(tried: int, most: int) -> int:
    """How many rows that were tried so often may share a process."""
    return (most, min(most, SECOND_TRY_TOGETHER), 1)[min(tried, 2)]
