"""Official registers as dated snapshots, asked through one small Protocol.

Only a record that names this very host clears a site.  A number that exists, a name and an address that
agree prove that *a* pharmacy exists, never that this site is it: a clone copies all of them.
"""

from __future__ import annotations

from pharmcheck.registers.binding import binds
from pharmcheck.registers.importing import Entry, Importer, Quarantined, Source
from pharmcheck.registers.lookup import EMPTY_REGISTERS, MemoryRegisters, RegisterLookup
from pharmcheck.registers.records import DOT_PHARMACY, GRACE, Identifier, Record, RegisterKind, Snapshot, WarningEntry

__all__ = [
    "DOT_PHARMACY",
    "EMPTY_REGISTERS",
    "GRACE",
    "Entry",
    "Identifier",
    "Importer",
    "MemoryRegisters",
    "Quarantined",
    "Record",
    "RegisterKind",
    "RegisterLookup",
    "Snapshot",
    "Source",
    "WarningEntry",
    "binds",
]
