"""Requests that came with an Idempotency-Key: what they made, so that a repeated one makes nothing."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa

from pharmcheck.store.store import Store
from pharmcheck.store.tables import idempotency
from pharmcheck.store.writing import put_new

KEPT = timedelta(hours=24)


class Requests:
    """The remembered requests of one store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def remember(self, key: str, body_sha256: str, target: str, now: datetime) -> tuple[str, str]:
        """Note what a request made; returns digest and target of whoever came first with this key."""
        row = {"key": key, "body_sha256": body_sha256, "target": target, "created_at": now}
        with self._store.transaction(writes=True) as connection:
            connection.execute(sa.delete(idempotency).where(idempotency.c.created_at < now - KEPT))
            put_new(connection, idempotency, [row])
            return self._find(connection, key) or (body_sha256, target)

    def recall(self, key: str) -> tuple[str, str] | None:
        """Digest of the body and what it made."""
        with self._store.transaction() as connection:
            return self._find(connection, key)

    def _find(self, connection: sa.Connection, key: str) -> tuple[str, str] | None:
        query = sa.select(idempotency.c.body_sha256, idempotency.c.target).where(idempotency.c.key == key)
        row = connection.execute(query).first()
        return (row.body_sha256, row.target) if row else None
