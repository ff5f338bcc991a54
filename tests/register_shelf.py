"""Small registers of our own making for tests: who lists whom, since when, and for what."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from pharmcheck.registers import Identifier, MemoryRegisters, Record, RegisterKind, Snapshot, WarningEntry
from tests.sites import WHEN

TODAY = WHEN.date()
QUAY = Record(
    "gb_register", "77", "Quay Pharmacy", "GB", ("https://quay-pharmacy.example",), "active",
    (Identifier("gb_gphc_premises", "1099887"),), "YO21 3PU", online_sale=True,
    address="12 Quay Street, Whitby", phones=("+442079460123",),
)  # fmt: skip


@dataclass(slots=True)
class Registers:
    """A shelf of snapshots that tests fill line by line."""

    snapshots: list[Snapshot] = field(default_factory=list)
    records: list[Record] = field(default_factory=list)
    warnings: list[WarningEntry] = field(default_factory=list)

    def register(
        self,
        name: str,
        country: str,
        *records: Record,
        age: int = 0,
        kind: RegisterKind = RegisterKind.REGISTER,
        complete: bool = False,
    ) -> Registers:
        """Add a list of `age` days with these entries."""
        marked = kind is RegisterKind.REGISTER
        snapshot = Snapshot(
            name, country, f"The {name}", TODAY - timedelta(days=age), timedelta(days=30), marked, kind,
            schemes=("gb_gphc_premises",), complete=complete, page=f"https://{name.replace('_', '-')}.example/",
        )  # fmt: skip
        self.snapshots.append(snapshot)
        self.records += [replace(record, register=name) for record in records]
        return self

    def warned(self, domain: str, on: date | None, *, private: bool = False) -> Registers:
        """Add somebody's warning about a domain."""
        kind = RegisterKind.PRIVATE_WARNING if private else RegisterKind.WARNING
        name = f"warning_list_{len(self.snapshots)}"
        self.snapshots.append(Snapshot(name, "US", f"The {name}", TODAY, timedelta(days=30), kind=kind))
        self.warnings.append(WarningEntry(name, f"The {name}", domain, on))
        return self

    def lookup(self) -> MemoryRegisters:
        """What the judge asks."""
        return MemoryRegisters(self.snapshots, self.records, self.warnings)
