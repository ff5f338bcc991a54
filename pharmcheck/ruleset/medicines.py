"""Which medicine a word names, and whether the law of a country wants a prescription for it.

Unknown stays unknown: a country that the list does not name for a medicine proves nothing there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pharmcheck.ruleset.medicine_schema import EVERYWHERE, TREATY, MedicineFile, MedicineHead, MedicineRow, spelt
from pharmcheck.ruleset.spellings import Spellings

RESTRICTED = frozenset({"prescription", "not_approved"})
"""Classes in which nobody may lawfully sell without a prescription."""
VETERINARY = "veterinary"
"""The group of what is for animals only."""


@dataclass(frozen=True, slots=True, eq=False)
class Medicine:
    """One substance, told apart by identity: the list holds each once.

    `legal_class` is by ISO country; see `rules/lists/medicines.yaml` for the words.
    """

    inn: str
    group: str
    legal_class: Mapping[str, str]
    controlled: Mapping[str, str]
    no_generic: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Medicines:
    """The list, ready to be matched against folded text."""

    by_name: Mapping[str, Medicine]
    only_apart: frozenset[str]
    """Names that mean nothing when they are joined to other words, as in the name of a domain."""
    export_brands: frozenset[str]
    countries: frozenset[str]
    reference_countries: tuple[str, ...]
    schedules: frozenset[str]
    _spellings: Spellings

    def named_in(self, folded: str) -> list[tuple[int, int, Medicine]]:
        """Every medicine named in folded text, whole words only: offsets and substance, in order."""
        return [(start, end, self.by_name[name]) for start, end, name in self._spellings.found_in(folded)]

    def export_brand_in(self, folded: str) -> str | None:
        """The first brand in folded text that is authorised nowhere but where it is made."""
        names = (name for _, _, name in self._spellings.found_in(folded))
        return next((name for name in names if name in self.export_brands), None)

    def restricted(self, medicine: Medicine, countries: Iterable[str], needed: int) -> bool:
        """Whether `medicine` needs a prescription where it is sold and where it goes.

        Args:
            medicine: what is offered.
            countries: the seller's claimed country and the destination, as far as known.
            needed: in how many reference countries it must need one when no country is known.
        """
        return self._classed(medicine, RESTRICTED, countries, needed)

    def not_approved(self, medicine: Medicine, countries: Iterable[str], needed: int) -> bool:
        """Whether no medicine with it is authorised where it is sold and where it goes; arguments as above.

        With no country known, what is a medicine in one reference country may be one where it is sold.
        """
        least = max(needed, len(medicine.legal_class.keys() & set(self.reference_countries)))
        return self._classed(medicine, frozenset({"not_approved"}), countries, least)

    def _classed(self, medicine: Medicine, wanted: frozenset[str], countries: Iterable[str], needed: int) -> bool:
        known = [medicine.legal_class[country] for country in countries if country in medicine.legal_class]
        if known:
            return all(word in wanted for word in known)
        words = [medicine.legal_class.get(country) for country in self.reference_countries]
        return sum(word in wanted for word in words) >= needed

    def controlled(self, medicine: Medicine, countries: Iterable[str]) -> bool:
        """Whether it is a controlled drug in one of these countries; anywhere at all when we know the law of none."""
        known = [country for country in countries if country in self.countries]
        if not known:
            return bool(medicine.controlled)
        return any(
            country in medicine.controlled or (country not in self.schedules and TREATY in medicine.controlled)
            for country in known
        )


def build_medicines(data: Mapping[str, Any]) -> Medicines:
    """Build the matcher from the parsed list; its parts have passed `medicine_schema`.

    Raises:
        ValueError: two medicines share a name, or an entry names a group, country or source that the head does not.
    """
    head = MedicineHead.model_validate({key: value for key, value in data.items() if key != "medicines"})
    rows = MedicineFile.model_validate({"medicines": data["medicines"]}).medicines
    sources = {source.id for source in head.sources}
    by_name: dict[str, Medicine] = {}
    for row in rows:
        if strange := {row.group, *row.sources, *row.places}.difference(
            head.groups, sources, head.countries, head.single_countries
        ):
            raise ValueError(f"{row.inn}: lists/medicines.yaml does not name {', '.join(sorted(strange))}")
        medicine = _medicine(row, head.countries)
        for name in row.spellings:
            if by_name.setdefault(spelt(name), medicine) is not medicine:
                raise ValueError(f"{name!r} names both {by_name[spelt(name)].inn} and {medicine.inn}")
    ambiguous, unmatched, export_brands = (
        frozenset(spelt(name) for row in rows for name in getattr(row, key))
        for key in ("ambiguous", "unmatched", "export_brands")
    )
    return Medicines(
        by_name,
        ambiguous.union(unmatched, map(spelt, head.within_words)),
        export_brands,
        frozenset(head.countries),
        tuple(head.reference_countries),
        frozenset(head.schedules),
        Spellings(by_name.keys() - unmatched, ambiguous),
    )


def _medicine(row: MedicineRow, countries: Iterable[str]) -> Medicine:
    everywhere = row.legal_class.get(EVERYWHERE, "unknown")
    named = {country: word for country, word in row.legal_class.items() if country != EVERYWHERE}
    classes = {**dict.fromkeys(countries, everywhere), **named}
    known = {country: word for country, word in classes.items() if word != "unknown"}
    return Medicine(row.inn, row.group, known, dict(row.controlled), frozenset(row.no_generic))
