"""Lists that are watched: what is known of each site, what changed, and messages about it that are on their way."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision: str | None = "0006"

_TIME = sa.DateTime(timezone=True)
_BATCH = ("batch_id", sa.String(32))


def upgrade() -> None:
    """Make the tables; nothing of before changes."""
    op.create_table(
        "watches",
        sa.Column(*_BATCH, sa.ForeignKey("batches.id", name="fk_watches_batch_id"), nullable=False),
        sa.Column("since", _TIME, nullable=False),
        sa.Column("stopped_at", _TIME, nullable=True),
        sa.Column("seen_until", _TIME, nullable=False),
        sa.Column("announced", sa.Integer, nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("batch_id", name="pk_watches"),
    )
    op.create_table(
        "watched_sites",
        sa.Column(*_BATCH, nullable=False),
        sa.Column("row", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("registrable_domain", sa.Text, nullable=False),
        sa.Column("host", sa.Text, nullable=False),
        sa.Column("destination", sa.String(2), nullable=True),
        sa.Column("due_at", _TIME, nullable=False),
        sa.Column("seen_at", _TIME, nullable=True),
        sa.Column("check_id", sa.String(32), nullable=True),
        sa.Column("category", sa.String(32), nullable=True),
        sa.Column("reason_code", sa.String(64), nullable=True),
        sa.Column("proofs", sa.Text, nullable=True),
        sa.Column("landed", sa.Text, nullable=True),
        sa.Column("failures", sa.Integer, nullable=False, server_default="0"),
        sa.Column("missed", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.PrimaryKeyConstraint("batch_id", "row", name="pk_watched_sites"),
        sa.ForeignKeyConstraint(
            ["batch_id", "row"], ["batch_items.batch_id", "batch_items.row"], name="fk_watched_sites_batch_id"
        ),
    )
    op.create_index("ix_watched_sites_due", "watched_sites", ["due_at"])
    op.create_index("ix_watched_sites_site", "watched_sites", ["registrable_domain", "host"])
    op.create_table(
        "watch_changes",
        sa.Column(*_BATCH, sa.ForeignKey("batches.id", name="fk_watch_changes_batch_id"), nullable=False),
        sa.Column("number", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("registrable_domain", sa.Text, nullable=False),
        sa.Column("host", sa.Text, nullable=False),
        sa.Column("notices", sa.String(128), nullable=False),
        sa.Column("details", sa.Text, nullable=False),
        sa.Column("before_check", sa.String(32), nullable=True),
        sa.Column("before_category", sa.String(32), nullable=True),
        sa.Column("before_reason", sa.String(64), nullable=True),
        sa.Column("after_check", sa.String(32), nullable=False),
        sa.Column("after_category", sa.String(32), nullable=False),
        sa.Column("after_reason", sa.String(64), nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("noted_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("batch_id", "number", name="pk_watch_changes"),
    )
    op.create_index("ix_watch_changes_registrable_domain", "watch_changes", ["registrable_domain"])
    op.create_table(
        "webhook_targets",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column(*_BATCH, sa.ForeignKey("batches.id", name="fk_webhook_targets_batch_id"), nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("sealed", sa.Text, nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("disabled_at", _TIME, nullable=True),
        sa.Column("disabled_why", sa.Text, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_webhook_targets"),
    )
    op.create_index("ix_webhook_targets_batch_id", "webhook_targets", ["batch_id"])
    op.create_table(
        "webhook_deliveries",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column(
            "target_id",
            sa.String(32),
            sa.ForeignKey("webhook_targets.id", name="fk_webhook_deliveries_target_id"),
            nullable=False,
        ),
        sa.Column(*_BATCH, sa.ForeignKey("batches.id", name="fk_webhook_deliveries_batch_id"), nullable=False),
        sa.Column("first", sa.Integer, nullable=False),
        sa.Column("last", sa.Integer, nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("due_at", _TIME, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
        sa.Column("tries", sa.Integer, nullable=False, server_default="0"),
        sa.Column("leased_by", sa.String(64), nullable=True),
        sa.Column("lease_until", _TIME, nullable=True),
        sa.Column("ended_at", _TIME, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_webhook_deliveries"),
    )
    op.create_index("ix_webhook_deliveries_target_id", "webhook_deliveries", ["target_id"])
    op.create_index("ix_webhook_deliveries_due", "webhook_deliveries", ["state", "due_at"])
    op.create_index("ix_webhook_deliveries_batch", "webhook_deliveries", ["batch_id", "created_at"])
    op.create_table(
        "webhook_attempts",
        sa.Column(
            "delivery_id",
            sa.String(40),
            sa.ForeignKey("webhook_deliveries.id", name="fk_webhook_attempts_delivery_id"),
            nullable=False,
        ),
        sa.Column("number", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("outcome", sa.String(32), nullable=True),
        sa.Column("status", sa.Integer, nullable=True),
        sa.Column("fault", sa.String(16), nullable=True),
        sa.Column("detail", sa.Text, nullable=True),
        sa.Column("elapsed_ms", sa.Integer, nullable=True),
        sa.PrimaryKeyConstraint("delivery_id", "number", name="pk_webhook_attempts"),
    )


def downgrade() -> None:
    """Drop them, those that point to others first."""
    for table in (
        "webhook_attempts",
        "webhook_deliveries",
        "webhook_targets",
        "watch_changes",
        "watched_sites",
        "watches",
    ):
        op.drop_table(table)
