"""What lists that people hand in need: what became of each row, where it stood, drafts, and turns between owners."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision: str | None = "0004"

_TIME = sa.DateTime(timezone=True)
_WAITING = "ix_checks_waiting"


def _of_batches() -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column("name", sa.Text, nullable=True),
        sa.Column("intake", sa.Text, nullable=True),
        sa.Column("started_at", _TIME, nullable=True),
    )


def _of_items() -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column("kind", sa.String(16), nullable=False, server_default="accepted"),
        sa.Column("sheet", sa.Text, nullable=True),
        sa.Column("line", sa.Integer, nullable=True),
        sa.Column("url", sa.Text, nullable=True),
        sa.Column("host", sa.Text, nullable=True),
        sa.Column("duplicate_of", sa.Integer, nullable=True),
        sa.Column("note", sa.Text, nullable=True),
    )


def upgrade() -> None:
    """Add columns; rows of before get the kind that they always had, without the name."""
    for column in _of_batches():
        op.add_column("batches", column)
    for column in _of_items():
        op.add_column("batch_items", column)
    op.add_column("checks", sa.Column("turn", sa.BigInteger, nullable=False, server_default="0"))
    op.drop_index(_WAITING, "checks")
    op.create_index(_WAITING, "checks", ["state", "queue", "turn", "created_at", "id"])
    op.execute("UPDATE batches SET started_at = created_at, intake = '{}'")
    op.execute("UPDATE batch_items SET line = row")
    op.execute("UPDATE batch_items SET kind = 'needs_person' WHERE check_id IS NULL")
    first = (
        "SELECT MIN(f.row) FROM batch_items f WHERE f.batch_id = batch_items.batch_id"
        " AND f.check_id = batch_items.check_id"
    )
    op.execute(f"UPDATE batch_items SET duplicate_of = ({first}) WHERE check_id IS NOT NULL")  # noqa: S608 - our own words
    op.execute("UPDATE batch_items SET duplicate_of = NULL WHERE duplicate_of = row")
    op.execute("UPDATE batch_items SET kind = 'duplicate' WHERE duplicate_of IS NOT NULL")
    op.execute(
        "UPDATE batch_items SET host = (SELECT c.host FROM checks c WHERE c.id = batch_items.check_id),"
        " url = (SELECT c.url FROM checks c WHERE c.id = batch_items.check_id) WHERE check_id IS NOT NULL"
    )


def downgrade() -> None:
    """Drop the columns."""
    op.drop_index(_WAITING, "checks")
    # Not by copying the tables, as SQLite before 3.35 had to: other rows point to these.
    op.drop_column("checks", "turn")
    op.create_index(_WAITING, "checks", ["state", "queue", "created_at", "id"])
    for column in _of_items():
        op.drop_column("batch_items", column.name)
    for column in _of_batches():
        op.drop_column("batches", column.name)
