"""Who is behind the shops: sites, what each shows, and how often all of it was put together."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision: str | None = "0007"

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables; sites get into them when they are checked next."""
    op.create_table(
        "network_sites",
        sa.Column("domain", sa.String(253), nullable=False),
        sa.Column("category", sa.String(32), nullable=False),
        sa.Column("registered", sa.Boolean, nullable=False),
        sa.Column("first_seen", _TIME, nullable=False),
        sa.Column("seen_at", _TIME, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("waiting", sa.Boolean, nullable=False),
        sa.Column("component", sa.String(253), nullable=True),
        sa.Column("network", sa.String(16), nullable=True),
        sa.PrimaryKeyConstraint("domain", name="pk_network_sites"),
    )
    op.create_index("ix_network_sites_component", "network_sites", ["component"])
    op.create_index("ix_network_sites_network", "network_sites", ["network"])
    op.create_index(
        "ix_network_sites_waiting",
        "network_sites",
        ["domain"],
        sqlite_where=sa.text("waiting"),
        postgresql_where=sa.text("waiting"),
    )
    op.create_table(
        "site_traits",
        sa.Column("domain", sa.String(253), nullable=False),
        sa.Column("trait", sa.String(255), nullable=False),
        sa.Column("shown", sa.Text, nullable=False),
        sa.Column("page_url", sa.Text, nullable=False),
        sa.Column("page_sha256", sa.String(64), nullable=False),
        sa.Column("first_seen", _TIME, nullable=False),
        sa.Column("last_seen", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("domain", "trait", name="pk_site_traits"),
        sa.ForeignKeyConstraint(["domain"], ["network_sites.domain"], name="fk_site_traits_domain"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_site_traits_trait", "site_traits", ["trait", "domain"])
    op.create_table(
        "network_state",
        sa.Column("id", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("generation", sa.Integer, nullable=False),
        sa.Column("built_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_network_state"),
    )


def downgrade() -> None:
    """Drop the tables."""
    op.drop_table("network_state")
    op.drop_table("site_traits")
    op.drop_table("network_sites")
