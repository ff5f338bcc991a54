"""Where messages about a watched list go: addresses that its owner registered, each with a secret of its own.

The secret is needed to sign, so a hash of it would not do: it is kept encrypted, and the key is not in the database
(`pharmcheck.watch.sealing`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from pharmcheck.store.records import new_check_id
from pharmcheck.store.store import Store
from pharmcheck.store.tables_watch import webhook_attempts, webhook_deliveries, webhook_targets


@dataclass(frozen=True, slots=True)
class Target:
    """Somebody's receiver, without its secret."""

    id: str
    batch_id: str
    url: str
    created_at: datetime
    disabled_at: datetime | None
    disabled_why: str | None


class Targets:
    """The receivers of one store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def add(self, batch_id: str, url: str, sealed: str, now: datetime) -> Target:
        """Register an address, vetted by the caller."""
        identifier = new_check_id()
        row = {"id": identifier, "batch_id": batch_id, "url": url, "sealed": sealed, "created_at": now}
        with self._store.transaction(writes=True) as connection:
            connection.execute(sa.insert(webhook_targets).values(row))
        return Target(identifier, batch_id, url, now, None, None)

    def of_batch(self, batch_id: str) -> list[Target]:
        """Those of a list, the oldest first."""
        query = sa.select(webhook_targets).where(webhook_targets.c.batch_id == batch_id)
        with self._store.transaction() as connection:
            found = connection.execute(query.order_by(webhook_targets.c.created_at, webhook_targets.c.id)).all()
        return [
            Target(row.id, row.batch_id, row.url, row.created_at, row.disabled_at, row.disabled_why) for row in found
        ]

    def enable(self, batch_id: str, identifier: str) -> bool:
        """Switch a receiver on again; what waited for it goes out.  False when there is none."""
        with self._store.transaction(writes=True) as connection:
            changed = connection.execute(
                sa.update(webhook_targets)
                .where(webhook_targets.c.id == identifier, webhook_targets.c.batch_id == batch_id)
                .values(disabled_at=None, disabled_why=None)
            )
        return bool(changed.rowcount)

    def remove(self, batch_id: str, identifier: str) -> bool:
        """Forget a receiver, its secret and its messages.  False when there is none."""
        mine = (webhook_targets.c.id == identifier, webhook_targets.c.batch_id == batch_id)
        its = sa.select(webhook_deliveries.c.id).where(webhook_deliveries.c.target_id == identifier)
        with self._store.transaction(writes=True) as connection:
            # Held, so that nobody begins or records an attempt meanwhile.
            if connection.execute(sa.select(webhook_targets.c.id).where(*mine).with_for_update()).first() is None:
                return False
            connection.execute(sa.delete(webhook_attempts).where(webhook_attempts.c.delivery_id.in_(its)))
            connection.execute(sa.delete(webhook_deliveries).where(webhook_deliveries.c.target_id == identifier))
            connection.execute(sa.delete(webhook_targets).where(*mine))
        return True
