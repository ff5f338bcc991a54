"""Who is behind the shops, kept: what each site shows, and the networks that come of it, a few sites at a time.

Every check notes what its site shows and marks the site as waiting.  `build` then does again what the waiting sites can
have changed: the components of all sites that share anything of theirs.  What it leaves is what doing everything again
would leave; a property test holds that.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from pharmcheck.errors import StoreError
from pharmcheck.model import Category
from pharmcheck.networks import Holdings, Known, Trait, find_networks, kind_of
from pharmcheck.networks.clustering import Found
from pharmcheck.store.store import Store
from pharmcheck.store.tables_networks import network_sites, network_state, site_traits
from pharmcheck.store.writing import put_new, put_one_new

SKETCHED = frozenset({"template", "words", "prices"})
"""Kinds of which a site has one at a time; of all others it may have had several, and that is what ties."""

_KEPT = 20  # values of a kind, the last seen: a site that shows another number to every visitor gains nothing by it
_TRIES = 5
_CHUNK = 400  # names a question: SQLite takes 999 in its oldest builds
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
            new = {"domain": domain, "category": category.value, "registered": registered, "first_seen": now,
                   "seen_at": now, "revision": 0, "waiting": True}  # fmt: skip
            made = put_one_new(connection, network_sites, new)
            row = connection.execute(sa.select(network_sites).where(_sites.domain == domain).with_for_update()).one()
            changed = _keep_traits(connection, domain, traits, now)
            values: dict[str, Any] = {"seen_at": now}
            if category is not Category.COULD_NOT_CHECK and not made:  # a look that failed takes nothing back
                values |= {"category": category.value, "registered": registered}
                changed = changed or registered != row.registered
            if changed:
                values |= {"waiting": True, "revision": row.revision + 1}
            connection.execute(sa.update(network_sites).where(_sites.domain == domain).values(values))

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
            found = find_networks(held, known)
            if self._write(held, found, waiting, generation, now):
                return Built(len(held.shown), len(found.networks))
        raise StoreError("The networks changed again and again while they were put together; try again later.")

    def _write(self, held: Holdings, found: Found, waiting: dict[str, int], generation: int, now: datetime) -> bool:
        network_of = {site: network.id for network in found.networks for site in network.sites}
        rows = [
            {"site": site, "component": found.components.get(site), "network": network_of.get(site)}
            for site in sorted(held.shown)
        ]
        with self._store.transaction(writes=True) as connection:
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
            if rows:
                values: dict[str, Any] = {"component": sa.bindparam("component"), "network": sa.bindparam("network")}
                connection.execute(place.values(values), rows)
            if waiting:  # what changed meanwhile goes on waiting
                seen = [{"site": site, "seen": revision} for site, revision in sorted(waiting.items())]
                connection.execute(done.values(waiting=False), seen)
        return True


def forget_site(connection: sa.Connection, domain: str) -> None:
    """Take away what is known of a site; those that it was tied to are done again."""
    gone = list(connection.execute(sa.select(_traits.trait).where(_traits.domain == domain)).scalars())
    connection.execute(sa.delete(site_traits).where(_traits.domain == domain))
    connection.execute(sa.delete(network_sites).where(_sites.domain == domain))
    _disturb(connection, gone)


def _keep_traits(connection: sa.Connection, domain: str, traits: Sequence[Trait], now: datetime) -> bool:
    """Bring the traits of a site up to date; whether any came or went."""
    rows = connection.execute(sa.select(_traits.trait, _traits.last_seen).where(_traits.domain == domain)).all()
    before = {row.trait: row.last_seen for row in rows}
    seen = {trait.key: trait for trait in traits}
    fresh = [trait for key, trait in seen.items() if key not in before]
    kinds = {trait.kind for trait in traits}
    gone = {key for key in before if key not in seen and kind_of(key) in SKETCHED & kinds}
    by_kind: dict[str, list[str]] = defaultdict(list)
    for key in {*before, *seen} - gone:
        by_kind[kind_of(key)].append(key)
    for keys in by_kind.values():
        newest = sorted(keys, key=lambda key: (key in seen, before.get(key, now), key), reverse=True)
        gone.update(newest[_KEPT:])
    gone &= before.keys()
    put_new(
        connection,
        site_traits,
        [
            {"domain": domain, "trait": trait.key, "shown": trait.shown, "page_url": trait.page_url,
             "page_sha256": trait.page_sha256, "first_seen": now, "last_seen": now}
            for trait in fresh
        ],
    )  # fmt: skip
    again = [key for key in seen if key in before]
    mine = _traits.domain == domain
    connection.execute(sa.update(site_traits).where(mine, _traits.trait.in_(again)).values(last_seen=now))
    connection.execute(sa.delete(site_traits).where(mine, _traits.trait.in_(gone)))
    _disturb(connection, gone)
    return bool(fresh or gone)


def _disturb(connection: sa.Connection, gone: Iterable[str]) -> None:
    """Let one site of those that still show a thing wait: what a value weighs changes for all of them."""
    for keys in _chunks(sorted(gone)):
        one = sa.select(sa.func.min(_traits.domain)).where(_traits.trait.in_(keys)).group_by(_traits.trait)
        sites = set(connection.execute(one).scalars())
        wait = sa.update(network_sites).where(_sites.domain.in_(sites))
        connection.execute(wait.values(waiting=True, revision=_sites.revision + 1))


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
    """All that the waiting sites can have changed: every component with a site that shares something of theirs."""
    mine = Counter(trait for _, trait in _shown(connection, waiting))
    near = [
        trait
        for trait, sites in tying_counts(connection, waiting, known.most_sites + len(waiting)).items()
        if sites - mine[trait] <= known.most_sites  # else it tied nobody before, and does not now
    ]
    sites = set(waiting)
    for keys in _chunks(near):
        sites.update(connection.execute(sa.select(_traits.domain).distinct().where(_traits.trait.in_(keys))).scalars())
    components: set[str] = set()
    for some in _chunks(sorted(sites)):
        query = sa.select(_sites.component).distinct().where(_sites.domain.in_(some), _sites.component.is_not(None))
        components.update(connection.execute(query).scalars())
    for some in _chunks(sorted(components)):
        sites.update(connection.execute(sa.select(_sites.domain).where(_sites.component.in_(some))).scalars())
    return holdings_of(connection, sorted(sites), known)


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
    for some in _chunks(sites):
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
    for some in _chunks(sites):
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
    for some in _chunks(keys):
        found.update(connection.execute(query.where(_traits.trait.in_(some))).scalars())
    return found


def _since(connection: sa.Connection, sites: Sequence[str] | None) -> dict[str, str]:
    query = sa.select(_sites.domain, _sites.first_seen)
    parts = [query] if sites is None else [query.where(_sites.domain.in_(some)) for some in _chunks(sites)]
    return {row.domain: row.first_seen.isoformat() for part in parts for row in connection.execute(part)}


def _chunks(names: Sequence[str]) -> Iterable[Sequence[str]]:
    return (names[start : start + _CHUNK] for start in range(0, len(names), _CHUNK))
