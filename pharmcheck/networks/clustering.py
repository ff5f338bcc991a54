"""From what sites show to the cores of networks: ties that are strong enough, and what no single site holds together.

A tie is what two sites have in common: things of two sources at least, worth the threshold together and one of them
the seller's; or one that decides alone, because there the money goes.

What a site shows that an official register names is that pharmacy's, and ties nobody else: a copy of an honest shop
shows its numbers too.  Such a site is in no network.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from pharmcheck.networks.blocks import blocks_of, pieces_of
from pharmcheck.networks.known import Known, step
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
    """What two sites have in common, where it is enough."""

    sites: Edge  # in order
    traits: tuple[str, ...]  # keys, the telling ones first
    hundredths: int  # of bits
    firm: bool  # something is among it that a copy of the other site would not take along


@dataclass(frozen=True, slots=True)
class Network:
    """Sites that are probably run by one hand.  Its id is its oldest site's, so that it stays while it grows."""

    id: str
    sites: tuple[str, ...]
    joined: tuple[str, ...] = ()  # those of them that no tie puts in it, see `joining`


@dataclass(frozen=True, slots=True)
class Found:
    """What came out: for each site that is tied to any, what it hangs together with; and the networks."""

    components: Mapping[str, str]  # site → first site, by name, of all that its ties reach
    networks: tuple[Network, ...]  # in order of id


def find_cores(held: Holdings, known: Known) -> Found:
    """Every network among these sites, without those that only join one.

    Invariants (checked by property tests):
      * the order of sites and traits does not matter;
      * a component depends on its own sites and the counts of their traits alone, so it can be done again alone.
    """
    strength = {tie.sites: (tie.firm, tie.hundredths) for tie in ties_of(held, known)}
    neighbours: dict[str, list[str]] = defaultdict(list)
    for one, other in sorted(strength):
        neighbours[one].append(other)
        neighbours[other].append(one)
    components = {}
    networks = []
    for piece in pieces_of(neighbours, strength):
        components.update(dict.fromkeys(piece, piece[0]))
        parts = _parts({site: neighbours[site] for site in piece}, strength)
        parts = [_without_originals(part, neighbours, strength, held, known) for part in parts]
        networks += [Network(_identifier(part, held.since), tuple(part)) for part in parts]
    return Found(components, tuple(sorted(networks, key=lambda network: network.id)))


def ties_of(held: Holdings, known: Known) -> Iterator[Tie]:
    """Every two sites that have enough in common, in order.

    Only sites that show the same thing of a seller are ever compared, and a thing that many show is a provider's: the
    work grows with the sites and with the size of networks, not with all pairs.
    """
    weigh = Scale(held, known)
    shown = {site: frozenset(key for key in held.shown[site] if weigh.worth(key)) for site in sorted(held.shown)}
    showing: dict[str, list[str]] = defaultdict(list)
    for site, keys in shown.items():
        for key in keys:
            if known.kinds[kind_of(key)].seller:
                showing[key].append(site)
    for site, keys in shown.items():
        others = {other for key in keys for other in showing.get(key, ()) if other > site}
        for other in sorted(others):
            shared = keys & shown[other]
            if hundredths := weigh.together(shared):
                traits = tuple(sorted(shared, key=lambda key: (-weigh.worth(key), key)))
                yield Tie((site, other), traits, hundredths, is_firm(shared, known))


def is_firm(shared: Iterable[str], known: Known) -> bool:
    """Whether two sites share something that the one would not have from copying the other.

    Whoever copies pages takes their pixels along, with build and texts; a pixel on other pages was put there.
    """
    kinds = {kind_of(key) for key in shared}
    return not all(known.kinds[kind].copied for kind in kinds) or bool(kinds & _PIXELS and not kinds & _PAGES)


class Scale:
    """Weighs what sites share."""

    def __init__(self, held: Holdings, known: Known) -> None:
        self._held, self._known = held, known
        self._worths: dict[str, int] = {}

    def sites(self, key: str) -> int:
        """How many sites show a thing, rounded up to a power of two as its weight is."""
        return 1 << step(max(1, self._held.counts.get(key, 0)))

    def worth(self, key: str) -> int:
        """Hundredths of bits; nothing for what ties nobody."""
        found = self._worths.get(key)
        if found is None:
            count = self._held.counts.get(key, 0)
            alone = count < 2 or key in self._held.void  # noqa: PLR2004 - one site alone ties nobody
            found = self._worths[key] = 0 if alone else self._known.worth(kind_of(key), count)
        return found

    def together(self, shared: Collection[str]) -> int:
        """What two sites share altogether; nothing where it is not enough.

        Things of one group come from one source, so the best of each group counts.
        """
        best = self.best(shared)
        total = sum(best.values())
        if any(self._known.kinds[kind_of(key)].decisive for key in shared):
            return max(total, 1)
        return total if len(best) > 1 and total >= self._known.threshold else 0

    def best(self, shared: Iterable[str]) -> dict[str, int]:
        """What counts of each group."""
        keys = [(self._known.kinds[kind_of(key)], self.worth(key)) for key in shared]
        copy = any(kind.id == _LICENCE for kind, _ in keys)
        best: dict[str, int] = {}
        for kind, worth in keys:
            group = _COPIED if copy and kind.copied else kind.group
            best[group] = max(best.get(group, 0), worth)
        return best


_LICENCE, _COPIED = "licence", "copied"
_PIXELS = frozenset(("tracking", "account"))
_PAGES = frozenset(("template", "words"))


def _parts(neighbours: Mapping[str, Sequence[str]], strength: Mapping[Edge, tuple[bool, int]]) -> list[list[str]]:
    """What stays together: what no single site holds together, and what hangs on it firmly.

    A shop that copies from two others, or is looked after by two agencies, ties what has nothing to do with each
    other; it goes with the larger part.  A site or two that hang by one tie alone stay when the tie is firm.
    """
    blocks = sorted(blocks_of(neighbours), key=lambda block: (-len(block), min(block)))
    part_of: dict[str, list[str]] = {}
    for block in blocks:
        mine = {site for site in block if site not in part_of} if len(block) > _FEW else ()
        for part in pieces_of(mine, ((site, other) for site in mine for other in neighbours[site])):
            part_of.update(dict.fromkeys(part, part))
    bridges = [(site, other) for site, other in map(sorted, (block for block in blocks if len(block) == _FEW))]
    for site, other in sorted(bridges, key=lambda edge: (-strength[edge][1], edge)):
        one, two = (part_of.setdefault(end, [end]) for end in (site, other))
        if strength[site, other][0] and min(len(one), len(two)) <= _FEW and one is not two:
            one += two
            part_of.update(dict.fromkeys(two, one))
    parts = {id(part): sorted(part) for part in part_of.values() if len(part) > 1}
    return sorted(parts.values())


_FEW = 2


def _without_originals(
    part: list[str],
    neighbours: Mapping[str, Sequence[str]],
    strength: Mapping[Edge, tuple[bool, int]],
    held: Holdings,
    known: Known,
) -> list[str]:
    """A network without the honest shop that the others may have copied.

    They share among themselves what a copy would not have; it shares with them only what a copy takes along, and one
    of them has all of that.
    """
    inside = set(part)
    firm = {site for site in part for other in neighbours[site] if other in inside and strength[_edge(site, other)][0]}
    if len(firm) == len(part) or not firm:
        return part
    weigh = Scale(held, known)
    shown = {site: {key for key in held.shown[site] if weigh.worth(key)} for site in part}

    def is_original(site: str) -> bool:
        shared = {key for other in neighbours[site] if other in inside for key in shown[site] & shown[other]}
        return any(shared <= shown[other] for other in firm)

    return [site for site in part if site in firm or not is_original(site)]


def _edge(one: str, other: str) -> Edge:
    return (one, other) if one < other else (other, one)


def _identifier(part: Sequence[str], since: Mapping[str, str]) -> str:
    founder = min(part, key=lambda site: (since.get(site, ""), site))
    return hashlib.sha256(founder.encode()).hexdigest()[:16]
