"""What happened to a check so far, numbered, so that a listener that lost its line hears the rest and nothing twice."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from pharmcheck.store.store import Store
from pharmcheck.store.tables import check_events, checks
from pharmcheck.store.writing import hold, put_new

MOST = 200
"""Events kept of one check: a visit reads a dozen pages, and three attempts make three times that."""


@dataclass(frozen=True, slots=True)
class Event:
    """One step.  `data` is ours: roles, outcomes and states, never words of a page."""

    number: int  # 1, 2, 3 … within its check
    kind: str  # state | page
    data: dict[str, Any]
    at: datetime


class Events:
    """The steps of the checks of one store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def add(self, check_id: str, steps: Sequence[tuple[str, dict[str, Any]]], now: datetime) -> None:
        """Note what happened, in order and without gaps, also when somebody else gives the check up at that moment."""
        last = sa.select(sa.func.coalesce(sa.func.max(check_events.c.number), 0)).where(
            check_events.c.check_id == check_id
        )
        with self._store.transaction(writes=True) as connection:
            hold(connection, check_id)
            number = int(connection.execute(last).scalar_one())
            rows = [
                {"check_id": check_id, "number": number + place, "kind": kind, "data": json.dumps(data), "at": now}
                for place, (kind, data) in enumerate(steps, start=1)
                if number + place <= MOST
            ]
            put_new(connection, check_events, rows)

    def since(self, check_id: str, number: int) -> tuple[list[Event], str | None]:
        """The steps behind `number`, and the state of the check; None when there is no such check."""
        query = (
            sa.select(check_events)
            .where(check_events.c.check_id == check_id, check_events.c.number > min(number, MOST))
            .order_by(check_events.c.number)
        )
        with self._store.transaction() as connection:
            state = connection.execute(sa.select(checks.c.state).where(checks.c.id == check_id)).scalar()
            rows = connection.execute(query).all()
        return [Event(row.number, row.kind, json.loads(row.data), row.at) for row in rows], state
