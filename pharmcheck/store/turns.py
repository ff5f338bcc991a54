"""Who is next among those who wait, and whose work nobody does any more."""

from __future__ import annotations

from collections.abc import Callable, Collection

import sqlalchemy as sa

from pharmcheck.model import CheckState
from pharmcheck.store.columns import same
from pharmcheck.store.store import Store
from pharmcheck.store.tables import checks

_PEOPLE = "interactive"  # `QueueName.INTERACTIVE`


def last_turns(connection: sa.Connection, owners: Collection[str | None], line: str) -> dict[str | None, int]:
    """Behind which turn of a line the next check of each owner stands: his own last one, or where the line is now.

    People without a key are many and not one owner: before screens each of them stands where the line is now.
    """
    in_line = (checks.c.state == CheckState.QUEUED.value, checks.c.queue == line)
    now_at = connection.execute(sa.select(sa.func.min(checks.c.turn)).where(*in_line)).scalar() or 0
    last: dict[str | None, int] = {}
    for owner in owners:
        if owner is None and line == _PEOPLE:
            last[owner] = max(now_at - 1, 0)
            continue
        # From the end of the line, where the last of a list that is just being put in stands: one step, not a count.
        own = (
            sa.select(checks.c.turn)
            .where(*in_line, same(checks.c.owner, owner))
            .order_by(checks.c.turn.desc())
            .limit(1)
        )
        last[owner] = max(now_at - 1, connection.execute(own).scalar() or 0)
    return last


def release_dead(store: Store, batch_id: str, node: str, alive: Callable[[int], bool]) -> int:
    """Give back at once what processes of this machine held that are gone: nobody has to wait for their leases.

    `node` is the machine as holders name it, `alive` says whether one of its processes still runs.  Their attempts
    count, as for any runner that died; what has had its last one is left to the reaper.
    """
    held = (checks.c.batch_id == batch_id, checks.c.state == CheckState.RUNNING.value)
    with store.transaction(writes=True) as connection:
        holders = connection.execute(sa.select(checks.c.leased_by).where(*held).distinct()).scalars().all()
        dead = [holder for holder in holders if _is_dead(holder, node, alive)]
        changed = connection.execute(
            sa.update(checks)
            .where(*held, checks.c.leased_by.in_(dead))
            .values(lease_until=checks.c.started_at)  # long past: the reaper takes it for silent, and counts as it does
        )
    return int(changed.rowcount)


def _is_dead(holder: str | None, node: str, alive: Callable[[int], bool]) -> bool:
    """Whether a holder, named `node:process:chance`, was a process of this machine that is gone."""
    there, _, rest = (holder or "").partition(":")
    process = rest.partition(":")[0]
    return there == node and process.isdigit() and not alive(int(process))
