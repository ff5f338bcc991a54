"""The tables of who is behind the shops: sites, what each shows, and how often all of it was put together."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, Table, false, text

from pharmcheck.store.columns import CleanText, Code, UtcDateTime
from pharmcheck.store.tables import metadata

network_sites = Table(
    "network_sites",
    metadata,
    Column("domain", Code(253), primary_key=True),  # registrable domain
    Column("category", Code(32), nullable=False),  # of its newest verdict that says something
    Column("registered", Boolean, nullable=False),  # an official register names it
    Column("first_seen", UtcDateTime, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
    Column("revision", Integer, nullable=False),  # grows when what ties it changed
    Column("waiting", Boolean, nullable=False),  # changed since the networks were put together
    Column("component", Code(253), nullable=True),  # first site, by name, of all that its ties reach
    Column("network", Code(16), nullable=True),
    Column("joined", Boolean, nullable=False, server_default=false()),  # no tie puts it there, see `networks.joining`
    Index("ix_network_sites_component", "component"),
    Index("ix_network_sites_network", "network"),
    Index(
        "ix_network_sites_waiting",
        "domain",
        sqlite_where=text("waiting"),
        postgresql_where=text("waiting"),
    ),
)

site_traits = Table(
    "site_traits",
    metadata,
    Column("domain", Code(253), ForeignKey("network_sites.domain"), primary_key=True),
    Column("trait", Code(255), primary_key=True),  # kind:value
    Column("shown", CleanText, nullable=False),
    Column("page_url", CleanText, nullable=False),
    Column("page_sha256", Code(64), nullable=False),
    Column("first_seen", UtcDateTime, nullable=False),
    Column("last_seen", UtcDateTime, nullable=False),
    Index("ix_site_traits_trait", "trait", "domain"),
    sqlite_with_rowid=False,
)

network_state = Table(
    "network_state",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),  # 1: there is one row
    Column("generation", Integer, nullable=False),  # grows each time networks are written
    Column("built_at", UtcDateTime, nullable=False),
)
