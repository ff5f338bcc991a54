"""Which sites should be looked at again because their verdict is too old: the dangerous first, not all at once.

Only sites that somebody asked about within `INTEREST` are followed, and none is looked at twice within `PAUSE`, whoever
looked and whatever came of it.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

import sqlalchemy as sa

from pharmcheck.model import Category
from pharmcheck.store.queue import NewCheck, QueueName
from pharmcheck.store.records import new_check_id, to_address
from pharmcheck.store.store import Store
from pharmcheck.store.tables import checks, verdicts
from pharmcheck.store.tables_networks import network_sites

INTEREST = timedelta(days=90)
"""After which a site that nobody asks about is left alone: we visit strangers for people, not for our own sake."""

PAUSE = timedelta(days=1)
"""Between two looks at a site: one that is down today is asked again tomorrow, not every minute."""

_SPREAD = 0.25  # of a verdict's life: sites that were checked together are not all checked together again
BY_RISK = tuple(
    category.value
    for category in (
        Category.DANGER,
        Category.CAUTION,
        Category.UNVERIFIED,
        Category.VERIFIED_ELSEWHERE,
        Category.VERIFIED,
        Category.NOT_A_PHARMACY,
    )
)
"""Whom to look at first."""

_MOST_DOUBLED = 5  # a month, where a look that failed is good for a day
_LOOKED_AT = 10  # candidates for each that is taken; some of them are still within their spread


class Rechecks:
    """The sites of one store that are due."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def due(self, now: datetime, most: int) -> list[NewCheck]:
        """New checks of at most so many sites, for the caller to put in line."""
        newer, looked, asked = verdicts.alias(), checks.alias(), checks.alias()
        site = (verdicts.c.registrable_domain, verdicts.c.host)
        risk = sa.case({category: place for place, category in enumerate(BY_RISK)}, value=verdicts.c.category)
        here, there = network_sites.alias(), network_sites.alias()
        beside_danger = (
            sa.exists().where(  # of sites with the same answer, those first whose network has a dangerous one
                here.c.domain == site[0],
                there.c.network == here.c.network,
                there.c.category == Category.DANGER.value,
                there.c.domain != here.c.domain,
            )
        )
        query = (
            sa.select(checks, verdicts.c.checked_at, verdicts.c.valid_until.label("until"))
            .select_from(verdicts.join(checks, checks.c.id == verdicts.c.check_id))
            .where(
                verdicts.c.complete,
                verdicts.c.valid_until <= now,
                verdicts.c.checked_at >= now - 2 * INTEREST,
                verdicts.c.category.in_(BY_RISK),
                ~sa.exists().where(
                    newer.c.registrable_domain == site[0],
                    newer.c.host == site[1],
                    newer.c.destination.is_not_distinct_from(verdicts.c.destination),
                    newer.c.complete,
                    newer.c.checked_at > verdicts.c.checked_at,
                ),
                ~sa.exists().where(
                    looked.c.registrable_domain == site[0],
                    looked.c.host == site[1],
                    looked.c.created_at > now - PAUSE,
                ),
                sa.exists().where(
                    asked.c.registrable_domain == site[0],
                    asked.c.host == site[1],
                    asked.c.created_at > now - INTEREST,
                    (asked.c.queue == QueueName.INTERACTIVE.value) | asked.c.batch_id.is_not(None),
                ),
            )
            .order_by(risk, ~beside_danger, verdicts.c.valid_until, verdicts.c.check_id)
            .limit(most * _LOOKED_AT)
        )
        with self._store.transaction() as connection:
            found = connection.execute(query).all()
        due = [row for row in found if next_look(row.host, row.checked_at, row.until) <= now]
        return [NewCheck(new_check_id(), to_address(row), row.destination) for row in due[:most]]


def next_look(host: str, checked_at: datetime, valid_until: datetime, failures: int = 0) -> datetime:
    """When a site is due: once its verdict is too old, and a while later, the same for a site each time.

    After several looks in a row that failed the time doubles with each: a site that is gone is asked ever more rarely.
    """
    share = int.from_bytes(hashlib.sha256(host.encode()).digest()[:4]) / 2**32
    life: timedelta = (valid_until - checked_at) * 2 ** min(max(0, failures - 1), _MOST_DOUBLED)
    return checked_at + life + life * _SPREAD * share
