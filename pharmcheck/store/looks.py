"""Somebody asks for a look at a site: whether one waits already, and whether the site's budget allows another.

The budget is the site's, whoever asks: counting and putting in line is one transaction, and of those who ask for the
same site at once one is let in after the other.
"""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from pharmcheck.model import CheckState
from pharmcheck.store.columns import same
from pharmcheck.store.queue import CheckQueue, NewCheck, QueueName
from pharmcheck.store.store import Store
from pharmcheck.store.tables import checks
from pharmcheck.store.writing import one_at_a_time_about

_WAITING = (CheckState.QUEUED.value, CheckState.RUNNING.value)


class Looks:
    """The looks at sites of one store, as far as somebody waits before a screen for them."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def waiting_for(self, domain: str, host: str, destination: str | None) -> str | None:
        """The id of a check of this very site that somebody already waits for."""
        with self._store.transaction() as connection:
            return _waiting_for(connection, domain, host, destination)

    def since(self, domain: str, since: datetime) -> int:
        """How many checks of a site were asked for since then, whoever asked: the budget for looking again."""
        with self._store.transaction() as connection:
            return _since(connection, domain, since)

    def ask(self, wanted: NewCheck, now: datetime, *, since: datetime, most: int) -> str | None:
        """Put a check in line; returns the id of the one that waits, which may be somebody else's of the same moment.

        None, and nothing in line, when `most` looks at the site were asked for since then.
        """
        domain, host = wanted.address.registrable_domain, wanted.address.host
        with self._store.transaction(writes=True) as connection:
            one_at_a_time_about(connection, domain)
            waiting = _waiting_for(connection, domain, host, wanted.destination)
            if waiting is not None:
                return waiting
            if _since(connection, domain, since) >= most:
                return None
            CheckQueue(self._store).put_in_line(connection, [wanted], QueueName.INTERACTIVE, now)
        return wanted.id


def _waiting_for(connection: sa.Connection, domain: str, host: str, destination: str | None) -> str | None:
    query = (
        sa.select(checks.c.id)
        .where(
            checks.c.registrable_domain == domain,
            checks.c.host == host,
            same(checks.c.destination, destination),
            checks.c.state.in_(_WAITING),
            checks.c.queue == QueueName.INTERACTIVE.value,
        )
        .order_by(checks.c.created_at)
        .limit(1)
    )
    return connection.execute(query).scalar()


def _since(connection: sa.Connection, domain: str, since: datetime) -> int:
    query = sa.select(sa.func.count()).where(checks.c.registrable_domain == domain, checks.c.created_at >= since)
    return int(connection.execute(query).scalar_one())
