"""Which medicine a word names, and whether the law of a country wants a prescription for it.

Unknown stays unknown: a country that the list does not name for a medicine proves nothing there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pharmcheck.ruleset.folding import fold

_WORD = re.compile(r"[^\W_]+")  # one class, one repeat: linear on any page
_MARKS = ".,;:!?()[]\"'"
RESTRICTED = frozenset({"prescription", "not_approved"})
"""Classes in which nobody may lawfully sell without a prescription."""


@dataclass(frozen=True, slots=True, eq=False)
class Medicine:
    """One substance, told apart by identity: the list holds each once.

    `legal_class` is by ISO country; see `rules/lists/medicines.yaml` for the words.
    """

    inn: str
    group: str
    legal_class: Mapping[str, str]
    controlled: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Medicines:
    """The list, ready to be matched against folded text."""

    by_name: Mapping[str, Medicine]
    ambiguous: frozenset[str]
    reference_countries: tuple[str, ...]
    _by_first_word: Mapping[str, tuple[str, ...]]

    def named_in(self, folded: str) -> list[tuple[int, int, Medicine]]:
        """Every medicine named in folded text, whole words only: offsets and substance, in order.

        The words of the text tell which names can stand in it at all; only those few are then looked for.
        """
        found: list[tuple[int, int, Medicine]] = []
        for first in self._by_first_word.keys() & _words(folded):
            for name in self._by_first_word[first]:
                for spelling in {name, name.replace(" ", "-")}:
                    found += self._places(spelling, self.by_name[name], folded)
        found.sort(key=lambda place: (place[0], -place[1]))
        reached = 0
        longest = []
        for place in found:  # "super kamagra" is not "kamagra"
            if place[0] >= reached:
                longest.append(place)
                reached = place[1]
        return longest

    def _places(self, name: str, medicine: Medicine, folded: str) -> Iterator[tuple[int, int, Medicine]]:
        start = folded.find(name)
        while start >= 0:
            end = start + len(name)
            before, after = folded[start - 1 : start], folded[end : end + 1]
            if not before.isalnum() and not after.isalnum():
                yield start, end, medicine
            start = folded.find(name, end)

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


def _words(folded: str) -> set[str]:
    words = {word.strip(_MARKS) for word in set(folded.split())}
    joined = [word for word in words if not word.isalnum()]  # "cialis/levitra"
    words.update(part for word in joined for part in _WORD.findall(word))
    return words


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
    by_first_word: dict[str, list[str]] = {}
    for name in by_name.keys() - ambiguous:
        by_first_word.setdefault(_WORD.findall(name)[0], []).append(name)
    return Medicines(
        by_name,
        frozenset(ambiguous),
        tuple(data["reference_countries"]),
        {first: tuple(sorted(names)) for first, names in by_first_word.items()},
    )
