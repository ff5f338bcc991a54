"""The newest answer about every host, and every host that a register names: what lists for browsers are made of."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa

from pharmcheck.store import records
from pharmcheck.store.records import StoredVerdict
from pharmcheck.store.store import Store
from pharmcheck.store.tables import register_hosts, register_snapshots, verdicts

_PAGE = 200  # rows of about ten kilobytes


def newest_verdicts(store: Store) -> Iterator[StoredVerdict]:
    """The last complete verdict about each host for no destination in particular, whether or not it still holds."""
    by_site = (verdicts.c.registrable_domain, verdicts.c.host)
    query = (
        sa.select(verdicts)
        .where(verdicts.c.complete, verdicts.c.destination.is_(None))
        .order_by(*by_site, verdicts.c.checked_at.desc(), verdicts.c.check_id)
        .limit(_PAGE)
    )
    after, page_query = None, query
    while True:
        with store.transaction() as connection:
            page = connection.execute(page_query).all()
        for row in page:
            if (row.registrable_domain, row.host) != after:
                after = (row.registrable_domain, row.host)
                yield records.to_verdict(row)
        if len(page) < _PAGE or after is None:
            return
        # Behind the last host that was met: its older verdicts are of no use here.
        page_query = query.where(
            (verdicts.c.registrable_domain > after[0])
            | ((verdicts.c.registrable_domain == after[0]) & (verdicts.c.host > after[1]))
        )


def registered_hosts(store: Store) -> Iterator[str]:
    """Every host that a loaded register names, without `www.`."""
    active = register_snapshots.c.state == "active"
    query = (
        sa.select(register_hosts.c.host)
        .distinct()
        .join(register_snapshots, register_snapshots.c.id == register_hosts.c.snapshot_id)
        .where(active)
    )
    with store.transaction() as connection:
        hosts = connection.execute(query).scalars().all()
    yield from hosts
