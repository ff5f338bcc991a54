"""The tables of people: who may come to the desk, who is there, what was said about verdicts and asked by owners.

Of `tables.metadata`.  What was said is only ever added to; no code of ours changes or deletes a row of `reviews`, but
for `Pruning.forget`, which deletes everything about a site.
"""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, Table

from pharmcheck.store.columns import CleanText, Code, UtcDateTime
from pharmcheck.store.tables import metadata

officers = Table(
    "officers",
    metadata,
    Column("id", Code(32), primary_key=True),  # also the owner of this person's lists
    Column("name", Code(64), nullable=False, unique=True),  # lower case: what a person signs in with
    Column("role", Code(16), nullable=False),
    Column("password", Code(200), nullable=True),  # hashed, see `passwords`; unset: only a proxy says who it is
    Column("created_at", UtcDateTime, nullable=False),
    Column("disabled_at", UtcDateTime, nullable=True),
)

sessions = Table(
    "sessions",
    metadata,
    Column("sha256", Code(64), primary_key=True),  # of 256 random bits: no slow hash is needed
    Column("officer_id", Code(32), ForeignKey("officers.id"), nullable=False, index=True),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False, index=True),
)

reviews = Table(
    "reviews",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("check_id", Code(32), ForeignKey("checks.id"), nullable=False, index=True),  # whose verdict the person saw
    Column("registrable_domain", CleanText, nullable=False),
    Column("host", CleanText, nullable=False),
    Column("action", Code(16), nullable=False),  # `reviewing.Action`
    Column("category", Code(32), nullable=True),  # of an override
    Column("seen_category", Code(32), nullable=False),  # what the machine had said
    Column("seen_reason", Code(64), nullable=False),
    Column("reason", CleanText, nullable=False),  # everybody may read it; empty for an appeal, whose words are private
    Column("until", UtcDateTime, nullable=True),
    Column("role", Code(16), nullable=False),  # of whoever said it, at that time
    Column("officer_id", Code(32), ForeignKey("officers.id"), nullable=True),
    Column("at", UtcDateTime, nullable=False),
    Column("answers", Integer, ForeignKey("reviews.id"), nullable=True, unique=True),  # an appeal has one answer
    Column("new_check_id", Code(32), nullable=True),  # of an accepted appeal
    Index("ix_reviews_host", "host", "id"),
    Index("ix_reviews_action", "action", "id"),
    # The last wall behind `reviewing.choices`: not even a row written by hand clears a site.
    CheckConstraint(
        "category IS NULL OR category IN ('danger', 'caution', 'unverified', 'not_a_pharmacy')",
        name="ck_reviews_category",
    ),
)

appeals = Table(
    "appeals",
    metadata,
    Column("review_id", Integer, ForeignKey("reviews.id"), primary_key=True, autoincrement=False),
    Column("sha256", Code(64), nullable=False, unique=True),  # of the secret in the owner's link
    Column("text", CleanText, nullable=False),
    Column("email", CleanText, nullable=True),
)
