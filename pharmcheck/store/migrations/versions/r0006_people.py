"""People: officers, their sessions, what they say about verdicts, what owners ask; verdicts that wait for a person."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision: str | None = "0005"

_TIME = sa.DateTime(timezone=True)
_WAITING = "ix_verdicts_needs_review"


def upgrade() -> None:
    """Make the tables; a verdict of before waits for a person if its document says so."""
    op.create_table(
        "officers",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("password", sa.String(200), nullable=True),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("disabled_at", _TIME, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_officers"),
        sa.UniqueConstraint("name", name="uq_officers_name"),
    )
    op.create_table(
        "sessions",
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("officer_id", sa.String(32), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("expires_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("sha256", name="pk_sessions"),
        sa.ForeignKeyConstraint(["officer_id"], ["officers.id"], name="fk_sessions_officer_id"),
    )
    op.create_index("ix_sessions_officer_id", "sessions", ["officer_id"])
    op.create_index("ix_sessions_expires_at", "sessions", ["expires_at"])
    op.create_table(
        "reviews",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("check_id", sa.String(32), nullable=False),
        sa.Column("registrable_domain", sa.Text, nullable=False),
        sa.Column("host", sa.Text, nullable=False),
        sa.Column("action", sa.String(16), nullable=False),
        sa.Column("category", sa.String(32), nullable=True),
        sa.Column("seen_category", sa.String(32), nullable=False),
        sa.Column("seen_reason", sa.String(64), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("until", _TIME, nullable=True),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("officer_id", sa.String(32), nullable=True),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("answers", sa.Integer, nullable=True),
        sa.Column("new_check_id", sa.String(32), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_reviews"),
        sa.ForeignKeyConstraint(["check_id"], ["checks.id"], name="fk_reviews_check_id"),
        sa.ForeignKeyConstraint(["officer_id"], ["officers.id"], name="fk_reviews_officer_id"),
        sa.ForeignKeyConstraint(["answers"], ["reviews.id"], name="fk_reviews_answers"),
        sa.UniqueConstraint("answers", name="uq_reviews_answers"),
        sa.CheckConstraint(
            "category IS NULL OR category IN ('danger', 'caution', 'unverified', 'not_a_pharmacy')",
            name="ck_reviews_category",
        ),
    )
    op.create_index("ix_reviews_check_id", "reviews", ["check_id"])
    op.create_index("ix_reviews_host", "reviews", ["host", "id"])
    op.create_index("ix_reviews_action", "reviews", ["action", "id"])
    op.create_table(
        "appeals",
        sa.Column("review_id", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("email", sa.Text, nullable=True),
        sa.PrimaryKeyConstraint("review_id", name="pk_appeals"),
        sa.ForeignKeyConstraint(["review_id"], ["reviews.id"], name="fk_appeals_review_id"),
        sa.UniqueConstraint("sha256", name="uq_appeals_sha256"),
    )
    op.add_column("verdicts", sa.Column("needs_review", sa.Boolean, nullable=False, server_default=sa.false()))
    # Quotes of a page are escaped within a document, so no page can write this.
    op.execute(
        'UPDATE verdicts SET needs_review = true WHERE document LIKE \'%"overlays":["needs_review"%\''
        ' OR document LIKE \'%"overlays":["conflict","needs_review"%\''
    )
    where = sa.text("needs_review")
    op.create_index(_WAITING, "verdicts", ["checked_at"], sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    """Drop what people said, and who they were."""
    op.drop_index(_WAITING, "verdicts")
    op.drop_column("verdicts", "needs_review")
    for table in ("appeals", "reviews", "sessions", "officers"):
        op.drop_table(table)
