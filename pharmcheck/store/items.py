"""Rows of a list with their answers: which of them, in which order."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from pharmcheck.reviewing import NOBODY, Standing, told_document
from pharmcheck.store.reviews import Told
from pharmcheck.store.tables import batch_items, checks, verdicts

_CHECKED = ("accepted", "repaired")
_NO_SCORE = 101  # behind every score
_WORST_FIRST = (
    "danger", "caution", "unverified", "could_not_check", "verified_elsewhere", "not_a_pharmacy", "verified",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Item:
    """A row with its answer, as far as there is one."""

    row: int
    input: str
    problem: str | None
    check_id: str | None
    state: str | None
    error_code: str | None
    document: dict[str, Any] | None
    kind: str = "accepted"
    sheet: str | None = None
    line: int | None = None
    url: str | None = None
    host: str | None = None
    duplicate_of: int | None = None
    note: str | None = None


class Order(StrEnum):
    """How rows are put before a reader."""

    ROW = "row"
    WORST = "worst"  # what to act on first
    HOST = "host"

    def columns(self, told: Told) -> tuple[sa.ColumnElement[Any], ...]:
        """What the database sorts by; always total, so that pages fit together."""
        if self is Order.WORST:
            places = {category: place for place, category in enumerate(_WORST_FIRST)}
            category = sa.case(places, value=told.category, else_=len(places))
            return (category, sa.func.coalesce(told.score, _NO_SCORE), batch_items.c.row)
        # Nothing is said as something: databases differ in where it stands.
        return (
            (sa.func.coalesce(batch_items.c.host, ""), batch_items.c.row)
            if self is Order.HOST
            else (batch_items.c.row,)
        )


@dataclass(frozen=True, slots=True)
class Rows:
    """Which rows.  Unset means any."""

    kind: str | None = None
    category: str | None = None
    text: str | None = None  # stands in the host or in what was handed in
    sites_only: bool = False  # one row a site

    def select(self, identifier: str, told: Told) -> sa.Select[Any]:
        """The question to the database."""
        query = (
            sa.select(
                batch_items, checks.c.state, checks.c.error_code, verdicts.c.document, verdicts.c.host.label("judged")
            )
            .select_from(
                told.join(
                    batch_items.outerjoin(checks, checks.c.id == batch_items.c.check_id).outerjoin(
                        verdicts, verdicts.c.check_id == batch_items.c.check_id
                    )
                )
            )
            .where(batch_items.c.batch_id == identifier)
        )
        if self.kind is not None:
            query = query.where(batch_items.c.kind == self.kind)
        if self.category is not None:
            query = query.where(told.category == self.category)
        if self.sites_only:
            query = query.where(first_of_site())
        if self.text:
            wanted = self.text.lower()
            query = query.where(
                sa.func.lower(batch_items.c.host).contains(wanted, autoescape=True)
                | sa.func.lower(batch_items.c.input).contains(wanted, autoescape=True)
            )
        return query


def first_of_site() -> sa.ColumnElement[bool]:
    """Rows that have a check of their own; the others share one."""
    return batch_items.c.kind.in_(_CHECKED)


def to_item(row: sa.Row[Any], standing: Mapping[str, Standing], now: datetime) -> Item:
    """A row of `Rows.select`, with what people said about its host."""
    document = json.loads(row.document) if row.document else None
    if document is not None:
        document = told_document(document, standing.get(row.judged, NOBODY), now)
        document["address"]["input"] = row.input  # what this row asked; rows of one site share a verdict
    return Item(
        row.row, row.input, row.problem, row.check_id, row.state, row.error_code, document,
        row.kind, row.sheet, row.line, row.url, row.host, row.duplicate_of, row.note,
    )  # fmt: skip
