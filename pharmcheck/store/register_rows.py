"""Registers as rows: records and warnings as JSON of what they say, snapshots as columns.

JSON of only what differs from a field's default: a field added to a record needs no new column, and old rows keep
their meaning.  ASCII, so that no database chokes on it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Row

from pharmcheck.registers import Identifier, Record, RegisterKind, Snapshot, WarningEntry


@dataclass(frozen=True, slots=True)
class Counts:
    """What a snapshot holds."""

    records: int = 0
    hosts: int = 0  # web addresses that can name a site
    unbound: int = 0  # web addresses with a path: they name none
    warnings: int = 0
    quarantined: int = 0


@dataclass(frozen=True, slots=True)
class LoadedRegister:
    """A snapshot that answers, where it came from and what it holds."""

    id: int
    snapshot: Snapshot
    sha256: str  # of the source's file
    fetched_at: datetime
    counts: Counts


def snapshot_row(snapshot: Snapshot) -> dict[str, Any]:
    """The columns of `register_snapshots` that say what the snapshot is."""
    return {
        "name": snapshot.name,
        "kind": snapshot.kind.value,
        "country": snapshot.country,
        "authority": snapshot.authority,
        "page": snapshot.page,
        "as_of": snapshot.as_of,
        "period_days": snapshot.period.days,
        "marks_online_sale": snapshot.marks_online_sale,
        "complete": snapshot.complete,
        "schemes": json.dumps(snapshot.schemes),
    }


def to_loaded(row: Row[Any]) -> LoadedRegister:
    """A `LoadedRegister` from a row of `register_snapshots`."""
    same = "name country authority as_of marks_online_sale complete page".split()
    snapshot = Snapshot(
        **{name: getattr(row, name) for name in same},
        period=timedelta(days=row.period_days),
        kind=RegisterKind(row.kind),
        schemes=tuple(json.loads(row.schemes)),
    )
    counts = Counts(**{field.name: getattr(row, field.name) for field in fields(Counts)})
    return LoadedRegister(row.id, snapshot, row.sha256, row.fetched_at, counts)


def to_document(entry: Record | WarningEntry) -> str:
    """A record or warning as JSON, without the name of its register: the snapshot knows it."""
    told = _RECORD if isinstance(entry, Record) else _WARNING
    return _encode({name: value for name, default in told if (value := getattr(entry, name)) is not default})


def to_record(document: str, register: str) -> Record:
    """A record from its JSON."""
    said = {name: tuple(value) if isinstance(value, list) else value for name, value in json.loads(document).items()}
    said["identifiers"] = tuple(Identifier(*pair) for pair in said.get("identifiers", ()))
    return Record(register=register, **_with_dates(said, ("valid_from", "valid_to")))


def to_warning(document: str, register: str) -> WarningEntry:
    """A warning from its JSON."""
    return WarningEntry(register=register, **_with_dates(json.loads(document), ("listed_on",)))


def _plain(value: object) -> object:
    if isinstance(value, Identifier):
        return [value.scheme, value.number]
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"a record holds {type(value).__name__}")


def _with_dates(said: dict[str, Any], names: Iterable[str]) -> dict[str, Any]:
    return said | {name: date.fromisoformat(said[name]) for name in names if said.get(name)}


def _told(kind: type[Record | WarningEntry]) -> tuple[tuple[str, object], ...]:
    return tuple((field.name, field.default) for field in fields(kind) if field.name != "register")


# Made once: a register of a million records asks for them a million times.
_encode = json.JSONEncoder(default=_plain, separators=(",", ":")).encode
_RECORD, _WARNING = _told(Record), _told(WarningEntry)
