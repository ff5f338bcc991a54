"""Loading a register: rows stream in beside the snapshot that answers, then one small transaction switches.

Readers see the old snapshot or the new one, never half of either.  What is not accepted, or breaks off, is taken out
again and the old one stays.  Whether the new one is plausible is the caller's question, asked before the switch.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import asdict
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

import sqlalchemy as sa

from pharmcheck.address import registrable_domain
from pharmcheck.errors import StoreError
from pharmcheck.registers import Entry, Quarantined, Record, Snapshot
from pharmcheck.registers.binding import named_host
from pharmcheck.store.columns import storable
from pharmcheck.store.register_rows import Counts, LoadedRegister, snapshot_row, to_document, to_loaded
from pharmcheck.store.registers import Transactions
from pharmcheck.store.tables import (
    register_hosts,
    register_identifiers,
    register_quarantine,
    register_records,
    register_snapshots,
    register_warnings,
)
from pharmcheck.store.writing import one_at_a_time, put_many

KEPT = timedelta(hours=2)
"""How long a replaced snapshot outlives its successor's successor: longer than any visit may take, so that no
judgement loses its registers half-way."""
MOST_SHOWN = 1000  # quarantined rows that are kept to be shown; all are counted
_ABANDONED = timedelta(days=1)  # no load takes so long; its program was killed
_BATCH = 2000  # entries a transaction: other writers get their turn in between, and memory stays flat

_ROWS = (register_records, register_hosts, register_identifiers, register_warnings, register_quarantine)

Accept = Callable[[LoadedRegister | None, Counts], None]
"""Raises to refuse what was read, beside the snapshot that answers now."""


def replace_register(
    begin: Transactions,
    snapshot: Snapshot,
    entries: Iterable[Entry],
    *,
    sha256: str,
    now: datetime,
    accept: Accept,
) -> LoadedRegister:
    """Load `entries` and let them answer for `snapshot.name` from then on.

    Raises what `entries` or `accept` raise, and StoreError; then everything is as before.
    """
    _prune(begin, snapshot.name, now)
    table = register_snapshots
    with begin(writes=True) as connection:
        row = snapshot_row(snapshot) | {"sha256": sha256, "fetched_at": now}
        added = connection.execute(sa.insert(table).values(row | asdict(Counts()) | {"state": "loading"}))
        (new,) = added.inserted_primary_key or (0,)
    try:
        counts = _write(begin, new, entries)
        with begin(writes=True) as connection:
            one_at_a_time(connection, table)
            named = (table.c.name == snapshot.name) & (table.c.state == "active")
            old = connection.execute(sa.select(table).where(named)).first()
            accept(to_loaded(old) if old else None, counts)
            connection.execute(sa.update(table).where(named).values(state="replaced", replaced_at=now))
            connection.execute(sa.update(table).where(table.c.id == new).values(state="active", **asdict(counts)))
    except BaseException:
        with suppress(StoreError):  # the first failure is the one to tell; the rest goes with the next load
            _remove(begin, new)
        raise
    _prune(begin, snapshot.name, now)
    return LoadedRegister(new, snapshot, sha256, now, counts)


def quarantined_rows(begin: Transactions, snapshot_id: int) -> tuple[Quarantined, ...]:
    """The first rows of a snapshot that were left out."""
    table = register_quarantine
    query = sa.select(table).where(table.c.snapshot_id == snapshot_id).order_by(table.c.position)
    with begin() as connection:
        return tuple(Quarantined(row.line, row.reason, row.text) for row in connection.execute(query))


def _write(begin: Transactions, new: int, entries: Iterable[Entry]) -> Counts:
    tally = dict.fromkeys(asdict(Counts()), 0)
    numbered = enumerate(entries)
    while batch := list(islice(numbered, _BATCH)):
        rows: dict[str, list[dict[str, Any]]] = {table.name: [] for table in _ROWS}
        for position, entry in batch:
            _add(rows, tally, {"snapshot_id": new, "position": position}, entry)
        with begin(writes=True) as connection:
            for table in _ROWS:
                put_many(connection, table, rows[table.name])
    return Counts(**tally)


def _add(rows: dict[str, list[dict[str, Any]]], tally: dict[str, int], key: dict[str, int], entry: Entry) -> None:
    if isinstance(entry, Quarantined):
        tally["quarantined"] += 1
        if tally["quarantined"] <= MOST_SHOWN:
            shown = {"line": entry.line, "reason": storable(entry.reason), "text": storable(entry.text)}
            rows["register_quarantine"].append(key | shown)
    elif isinstance(entry, Record):
        tally["records"] += 1
        rows["register_records"].append(key | {"document": to_document(entry)})
        for host in {named_host(web) for web in entry.web_addresses}:
            tally["hosts" if host else "unbound"] += 1
            if host:
                rows["register_hosts"].append(key | {"host": host, "domain": registrable_domain(host)})
        for held in set(entry.identifiers):
            number = {"number": storable(held.number), "scheme": held.scheme}
            rows["register_identifiers"].append(key | number)
    else:
        tally["warnings"] += 1
        warning = {"domain": storable(entry.domain), "document": to_document(entry)}
        rows["register_warnings"].append(key | warning)


def _prune(begin: Transactions, name: str, now: datetime) -> None:
    """Take out what nobody can be reading any more; the snapshot before the active one always stays."""
    table = register_snapshots
    with begin() as connection:
        ours = connection.execute(sa.select(table).where(table.c.name == name, table.c.state != "active")).all()
    replaced = sorted((row for row in ours if row.state == "replaced"), key=lambda row: row.id)
    gone = [row.id for row in replaced[:-1] if now - row.replaced_at > KEPT]
    gone += [row.id for row in ours if row.state == "loading" and now - row.fetched_at > _ABANDONED]
    for snapshot_id in gone:
        _remove(begin, snapshot_id)


def _remove(begin: Transactions, snapshot_id: int) -> None:
    """A table at a time: other writers need not wait for all."""
    for table in _ROWS:
        with begin(writes=True) as connection:
            connection.execute(sa.delete(table).where(table.c.snapshot_id == snapshot_id))
    with begin(writes=True) as connection:
        connection.execute(sa.delete(register_snapshots).where(register_snapshots.c.id == snapshot_id))
