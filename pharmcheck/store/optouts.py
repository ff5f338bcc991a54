"""Sites whose owners do not want visits, all of them; `CheckQueue` asks and changes them one by one."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from pharmcheck.store.store import Store
from pharmcheck.store.tables import opt_outs


def opted_out_sites(store: Store) -> list[tuple[str, datetime, str]]:
    """Domain, since when, and the note, by domain."""
    query = sa.select(opt_outs).order_by(opt_outs.c.domain)
    with store.transaction() as connection:
        return [(row.domain, row.since, row.note) for row in connection.execute(query)]
