"""Indexes for what is asked: the oldest that waits, a site's last answer, what a list still waits for, old captures."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision: str | None = "0003"

_KEPT = sa.text("pruned_at IS NULL")


def upgrade() -> None:
    """Replace two indexes by longer ones, and add three."""
    op.drop_index("ix_checks_waiting", "checks")
    op.create_index("ix_checks_waiting", "checks", ["state", "queue", "created_at", "id"])
    op.drop_index("ix_checks_batch_id", "checks")
    op.create_index("ix_checks_batch", "checks", ["batch_id", "state"])
    op.create_index("ix_checks_capture_id", "checks", ["capture_id"])
    op.create_index(
        "ix_verdicts_latest",
        "verdicts",
        ["registrable_domain", "host", "destination", "complete", "checked_at", "check_id"],
    )
    op.create_index("ix_captures_kept", "captures", ["finished_at", "id"], sqlite_where=_KEPT, postgresql_where=_KEPT)


def downgrade() -> None:
    """Back to the indexes of before."""
    op.drop_index("ix_captures_kept", "captures")
    op.drop_index("ix_verdicts_latest", "verdicts")
    op.drop_index("ix_checks_capture_id", "checks")
    op.drop_index("ix_checks_batch", "checks")
    op.create_index("ix_checks_batch_id", "checks", ["batch_id"])
    op.drop_index("ix_checks_waiting", "checks")
    op.create_index("ix_checks_waiting", "checks", ["state", "queue", "created_at"])
