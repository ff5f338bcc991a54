"""The sites of watched lists: whose turn it is to be looked at again, and what each new verdict about them means.

Whoever looked, and why, is no matter: a verdict about a site counts for every watched list that holds it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from pharmcheck.address import display_host
from pharmcheck.changes import Answer
from pharmcheck.model import Address, CheckState
from pharmcheck.store.columns import as_place
from pharmcheck.store.queue import CheckQueue, NewCheck, QueueName
from pharmcheck.store.rechecks import BY_RISK, PAUSE
from pharmcheck.store.records import new_check_id
from pharmcheck.store.store import Store
from pharmcheck.store.tables import batch_items, checks, verdicts
from pharmcheck.store.tables_watch import watched_sites, watches

_LATE = timedelta(hours=1)
"""How long after its look a verdict may still be stored: a visit, judging and a slow disk take minutes."""

ACTIVE = watches.c.stopped_at.is_(None)
_WAITING = (CheckState.QUEUED.value, CheckState.RUNNING.value)


@dataclass(frozen=True, slots=True)
class Fresh:
    """A verdict about a watched site that nobody has weighed yet."""

    check_id: str
    capture_id: str | None
    registrable_domain: str
    host: str
    destination: str | None
    checked_at: datetime
    valid_until: datetime
    answer: Answer
    proofs: frozenset[str]


class WatchedSites:
    """The sites of the watched lists of one store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def put_due_in_line(self, now: datetime, most: int) -> list[str]:
        """Put checks of sites in line whose time has come, at most so many, the dangerous first; returns their ids.

        None that waits in line or was looked at within `PAUSE`.  Two callers never put the same site.
        """
        looked = checks.alias()
        recent = sa.exists().where(
            looked.c.registrable_domain == watched_sites.c.registrable_domain,
            looked.c.host == watched_sites.c.host,
            (looked.c.created_at > now - PAUSE) | looked.c.state.in_(_WAITING),
        )
        places = {category: place for place, category in enumerate(BY_RISK)}
        query = (
            sa.select(watched_sites, batch_items.c.url, batch_items.c.input)
            .select_from(
                watched_sites.join(watches, watches.c.batch_id == watched_sites.c.batch_id).join(
                    batch_items,
                    (batch_items.c.batch_id == watched_sites.c.batch_id) & (batch_items.c.row == watched_sites.c.row),
                )
            )
            .where(ACTIVE, watched_sites.c.due_at <= now, batch_items.c.url.is_not(None), ~recent)
            .order_by(
                sa.case(places, value=watched_sites.c.category, else_=len(places)),
                watched_sites.c.due_at, watched_sites.c.batch_id, watched_sites.c.row,
            )
            .limit(most)
            .with_for_update(of=watched_sites, skip_locked=True)
        )  # fmt: skip
        with self._store.transaction(writes=True) as connection:
            found = connection.execute(query).all()
            # A site of several lists is looked at once, for each country that somebody asks about.
            sites = {(row.host, row.destination): row for row in found}
            wanted = [NewCheck(new_check_id(), _address(row), row.destination) for row in sites.values()]
            CheckQueue(self._store).put_in_line(connection, wanted, QueueName.BATCH, now)
            for row in found:
                this = (watched_sites.c.batch_id == row.batch_id, watched_sites.c.row == row.row)
                # Should no verdict come of it, it is tried again.
                connection.execute(sa.update(watched_sites).where(*this).values(due_at=now + PAUSE))
        return [check.id for check in wanted]

    def active(self) -> list[str]:
        """Ids of the lists that are watched."""
        with self._store.transaction() as connection:
            return list(connection.execute(sa.select(watches.c.batch_id).where(ACTIVE)).scalars())

    def fresh(self, batch_ids: Sequence[str], most: int, after: Fresh | None = None) -> list[Fresh]:
        """Verdicts about sites of these lists that nobody has weighed yet, the oldest first, those behind `after`."""
        until = sa.func.min(watches.c.seen_until, type_=watches.c.seen_until.type)
        newer = watched_sites.c.seen_at.is_(None) | (watched_sites.c.seen_at < verdicts.c.checked_at)
        about = about_site(verdicts.c.registrable_domain, verdicts.c.host, verdicts.c.destination)
        with self._store.transaction() as connection:
            since = connection.execute(sa.select(until).where(watches.c.batch_id.in_(batch_ids))).scalar()
            if since is None:
                return []
            place = sa.tuple_(verdicts.c.checked_at, verdicts.c.check_id)
            behind = sa.true() if after is None else place > as_place(place, after.checked_at, after.check_id)
            query = (
                sa.select(verdicts)
                .where(
                    verdicts.c.checked_at > since - _LATE,
                    behind,
                    sa.exists().where(*about, newer, watched_sites.c.batch_id.in_(batch_ids)),
                )
                .order_by(verdicts.c.checked_at, verdicts.c.check_id)
                .limit(most)
            )
            return [_to_fresh(row) for row in connection.execute(query)]

    def all_weighed(self, batch_ids: Sequence[str], until: datetime) -> None:
        """Nothing is left to weigh for these lists of verdicts up to then."""
        older = (watches.c.batch_id.in_(batch_ids), watches.c.seen_until < until)
        with self._store.transaction(writes=True) as connection:
            connection.execute(sa.update(watches).where(*older).values(seen_until=until))


def about_site(domain: Any, host: Any, destination: Any) -> tuple[sa.ColumnElement[bool], ...]:  # noqa: ANN401 - values or columns
    """Rows of `watched_sites` about a site."""
    return (
        watched_sites.c.registrable_domain == domain,
        watched_sites.c.host == host,
        watched_sites.c.destination.is_not_distinct_from(destination),
    )


def _address(row: sa.Row[Any]) -> Address:
    return Address(row.input, row.url, row.host, display_host(row.host), row.registrable_domain)


def _to_fresh(row: sa.Row[Any]) -> Fresh:
    proofs = json.loads(row.document).get("proofs", [])
    return Fresh(
        row.check_id, row.capture_id, row.registrable_domain, row.host, row.destination, row.checked_at,
        row.valid_until, Answer(row.host, row.category, row.reason_code),
        frozenset(f"{proof['register']} {proof['entry_id']}" for proof in proofs),
    )  # fmt: skip
