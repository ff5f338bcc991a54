"""Which medicine a word names, and whether the law of a country wants a prescription for it.

Unknown stays unknown: a country that the list does not name for a medicine proves nothing there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import re2

from pharmcheck.ruleset.folding import fold

_WORD = re.compile(r"[^\W_]+")  # one class, one repeat: linear on any page
_MANY = 200  # spellings on one page; a shop with all its goods on one has some dozens
_MEMORY = 64 << 20  # of the automaton
_ALWAYS = rb"\z"  # found at the end of any text: when even this is missing, the set ran out of memory
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


class Spellings:
    """All names as they may be spelt, and which of them a text can hold: one look of RE2 for a thousand of them."""

    def __init__(self, by_name: Mapping[str, Medicine]) -> None:
        self.known: Sequence[tuple[str, Medicine]] = tuple(
            (spelling, medicine)
            for name, medicine in by_name.items()
            for spelling in dict.fromkeys((name, name.replace(" ", "-")))
        )
        self._first_words = tuple(_WORD.findall(spelling)[0] for spelling, _ in self.known)
        options = re2.Options()
        options.max_mem = _MEMORY
        options.never_capture = True
        self._set = re2.Set.SearchSet(options)
        for spelling, _ in self.known:
            self._set.Add(re2.escape(spelling).encode())  # word boundaries would multiply the automaton
        self._set.Add(_ALWAYS)
        self._set.Compile()

    def likely_in(self, folded: str) -> Iterable[tuple[str, Medicine]]:
        """Those that occur, be it within other words; in a soup of names, those whose first word occurs."""
        present = self._set.Match(folded.encode()) or ()
        if len(self.known) in present and len(present) <= _MANY:
            return (self.known[i] for i in present if i < len(self.known))
        words = set(_WORD.findall(folded))
        return (known for known, first in zip(self.known, self._first_words, strict=True) if first in words)


@dataclass(frozen=True, slots=True)
class Medicines:
    """The list, ready to be matched against folded text."""

    by_name: Mapping[str, Medicine]
    ambiguous: frozenset[str]
    reference_countries: tuple[str, ...]
    _spellings: Spellings

    def named_in(self, folded: str) -> list[tuple[int, int, Medicine]]:
        """Every medicine named in folded text, whole words only: offsets and substance, in order."""
        found: list[tuple[int, int, Medicine]] = []
        for spelling, medicine in self._spellings.likely_in(folded):
            found += _places(spelling, medicine, folded)
        found.sort(key=lambda place: (place[0], -place[1]))
        reached = 0
        longest = []
        for place in found:  # "super kamagra" is not "kamagra"
            if place[0] >= reached:
                longest.append(place)
                reached = place[1]
        return longest

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


def _places(name: str, medicine: Medicine, folded: str) -> list[tuple[int, int, Medicine]]:
    found = []
    size, start = len(name), folded.find(name)
    while start >= 0:
        end = start + size
        if not folded[end : end + 1].isalnum() and not folded[start - 1 : start].isalnum():
            found.append((start, end, medicine))
        start = folded.find(name, end)
    return found


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
    named = {name: medicine for name, medicine in by_name.items() if name not in ambiguous}
    return Medicines(by_name, frozenset(ambiguous), tuple(data["reference_countries"]), Spellings(named))
