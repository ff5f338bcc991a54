"""Messages that are on their way to receivers.  The row is the only truth: a killed sender loses none.

waiting → sending (under a lease) → done | failed.  Whoever sends a message holds its lease; one that dies says so by
silence, and the message is sent again under the same id: at least once, and receivers know doubles by that id.  When
to try again, and what ends a receiver, is `pharmcheck.watch.sending`'s business.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from pharmcheck.store.store import Store
from pharmcheck.store.tables_watch import (
    watch_changes,
    watches,
    webhook_attempts,
    webhook_deliveries,
    webhook_targets,
)


class DeliveryState(StrEnum):
    """How far a message is."""

    WAITING = "waiting"
    SENDING = "sending"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Tried:
    """One attempt.  Without an outcome it goes on, or whoever made it died; then nobody knows whether it arrived."""

    number: int
    at: datetime
    outcome: str | None
    status: int | None
    fault: str | None
    detail: str | None
    elapsed_ms: int | None


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message to one receiver, with everything that was tried."""

    id: str
    target_id: str
    batch_id: str
    first: int
    last: int
    created_at: datetime
    state: DeliveryState
    due_at: datetime
    ended_at: datetime | None
    attempts: tuple[Tried, ...]


@dataclass(frozen=True, slots=True)
class Letter:
    """A message that we hold the lease of."""

    id: str
    target_id: str
    batch_id: str
    first: int
    last: int
    created_at: datetime
    attempt: int
    tries: int  # this one included, since it was made or last sent again by hand
    url: str
    sealed: str


class Deliveries:
    """The messages of one store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def announce(self, now: datetime, gather: timedelta, most: int) -> int:
        """Make messages of changes that nobody was told of yet, once the first of them is `gather` old.

        At most `most` changes a message.  Returns how many messages.
        """
        news = sa.exists().where(
            watch_changes.c.batch_id == watches.c.batch_id,
            watch_changes.c.number > watches.c.announced,
            watch_changes.c.noted_at <= now - gather,
        )
        with self._store.transaction() as connection:
            ids = list(connection.execute(sa.select(watches.c.batch_id).where(news)).scalars())
        return sum(self._announce(batch_id, now, most) for batch_id in ids)

    def _announce(self, batch_id: str, now: datetime, most: int) -> int:
        with self._store.transaction(writes=True) as connection:
            held = sa.select(watches.c.announced).where(watches.c.batch_id == batch_id).with_for_update()
            told = connection.execute(held).scalar_one()
            behind = (watch_changes.c.batch_id == batch_id, watch_changes.c.number > told)
            query = sa.select(watch_changes.c.number).where(*behind).order_by(watch_changes.c.number)
            numbers = list(connection.execute(query).scalars())
            if not numbers:
                return 0
            open_ones = (webhook_targets.c.batch_id == batch_id, webhook_targets.c.disabled_at.is_(None))
            targets = list(connection.execute(sa.select(webhook_targets.c.id).where(*open_ones)).scalars())
            rows = [
                {
                    "id": f"msg_{secrets.token_hex(16)}", "target_id": target, "batch_id": batch_id,
                    "first": numbers[start], "last": numbers[start : start + most][-1], "created_at": now,
                    "state": DeliveryState.WAITING.value, "due_at": now,
                }
                for target in targets
                for start in range(0, len(numbers), most)
            ]  # fmt: skip
            if rows:
                connection.execute(sa.insert(webhook_deliveries), rows)
            connection.execute(sa.update(watches).where(watches.c.batch_id == batch_id).values(announced=numbers[-1]))
        return len(rows)

    def claim(self, holder: str, now: datetime, lease: timedelta, most: int) -> list[Letter]:
        """Take up to `most` messages that are due, one for each receiver; their attempt is noted before it begins."""
        other = webhook_deliveries.alias()
        table = webhook_deliveries
        due = (table.c.state == DeliveryState.WAITING.value) & (table.c.due_at <= now)
        silent = (table.c.state == DeliveryState.SENDING.value) & (table.c.lease_until < now)
        busy = sa.exists().where(
            other.c.target_id == table.c.target_id,
            other.c.state == DeliveryState.SENDING.value,
            other.c.lease_until >= now,
        )
        both = table.join(webhook_targets, webhook_targets.c.id == table.c.target_id)
        order = (table.c.due_at, table.c.created_at, table.c.first, table.c.id)
        turn = sa.func.row_number().over(partition_by=table.c.target_id, order_by=order).label("turn")
        open_ones = (due | silent, ~busy, webhook_targets.c.disabled_at.is_(None))
        ranked = sa.select(table.c.id, turn).select_from(both).where(*open_ones).subquery()
        query = (
            sa.select(table, webhook_targets.c.url, webhook_targets.c.sealed)
            .select_from(both)
            .where(table.c.id.in_(sa.select(ranked.c.id).where(ranked.c.turn == 1)), due | silent)
            .order_by(*order)
            .limit(most)
            .with_for_update(skip_locked=True)  # of its receiver too, so that nobody else takes another of that one's
        )
        with self._store.transaction(writes=True) as connection:
            letters = [_to_letter(row) for row in connection.execute(query).all()]
            for letter in letters:
                connection.execute(
                    sa.update(table)
                    .where(table.c.id == letter.id)
                    .values(
                        state=DeliveryState.SENDING.value, leased_by=holder, lease_until=now + lease,
                        attempts=letter.attempt, tries=letter.tries,
                    )
                )  # fmt: skip
                tried = {"delivery_id": letter.id, "number": letter.attempt, "at": now}
                connection.execute(sa.insert(webhook_attempts).values(tried))
        return letters

    def finish(
        self,
        letter: Letter,
        holder: str,
        tried: Tried,
        now: datetime,
        *,
        again_at: datetime | None = None,
        disable_why: str | None = None,
    ) -> bool:
        """Keep how an attempt ended: taken, to be tried `again_at`, or failed for good.

        False when somebody else has the message by now; what happened is kept all the same.
        """
        state = DeliveryState.DONE if tried.fault == "nobody" else DeliveryState.FAILED
        ended: dict[str, Any] = {"state": state.value, "ended_at": now}
        if again_at is not None:
            ended = {"state": DeliveryState.WAITING.value, "due_at": again_at}
        mine = (webhook_deliveries.c.id == letter.id, webhook_deliveries.c.leased_by == holder)
        this = (webhook_attempts.c.delivery_id == letter.id, webhook_attempts.c.number == tried.number)
        with self._store.transaction(writes=True) as connection:
            connection.execute(
                sa.update(webhook_attempts)
                .where(*this)
                .values(
                    outcome=tried.outcome, status=tried.status, fault=tried.fault, detail=tried.detail,
                    elapsed_ms=tried.elapsed_ms,
                )
            )  # fmt: skip
            values = {"leased_by": None, "lease_until": None, **ended}
            ours = connection.execute(sa.update(webhook_deliveries).where(*mine).values(values)).rowcount
            if ours and disable_why is not None:
                target = (webhook_targets.c.id == letter.target_id, webhook_targets.c.disabled_at.is_(None))
                connection.execute(
                    sa.update(webhook_targets).where(*target).values(disabled_at=now, disabled_why=disable_why)
                )
        return bool(ours)

    def give_back(self, ids: Sequence[str], holder: str, now: datetime) -> None:
        """Put messages back whose sending was called off; nobody knows whether they arrived."""
        mine = (webhook_deliveries.c.id.in_(ids), webhook_deliveries.c.leased_by == holder)
        with self._store.transaction(writes=True) as connection:
            connection.execute(
                sa.update(webhook_deliveries)
                .where(*mine, webhook_deliveries.c.state == DeliveryState.SENDING.value)
                .values(state=DeliveryState.WAITING.value, due_at=now, leased_by=None, lease_until=None)
            )

    def replay(self, batch_id: str, identifier: str, now: datetime) -> bool:
        """Send a message again, under its old id, with all its tries before it.  False when there is none to send."""
        open_target = sa.exists().where(
            webhook_targets.c.id == webhook_deliveries.c.target_id, webhook_targets.c.disabled_at.is_(None)
        )
        with self._store.transaction(writes=True) as connection:
            changed = connection.execute(
                sa.update(webhook_deliveries)
                .where(
                    webhook_deliveries.c.id == identifier,
                    webhook_deliveries.c.batch_id == batch_id,
                    webhook_deliveries.c.state != DeliveryState.SENDING.value,
                    open_target,
                )
                .values(state=DeliveryState.WAITING.value, due_at=now, tries=0, ended_at=None)
            )
        return bool(changed.rowcount)

    def of_batch(self, batch_id: str, most: int) -> list[Delivery]:
        """The newest messages about a list, with what was tried."""
        table = webhook_deliveries
        query = sa.select(table).where(table.c.batch_id == batch_id)
        with self._store.transaction() as connection:
            newest = query.order_by(table.c.created_at.desc(), table.c.first.desc(), table.c.id).limit(most)
            rows = connection.execute(newest).all()
            tried = connection.execute(
                sa.select(webhook_attempts)
                .where(webhook_attempts.c.delivery_id.in_([row.id for row in rows]))
                .order_by(webhook_attempts.c.number)
            ).all()
        return [
            Delivery(
                row.id, row.target_id, row.batch_id, row.first, row.last, row.created_at, DeliveryState(row.state),
                row.due_at, row.ended_at,
                tuple(
                    Tried(one.number, one.at, one.outcome, one.status, one.fault, one.detail, one.elapsed_ms)
                    for one in tried
                    if one.delivery_id == row.id
                ),
            )
            for row in rows
        ]  # fmt: skip


def _to_letter(row: sa.Row[Any]) -> Letter:
    return Letter(
        row.id, row.target_id, row.batch_id, row.first, row.last, row.created_at, row.attempts + 1, row.tries + 1,
        row.url, row.sealed,
    )  # fmt: skip
