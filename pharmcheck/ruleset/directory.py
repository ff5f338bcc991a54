"""Which registers there are for a country, from `rules/lists/registers.yaml`: what could settle a question, and where
a person can look.  Says nothing about what is loaded.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from pharmcheck.registers import RegisterKind, Source


@dataclass(frozen=True, slots=True)
class Listing:
    """A register or list that is known to exist."""

    name: str
    kind: RegisterKind
    country: str | None  # ISO 3166-1 alpha-2
    authority: str
    page: str | None  # where a person can look it up
    names_sites: bool  # its entries carry web addresses: only then can it tie a site to an entry
    bulk: bool = False  # its page leads to a file rather than to a search


@dataclass(frozen=True, slots=True)
class Directory:
    """Every register that is known to exist."""

    listings: tuple[Listing, ...]

    def of(self, countries: Iterable[str], *kinds: RegisterKind) -> tuple[Listing, ...]:
        """The registers of these countries, in the order of the countries; of these kinds alone when some are given."""
        wanted = list(countries)
        found = [row for row in self.listings if row.country in wanted and (not kinds or row.kind in kinds)]
        return tuple(sorted(found, key=lambda row: wanted.index(row.country or "")))


def build_directory(sources: Iterable[Source], eea: Collection[str]) -> Directory:
    """What the list of sources says of each register, as far as a verdict needs it."""
    return Directory(tuple(_listing(source, eea) for source in sources))


def _listing(source: Source, eea: Collection[str]) -> Listing:
    # The law of the European Economic Area asks for lists with web addresses; other registers seldom have any.
    by_law = not source.importer and source.country in eea
    names_sites = by_law or any("web" in form.fields for form in source.columns)
    return Listing(
        source.name, source.kind, source.country, source.authority, source.page, names_sites, bool(source.importer)
    )
