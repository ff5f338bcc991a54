"""From what sites show to networks: ties that are strong enough, and parts that no single site holds together.

A tie is two things of different sources, worth the threshold together and at least one of them the seller's; or one
that decides alone, because there the money goes.  All sites that show the same tie are tied, so no pair of sites is
ever looked at: the work grows with the sites, not with their square.

What a site shows that an official register names is that pharmacy's, and ties nobody else: a copy of an honest shop
shows its numbers too.  Such a site is in no network.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from pharmcheck.networks.blocks import blocks_of, pieces_of
from pharmcheck.networks.known import Known
from pharmcheck.networks.records import kind_of

Edge = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Holdings:
    """What is known of some sites.  `counts` are of all sites there are, not of these alone."""

    shown: Mapping[str, Sequence[str]]  # keys of traits by site
    counts: Mapping[str, int]  # sites that show a trait
    void: frozenset[str] = frozenset()  # traits of sites that a register names
    since: Mapping[str, str] = field(default_factory=dict)  # when a site was first seen, as text in order of time


@dataclass(frozen=True, slots=True)
class Tie:
    """What ties sites: two traits, or one."""

    traits: tuple[str, ...]  # keys
    hundredths: int  # of bits
    sites: tuple[str, ...]  # in order


@dataclass(frozen=True, slots=True)
class Network:
    """Sites that are probably run by one hand.  Its id is its oldest site's, so that it stays while it grows."""

    id: str
    sites: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """What came out: for each site that is tied to any, what it hangs together with; and the networks."""

    components: Mapping[str, str]  # site → first site, by name, of all that its ties reach
    networks: tuple[Network, ...]  # in order of id


def find_networks(held: Holdings, known: Known) -> Found:
    """Every network among these sites.

    Invariants (checked by property tests):
      * the order of sites and traits does not matter;
      * a component depends on its own sites and the counts of their traits alone, so it can be done again alone.
    """
    strength: dict[Edge, int] = {}
    for tie in ties_of(held, known):
        for edge in _ring(tie.sites):
            strength[edge] = max(strength.get(edge, 0), tie.hundredths)
    neighbours: dict[str, list[str]] = defaultdict(list)
    for one, other in sorted(strength):
        neighbours[one].append(other)
        neighbours[other].append(one)
    components = {}
    networks = []
    for piece in pieces_of(neighbours, strength):
        components.update(dict.fromkeys(piece, piece[0]))
        parts = _parts({site: neighbours[site] for site in piece}, strength)
        networks += [Network(_identifier(part, held.since), tuple(part)) for part in parts]
    return Found(components, tuple(sorted(networks, key=lambda network: network.id)))


def ties_of(held: Holdings, known: Known) -> Iterator[Tie]:
    """Every tie that two sites or more share.

    One pass to learn which ties are shared, by numbers instead of texts, one to collect them: most are not.
    """
    shelf = _Shelf(held, known)
    seen: set[int] = set()
    shared: set[int] = set()
    sites = [(site, shelf.live(held.shown[site])) for site in sorted(held.shown)]
    for _, live in sites:
        for tie, _ in _pairs(live, known.threshold):
            (shared if tie in seen else seen).add(tie)
    del seen
    showing: dict[int, list[str]] = defaultdict(list)
    worth: dict[int, int] = {}
    for site, live in sites:
        for tie, hundredths in _pairs(live, known.threshold):
            if tie in shared:
                showing[tie].append(site)
                worth[tie] = hundredths
    names = shelf.names
    for tie, tied in showing.items():
        first, second = divmod(tie, _WIDE)
        traits = (names[first],) if first == second else tuple(sorted((names[first], names[second])))
        yield Tie(traits, worth[tie], tuple(tied))


_WIDE = 1 << 40


class _Live(NamedTuple):
    """A trait that may tie."""

    number: int
    group: str
    worth: int
    seller: bool
    decides: bool


class _Shelf:
    """The traits that may tie, each once."""

    def __init__(self, held: Holdings, known: Known) -> None:
        self._held, self._known = held, known
        self._lives: dict[str, _Live | None] = {}
        self.names: list[str] = []

    def live(self, keys: Iterable[str]) -> list[_Live]:
        found = []
        for key in sorted(set(keys)):
            if key not in self._lives:
                self._lives[key] = self._made(key)
            if one := self._lives[key]:
                found.append(one)
        return found

    def _made(self, key: str) -> _Live | None:
        count = self._held.counts.get(key, 0)
        kind = self._known.kinds.get(kind_of(key))
        worth = self._known.worth(kind.id, count) if kind else 0
        if count < 2 or kind is None or not worth or key in self._held.void:  # noqa: PLR2004 - one alone ties nobody
            return None
        self.names.append(key)
        return _Live(len(self.names) - 1, kind.group, worth, kind.seller, kind.decisive)


def _pairs(live: Sequence[_Live], threshold: int) -> Iterator[tuple[int, int]]:
    """Every tie that a site could be in, as one number, with what it is worth."""
    for at, one in enumerate(live):
        if one.decides:
            yield one.number * _WIDE + one.number, one.worth
        for other in live[at + 1 :]:
            worth = one.worth + other.worth
            if worth >= threshold and one.group != other.group and (one.seller or other.seller):
                first, second = sorted((one.number, other.number))
                yield first * _WIDE + second, worth


def _ring(sites: Sequence[str]) -> Iterator[Edge]:
    """Edges that hold sites together as all pairs would: none of them is a place to cut."""
    for at, site in enumerate(sites):
        other = sites[(at + 1) % len(sites)]
        if site != other:
            yield (site, other) if site < other else (other, site)


def _parts(neighbours: Mapping[str, Sequence[str]], strength: Mapping[Edge, int]) -> Iterator[list[str]]:
    """What stays together when no site may be the only link between two parts.

    A shop that copies from two others, or is looked after by two agencies, ties what has nothing to do with each
    other.  It goes with the larger part, then with the one that it is tied to more strongly.
    """

    def order(block: frozenset[str]) -> tuple[int, int, str]:
        one, *others = sorted(block)
        return -len(block), -strength[one, others[0]] if len(others) == 1 else 0, " ".join((one, *others))

    free = set(neighbours)
    for block in sorted(blocks_of(neighbours), key=order):
        mine = block & free
        free -= mine
        edges = ((site, other) for site in mine for other in neighbours[site])
        yield from (part for part in pieces_of(mine, edges) if len(part) > 1)


def _identifier(part: Sequence[str], since: Mapping[str, str]) -> str:
    founder = min(part, key=lambda site: (since.get(site, ""), site))
    return hashlib.sha256(founder.encode()).hexdigest()[:16]


def shared_kinds(ties: Iterable[Tie]) -> Counter[str]:
    """How many sites each kind of trait ties."""
    sites: dict[str, set[str]] = defaultdict(set)
    for tie in ties:
        for key in tie.traits:
            sites[kind_of(key)].update(tie.sites)
    return Counter({kind: len(tied) for kind, tied in sites.items()})
