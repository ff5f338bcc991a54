"""Parts of a graph that no single site holds together: its blocks (biconnected components).

Hopcroft and Tarjan, Communications of the ACM 16 (1973); without recursion, since a network may be a long chain.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence


def blocks_of(neighbours: Mapping[str, Sequence[str]]) -> list[frozenset[str]]:
    """The blocks of at least two sites.  Linear in sites and edges; parallel edges count as one."""
    depth: dict[str, int] = {}
    low: dict[str, int] = {}
    found: list[frozenset[str]] = []
    for root in sorted(neighbours):
        if root not in depth:
            found += _from(root, neighbours, depth, low)
    return found


def _from(
    root: str, neighbours: Mapping[str, Sequence[str]], depth: dict[str, int], low: dict[str, int]
) -> Iterable[frozenset[str]]:
    depth[root] = low[root] = 0
    open_sites = [root]  # visited, and not yet in the block that they came by
    place = {root: 0}  # in `open_sites`
    path = [(root, "", iter(neighbours[root]))]
    while path:
        site, parent, rest = path[-1]
        for other in rest:
            if other not in depth:
                depth[other] = low[other] = len(path)
                place[other] = len(open_sites)
                open_sites.append(other)
                path.append((other, site, iter(neighbours[other])))
                break
            if other != parent:
                low[site] = min(low[site], depth[other])
        else:
            path.pop()
            if not path:
                return
            above = path[-1][0]
            low[above] = min(low[above], low[site])
            if low[site] >= depth[above]:  # nothing below leads past `above`
                yield frozenset((above, *open_sites[place[site] :]))
                del open_sites[place[site] :]


def pieces_of(sites: Iterable[str], edges: Iterable[tuple[str, str]]) -> list[list[str]]:
    """The connected pieces of these sites, each in order, by the edges among them."""
    head = {site: site for site in sites}

    def find(site: str) -> str:
        while head[site] != site:
            head[site] = head[head[site]]
            site = head[site]
        return site

    for one, other in edges:
        if one in head and other in head:
            first, second = sorted((find(one), find(other)))
            head[second] = first  # the first by name leads: nothing depends on the order of edges
    pieces: dict[str, list[str]] = {}
    for site in sorted(head):
        pieces.setdefault(find(site), []).append(site)
    return list(pieces.values())
