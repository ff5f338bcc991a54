"""What a register says, and the one way to ask."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol

from pharmcheck.registers.binding import binds

DOT_PHARMACY = "dot_pharmacy"
"""The register of names under `.pharmacy`: the ending itself is the proof, so it has no snapshot."""
GRACE = timedelta(days=14)
"""A snapshot may be this much older than its source's publication period (DESIGN section 3, "Fresh?")."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One dated copy of a register or list."""

    name: str  # e.g. sukl_cz
    country: str | None  # ISO 3166-1 alpha-2 of the authority
    authority: str
    as_of: date | None  # the source's own date
    period: timedelta  # how often the source publishes
    marks_online_sale: bool = False  # the register says which entries may sell at a distance
    accreditation: bool = False  # a list of accredited sites rather than a public register

    def fresh(self, today: date) -> bool:
        """Whether a record of this snapshot may still verify a site."""
        return self.as_of is not None and today - self.as_of <= self.period + GRACE

    def lets_sell_online(self, record: Record) -> bool:
        """Whether a record may sell at a distance, as far as this register marks it."""
        return not self.marks_online_sale or bool(record.online_sale)


@dataclass(frozen=True, slots=True)
class Record:
    """One entry of a register."""

    register: str
    entry_id: str
    name: str
    country: str | None
    web_addresses: tuple[str, ...]
    status: str = "active"  # active | expired | suspended | struck
    numbers: tuple[str, ...] = ()
    postcode: str | None = None
    online_sale: bool | None = None  # None where the register does not say
    jurisdictions: tuple[str, ...] = ()  # where it may sell, when the register says


@dataclass(frozen=True, slots=True)
class WarningEntry:
    """One entry of an authority's list of sites it warns about."""

    register: str
    authority: str
    domain: str
    listed_on: date | None
    url: str | None = None


class RegisterLookup(Protocol):
    """Asks all loaded registers.  The memory one serves tests and samples; the store has its own."""

    def snapshots(self) -> Sequence[Snapshot]:
        """Every loaded register, by name."""
        ...

    def naming(self, host: str) -> Sequence[Record]:
        """Records whose web address names this host."""
        ...

    def numbered(self, number: str) -> Sequence[Record]:
        """Records with this number, normalised."""
        ...

    def warnings(self, host: str, domain: str) -> Sequence[WarningEntry]:
        """Warnings about this host or its registrable domain."""
        ...


class MemoryRegisters:
    """Registers held in memory."""

    def __init__(
        self,
        snapshots: Iterable[Snapshot] = (),
        records: Iterable[Record] = (),
        warnings: Iterable[WarningEntry] = (),
    ) -> None:
        self._snapshots = tuple(sorted(snapshots, key=lambda snapshot: snapshot.name))
        self._records = tuple(records)
        self._warnings = tuple(warnings)

    def snapshots(self) -> Sequence[Snapshot]:
        return self._snapshots

    def naming(self, host: str) -> Sequence[Record]:
        return tuple(record for record in self._records if any(binds(web, host) for web in record.web_addresses))

    def numbered(self, number: str) -> Sequence[Record]:
        return tuple(record for record in self._records if number in record.numbers)

    def warnings(self, host: str, domain: str) -> Sequence[WarningEntry]:
        return tuple(entry for entry in self._warnings if entry.domain in (host, domain))


EMPTY_REGISTERS = MemoryRegisters()
