"""Which medicine a word names, and whether the law of a country wants a prescription for it.

Unknown stays unknown: a country that the list does not name for a medicine proves nothing there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import re2

from pharmcheck.ruleset.folding import fold

RESTRICTED = frozenset({"prescription", "not_approved"})
"""Classes in which nobody may lawfully sell without a prescription."""


@dataclass(frozen=True, slots=True)
class Medicine:
    """One substance.  `legal_class` is by ISO country; see `rules/lists/medicines.yaml` for the words."""

    inn: str
    group: str
    legal_class: Mapping[str, str]
    controlled: Mapping[str, str]

    def __hash__(self) -> int:
        """Substances are told apart by their INN."""
        return hash(self.inn)


@dataclass(frozen=True, slots=True)
class Medicines:
    """The list, ready to be matched against folded text."""

    by_name: Mapping[str, Medicine]
    ambiguous: frozenset[str]
    reference_countries: tuple[str, ...]
    _finder: Any

    def named_in(self, folded: bytes) -> list[tuple[int, int, Medicine]]:
        """Every medicine named in folded text: byte offsets and substance, in order."""
        return [
            (match.start(), match.end(), self.by_name[match.group().decode().replace("-", " ")])
            for match in self._finder.finditer(folded)
        ]

    def restricted(self, medicine: Medicine, countries: Iterable[str], needed: int) -> bool:
        """Whether `medicine` needs a prescription where it is sold and where it goes.

        Args:
            medicine: what is offered.
            countries: the seller's claimed country and the destination, as far as known.
            needed: in how many reference countries it must need one when no country is known.
        """
        known = [medicine.legal_class[country] for country in countries if country in medicine.legal_class]
        if known:
            return all(word in RESTRICTED for word in known)
        words = [medicine.legal_class.get(country) for country in self.reference_countries]
        return sum(word in RESTRICTED for word in words) >= needed


def build_medicines(data: Mapping[str, Any]) -> Medicines:
    """Build the matcher from the parsed list.

    Raises:
        ValueError: two medicines share a name.
    """
    by_name: dict[str, Medicine] = {}
    ambiguous: set[str] = set()
    for row in data["medicines"]:
        medicine = Medicine(row["inn"], row["group"], dict(row["class"]), dict(row.get("controlled") or {}))
        ambiguous |= {fold(name) for name in row.get("ambiguous") or ()}
        for name in (row["inn"], *row["names"], *row.get("brands", ()), *row.get("misspellings", ())):
            folded = fold(name).replace("-", " ")
            if by_name.setdefault(folded, medicine) is not medicine:
                raise ValueError(f"{name!r} names both {by_name[folded].inn} and {medicine.inn}")
    certain = sorted((name for name in by_name if name not in ambiguous), key=lambda name: (-len(name), name))
    pattern = "|".join(re2.escape(name).replace("\\ ", "[ -]") for name in certain)
    options = re2.Options()
    options.never_capture = True
    options.longest_match = True
    finder = re2.compile(rf"\b(?:{pattern})\b".encode(), options)
    return Medicines(by_name, frozenset(ambiguous), tuple(data["reference_countries"]), finder)
