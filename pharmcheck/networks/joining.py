"""Sites that no tie puts in a network, and that are of one all the same: what several of its sites show adds up.

An operator who rotates telephones, pixels and builds shows two of a kind side by side, and a new shop may share its
telephone with one, its pixel with a second and its price list with a third.  With none of them it has enough in common
for a tie; with all of them together it has.

Whoever is innocent must not come in by that way, so only what is the network's own counts: at least two of its sites
show it, and half at least of all who do are of it.  A copy, or the original of many copies, shows what one single site
shows; what joins is spread over several.  And an agency's work is not enough: with no thing of a seller's among it, it
takes three sources, one of them the prices, which no agency hands out.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from pharmcheck.networks.clustering import Found, Holdings, Network, Scale, Tie, find_cores, is_firm
from pharmcheck.networks.known import UNIT, Known
from pharmcheck.networks.records import kind_of

LEAST = 3
"""Sites of a network that others may join: of two nobody knows what is theirs."""

_SHOWING = 2  # sites of a network that show what is its own
_WITHOUT_SELLER = 3  # sources
_PRICES = "prices"


@dataclass(frozen=True, slots=True)
class Joining:
    """Why a site is of a network."""

    network: str
    traits: tuple[str, ...]  # keys, the telling ones first
    hundredths: int  # of bits


def find_networks(held: Holdings, known: Known) -> Found:
    """Every network among these sites, with those that join one.  For all sites at once."""
    cores = find_cores(held, known)
    inside = {site for network in cores.networks for site in network.sites}
    joined = join(cores.networks, (site for site in held.shown if site not in inside), held, known)
    coming = defaultdict(list)
    for site, why in joined.items():
        coming[why.network].append(site)
    whole = (
        replace(one, sites=tuple(sorted((*one.sites, *coming[one.id]))), joined=tuple(sorted(coming[one.id])))
        for one in cores.networks
    )
    return Found(cores.components, tuple(whole))


def join(cores: Iterable[Network], loose: Iterable[str], held: Holdings, known: Known) -> dict[str, Joining]:
    """Which of the sites in no network join one of these, by site.

    Each is held against the cores alone, so nobody comes in through another who came in; a site that two networks
    could have goes to the one with which it shares more.
    """
    weigh = Scale(held, known)
    members = {one.id: one.sites for one in cores}
    owners = _owners(members, weigh, held)
    found = {}
    for site in sorted(loose):
        shared: dict[str, set[str]] = defaultdict(set)
        for key in held.shown[site]:
            for identifier in owners.get(key, ()):
                shared[identifier].add(key)
        reasons = [
            Joining(identifier, _telling(keys, weigh), total)
            for identifier, keys in sorted(shared.items())
            if (total := _enough(keys, members[identifier], weigh, held.shown, known))
        ]
        if reasons:
            found[site] = max(reasons, key=lambda why: (why.hundredths, why.network))
    return found


def bridges(cores: Iterable[Network], held: Holdings, known: Known) -> set[str]:
    """Things of these networks of which every site that joins one shows at least one."""
    owners = _owners({one.id: one.sites for one in cores}, Scale(held, known), held)
    return {key for key in owners if may_bridge(kind_of(key), known)}


def may_bridge(kind: str, known: Known) -> bool:
    """Whether it takes a thing of such a kind to join."""
    return kind == _PRICES or (kind in known.kinds and known.kinds[kind].seller)


def leanings(site: str, why: Joining, core: Iterable[str], held: Holdings, known: Known) -> list[Tie]:
    """What ties a site that joined: each site of the network that shows something of what counted."""
    weigh = Scale(held, known)
    ties = []
    for other in core:
        shared = set(why.traits) & set(held.shown[other])
        if shared:
            hundredths = sum(weigh.best(shared).values())
            one, two = sorted((site, other))
            ties.append(Tie((one, two), _telling(shared, weigh), hundredths, is_firm(shared, known)))
    return ties


def _owners(members: Mapping[str, Sequence[str]], weigh: Scale, held: Holdings) -> dict[str, list[str]]:
    """By thing, the networks whose own it is."""
    owners: dict[str, list[str]] = defaultdict(list)
    for identifier, sites in sorted(members.items()):
        if len(sites) < LEAST:
            continue
        for key, count in Counter(key for site in sites for key in set(held.shown[site])).items():
            if count >= _SHOWING and 2 * count >= weigh.sites(key) and weigh.worth(key):
                owners[key].append(identifier)
    return owners


def _enough(
    keys: set[str], members: Sequence[str], weigh: Scale, shown: Mapping[str, Sequence[str]], known: Known
) -> int:
    """What a site shares with a network altogether, in hundredths of bits; nothing where it is not enough."""
    best = weigh.best(keys)
    total = sum(best.values())
    sells = any(known.kinds[kind_of(key)].seller for key in keys)
    if total < _threshold(len(members), known) or len(best) < 2:  # noqa: PLR2004 - two sources, as for a tie
        return 0
    if not sells and (len(best) < _WITHOUT_SELLER or _PRICES not in best):
        return 0
    if not is_firm(keys, known) and any(keys <= set(shown[site]) for site in members):
        return 0  # one site shows all of it, as a copy and its original do
    return total


def _threshold(sites: int, known: Known) -> int:
    """What it takes to join so many sites.

    A stranger is of the same hand as one of n sites n times as often as of one site: a bit less for each doubling.
    """
    return known.threshold - UNIT * (sites.bit_length() - 1)


def _telling(keys: Iterable[str], weigh: Scale) -> tuple[str, ...]:
    return tuple(sorted(keys, key=lambda key: (-weigh.worth(key), key)))
