"""What verdicts, and people's words, mean for watched lists: each is weighed once and becomes entries of digests.

What takes long, reading captures and judging them again, is done before anybody has to wait for us.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from pharmcheck.changes import Answer
from pharmcheck.digest import Cause, Known, Seen, Weighed, plain_cause, weigh, weigh_word
from pharmcheck.reviewing import NOBODY, REVIEWED, Action, Standing, override_of
from pharmcheck.store.rechecks import next_look
from pharmcheck.store.reviews import standings
from pharmcheck.store.store import Store
from pharmcheck.store.tables_people import reviews
from pharmcheck.store.tables_watch import watch_changes, watched_sites, watches
from pharmcheck.store.watched import ACTIVE, Fresh, about_site
from pharmcheck.store.writing import put_new

Replays = Callable[[str, str], Cause]
"""From the checks before and after a change to its cause."""


@dataclass(frozen=True, slots=True)
class _Step:
    """One verdict weighed for one site of a list."""

    row: sa.Row[Any]
    fresh: Fresh
    before: Known
    before_check: str | None
    weighed: Weighed


class Weighing:
    """The scales of one store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def note(
        self, found: Sequence[Fresh], landed: Callable[[Fresh], str | None], replays: Replays, now: datetime
    ) -> int:
        """Weigh verdicts, in this order, and keep what they mean; returns how many changes that were."""
        places = {fresh.check_id: landed(fresh) for fresh in found}
        causes = self._causes(found, places, replays, now)
        count = 0
        with self._store.transaction(writes=True) as connection:
            for step in _weigh(connection, _hold_active(connection), found, places, now):
                cause = causes.get((step.before_check or "", step.fresh.check_id), Cause.UNKNOWN)
                count += _keep(connection, step, cause, now)
        return count

    def note_words(self, now: datetime) -> int:
        """Keep what people's words change about sites that nobody looked at meanwhile; returns how many changes."""
        with self._store.transaction() as connection:
            active = list(connection.execute(_active()).scalars())
            if not any(_spoken(connection, active, now)):
                return 0
        count = 0
        with self._store.transaction(writes=True) as connection:
            for row, before, weighed in _spoken(connection, _hold_active(connection), now):
                after = weighed.known.seen
                assert after is not None  # noqa: S101 - a word is about what was seen
                connection.execute(sa.update(watched_sites).where(*_this(row)).values(_told(after)))
                if weighed.notices and before.seen is not None:
                    _tell(connection, row, (before.seen, row.check_id), (after, row.check_id), weighed, Cause.PERSON,
                          now, now)  # fmt: skip
                    count += 1
        return count

    def _causes(
        self, found: Sequence[Fresh], places: Mapping[str, str | None], replays: Replays, now: datetime
    ) -> dict[tuple[str, str], Cause]:
        """Why things will have changed, by the checks before and after."""
        with self._store.transaction() as connection:
            active = list(connection.execute(_active()).scalars())
            steps = [step for step in _weigh(connection, active, found, places, now) if step.weighed.notices]
        causes: dict[tuple[str, str], Cause] = {}
        for step in steps:
            pair = (step.before_check or "", step.fresh.check_id)
            if pair not in causes and step.before.seen is not None and step.weighed.known.seen is not None:
                plain = plain_cause(step.before.seen, step.weighed.known.seen, step.weighed.notices)
                causes[pair] = replays(*pair) if plain is None else plain
        return causes


def _weigh(
    connection: sa.Connection, active: Sequence[str], found: Sequence[Fresh], places: Mapping[str, str | None],
    now: datetime,
) -> Iterator[_Step]:  # fmt: skip
    """Weigh each verdict for each site that it is about, against what the one before it left."""
    standing = standings(connection, [fresh.host for fresh in found])
    left: dict[tuple[str, int], tuple[Known, str | None]] = {}
    for fresh in found:
        about = about_site(fresh.registrable_domain, fresh.host, fresh.destination)
        newer = watched_sites.c.seen_at.is_(None) | (watched_sites.c.seen_at < fresh.checked_at)
        query = sa.select(watched_sites).where(*about, newer, watched_sites.c.batch_id.in_(active))
        override = _override(standing.get(fresh.host, NOBODY), fresh.answer, now)
        for row in connection.execute(query).all():
            before, before_check = left.get((row.batch_id, row.row), (_known(row), row.check_id))
            seen = Seen(fresh.answer, fresh.proofs, places[fresh.check_id], override)
            weighed = weigh(before, seen)
            yield _Step(row, fresh, before, before_check, weighed)
            counts = _counts(weighed.known, fresh)
            left[row.batch_id, row.row] = (weighed.known, fresh.check_id if counts else before_check)


def _spoken(
    connection: sa.Connection, active: Sequence[str], now: datetime
) -> Iterator[tuple[sa.Row[Any], Known, Weighed]]:
    """Sites about which people say something else today than was known."""
    overridden = (
        sa.select(reviews.c.registrable_domain, reviews.c.host)
        .where(reviews.c.action == Action.OVERRIDE.value)
        .distinct()
        .subquery()
    )
    same_site = (watched_sites.c.registrable_domain == overridden.c.registrable_domain) & (
        watched_sites.c.host == overridden.c.host
    )
    query = (
        sa.select(watched_sites)
        .select_from(overridden.join(watched_sites, same_site))
        .where(watched_sites.c.category.is_not(None), watched_sites.c.batch_id.in_(active))
        .order_by(watched_sites.c.batch_id, watched_sites.c.row)
    )
    rows = connection.execute(query).all()
    standing = standings(connection, [row.host for row in rows])
    for row in rows:
        known = _known(row)
        if known.seen is not None:
            override = _override(standing.get(row.host, NOBODY), known.seen.answer, now)
            weighed = weigh_word(known, override)
            if weighed.known != known:
                yield row, known, weighed


def _keep(connection: sa.Connection, step: _Step, cause: Cause, now: datetime) -> int:
    fresh, known = step.fresh, step.weighed.known
    values: dict[str, Any] = {
        "seen_at": fresh.checked_at,
        "due_at": next_look(fresh.host, fresh.checked_at, fresh.valid_until, known.failures),
        "failures": known.failures,
        "missed": known.missed,
    }
    if known.seen is not None and _counts(known, fresh):
        values |= {
            "check_id": fresh.check_id, **_told(known.seen), "proofs": json.dumps(sorted(known.seen.proofs)),
            "landed": known.seen.landed,
        }  # fmt: skip
    connection.execute(sa.update(watched_sites).where(*_this(step.row)).values(values))
    if not step.weighed.notices or step.before.seen is None or known.seen is None:
        return 0
    before, after = (step.before.seen, step.before_check), (known.seen, fresh.check_id)
    _tell(connection, step.row, before, after, step.weighed, cause, fresh.checked_at, now)
    return 1


def _tell(
    connection: sa.Connection, row: sa.Row[Any], before: tuple[Seen, str | None], after: tuple[Seen, str],
    weighed: Weighed, cause: Cause, at: datetime, now: datetime,
) -> None:  # fmt: skip
    """Add an entry to the digest of a list."""
    last = sa.select(sa.func.max(watch_changes.c.number)).where(watch_changes.c.batch_id == row.batch_id)
    (was, before_check), (is_now, after_check) = before, after
    told = _told(was, "before_category", "before_reason", "before_machine")
    told |= _told(is_now, "after_category", "after_reason", "after_machine")
    change = {
        "batch_id": row.batch_id, "number": (connection.execute(last).scalar() or 0) + 1,
        "registrable_domain": row.registrable_domain, "host": row.host,
        "notices": " ".join(notice.value for notice in weighed.notices), "details": json.dumps(weighed.details),
        "before_check": before_check, "after_check": after_check, **told, "at": at, "noted_at": now,
        "cause": cause.value,
    }  # fmt: skip
    put_new(connection, watch_changes, [change])


def _counts(known: Known, fresh: Fresh) -> bool:
    """Whether a look is from now on what is known; one that failed mostly is not."""
    return known.seen is not None and known.seen.answer is fresh.answer


def _active() -> sa.Select[Any]:
    return sa.select(watches.c.batch_id).where(ACTIVE).order_by(watches.c.batch_id)


def _hold_active(connection: sa.Connection) -> list[str]:
    """All watched lists, in one order: another who weighs waits here, and finds our work done."""
    return list(connection.execute(_active().with_for_update()).scalars())


def _this(row: sa.Row[Any]) -> tuple[sa.ColumnElement[bool], ...]:
    return (watched_sites.c.batch_id == row.batch_id, watched_sites.c.row == row.row)


def _override(standing: Standing, answer: Answer, now: datetime) -> Answer | None:
    word = override_of(standing, answer.category or "", answer.reason_code or "", now)
    return Answer(answer.host, word.category, REVIEWED) if word else None


def _told(
    seen: Seen, category: str = "category", reason: str = "reason_code", machine: str = "machine"
) -> dict[str, str | None]:
    """What is told, and what our rules say where that is something else, in columns of these names."""
    rules = seen.answer if seen.override else Answer(seen.answer.host, None, None)
    return {
        category: seen.told.category,
        reason: seen.told.reason_code,
        f"{machine}_category": rules.category,
        f"{machine}_reason": rules.reason_code,
    }


def _known(row: sa.Row[Any]) -> Known:
    if row.category is None:
        return Known()
    told = Answer(row.host, row.category, row.reason_code)
    machine = Answer(row.host, row.machine_category, row.machine_reason) if row.machine_category else None
    seen = Seen(machine or told, frozenset(json.loads(row.proofs)), row.landed, told if machine else None)
    return Known(seen, row.failures, row.missed)
