"""Why what is told about a watched site changed: the site, our rules, our registers, or a person."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision: str | None = "0010"

_OF_SITES = (("machine_category", 32), ("machine_reason", 64))
_OF_CHANGES = (
    ("before_machine_category", 32),
    ("before_machine_reason", 64),
    ("after_machine_category", 32),
    ("after_machine_reason", 64),
)


def upgrade() -> None:
    """Add the columns; of changes that were noted before nobody knows the cause."""
    op.add_column("watch_changes", sa.Column("cause", sa.String(32), nullable=False, server_default="unknown"))
    for table, columns in (("watched_sites", _OF_SITES), ("watch_changes", _OF_CHANGES)):
        for name, length in columns:
            op.add_column(table, sa.Column(name, sa.String(length), nullable=True))


def downgrade() -> None:
    """Drop them."""
    for table, columns in (("watch_changes", _OF_CHANGES), ("watched_sites", _OF_SITES)):
        for name, _ in reversed(columns):
            op.drop_column(table, name)
    op.drop_column("watch_changes", "cause")
