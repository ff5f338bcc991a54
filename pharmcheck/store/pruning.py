"""What is kept, and for how long: captures within days and a disk budget, sites forgotten on request.

A verdict outlives its capture: the row keeps the digest of the bytes, so that a copy somebody saved can still be told
from a forged one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import sqlalchemy as sa

from pharmcheck.store import archive
from pharmcheck.store.custody import deleted, forget_logs
from pharmcheck.store.network_traits import forget_site
from pharmcheck.store.store import Store
from pharmcheck.store.tables import batch_items, captures, check_events, checks, evidence, findings, verdicts
from pharmcheck.store.tables_people import appeals, reviews
from pharmcheck.store.tables_watch import watch_changes, watched_sites, webhook_attempts, webhook_deliveries
from pharmcheck.store.writing import one_at_a_time

_AT_ONCE = 200

_FORGOTTEN = {  # a row of a list about a site: it stays, since the list has it, and says nothing and asks for nothing
    "check_id": None, "problem": "Deleted on request.", "kind": "ignored", "input": "", "url": None, "host": None,
    "note": None, "duplicate_of": None,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Pruned:
    """What went."""

    captures: int
    bytes: int


class Pruning:
    """Takes old things away from one store."""

    def __init__(self, store: Store, folder: Path) -> None:
        self._store, self._folder = store, folder

    def prune(self, now: datetime, keep: timedelta, budget_bytes: int) -> Pruned:
        """Delete the bytes of captures that are older than `keep`, then the oldest until all fit the budget.

        Messages about watched lists that ended before that go with all their tries; the changes they told of stay.
        """
        self._delete_messages(now - keep)
        stays = captures.c.pruned_at.is_(None)
        oldest_first = (captures.c.finished_at, captures.c.id)
        gone, freed = 0, 0
        with self._store.transaction() as connection:
            held = int(connection.execute(sa.select(sa.func.sum(captures.c.warc_bytes)).where(stays)).scalar() or 0)
        while True:
            with self._store.transaction() as connection:
                page = connection.execute(
                    sa.select(captures).where(stays).order_by(*oldest_first).limit(_AT_ONCE)
                ).all()
            over = []
            for row in page:
                if row.finished_at >= now - keep and held - freed <= budget_bytes:
                    break
                over.append(row.id)
                freed += row.warc_bytes
            gone += len(over)
            self._delete(over, now)
            if len(over) < _AT_ONCE:
                return Pruned(gone, freed)

    def forget(self, registrable_domain: str) -> int:
        """Delete everything that is kept about a site; returns how many checks it was."""
        about = checks.c.registrable_domain == registrable_domain
        with self._store.transaction(writes=True) as connection:
            one_at_a_time(connection, checks)  # nobody adds a step or a verdict to what we take away
            ids = list(connection.execute(sa.select(checks.c.id).where(about)).scalars())
            files = list(
                connection.execute(
                    sa.select(captures.c.id).where(captures.c.registrable_domain == registrable_domain)
                ).scalars()
            )
            forget_site(connection, registrable_domain)
            mine = sa.select(checks.c.id).where(about)
            said = sa.select(reviews.c.id).where(reviews.c.check_id.in_(mine))
            connection.execute(sa.delete(appeals).where(appeals.c.review_id.in_(said)))
            connection.execute(sa.delete(reviews).where(reviews.c.check_id.in_(mine), reviews.c.answers.is_not(None)))
            connection.execute(sa.delete(reviews).where(reviews.c.check_id.in_(mine)))
            for table in (evidence, findings, check_events, verdicts):
                connection.execute(sa.delete(table).where(table.c.check_id.in_(mine)))
            for watched in (watched_sites, watch_changes):
                connection.execute(sa.delete(watched).where(watched.c.registrable_domain == registrable_domain))
            connection.execute(sa.update(batch_items).where(batch_items.c.check_id.in_(mine)).values(_FORGOTTEN))
            connection.execute(sa.delete(checks).where(about))
            forget_logs(connection, ids)
            connection.execute(sa.delete(captures).where(captures.c.registrable_domain == registrable_domain))
        for identifier in files:
            archive.path_of(self._folder, identifier).unlink(missing_ok=True)
        return len(ids)

    def _delete_messages(self, before: datetime) -> None:
        old = sa.select(webhook_deliveries.c.id).where(webhook_deliveries.c.ended_at < before)
        with self._store.transaction(writes=True) as connection:
            connection.execute(sa.delete(webhook_attempts).where(webhook_attempts.c.delivery_id.in_(old)))
            connection.execute(sa.delete(webhook_deliveries).where(webhook_deliveries.c.ended_at < before))

    def _delete(self, ids: Sequence[str], now: datetime) -> None:
        """The row first: a file without a row is harmless, a row without its file is a lie."""
        with self._store.transaction(writes=True) as connection:
            deleted(connection, self._store.by, ids, now)
            connection.execute(sa.update(captures).where(captures.c.id.in_(ids)).values(pruned_at=now))
        for identifier in ids:
            archive.path_of(self._folder, identifier).unlink(missing_ok=True)
