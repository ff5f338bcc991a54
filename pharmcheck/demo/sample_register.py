"""The register and warning lists that the sample high street belongs to: invented like it, fresh by construction."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache

from pharmcheck.demo.cases import Case, Entry, load_cases
from pharmcheck.registers import Identifier, MemoryRegisters, Record, RegisterKind, Snapshot, WarningEntry

NAME = "sample_register"
_DAY = timedelta(days=1)
_WARNED_FOR = timedelta(days=60)


@cache
def sample_registers(today: date) -> MemoryRegisters:
    """One register and two warning lists, dated `today`, that name sites of the street."""
    register = Snapshot(
        NAME, None, "Register of the sample high street (invented)", today, _DAY, marks_online_sale=True
    )
    authority, society = "Authority of the sample high street (invented)", "Society of sample pharmacies (invented)"
    lists = {
        "authority": Snapshot("sample_warnings", "US", authority, today, _DAY, kind=RegisterKind.WARNING),
        "private_body": Snapshot("sample_opinions", "US", society, today, _DAY, kind=RegisterKind.PRIVATE_WARNING),
    }
    cases = load_cases()
    records = [_record(case, case.entry) for case in cases if case.entry is not None]
    warnings = [
        WarningEntry(lists[case.warned_by].name, lists[case.warned_by].authority, case.host, today - _WARNED_FOR)
        for case in cases
        if case.warned_by
    ]
    return MemoryRegisters([register, *lists.values()], records, warnings)


def _record(case: Case, entry: Entry) -> Record:
    return Record(
        register=NAME,
        entry_id=entry.entry_id,
        name=entry.name,
        country=case.country,
        web_addresses=(f"https://{case.host}/",),
        status=entry.status,
        identifiers=tuple(Identifier(scheme, number) for scheme, number in entry.numbers),
        postcode=entry.postcode,
        online_sale=entry.online_sale,
        jurisdictions=(case.country,) if case.country else (),
    )
