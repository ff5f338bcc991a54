"""What the service needs: waiting checks with leases, their progress, batches, keys, opt-outs."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision: str | None = "0002"

_TIME = sa.DateTime(timezone=True)


def _new_columns() -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column("queue", sa.String(16), nullable=False, server_default="interactive"),
        sa.Column("owner", sa.String(64), nullable=True),
        sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
        sa.Column("leased_by", sa.String(64), nullable=True),
        sa.Column("lease_until", _TIME, nullable=True),
        sa.Column("started_at", _TIME, nullable=True),
    )


def upgrade() -> None:
    """Add columns to `checks`, then the new tables."""
    for column in _new_columns():
        op.add_column("checks", column)
    op.add_column("captures", sa.Column("pruned_at", _TIME, nullable=True))
    op.add_column("verdicts", sa.Column("record", sa.Text, nullable=True))
    op.create_index("ix_checks_waiting", "checks", ["state", "queue", "created_at"])
    op.create_table(
        "check_events",
        sa.Column("check_id", sa.String(32), nullable=False),
        sa.Column("number", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("data", sa.Text, nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("check_id", "number", name="pk_check_events"),
        sa.ForeignKeyConstraint(["check_id"], ["checks.id"], name="fk_check_events_check_id"),
    )
    op.create_table(
        "batches",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("owner", sa.String(64), nullable=False),
        sa.Column("destination", sa.String(2), nullable=True),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("cancelled_at", _TIME, nullable=True),
        sa.Column("upload_sha256", sa.String(64), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_batches"),
    )
    op.create_index("ix_batches_owner", "batches", ["owner"])
    op.create_table(
        "batch_items",
        sa.Column("batch_id", sa.String(32), nullable=False),
        sa.Column("row", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("input", sa.Text, nullable=False),
        sa.Column("check_id", sa.String(32), nullable=True),
        sa.Column("problem", sa.Text, nullable=True),
        sa.PrimaryKeyConstraint("batch_id", "row", name="pk_batch_items"),
        sa.ForeignKeyConstraint(["batch_id"], ["batches.id"], name="fk_batch_items_batch_id"),
        sa.ForeignKeyConstraint(["check_id"], ["checks.id"], name="fk_batch_items_check_id"),
    )
    op.create_index("ix_batch_items_check_id", "batch_items", ["check_id"])
    op.create_table(
        "api_keys",
        sa.Column("id", sa.String(16), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("shown", sa.String(24), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("scopes", sa.String(128), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("expires_at", _TIME, nullable=True),
        sa.Column("revoked_at", _TIME, nullable=True),
        sa.Column("last_used_at", _TIME, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_api_keys"),
        sa.UniqueConstraint("sha256", name="uq_api_keys_sha256"),
    )
    op.create_table(
        "idempotency",
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("body_sha256", sa.String(64), nullable=False),
        sa.Column("target", sa.String(64), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_idempotency"),
    )
    op.create_index("ix_idempotency_created_at", "idempotency", ["created_at"])
    op.create_table(
        "opt_outs",
        sa.Column("domain", sa.String(253), nullable=False),
        sa.Column("since", _TIME, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("domain", name="pk_opt_outs"),
    )


def downgrade() -> None:
    """Drop the new tables and columns, children first."""
    for table in ("opt_outs", "idempotency", "api_keys", "batch_items", "batches", "check_events"):
        op.drop_table(table)
    op.drop_index("ix_checks_waiting", "checks")
    # Not by copying the table, as SQLite before 3.35 had to: other rows point to these.
    op.drop_column("captures", "pruned_at")
    op.drop_column("verdicts", "record")
    for column in _new_columns():
        op.drop_column("checks", column.name)
