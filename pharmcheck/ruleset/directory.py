"""Which registers there are for a country, from `rules/lists/registers.yaml`: what could settle a question, and where
a person can look.  Says nothing about what is loaded.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pharmcheck.registers import RegisterKind


@dataclass(frozen=True, slots=True)
class Listing:
    """A register or list that is known to exist."""

    name: str
    kind: RegisterKind
    country: str | None  # ISO 3166-1 alpha-2
    authority: str
    page: str | None  # where a person can look it up
    names_sites: bool  # its entries carry web addresses: only then can it tie a site to an entry


@dataclass(frozen=True, slots=True)
class Directory:
    """Every register that is known to exist."""

    listings: tuple[Listing, ...]

    def of(self, countries: Iterable[str], *kinds: RegisterKind) -> tuple[Listing, ...]:
        """The registers of these countries, in the order of the countries; of these kinds alone when some are given."""
        wanted = list(countries)
        found = [row for row in self.listings if row.country in wanted and (not kinds or row.kind in kinds)]
        return tuple(sorted(found, key=lambda row: wanted.index(row.country or "")))


def build_directory(data: Mapping[str, Any], eea: Collection[str]) -> Directory:
    """Build the directory from the parsed list.

    Raises:
        ValueError: a kind that is not one of ours.
        KeyError: a key is missing.
    """
    return Directory(tuple(_listing(row, eea) for row in data["registers"]))


def _listing(row: Mapping[str, Any], eea: Collection[str]) -> Listing:
    country, page = (None if row.get(key) in (None, "", "null") else str(row[key]) for key in ("country", "page"))
    forms = row.get("columns") or []
    if forms:
        names_sites = any("web" in form for form in (forms if isinstance(forms, list) else [forms]))
    else:  # The law of the European Economic Area asks for lists with web addresses; other registers seldom have any.
        names_sites = not row.get("importer") and country in eea
    return Listing(row["name"], RegisterKind(row["kind"]), country, row["authority"], page, names_sites)
