"""Who may sell medicines online from which country to whom, from `rules/lists/destinations.yaml`.

Two laws decide: the seller's and that of the country to which the parcel goes.  Knows no site; unknown stays unknown.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

HOME, EEA, ELSEWHERE = "home", "eea", "elsewhere"


class Sale(StrEnum):
    """What the law says about one sale."""

    ALLOWED = "allowed"
    BANNED = "banned"
    UNKNOWN = "unknown"


class MedicineKind(StrEnum):
    """The two kinds that the law of every country tells apart."""

    PRESCRIPTION = "prescription"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class _Law:
    """One country's law on one kind of medicine; keys are countries or the scopes above."""

    sells: Mapping[str, Sale]
    takes: Mapping[str, Sale]
    confirmed: bool  # somebody's page says so, not only our memory


@dataclass(frozen=True, slots=True)
class Destinations:
    """The matrix, ready to be asked."""

    vouches: Mapping[str, tuple[str, ...]]
    """Where an accreditation counts whose entries name no country, by register."""
    _laws: Mapping[tuple[str, MedicineKind], _Law]
    _eea: frozenset[str]

    def sale(self, seller: str, destination: str, kinds: Iterable[MedicineKind]) -> Sale:
        """Whether a seller in one country may send all these kinds of medicine to a person in another, or at home."""
        answers = {answer for kind in kinds for answer in self._answers(seller, destination, kind)}
        if Sale.BANNED in answers:
            return Sale.BANNED
        return Sale.ALLOWED if answers == {Sale.ALLOWED} else Sale.UNKNOWN

    def bans_prescription_sale(self, country: str) -> bool:
        """Whether sellers in this country are known to be forbidden to sell prescription medicines online at all."""
        law = self._laws.get((country, MedicineKind.PRESCRIPTION))
        return law is not None and law.confirmed and set(law.sells.values()) == {Sale.BANNED}

    def _answers(self, seller: str, destination: str, kind: MedicineKind) -> list[Sale]:
        sender, receiver = self._laws.get((seller, kind)), self._laws.get((destination, kind))
        if seller == destination:
            return [sender.sells.get(HOME, Sale.UNKNOWN) if sender else Sale.UNKNOWN]
        return [
            self._widest(sender.sells, destination) if sender else Sale.UNKNOWN,
            self._widest(receiver.takes, seller) if receiver else Sale.UNKNOWN,
        ]

    def _widest(self, scopes: Mapping[str, Sale], country: str) -> Sale:
        for scope in (country, *((EEA,) if country in self._eea else ()), ELSEWHERE):
            if scope in scopes:
                return scopes[scope]
        return Sale.UNKNOWN


def build_destinations(data: Mapping[str, Any]) -> Destinations:
    """Build the matrix from the parsed list.

    Raises:
        ValueError: a word that is not one of ours, or a country that stands twice.
        KeyError: a key is missing.
    """
    laws: dict[tuple[str, MedicineKind], _Law] = {}
    for row in data["countries"]:
        for kind in MedicineKind:
            if (row["country"], kind) in laws:
                raise ValueError(f"destinations: {row['country']} stands twice")
            laws[row["country"], kind] = _law(row["country"], row[kind])
    vouches = {register: tuple(countries) for register, countries in data["vouches"].items()}
    return Destinations(vouches, laws, frozenset(data["eea"]))


def _law(country: str, row: Mapping[str, Any]) -> _Law:
    scopes = {part: {scope: Sale(word) for scope, word in row[part].items()} for part in ("sells", "takes")}
    for scope in {*scopes["sells"], *scopes["takes"]} - {HOME, EEA, ELSEWHERE}:
        if len(scope) != 2 or not scope.isupper():  # noqa: PLR2004 - ISO 3166-1 alpha-2
            raise ValueError(f"destinations: {country}: {scope!r} is neither home, eea, elsewhere nor a country")
    return _Law(scopes["sells"], scopes["takes"], row["confidence"] in ("public-copy", "confirmed"))
