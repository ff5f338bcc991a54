"""A network as plain data, for the API and the command line, and as sentences."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from pharmcheck.exports.stix_bundle import Cluster, Link
from pharmcheck.networks import Tie
from pharmcheck.networks.known import UNIT
from pharmcheck.store.network_views import Beside, Detail, Summary

MOST_TIES = 500
"""Of a network of fifty sites there may be a thousand; each site's strongest ones are among them."""

_SURE_BITS = 40.0
"""A tie needs 18 bits; with twice as many nobody has found two strangers tied."""

LARGE = 200
"""Above so many sites a person should look: it may be a provider that nobody knows yet, or a very large hand."""


def summary_document(summary: Summary) -> dict[str, Any]:
    """A network in a line."""
    return {
        "id": summary.id,
        "sites": summary.sites,
        "categories": dict(summary.categories),
        "first_seen": _time(summary.first_seen),
        "seen_at": _time(summary.seen_at),
        "examples": list(summary.examples),
        "needs_person": summary.sites > LARGE,
    }


def network_document(detail: Detail) -> dict[str, Any]:
    """A network with its evidence: every thing with the page, and its digest, of each site that shows it."""
    places = {thing.trait: place for place, thing in enumerate(detail.things)}
    ties = [
        {"sites": list(tie.sites), "bits": tie.hundredths / UNIT,
         "things": [places[key] for key in tie.traits if key in places]}
        for tie in _told(detail.ties)
    ]  # fmt: skip
    return {
        **summary_document(detail.summary),
        "members": [
            {"domain": one.domain, "category": one.category, "first_seen": _time(one.first_seen),
             "seen_at": _time(one.seen_at)}
            for one in detail.members
        ],
        "things": [
            {
                "kind": thing.kind,
                "name": thing.name,
                "value": thing.shown,
                "bits": thing.hundredths / UNIT,
                "sites_everywhere": thing.everywhere,
                "on": [
                    {"domain": where.domain, "page_url": where.page_url, "page_sha256": where.page_sha256,
                     "first_seen": _time(where.first_seen), "last_seen": _time(where.last_seen)}
                    for where in thing.on
                ],
            }
            for thing in detail.things
        ],
        "ties": ties,
        "note": NOTE,
    }  # fmt: skip


def cluster_of(detail: Detail) -> Cluster:
    """A network for exchange: what each two of its sites share, and how much that tells."""
    things = {thing.trait: f"{thing.name} ({thing.shown})" for thing in detail.things}
    links = [
        Link(
            *tie.sites,
            why=f"Both show: {'; '.join(things[key] for key in tie.traits if key in things)}.",
            weight=min(tie.hundredths / UNIT / _SURE_BITS, 1.0),
        )
        for tie in _told(detail.ties)
    ]
    hosts = [member.domain for member in detail.members]
    return Cluster(f"network {detail.summary.id}", hosts, links, detail.summary.seen_at)


def _told(ties: Iterable[Tie]) -> Iterator[Tie]:
    """The strongest, and so many more that none of the sites is left out."""
    tied: set[str] = set()
    for number, tie in enumerate(ties):
        if number < MOST_TIES or not tied.issuperset(tie.sites):
            tied.update(tie.sites)
            yield tie


NOTE = "Sites of one network are probably run by one hand. That raises their priority; it changes no verdict."


def beside_sentence(beside: Beside) -> str:
    """Why a site is worth looking at first, in one sentence; nothing where no dangerous site is near."""
    if not beside.danger or not beside.kinds:
        return ""
    *others, last = beside.kinds
    what = f"{', '.join(others)} and {last}" if others else last
    sites = "1 site" if beside.danger == 1 else f"{beside.danger} sites"
    return f"Shares {what} with {sites} at danger (network {beside.network}). This changes no verdict."


def _time(when: datetime) -> str:
    return when.isoformat(timespec="seconds").replace("+00:00", "Z")
