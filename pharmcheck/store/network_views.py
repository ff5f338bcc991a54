"""Networks as people ask for them: which there are, what ties one, what a site shares with dangerous ones."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from pharmcheck.model import Category
from pharmcheck.networks import Holdings, Known, Network, Tie, kind_of
from pharmcheck.networks.clustering import ties_of
from pharmcheck.networks.joining import join, leanings
from pharmcheck.store.network_traits import SKETCHED
from pharmcheck.store.networks import holdings_of, tying_counts
from pharmcheck.store.store import Store
from pharmcheck.store.tables_networks import network_sites, network_state, site_traits

_CHUNK = 400
_ALIKE = 2  # of the pieces of a build, of texts or of price lists that are told: eight say no more than two

_sites, _traits = network_sites.c, site_traits.c
_danger = sa.func.sum(sa.case((_sites.category == Category.DANGER.value, 1), else_=0))


@dataclass(frozen=True, slots=True)
class Summary:
    """A network in a line."""

    id: str
    sites: int
    categories: Mapping[str, int]  # how many of its sites were shown what
    first_seen: datetime
    seen_at: datetime
    examples: tuple[str, ...]  # a few of its domains

    @property
    def danger(self) -> int:
        """How many of its sites were shown danger."""
        return self.categories.get(Category.DANGER.value, 0)


@dataclass(frozen=True, slots=True)
class Member:
    domain: str
    category: str
    first_seen: datetime
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class Where:
    """The page on which a site shows a thing."""

    domain: str
    page_url: str
    page_sha256: str
    first_seen: datetime
    last_seen: datetime


@dataclass(frozen=True, slots=True)
class Thing:
    """Something that several sites of a network show, with the page of each."""

    trait: str
    kind: str
    name: str  # of the kind, for people
    shown: str
    hundredths: int  # of bits
    everywhere: int  # sites of all that show it
    on: tuple[Where, ...]


@dataclass(frozen=True, slots=True)
class Detail:
    """A network with its evidence."""

    summary: Summary
    members: tuple[Member, ...]  # the worst first
    things: tuple[Thing, ...]  # those that most share first
    ties: tuple[Tie, ...]  # the strongest first


@dataclass(frozen=True, slots=True)
class Beside:
    """What a site has in common with sites of its network that were shown danger."""

    network: str
    sites: int  # of the network
    danger: int  # of them, without this one
    kinds: tuple[str, ...]  # what it shares with those, by kind


class NetworkViews:
    """Answers about the networks of one store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def built_at(self) -> datetime | None:
        """When networks were last put together."""
        with self._store.transaction() as connection:
            return connection.execute(sa.select(network_state.c.built_at)).scalar()

    def count(self) -> int:
        """How many networks there are."""
        with self._store.transaction() as connection:
            query = sa.select(sa.func.count(_sites.network.distinct()))
            return int(connection.execute(query).scalar_one())

    def all(self, start: int, most: int) -> list[Summary]:
        """Networks with the most dangerous sites first."""
        order = (_danger.desc(), sa.func.count().desc(), _sites.network)
        query = sa.select(_sites.network).where(_sites.network.is_not(None)).group_by(_sites.network)
        with self._store.transaction() as connection:
            ids = list(connection.execute(query.order_by(*order).offset(start).limit(most)).scalars())
            found = _summaries(connection, ids)
        return [found[one] for one in ids if one in found]

    def get(self, network: str, known: Known) -> Detail | None:
        """One network; its ties as they weigh today."""
        with self._store.transaction() as connection:
            summary = _summaries(connection, [network]).get(network)
            if summary is None:
                return None
            rows = connection.execute(sa.select(network_sites).where(_sites.network == network)).all()
            domains = sorted(row.domain for row in rows)
            held = holdings_of(connection, domains, known)
            core = [row.domain for row in rows if not row.joined]
            ties = sorted(_all_ties(network, core, held, known), key=lambda tie: (-tie.hundredths, tie.sites))
            tying = {key for tie in ties for key in tie.traits}
            on = _places(connection, domains, tying)
        worst = {category: place for place, category in enumerate(_WORST)}
        members = sorted(
            (Member(row.domain, row.category, row.first_seen, row.seen_at) for row in rows),
            key=lambda member: (worst.get(member.category, len(worst)), member.domain),
        )
        things = [
            Thing(key, kind_of(key), known.kinds[kind_of(key)].name, shown, known.worth(kind_of(key), held.counts[key]),
                  held.counts[key], tuple(places))
            for key, (shown, places) in on.items()
        ]  # fmt: skip
        return Detail(summary, tuple(members), _told(things), tuple(ties))

    def beside(self, domains: Sequence[str], known: Known) -> dict[str, Beside]:
        """For each of these sites that is in a network: what it shares with others of it that were shown danger."""
        found: dict[str, Beside] = {}
        for start in range(0, len(domains), _CHUNK):
            some = sorted(set(domains[start : start + _CHUNK]))
            with self._store.transaction() as connection:
                found.update(_beside(connection, some, known))
        return found


def _all_ties(network: str, core: Sequence[str], held: Holdings, known: Known) -> Iterator[Tie]:
    """What ties each two, and what those that joined share with whom."""
    tied = set()
    for tie in ties_of(held, known):
        tied.add(tie.sites)
        yield tie
    one = Network(network, tuple(core))
    for site, why in join([one], held.shown.keys() - set(core), held, known).items():
        yield from (tie for tie in leanings(site, why, core, held, known) if tie.sites not in tied)


_WORST = (Category.DANGER.value, Category.CAUTION.value, Category.UNVERIFIED.value, Category.COULD_NOT_CHECK.value)


def _beside(connection: sa.Connection, some: Sequence[str], known: Known) -> dict[str, Beside]:
    networks = {
        row.domain: (row.network, row.category)
        for row in connection.execute(
            sa.select(_sites.domain, _sites.network, _sites.category).where(
                _sites.domain.in_(some), _sites.network.is_not(None)
            )
        )
    }
    summaries = _summaries(connection, sorted({network for network, _ in networks.values()}))
    counts = tying_counts(connection, sorted(networks), known.most_sites)
    mine, theirs = site_traits.alias(), site_traits.alias()
    my_sites, theirs_sites = network_sites.alias(), network_sites.alias()
    shared = connection.execute(
        sa.select(mine.c.domain, mine.c.trait)
        .distinct()
        .join(theirs, (theirs.c.trait == mine.c.trait) & (theirs.c.domain != mine.c.domain))
        .join(theirs_sites, theirs_sites.c.domain == theirs.c.domain)
        .join(my_sites, my_sites.c.domain == mine.c.domain)
        .where(
            mine.c.domain.in_(sorted(networks)),
            theirs_sites.c.category == Category.DANGER.value,
            theirs_sites.c.network == my_sites.c.network,
        )
    )
    kinds: dict[str, set[str]] = defaultdict(set)
    for row in shared:
        if row.trait in counts:  # and not what everybody shows
            kinds[row.domain].add(kind_of(row.trait))
    return {
        domain: Beside(
            network,
            summaries[network].sites,
            summaries[network].danger - (category == Category.DANGER.value),
            tuple(kind.name for kind in known.data.kinds if kind.id in kinds[domain]),
        )
        for domain, (network, category) in networks.items()
        if network in summaries
    }


def _summaries(connection: sa.Connection, ids: Sequence[str]) -> dict[str, Summary]:
    found: dict[str, Summary] = {}
    for start in range(0, len(ids), _CHUNK):
        some = _sites.network.in_(ids[start : start + _CHUNK])
        counts: dict[str, dict[str, int]] = defaultdict(dict)
        by_category = sa.select(_sites.network, _sites.category, sa.func.count().label("sites")).where(some)
        for row in connection.execute(by_category.group_by(_sites.network, _sites.category)):
            counts[row.network][row.category] = row.sites
        times = sa.select(
            _sites.network,
            sa.func.min(_sites.first_seen, type_=_sites.first_seen.type).label("first"),
            sa.func.max(_sites.seen_at, type_=_sites.seen_at.type).label("last"),
            sa.func.min(_sites.domain).label("one"),
            sa.func.max(_sites.domain).label("another"),
        ).where(some)
        for row in connection.execute(times.group_by(_sites.network)):
            of = dict(sorted(counts[row.network].items()))
            found[row.network] = Summary(row.network, sum(of.values()), of, row.first, row.last, (row.one, row.another))
    return found


def _places(connection: sa.Connection, domains: Sequence[str], tying: set[str]) -> dict[str, tuple[str, list[Where]]]:
    """Where each of these things stands on the sites of a network."""
    on: dict[str, tuple[str, list[Where]]] = {}
    for start in range(0, len(domains), _CHUNK):
        some = domains[start : start + _CHUNK]
        query = sa.select(site_traits).where(_traits.domain.in_(some)).order_by(_traits.domain, _traits.trait)
        for row in connection.execute(query):
            if row.trait in tying:
                place = Where(row.domain, row.page_url, row.page_sha256, row.first_seen, row.last_seen)
                on.setdefault(row.trait, (row.shown, []))[1].append(place)
    return on


def _told(things: Sequence[Thing]) -> tuple[Thing, ...]:
    """Those that most share first, without what only repeats it."""
    alike: dict[str, int] = defaultdict(int)
    told = []
    for thing in sorted(things, key=lambda thing: (-len(thing.on), -thing.hundredths, thing.trait)):
        alike[thing.kind] += 1
        if thing.kind not in SKETCHED or alike[thing.kind] <= _ALIKE:
            told.append(thing)
    return tuple(told)
