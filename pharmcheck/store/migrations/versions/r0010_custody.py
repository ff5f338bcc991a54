"""What happened to a check, noted when it happens and never changed; and sites that join a network without a tie."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision: str | None = "0009"


def upgrade() -> None:
    """Make the log; of checks before it nothing is known but what stands in their rows."""
    op.add_column("network_sites", sa.Column("joined", sa.Boolean, nullable=False, server_default=sa.false()))


def downgrade() -> None:
    """Take both away."""
    op.drop_column("network_sites", "joined")
