"""Registers: dated snapshots, their records with hosts and numbers, warnings, and the rows that were left out."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Create the tables of the registers."""
    time = sa.DateTime(timezone=True)
    op.create_table(
        "register_snapshots",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("country", sa.String(2), nullable=True),
        sa.Column("authority", sa.Text, nullable=False),
        sa.Column("page", sa.Text, nullable=True),
        sa.Column("as_of", sa.Date, nullable=True),
        sa.Column("period_days", sa.Integer, nullable=False),
        sa.Column("marks_online_sale", sa.Boolean, nullable=False),
        sa.Column("complete", sa.Boolean, nullable=False),
        sa.Column("schemes", sa.Text, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("fetched_at", time, nullable=False),
        sa.Column("replaced_at", time, nullable=True),
        sa.Column("records", sa.Integer, nullable=False),
        sa.Column("hosts", sa.Integer, nullable=False),
        sa.Column("unbound", sa.Integer, nullable=False),
        sa.Column("warnings", sa.Integer, nullable=False),
        sa.Column("quarantined", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_register_snapshots"),
    )
    active = sa.text("state = 'active'")
    op.create_index("ix_register_snapshots_name", "register_snapshots", ["name"])
    op.create_index(
        "ix_register_snapshots_active",
        "register_snapshots",
        ["name"],
        unique=True,
        sqlite_where=active,
        postgresql_where=active,
    )
    _create("register_records", ["position"], sa.Column("document", sa.Text, nullable=False))
    _create("register_hosts", ["host", "position"], sa.Column("domain", sa.Text, nullable=False))
    _create("register_identifiers", ["number", "scheme", "position"])
    _create("register_warnings", ["domain", "position"], sa.Column("document", sa.Text, nullable=False))
    _create(
        "register_quarantine",
        ["position"],
        sa.Column("line", sa.Integer, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
    )


def _create(name: str, key: list[str], *columns: sa.Column[object]) -> None:
    """A table of rows that belong to a snapshot and are found by `key` within it."""
    op.create_table(
        name,
        sa.Column("snapshot_id", sa.Integer, nullable=False),
        *(
            sa.Column(part, sa.Integer if part == "position" else sa.Text, nullable=False, autoincrement=False)
            for part in key
        ),
        *columns,
        sa.PrimaryKeyConstraint("snapshot_id", *key, name=f"pk_{name}"),
        sa.ForeignKeyConstraint(["snapshot_id"], ["register_snapshots.id"], name=f"fk_{name}_snapshot_id"),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    """Drop the tables of the registers, children first."""
    for part in ("quarantine", "warnings", "identifiers", "hosts", "records", "snapshots"):
        op.drop_table(f"register_{part}")
