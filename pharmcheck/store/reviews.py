"""What people said about verdicts: rows are added, never changed; what counts of them is worked out when one asks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import islice
from typing import Any

import sqlalchemy as sa

from pharmcheck.model import Category
from pharmcheck.reviewing import NOBODY, REVIEWED, RULINGS, Action, Standing, Word, override_of, told_text
from pharmcheck.store.custody import reviewed
from pharmcheck.store.records import StoredCheck, StoredVerdict
from pharmcheck.store.store import Store
from pharmcheck.store.tables import verdicts
from pharmcheck.store.tables_people import officers, reviews
from pharmcheck.store.writing import hold

_AT_ONCE = 200  # hosts a question
_MOST_SHOWN = 200  # words about one host


class Reviews:
    """What was said, in one store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def add(
        self,
        seen: StoredVerdict,
        action: Action,
        *,
        role: str,
        reason: str,
        now: datetime,
        officer_id: str | None = None,
        category: Category | None = None,
        until: datetime | None = None,
    ) -> int:
        """Note a person's word about a verdict; returns its id.  Whether it is allowed is the caller's question."""
        row = row_of(seen, action, role, reason, now) | {
            "officer_id": officer_id, "category": category.value if category else None, "until": until,
        }  # fmt: skip
        with self._store.transaction(writes=True) as connection:
            return insert(connection, row)

    def of_host(self, host: str) -> list[Word]:
        """Every word about a host, newest first."""
        query = words().where(reviews.c.host == host).order_by(reviews.c.id.desc()).limit(_MOST_SHOWN)
        with self._store.transaction() as connection:
            return [to_word(row) for row in connection.execute(query)]

    def standing(self, host: str) -> Standing:
        """The words about a host that count."""
        with self._store.transaction() as connection:
            return standings(connection, [host]).get(host, NOBODY)

    def told(self, verdict: StoredVerdict, now: datetime) -> StoredVerdict:
        """A verdict as it is told today: with what people said laid over it."""
        return laid_over(verdict, self.standing(verdict.host), now)

    def told_check(self, check: StoredCheck, now: datetime) -> StoredCheck:
        """The same for the verdict of a check."""
        return replace(check, verdict=self.told(check.verdict, now)) if check.verdict else check

    def told_each(self, found: Iterable[StoredVerdict], now: datetime) -> Iterator[StoredVerdict]:
        """The same for many verdicts, and the newest failed look at each site that a person accuses all the same.

        An accusation by a person stands to its own last day, however old the look is.
        """
        accused = self._accused(now)
        rest = iter(found)
        while some := list(islice(rest, _AT_ONCE)):
            with self._store.transaction() as connection:
                standing = standings(connection, [verdict.host for verdict in some])
            for verdict in some:
                accused.pop(verdict.host, None)
                yield _lasting(
                    laid_over(verdict, standing.get(verdict.host, NOBODY), now), standing.get(verdict.host), now
                )
        for host, of_host in accused.items():
            ruling = of_host.ruling
            latest = self._store.latest(ruling.domain, host, None) if ruling else None
            if latest is not None:
                yield _lasting(laid_over(latest, of_host, now), of_host, now)

    def _accused(self, now: datetime) -> dict[str, Standing]:
        """Hosts whose last ruling is an accusation that holds."""
        query = (
            words()
            .where(is_ruling(), reviews.c.category.in_((Category.DANGER.value, Category.CAUTION.value)))
            .where(reviews.c.until > now)
        )
        with self._store.transaction() as connection:
            rows = connection.execute(query).all()
        return {row.host: Standing(to_word(row)) for row in rows}


def _lasting(verdict: StoredVerdict, standing: Standing | None, now: datetime) -> StoredVerdict:
    """A verdict that a person raised lasts as long as the person said."""
    until = standing.ruling.until if standing and standing.ruling else None
    if verdict.reason_code != REVIEWED or until is None or until <= now:
        return verdict
    return replace(verdict, valid_until=max(verdict.valid_until, until))


def laid_over(verdict: StoredVerdict, standing: Standing, now: datetime) -> StoredVerdict:
    """A verdict with what people said about its host laid over it."""
    word = override_of(standing, verdict.category.value, verdict.reason_code, now)
    document = told_text(verdict.document, standing, now)
    if word is None:
        return verdict if document is verdict.document else replace(verdict, document=document)
    return replace(verdict, category=word.chosen, reason_code=REVIEWED, score=None, complete=True, document=document)


def ends(standing: Standing, now: datetime) -> datetime | None:
    """When what is told about a host may change by itself; None when it does not."""
    until = standing.ruling.until if standing.ruling else None
    return until if until is not None and until > now else None


def words() -> sa.Select[Any]:
    """Rows for `to_word`."""
    return sa.select(reviews, officers.c.name.label("person")).select_from(
        reviews.outerjoin(officers, officers.c.id == reviews.c.officer_id)
    )


def to_word(row: sa.Row[Any]) -> Word:
    """A row of `words`."""
    return Word(
        row.id, row.check_id, row.host, Action(row.action), row.seen_category, row.seen_reason, row.reason, row.role,
        row.at, row.category, row.until, row.person, row.answers, row.new_check_id, row.registrable_domain,
    )  # fmt: skip


def standings(connection: sa.Connection, hosts: Sequence[str]) -> dict[str, Standing]:
    """What counts about each of these hosts, of which anything does."""
    found: dict[str, list[Word]] = {}
    said = [*(action.value for action in RULINGS), Action.DISPUTE.value]
    rest = iter(dict.fromkeys(hosts))
    while some := list(islice(rest, _AT_ONCE)):
        for row in connection.execute(words().where(reviews.c.host.in_(some), reviews.c.action.in_(said))):
            found.setdefault(row.host, []).append(to_word(row))
    return {host: Standing.of(about) for host, about in found.items()}


def is_ruling() -> sa.ColumnElement[bool]:
    """Whether a row of `reviews` is the last ruling about its host."""
    later = reviews.alias()
    rulings = [action.value for action in RULINGS]
    return reviews.c.action.in_(rulings) & ~sa.exists().where(
        later.c.host == reviews.c.host, later.c.id > reviews.c.id, later.c.action.in_(rulings)
    )


def insert(connection: sa.Connection, row: dict[str, Any]) -> int:
    """Add a row, and note it in the log of custody of its check; returns its id."""
    hold(connection, row["check_id"])  # before the row that points to it: two people at once would wait for each other
    made = int(connection.execute(sa.insert(reviews).values(row).returning(reviews.c.id)).scalar_one())
    reviewed(connection, made, row)
    return made


def row_of(seen: StoredVerdict, action: Action, role: str, reason: str, now: datetime) -> dict[str, Any]:
    """What every row says."""
    return {
        "check_id": seen.check_id,
        "registrable_domain": seen.registrable_domain,
        "host": seen.host,
        "action": action.value,
        "seen_category": seen.category.value,
        "seen_reason": seen.reason_code,
        "reason": reason,
        "role": role,
        "at": now,
    }


# --------------------------------------------------------------------------------------- in questions to the database


class Told:
    """Category and reason of verdicts as they are told, within a question: a join with the overrides that hold.

    The same rule as `reviewing.override_of`, in the database's words; a test holds that both say the same.
    """

    def __init__(self, now: datetime) -> None:
        self.overrides = (
            sa.select(
                reviews.c.registrable_domain,
                reviews.c.host,
                reviews.c.category,
                reviews.c.seen_category,
                reviews.c.seen_reason,
            )
            .where(is_ruling(), reviews.c.action == Action.OVERRIDE.value, reviews.c.until > now)
            .subquery("overrides")
        )
        over = self.overrides.c
        graver = (over.category == "danger") & (verdicts.c.category != "danger")
        graver |= (over.category == "caution") & verdicts.c.category.not_in(("danger", "caution"))
        seen = (over.seen_category == verdicts.c.category) & (over.seen_reason == verdicts.c.reason_code)
        counts = over.host.is_not(None) & (graver | seen)
        self.category = sa.case((counts, over.category), else_=verdicts.c.category)
        self.reason_code = sa.case((counts, REVIEWED), else_=verdicts.c.reason_code)
        self.score = sa.case((counts, None), else_=verdicts.c.score)

    def join(self, tables: sa.FromClause) -> sa.Join:
        """Tables with `verdicts` among them, and the overrides beside."""
        return tables.outerjoin(self.overrides, self.overrides.c.host == verdicts.c.host)
