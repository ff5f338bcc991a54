"""What the columns of a table mean: the form that a column map has once it is read.

`ruleset/sources.py` reads and checks the maps; `sources/table.py` reads tables by them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

ONE_VALUED = ("id", "name", "postcode", "valid_from", "valid_to", "listed_on", "link")
"""Of several columns these take the first that holds something …"""
MANY_VALUED = ("other_names", "address", "phone", "web")
"""… and these take all of them."""
CHOICES = ("status", "online_sale", "country", "jurisdictions")
"""These are chosen by what a cell says."""
MEMBER = r"\.(?:csv|txt|tsv)$"
"""The file in a zip archive that is meant, unless a map says better."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What a cell means, by what it says; or the same for every row."""

    columns: tuple[str, ...] = ()
    values: Mapping[str, str] = field(default_factory=dict)  # folded cell → meaning
    always: str | None = None
    otherwise: str | None = None  # for a cell that `values` does not know; None: the row is quarantined


@dataclass(frozen=True, slots=True)
class Keep:
    """Rows that belong to the register: one of the words stands in one of the columns."""

    columns: tuple[str, ...]
    words: tuple[str, ...]  # folded


@dataclass(frozen=True, slots=True)
class Columns:
    """One form of a table.  Column names are folded; in a table without header they are "1", "2" and so on."""

    fields: Mapping[str, tuple[str, ...]]  # of ONE_VALUED and MANY_VALUED
    choices: Mapping[str, Choice] = field(default_factory=dict)
    identifiers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # scheme → columns
    keep: Keep | None = None
    optional: frozenset[str] = frozenset()  # columns that a table may lack
    dates: tuple[str, ...] = ()  # as strptime takes them; ISO dates are always understood
    width: int | None = None  # of a table without header
    patterns: Mapping[str, str] = field(default_factory=dict)  # RE2: column → form of its cells
    delimiter: str = ""
    encoding: str = "cp1252"  # of lines that are not UTF-8
    member: str = MEMBER  # pattern of the file's name inside a zip archive

    def missing(self, names: Collection[str]) -> list[str]:
        """What this form needs and a table with these columns does not have, as a person would say it."""
        groups = [*self.fields.values(), *self.identifiers.values()]
        groups += [choice.columns for choice in self.choices.values() if choice.columns]
        groups += [(name,) for name in self.patterns]
        if self.keep:
            groups.append(self.keep.columns)
        return [
            " or ".join(f"“{name}”" for name in group)
            for group in dict.fromkeys(groups)
            if not self.optional.issuperset(group) and not any(name in names for name in group)
        ]
