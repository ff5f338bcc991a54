"""Which sites may join a network that somebody touched, and which other networks those may join instead."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Sequence

import sqlalchemy as sa

from pharmcheck.networks import Holdings, Known, Network, kind_of
from pharmcheck.networks.joining import bridges, may_bridge
from pharmcheck.store.network_traits import chunks
from pharmcheck.store.tables_networks import network_sites, site_traits

_sites, _traits = network_sites.c, site_traits.c
_IN_NO_CORE = _sites.network.is_(None) | _sites.joined


def may_join(connection: sa.Connection, held: Holdings, cores: Sequence[Network], known: Known) -> set[str]:
    """Sites elsewhere that may join one of these networks, or that joined what they were before."""
    found: set[str] = set()
    before: set[str] = set()
    for some in chunks(sorted(held.shown)):
        query = sa.select(_sites.network).distinct().where(_sites.domain.in_(some), _sites.network.is_not(None))
        before.update(connection.execute(query).scalars())
    for some in chunks(sorted(before)):
        query = sa.select(_sites.domain).where(_sites.network.in_(some), _sites.joined)
        found.update(connection.execute(query).scalars())
    for some in chunks(sorted(bridges(cores, held, known))):
        showing = sa.select(_traits.domain).distinct().join(network_sites, _sites.domain == _traits.domain)
        found.update(connection.execute(showing.where(_traits.trait.in_(some), _IN_NO_CORE)).scalars())
    return found - held.shown.keys()


def other_cores(
    connection: sa.Connection, loose: Sequence[str], touched: Container[str], known: Known
) -> list[Network]:
    """Networks, as they stand, that these sites share a thing with; without those that are being done again."""
    keys: set[str] = set()
    for some in chunks(loose):
        theirs = connection.execute(sa.select(_traits.trait).distinct().where(_traits.domain.in_(some))).scalars()
        keys.update(key for key in theirs if may_bridge(kind_of(key), known))
    names: set[str] = set()
    for some in chunks(sorted(keys)):
        query = sa.select(_sites.network).distinct().join(site_traits, _traits.domain == _sites.domain)
        names.update(connection.execute(query.where(_traits.trait.in_(some), _sites.network.is_not(None))).scalars())
    members: dict[str, list[str]] = defaultdict(list)
    for some in chunks(sorted(names)):
        query = sa.select(_sites.domain, _sites.network).where(_sites.network.in_(some), ~_sites.joined)
        for row in connection.execute(query.order_by(_sites.domain)):
            if row.domain not in touched:
                members[row.network].append(row.domain)
    return [Network(name, tuple(sites)) for name, sites in sorted(members.items())]
