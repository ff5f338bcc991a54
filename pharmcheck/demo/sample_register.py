"""The register that the sample high street belongs to: invented like the street, fresh by construction."""

from __future__ import annotations

from datetime import date, timedelta

from pharmcheck.demo.cases import load_cases
from pharmcheck.registers import Identifier, MemoryRegisters, Record, Snapshot

NAME = "sample_register"


def sample_registers(today: date) -> MemoryRegisters:
    """One snapshot, dated `today`, whose records name the two listed pharmacies of the street."""
    snapshot = Snapshot(
        name=NAME,
        country=None,
        authority="Register of the sample high street (invented)",
        as_of=today,
        period=timedelta(days=1),
    )
    records = [
        Record(
            register=NAME,
            entry_id=case.entry.entry_id,
            name=case.entry.name,
            country=case.country,
            web_addresses=(f"https://{case.host}/",),
            identifiers=tuple(Identifier(scheme, number) for scheme, number in case.entry.numbers),
            postcode=case.entry.postcode,
            online_sale=True,
            jurisdictions=(case.country,) if case.country else (),
        )
        for case in load_cases()
        if case.entry is not None
    ]
    return MemoryRegisters([snapshot], records)
