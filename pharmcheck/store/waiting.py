"""Which verdicts wait for a person: those whose rules want one, those that are disputed, those that owners appeal."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from pharmcheck.model import Category
from pharmcheck.reviewing import DISPUTED, NEEDS_REVIEW, NOBODY, RULINGS, Action, Word
from pharmcheck.store import records
from pharmcheck.store.appeals import Appeals
from pharmcheck.store.records import StoredVerdict
from pharmcheck.store.reviews import Told, is_ruling, laid_over, standings, to_word, words
from pharmcheck.store.store import Store
from pharmcheck.store.tables import verdicts
from pharmcheck.store.tables_people import reviews

MOST = 200
"""Verdicts of each kind that are looked at; whoever works through them sees the rest."""
_WORST_FIRST = (
    Category.DANGER, Category.CAUTION, Category.UNVERIFIED, Category.COULD_NOT_CHECK, Category.VERIFIED_ELSEWHERE,
    Category.NOT_A_PHARMACY, Category.VERIFIED,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Waiting:
    """A verdict that waits, as it is told today, and why."""

    verdict: StoredVerdict
    overlays: tuple[str, ...]  # `needs_review`, `disputed`
    appeals: tuple[Word, ...]  # of owners, without an answer


def waiting(store: Store, now: datetime) -> list[Waiting]:
    """All of them, the worst first."""
    appealed: dict[str, list[Word]] = {}
    for word in Appeals(store).open(MOST):
        appealed.setdefault(word.check_id, []).append(word)
    with store.transaction() as connection:
        found = {row.check_id: records.to_verdict(row) for row in connection.execute(_wanted(now))}
        found |= {row.check_id: records.to_verdict(row) for row in connection.execute(_unseen(now))}
        disputed = [to_word(row) for row in connection.execute(_disputed())]
    # Of what was disputed or appealed, the verdict that is told today.
    about: dict[str, list[Word]] = {}
    for check_id in [*(word.check_id for word in disputed), *appealed]:
        check = store.get_check(check_id)
        if check is None or check.verdict is None:
            continue
        today = store.latest(check.verdict.registrable_domain, check.verdict.host, check.verdict.destination)
        if today is not None:
            found[today.check_id] = today
            about.setdefault(today.check_id, []).extend(appealed.get(check_id, ()))
    with store.transaction() as connection:
        standing = standings(connection, [verdict.host for verdict in found.values()])
    wait = []
    for verdict in found.values():
        told = laid_over(verdict, standing.get(verdict.host, NOBODY), now)
        why = tuple(one for one in json.loads(told.document)["overlays"] if one in (NEEDS_REVIEW, DISPUTED))
        if why or about.get(verdict.check_id):
            wait.append(Waiting(told, why, tuple(about.get(verdict.check_id, ()))))
    return sorted(wait, key=_place)


def _place(one: Waiting) -> tuple[int, int, str]:
    verdict = one.verdict
    return _WORST_FIRST.index(verdict.category), 101 if verdict.score is None else verdict.score, verdict.host


def _newest() -> sa.ColumnElement[bool]:
    """Whether a verdict is the one that `Store.latest` gives."""
    newer = verdicts.alias()
    later = (newer.c.checked_at > verdicts.c.checked_at) | (
        (newer.c.checked_at == verdicts.c.checked_at) & (newer.c.check_id > verdicts.c.check_id)
    )
    return verdicts.c.complete & ~sa.exists().where(
        newer.c.registrable_domain == verdicts.c.registrable_domain,
        newer.c.host == verdicts.c.host,
        newer.c.destination.is_not_distinct_from(verdicts.c.destination),
        newer.c.complete,
        later,
    )


def _wanted(now: datetime) -> sa.Select[tuple[object, ...]]:
    """Verdicts whose rules want a person, unless one has ruled on just that, or accused the site of more."""
    told = Told(now)
    rulings = (
        sa.select(reviews.c.host, reviews.c.seen_category, reviews.c.seen_reason)
        .where(is_ruling(), reviews.c.until.is_(None) | (reviews.c.until > now))
        .subquery("rulings")
    )
    ruled = sa.exists().where(
        rulings.c.host == verdicts.c.host,
        rulings.c.seen_category == verdicts.c.category,
        rulings.c.seen_reason == verdicts.c.reason_code,
    )
    return _in_order(
        sa.select(verdicts)
        .select_from(told.join(verdicts))
        .where(verdicts.c.needs_review, _newest(), ~ruled, told.category == verdicts.c.category)
    )


def _unseen(now: datetime) -> sa.Select[tuple[object, ...]]:
    """Accusations of the machine that an override does not cover: its author saw another one."""
    told = Told(now)
    over = told.overrides.c
    same_site = (verdicts.c.registrable_domain == over.registrable_domain) & (verdicts.c.host == over.host)
    return _in_order(
        sa.select(verdicts)
        .select_from(told.overrides.join(verdicts, same_site))
        .where(
            verdicts.c.category.in_((Category.DANGER.value, Category.CAUTION.value)),
            told.reason_code == verdicts.c.reason_code,
            _newest(),
        )
    )


def _in_order(query: sa.Select[tuple[object, ...]]) -> sa.Select[tuple[object, ...]]:
    places = {category.value: place for place, category in enumerate(_WORST_FIRST)}
    return query.order_by(
        sa.case(places, value=verdicts.c.category), verdicts.c.score, verdicts.c.host, verdicts.c.check_id
    ).limit(MOST)


def _disputed() -> sa.Select[tuple[object, ...]]:
    """Disputes that nobody has ruled on."""
    later = reviews.alias()
    closing = [*(action.value for action in RULINGS), Action.DISPUTE.value]
    return (
        words()
        .where(
            reviews.c.action == Action.DISPUTE.value,
            ~sa.exists().where(later.c.host == reviews.c.host, later.c.id > reviews.c.id, later.c.action.in_(closing)),
        )
        .order_by(reviews.c.id)
        .limit(MOST)
    )
