"""What is known of the things that tie shops: their kinds, how to find them, and which of them tie nobody."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import re2

from pharmcheck.ruleset import Ruleset
from pharmcheck.ruleset.network_schema import Kind, NetworkList, read_networks

UNIT = 100
"""Bits are counted in hundredths, in whole numbers: sums do not depend on their order."""


@dataclass(frozen=True)
class Known:
    """The list, compiled."""

    data: NetworkList
    order_hosts: frozenset[str]  # registrable domains that serve shops of every kind

    @cached_property
    def kinds(self) -> Mapping[str, Kind]:
        """Every kind by its id."""
        return {kind.id: kind for kind in self.data.kinds}

    @cached_property
    def ids(self) -> tuple[tuple[str, str, Any], ...]:
        """Kind, service and pattern on bytes."""
        options = re2.Options()
        options.encoding = re2.Options.Encoding.LATIN1
        return tuple((row.kind, row.id, re2.compile(row.pattern.encode(), options)) for row in self.data.ids)

    @cached_property
    def any_id(self) -> Any:  # noqa: ANN401 - re2 ships no types
        """All patterns of ids in one look: most pages have none of most of them."""
        options = re2.Options()
        options.encoding = re2.Options.Encoding.LATIN1
        options.never_capture = True
        found = re2.Set.SearchSet(options)
        for row in self.data.ids:
            found.Add(row.pattern.encode())
        found.Compile()
        return found

    @cached_property
    def nobody(self) -> frozenset[str]:
        """Keys of traits that tie nobody."""
        return frozenset(f"{row.kind}:{row.value}" for row in self.data.nobody)

    @cached_property
    def free_mail(self) -> frozenset[str]:
        """Domains at which anybody has an address."""
        return frozenset(self.data.free_mail)

    @cached_property
    def furniture(self) -> tuple[str, ...]:
        """How class names of themes and shop systems begin."""
        return tuple(self.data.furniture)

    @cached_property
    def credit(self) -> tuple[str, ...]:
        """Words beside which a contact is the maker's."""
        return tuple(self.data.credit)

    @property
    def most_sites(self) -> int:
        """What more sites than this show ties nobody."""
        return self.data.provider_above

    @property
    def threshold(self) -> int:
        """What a tie must be worth."""
        return self.data.threshold_bits * UNIT

    def worth(self, kind: str, sites: int) -> int:
        """Hundredths of bits that two sites sharing a value have in common, when so many sites show it.

        The chance that some shop shows it is at most `sites` in 2 ** population_bits; in steps of a factor of two, so
        that one more site seldom changes what the others weigh.
        """
        known = self.kinds.get(kind)
        if known is None or sites > self.most_sites:
            return 0
        return known.percent * max(0, self.data.population_bits - step(sites))


def step(sites: int) -> int:
    """How often a thing has lost weight that so many sites show: at two, three, five, nine, seventeen."""
    return (sites - 1).bit_length()


_compiled: dict[str, Known] = {}


def known_things(ruleset: Ruleset) -> Known:
    """What a ruleset knows; compiled once for each version of it."""
    known = _compiled.get(ruleset.version)
    if known is None:
        lists = ruleset.lists["order_hosts"]
        hosts = frozenset(domain for key, domains in lists.items() if key != "schema" for domain in domains)
        known = Known(read_networks(ruleset.lists["networks"]), hosts)
        _compiled.clear()
        _compiled[ruleset.version] = known
    return known
