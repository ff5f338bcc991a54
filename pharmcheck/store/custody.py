"""The log of custody of each check, written as things happen: one row an event, each with the hash of the one before.

Rows are added and never changed; the database refuses it.  Whoever holds the database can still put another in its
place: what shows that is a package that left the house before, or its timestamp.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from pharmcheck.custody import NOTHING_BEFORE, Action, Step, archive_member, digest, verdict_member, write_entry
from pharmcheck.store.columns import storable
from pharmcheck.store.network_traits import chunks
from pharmcheck.store.tables import captures, checks
from pharmcheck.store.tables_custody import custody
from pharmcheck.store.tables_people import officers
from pharmcheck.store.writing import hold

if TYPE_CHECKING:
    from pharmcheck.store.store import Store


class Custody:
    """The logs of one store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def note(self, check_ids: Iterable[str], action: Action, what: str, about: tuple[str, str], now: datetime) -> int:
        """Add one event to each of these checks that is kept here; returns to how many.

        `about` is the name and the SHA-256 of what it was done to.  Raises StoreError.
        """
        step = Step(now, action, self._store.by, what, *about)
        wanted = sorted(set(check_ids))
        with self._store.transaction(writes=True) as connection:
            here = [one for some in chunks(wanted) for one in _existing(connection, some)]
            for check_id in here:
                append(connection, check_id, [step])
        return len(here)

    def log_of(self, check_id: str) -> bytes:
        """The log of a check as it is exported; empty where it was made before there were any."""
        query = sa.select(custody.c.line).where(custody.c.check_id == check_id).order_by(custody.c.number)
        with self._store.transaction() as connection:
            return "".join(connection.execute(query).scalars()).encode("ascii")


def append(connection: sa.Connection, check_id: str, steps: Sequence[Step]) -> None:
    """Add events to the log of a check.  Nobody else adds to it until the transaction ends."""
    hold(connection, check_id)
    mine = sa.select(custody.c.number, custody.c.sha256).where(custody.c.check_id == check_id)
    last = connection.execute(mine.order_by(custody.c.number.desc()).limit(1)).first()
    number, before = (last.number, last.sha256) if last is not None else (0, NOTHING_BEFORE)
    rows = []
    for step in steps:
        number += 1
        line = write_entry(step, number, before)
        before = digest(line)
        rows.append({"check_id": check_id, "number": number, "line": line.decode("ascii"), "sha256": before})
    if rows:
        connection.execute(sa.insert(custody), rows)


def looked(
    connection: sa.Connection, by: str, check_id: str, capture_id: str | None, verdict: dict[str, Any] | None
) -> None:
    """Note a visit, and the verdict that came of it if any: rows that this very transaction writes."""
    steps = []
    about = sa.select(captures).where(captures.c.id == capture_id)
    row = connection.execute(about).first() if capture_id is not None else None
    if row is not None:
        what = f"the answers of {row.host}: {row.pages} pages"
        steps.append(Step(row.finished_at, Action.CAPTURED, by, what, archive_member(row.id), row.warc_sha256))
    if verdict is not None:
        what = f"the verdict about {verdict['host']}, by rules {verdict['ruleset']}"
        given = _sha256(verdict["document"])
        steps.append(Step(verdict["judged_at"], Action.JUDGED, by, what, verdict_member(check_id), given))
    append(connection, check_id, steps)


def reviewed(connection: sa.Connection, number: int, row: dict[str, Any]) -> None:
    """Note what a person said about a verdict: who and what; of their reasons the hash."""
    who = sa.select(officers.c.name).where(officers.c.id == row.get("officer_id"))
    name = connection.execute(who).scalar() if row.get("officer_id") else None
    what = row["action"] + (f" to {row['category']}" if row.get("category") else "")
    if row.get("until"):
        what += f" until {row['until']:%Y-%m-%d}"
    given = _sha256(row["reason"])
    by = f"{name}, {row['role']}" if name else str(row["role"])
    append(connection, row["check_id"], [Step(row["at"], Action.REVIEWED, by, what, f"reason {number}", given)])


def deleted(connection: sa.Connection, by: str, capture_ids: Sequence[str], now: datetime) -> None:
    """Note that archived bytes went after their time, on every check that rests on them."""
    query = sa.select(checks.c.id, captures.c.id.label("capture"), captures.c.warc_sha256).join(
        captures, captures.c.id == checks.c.capture_id
    )
    for some in chunks(capture_ids):
        for row in connection.execute(query.where(captures.c.id.in_(some)).order_by(checks.c.id)).all():
            step = Step(now, Action.DELETED, by, "the archived bytes, to make room or after their time",
                        archive_member(row.capture), row.warc_sha256)  # fmt: skip
            append(connection, row.id, [step])


def forget_logs(connection: sa.Connection, check_ids: Sequence[str]) -> None:
    """Delete the logs of checks that were deleted in this transaction before."""
    for some in chunks(check_ids):
        connection.execute(sa.delete(custody).where(custody.c.check_id.in_(some)))


def _sha256(text: str) -> str:
    """Of a text as it is kept."""
    return hashlib.sha256(storable(text).encode("utf-8")).hexdigest()


def _existing(connection: sa.Connection, check_ids: Sequence[str]) -> list[str]:
    return list(
        connection.execute(sa.select(checks.c.id).where(checks.c.id.in_(check_ids)).order_by(checks.c.id)).scalars()
    )
