"""The first tables: checks, verdicts, findings, evidence, captures."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision: str | None = None


def upgrade() -> None:
    """Create every table."""
    time = sa.DateTime(timezone=True)
    op.create_table(
        "captures",
        sa.Column("id", sa.String(128), nullable=False),
        sa.Column("registrable_domain", sa.Text, nullable=False),
        sa.Column("host", sa.Text, nullable=False),
        sa.Column("started_at", time, nullable=False),
        sa.Column("finished_at", time, nullable=False),
        sa.Column("pages", sa.Integer, nullable=False),
        sa.Column("warc_sha256", sa.String(64), nullable=False),
        sa.Column("warc_bytes", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_captures"),
    )
    op.create_index("ix_captures_registrable_domain", "captures", ["registrable_domain"])
    op.create_index("ix_captures_order", "captures", ["started_at", "id"])
    op.create_table(
        "checks",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("input", sa.Text, nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("host", sa.Text, nullable=False),
        sa.Column("display_host", sa.Text, nullable=False),
        sa.Column("registrable_domain", sa.Text, nullable=False),
        sa.Column("destination", sa.String(2), nullable=True),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("error_code", sa.String(64), nullable=True),
        sa.Column("batch_id", sa.String(64), nullable=True),
        sa.Column("capture_id", sa.String(128), nullable=True),
        sa.Column("created_at", time, nullable=False),
        sa.Column("decided_at", time, nullable=True),
        sa.Column("valid_until", time, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_checks"),
        sa.ForeignKeyConstraint(["capture_id"], ["captures.id"], name="fk_checks_capture_id"),
    )
    op.create_index("ix_checks_batch_id", "checks", ["batch_id"])
    op.create_index("ix_checks_site", "checks", ["registrable_domain", "host", "created_at"])
    op.create_table(
        "verdicts",
        sa.Column("check_id", sa.String(32), nullable=False),
        sa.Column("capture_id", sa.String(128), nullable=True),
        sa.Column("registrable_domain", sa.Text, nullable=False),
        sa.Column("host", sa.Text, nullable=False),
        sa.Column("destination", sa.String(2), nullable=True),
        sa.Column("category", sa.String(32), nullable=False),
        sa.Column("reason_code", sa.String(64), nullable=False),
        sa.Column("score", sa.Integer, nullable=True),
        sa.Column("complete", sa.Boolean, nullable=False),
        sa.Column("ruleset", sa.String(64), nullable=False),
        sa.Column("checked_at", time, nullable=False),
        sa.Column("judged_at", time, nullable=False),
        sa.Column("valid_until", time, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("check_id", name="pk_verdicts"),
        sa.ForeignKeyConstraint(["check_id"], ["checks.id"], name="fk_verdicts_check_id"),
        sa.ForeignKeyConstraint(["capture_id"], ["captures.id"], name="fk_verdicts_capture_id"),
    )
    op.create_index("ix_verdicts_capture_id", "verdicts", ["capture_id"])
    op.create_index("ix_verdicts_site", "verdicts", ["registrable_domain", "host", "checked_at"])
    op.create_index("ix_verdicts_order", "verdicts", ["checked_at", "check_id"])
    op.create_table(
        "findings",
        sa.Column("check_id", sa.String(32), nullable=False),
        sa.Column("position", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("rule_id", sa.String(16), nullable=False),
        sa.Column("rule_version", sa.Integer, nullable=False),
        sa.Column("outcome", sa.String(16), nullable=False),
        sa.Column("direction", sa.String(8), nullable=False),
        sa.Column("severity", sa.String(16), nullable=False),
        sa.Column("category", sa.String(64), nullable=False),
        sa.Column("weight", sa.Integer, nullable=False),
        sa.Column("effect", sa.String(64), nullable=False),
        sa.Column("shadow", sa.Boolean, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("facts", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("check_id", "position", name="pk_findings"),
        sa.ForeignKeyConstraint(["check_id"], ["checks.id"], name="fk_findings_check_id"),
    )
    op.create_index("ix_findings_rule_id", "findings", ["rule_id"])
    op.create_table(
        "evidence",
        sa.Column("check_id", sa.String(32), nullable=False),
        sa.Column("finding", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("position", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("quote", sa.Text, nullable=False),
        sa.Column("url", sa.Text, nullable=True),
        sa.Column("page_sha256", sa.String(64), nullable=True),
        sa.Column("span_start", sa.Integer, nullable=True),
        sa.Column("span_end", sa.Integer, nullable=True),
        sa.PrimaryKeyConstraint("check_id", "finding", "position", name="pk_evidence"),
        sa.ForeignKeyConstraint(["check_id"], ["checks.id"], name="fk_evidence_check_id"),
    )


def downgrade() -> None:
    """Drop every table, children first."""
    for table in ("evidence", "findings", "verdicts", "checks", "captures"):
        op.drop_table(table)
