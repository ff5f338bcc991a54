"""What happened to a check, noted when it happens and never changed; and sites that join a network without a tie."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision: str | None = "0009"


# A log is not changed, and goes with its check or not at all: forgetting a site deletes the check first.
_SQLITE = (
    """CREATE TRIGGER custody_stays BEFORE UPDATE ON custody
    BEGIN SELECT RAISE(ABORT, 'the log of custody is only added to'); END""",
    """CREATE TRIGGER custody_is_whole BEFORE DELETE ON custody
    WHEN EXISTS (SELECT 1 FROM checks WHERE id = OLD.check_id)
    BEGIN SELECT RAISE(ABORT, 'the log of custody goes with its check'); END""",
)
_POSTGRESQL = (
    """CREATE FUNCTION custody_refuses() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF TG_OP = 'DELETE' THEN
        IF NOT EXISTS (SELECT 1 FROM checks WHERE id = OLD.check_id) THEN RETURN OLD; END IF;
      END IF;
      RAISE EXCEPTION 'the log of custody is only added to, and goes with its check';
    END $$""",
    """CREATE TRIGGER custody_stays BEFORE UPDATE OR DELETE ON custody
    FOR EACH ROW EXECUTE FUNCTION custody_refuses()""",
)


def upgrade() -> None:
    """Make the log; of checks before it nothing is known but what stands in their rows."""
    op.create_table(
        "custody",
        sa.Column("check_id", sa.String(32), nullable=False),
        sa.Column("number", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("line", sa.Text, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("check_id", "number", name="pk_custody"),
    )
    postgres = op.get_bind().dialect.name == "postgresql"
    for statement in _POSTGRESQL if postgres else _SQLITE:
        op.get_bind().exec_driver_sql(statement)
    op.add_column("network_sites", sa.Column("joined", sa.Boolean, nullable=False, server_default=sa.false()))


def downgrade() -> None:
    """Take both away."""
    op.drop_column("network_sites", "joined")
    op.drop_table("custody")
    if op.get_bind().dialect.name == "postgresql":
        op.get_bind().exec_driver_sql("DROP FUNCTION custody_refuses()")
