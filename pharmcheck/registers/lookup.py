"""The one way to ask registers, and a memory that answers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from pharmcheck.address import registrable_domain
from pharmcheck.registers.binding import binds, named_host
from pharmcheck.registers.records import Record, Snapshot, WarningEntry


class RegisterLookup(Protocol):
    """Asks all loaded registers.  The memory one serves tests and samples; the store has its own."""

    def snapshots(self) -> Sequence[Snapshot]:
        """Every loaded register, by name."""
        ...

    def naming(self, host: str) -> Sequence[Record]:
        """Records whose web address names this host."""
        ...

    def numbered(self, scheme: str, number: str) -> Sequence[Record]:
        """Records with this number, normalised, in this scheme; in any scheme when it is `unspecified`."""
        ...

    def warnings(self, host: str, domain: str) -> Sequence[WarningEntry]:
        """Warnings about this host or its registrable domain."""
        ...

    def named_domains(self) -> Sequence[str]:
        """Every registrable domain that a record names, sorted: what an imitation would be close to."""
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

    def numbered(self, scheme: str, number: str) -> Sequence[Record]:
        return tuple(
            record
            for record in self._records
            if any(held.number == number and scheme in (held.scheme, "unspecified") for held in record.identifiers)
        )

    def warnings(self, host: str, domain: str) -> Sequence[WarningEntry]:
        return tuple(entry for entry in self._warnings if entry.domain in (host, domain))

    def named_domains(self) -> Sequence[str]:
        hosts = {named_host(web) for record in self._records for web in record.web_addresses}
        return sorted({registrable_domain(host) for host in hosts if host})


EMPTY_REGISTERS = MemoryRegisters()
