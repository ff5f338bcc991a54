"""What each site shows, kept; and which other sites have to be looked at again when that changes.

A thing weighs by how many sites show it, in steps, and nothing where a registered site shows it.  So most changes wake
nobody; one that lets a thing weigh more, or turns it void or back, wakes all who show it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

import sqlalchemy as sa

from pharmcheck.networks import Trait, kind_of
from pharmcheck.networks.known import step
from pharmcheck.ruleset.network_schema import PROVIDER_MOST
from pharmcheck.store.tables_networks import network_sites, site_traits
from pharmcheck.store.writing import one_at_a_time, put_new

SKETCHED = frozenset({"template", "words", "prices"})
"""Kinds of which a site has one at a time; of all others it may have had several, and that is what ties."""

_KEPT = 20  # values of a kind, the last seen: a site that shows another number to every visitor gains nothing by it
_CHUNK = 400  # names a question: SQLite takes 999 in its oldest builds

_sites, _traits = network_sites.c, site_traits.c


def forget_site(connection: sa.Connection, domain: str) -> None:
    """Take away what is known of a site; those that it was tied to are done again."""
    one_at_a_time(connection, network_sites)
    row = connection.execute(sa.select(network_sites).where(_sites.domain == domain)).first()
    if row is None:
        return
    gone = list(connection.execute(sa.select(_traits.trait).where(_traits.domain == domain)).scalars())
    connection.execute(sa.delete(site_traits).where(_traits.domain == domain))
    connection.execute(sa.delete(network_sites).where(_sites.domain == domain))
    if row.component is not None:
        one = sa.select(sa.func.min(_sites.domain)).where(_sites.component == row.component)
        _wake(connection, [connection.execute(one).scalar() or ""])
    _gone(connection, gone)
    if row.registered:
        void_or_not(connection, gone)


def keep_traits(
    connection: sa.Connection, domain: str, traits: Sequence[Trait], now: datetime
) -> tuple[list[str], list[str]]:
    """Bring the traits of a site up to date; which came and which went."""
    rows = connection.execute(sa.select(_traits.trait, _traits.last_seen).where(_traits.domain == domain)).all()
    before = {row.trait: row.last_seen for row in rows}
    seen = {trait.key: trait for trait in traits}
    kinds = {trait.kind for trait in traits}
    gone = {key for key in before if key not in seen and kind_of(key) in SKETCHED & kinds}
    by_kind: dict[str, list[str]] = defaultdict(list)
    for key in {*before, *seen} - gone:
        by_kind[kind_of(key)].append(key)
    for keys in by_kind.values():
        newest = sorted(keys, key=lambda key: (key in seen, before.get(key, now), key), reverse=True)
        gone.update(newest[_KEPT:])
    gone &= before.keys()
    fresh = [trait for key, trait in seen.items() if key not in before]
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
    _gone(connection, gone)
    return [trait.key for trait in fresh], sorted(gone)


def _gone(connection: sa.Connection, keys: Iterable[str]) -> None:
    """One site fewer shows these: where they weigh more now, all who show them wait."""
    wakes: list[str] = []
    for some in chunks(sorted(keys)):
        query = sa.select(_traits.trait, sa.func.count().label("sites")).where(_traits.trait.in_(some))
        rows = connection.execute(query.group_by(_traits.trait))
        wakes += [row.trait for row in rows if step(row.sites) != step(row.sites + 1)]
    _wake_holders(connection, wakes)


def void_or_not(connection: sa.Connection, keys: Iterable[str]) -> None:
    """A registered site came to show these, or does so no more: where it was the only one, all who show them wait."""
    wakes: list[str] = []
    for some in chunks(sorted(keys)):
        query = sa.select(_traits.trait).join(network_sites, _sites.domain == _traits.domain)
        query = query.where(_sites.registered, _traits.trait.in_(some)).group_by(_traits.trait)
        others_too = set(connection.execute(query.having(sa.func.count() > 1)).scalars())
        wakes += sorted(set(some) - others_too)
    _wake_holders(connection, wakes)


def _wake_holders(connection: sa.Connection, keys: Sequence[str]) -> None:
    for some in chunks(keys):
        query = sa.select(_traits.trait).where(_traits.trait.in_(some)).group_by(_traits.trait)
        tying = query.having(sa.func.count() <= PROVIDER_MOST)
        _wake(connection, connection.execute(sa.select(_traits.domain).where(_traits.trait.in_(tying))).scalars())


def _wake(connection: sa.Connection, sites: Iterable[str]) -> None:
    for some in chunks(sorted(set(sites))):
        wait = sa.update(network_sites).where(_sites.domain.in_(some))
        connection.execute(wait.values(waiting=True, revision=_sites.revision + 1))


def chunks(names: Sequence[str]) -> Iterable[Sequence[str]]:
    """Pieces of a list that a question can hold."""
    return (names[start : start + _CHUNK] for start in range(0, len(names), _CHUNK))
