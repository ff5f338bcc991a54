"""Who is behind the shops, kept: what each site shows, and the networks that come of it, a few sites at a time.

Every check notes what its site shows and marks the site as waiting.  `build` then does again what the waiting sites can
have changed: the components of all sites that share anything of theirs, and the sites that may join the networks of
these.  What it leaves is what doing everything again would leave; a property test holds that.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from pharmcheck.errors import StoreError
from pharmcheck.model import Category
from pharmcheck.networks import Holdings, Known, Network, Trait, kind_of
from pharmcheck.networks.clustering import Found, find_cores
from pharmcheck.networks.joining import join
from pharmcheck.networks.known import step
from pharmcheck.store.network_joins import may_join, other_cores
from pharmcheck.store.network_traits import chunks, keep_traits, void_or_not
from pharmcheck.store.store import Store
from pharmcheck.store.tables_networks import network_sites, network_state, site_traits
from pharmcheck.store.writing import one_at_a_time, put_one_new

_TRIES = 5
_STATE = {"id": 1, "generation": 0}

_sites, _traits = network_sites.c, site_traits.c


@dataclass(frozen=True, slots=True)
class Built:
    """What a build did."""

    looked_at: int  # sites done again
    networks: int  # that they are in


class Networks:
    """The networks of one store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def note(self, domain: str, category: Category, traits: Sequence[Trait], now: datetime) -> None:
        """Keep what a check saw of a site.  Raises StoreError."""
        registered = category in (Category.VERIFIED, Category.VERIFIED_ELSEWHERE)
        with self._store.transaction(writes=True) as connection:
            one_at_a_time(connection, network_sites)  # we may wake sites that somebody else is about to note
            new = {"domain": domain, "category": category.value, "registered": registered, "first_seen": now,
                   "seen_at": now, "revision": 0, "waiting": True}  # fmt: skip
            made = put_one_new(connection, network_sites, new)
            row = connection.execute(sa.select(network_sites).where(_sites.domain == domain)).one()
            came, went = keep_traits(connection, domain, traits, now)
            values: dict[str, Any] = {"seen_at": now}
            turned = made and registered
            if category is not Category.COULD_NOT_CHECK and not made:  # a look that failed takes nothing back
                values |= {"category": category.value, "registered": registered}
                turned = registered != row.registered
            if came or went or turned:
                values |= {"waiting": True, "revision": row.revision + 1}
            connection.execute(sa.update(network_sites).where(_sites.domain == domain).values(values))
            if turned:
                mine = sa.select(_traits.trait).where(_traits.domain == domain)
                void_or_not(connection, {*connection.execute(mine).scalars(), *went})
            elif values.get("registered", row.registered):
                void_or_not(connection, {*came, *went})

    def build(self, known: Known, now: datetime, *, everything: bool = False) -> Built:
        """Bring the networks up to date with what was noted.  Raises StoreError.

        Two at a time do not harm each other: the later one begins again.
        """
        for _ in range(_TRIES):
            with self._store.transaction() as connection:
                generation = connection.execute(sa.select(network_state.c.generation)).scalar() or 0
                waiting = _waiting(connection)
                total = connection.execute(sa.select(sa.func.count()).select_from(network_sites)).scalar_one()
                if not waiting and not everything:
                    return Built(0, 0)
                whole = everything or 2 * len(waiting) > total
                held = _everything(connection, known) if whole else _around(connection, sorted(waiting), known)
            found = find_cores(held, known)
            inside = {site for network in found.networks for site in network.sites}
            loose = {site for site in held.shown if site not in inside}
            near = (held, found.networks) if whole else self._near(held, found.networks, loose, known)
            joined = {site: why.network for site, why in join(near[1], loose, near[0], known).items()}
            if self._write(held, found, loose, joined, waiting, generation, now):
                return Built(len(held.shown.keys() | loose), len(found.networks))
        raise StoreError("The networks changed again and again while they were put together; try again later.")

    def _near(
        self, held: Holdings, cores: Sequence[Network], loose: set[str], known: Known
    ) -> tuple[Holdings, list[Network]]:
        """All that it takes to say which of the loose sites join which network, as far as these cores touch it.

        To `loose` come those that joined one of these networks, or may join it now.  Other networks that they may
        join are as they were: nobody touched them.
        """
        with self._store.transaction() as connection:
            loose |= may_join(connection, held, cores, known)
            others = other_cores(connection, sorted(loose), held.shown.keys(), known)
            sites = {*loose, *(site for one in (*cores, *others) for site in one.sites)}
            return holdings_of(connection, sorted(sites), known), [*cores, *others]

    def _write(
        self, held: Holdings, found: Found, loose: set[str], joined: dict[str, str], waiting: dict[str, int],
        generation: int, now: datetime,
    ) -> bool:  # fmt: skip
        sites = held.shown.keys() | loose
        network_of = {site: network.id for network in found.networks for site in network.sites} | joined
        rows = [{"site": site, "network": network_of.get(site), "joins": site in joined} for site in sorted(sites)]
        components = [{"site": site, "component": found.components.get(site)} for site in sorted(held.shown)]
        with self._store.transaction(writes=True) as connection:
            one_at_a_time(connection, network_sites)
            put_one_new(connection, network_state, {**_STATE, "built_at": now})
            ours = connection.execute(
                sa.update(network_state)
                .where(network_state.c.generation == generation)
                .values(generation=generation + 1, built_at=now)
            )
            if ours.rowcount != 1:
                return False
            place = sa.update(network_sites).where(_sites.domain == sa.bindparam("site"))
            done = place.where(_sites.revision == sa.bindparam("seen"))
            if components:
                connection.execute(place.values(component=sa.bindparam("component")), components)
                values: dict[str, Any] = {"network": sa.bindparam("network"), "joined": sa.bindparam("joins")}
                connection.execute(place.values(values), rows)
            if waiting:  # what changed meanwhile goes on waiting
                seen = [{"site": site, "seen": revision} for site, revision in sorted(waiting.items())]
                connection.execute(done.values(waiting=False), seen)
        return True


def _waiting(connection: sa.Connection) -> dict[str, int]:
    query = sa.select(_sites.domain, _sites.revision).where(_sites.waiting)
    return {row.domain: row.revision for row in connection.execute(query)}


def _everything(connection: sa.Connection, known: Known) -> Holdings:
    """All that can tie anybody."""
    tying = _counted(known).subquery()
    counts = {row.trait: row.sites for row in connection.execute(sa.select(tying))}
    names = {key: key for key in counts}  # each text once: a stock theme's name stands in thousands of rows
    shown: dict[str, list[str]] = {site: [] for site in connection.execute(sa.select(_sites.domain)).scalars()}
    rows = connection.execute(
        sa.select(_traits.domain, _traits.trait).join(tying, tying.c.trait == _traits.trait),
        execution_options={"yield_per": 10_000},
    )
    for domain, trait in rows:
        if domain in shown and trait in names:
            shown[domain].append(names[trait])
    void = _registered(connection, None)
    return Holdings(shown, counts, frozenset(void), _since(connection, None))


def _around(connection: sa.Connection, waiting: Sequence[str], known: Known) -> Holdings:
    """All that the waiting sites can have changed.

    Whom they may be tied to; all who show what has lost weight by them, for any tie of theirs may have gone; and the
    components of these.  What gained weight, or turned out to be a registered pharmacy's, has woken its sites itself.
    """
    mine = Counter(trait for _, trait in _shown(connection, waiting))
    near = [
        trait
        for trait, sites in tying_counts(connection, waiting, known.most_sites + len(waiting)).items()
        if _ties(trait, sites, known) or step(sites) != step(max(1, sites - mine[trait]))
    ]
    sites = set(waiting)
    for keys in chunks(near):
        sites.update(connection.execute(sa.select(_traits.domain).distinct().where(_traits.trait.in_(keys))).scalars())
    components: set[str] = set()
    for some in chunks(sorted(sites)):
        query = sa.select(_sites.component).distinct().where(_sites.domain.in_(some), _sites.component.is_not(None))
        components.update(connection.execute(query).scalars())
    for some in chunks(sorted(components)):
        sites.update(connection.execute(sa.select(_sites.domain).where(_sites.component.in_(some))).scalars())
    return holdings_of(connection, sorted(sites), known)


def _ties(trait: str, sites: int, known: Known) -> bool:
    """Whether sites may be tied because they show this: see `ties_of`."""
    kind = known.kinds.get(kind_of(trait))
    return kind is not None and kind.seller and sites <= known.most_sites


def holdings_of(connection: sa.Connection, sites: Sequence[str], known: Known) -> Holdings:
    """What is known of some sites."""
    counts = tying_counts(connection, sites, known.most_sites)
    shown: dict[str, list[str]] = {site: [] for site in sites}
    for domain, trait in _shown(connection, sites):
        if trait in counts:
            shown[domain].append(trait)
    void = _registered(connection, sorted(counts))
    return Holdings(shown, counts, frozenset(void), _since(connection, sites))


def _shown(connection: sa.Connection, sites: Sequence[str]) -> Iterable[tuple[str, str]]:
    for some in chunks(sites):
        rows = connection.execute(sa.select(_traits.domain, _traits.trait).where(_traits.domain.in_(some)))
        yield from ((row.domain, row.trait) for row in rows)


def _counted(known: Known) -> sa.Select[Any]:
    """Traits that can tie, with how many sites show them."""
    number = sa.func.count()
    select = sa.select(_traits.trait, number.label("sites")).group_by(_traits.trait)
    return select.having(number.between(2, known.most_sites))


def tying_counts(connection: sa.Connection, sites: Sequence[str], most: int) -> dict[str, int]:
    """How many sites, of all, show each thing that these show; those that two to `most` do."""
    counts: dict[str, int] = {}
    number = sa.func.count()
    for some in chunks(sites):
        theirs = sa.select(_traits.trait).where(_traits.domain.in_(some))
        query = sa.select(_traits.trait, number.label("sites")).where(_traits.trait.in_(theirs))
        rows = connection.execute(query.group_by(_traits.trait).having(number.between(2, most)))
        counts.update((row.trait, row.sites) for row in rows)
    return counts


def _registered(connection: sa.Connection, keys: Sequence[str] | None) -> set[str]:
    """Which of these things, or of all, stand on a site that a register names."""
    query = sa.select(_traits.trait).distinct().join(network_sites, _sites.domain == _traits.domain)
    query = query.where(_sites.registered)
    if keys is None:
        return set(connection.execute(query).scalars())
    found: set[str] = set()
    for some in chunks(keys):
        found.update(connection.execute(query.where(_traits.trait.in_(some))).scalars())
    return found


def _since(connection: sa.Connection, sites: Sequence[str] | None) -> dict[str, str]:
    query = sa.select(_sites.domain, _sites.first_seen)
    parts = [query] if sites is None else [query.where(_sites.domain.in_(some)) for some in chunks(sites)]
    return {row.domain: row.first_seen.isoformat() for part in parts for row in connection.execute(part)}
