"""Look-up in the registers that are loaded: the store's side of `RegisterLookup`.

A view is bound to the snapshots that answered when it was made.  A register that is replaced while a site is judged
changes nothing for that judgement: snapshots are kept longer than any visit lasts (`register_loading.KEPT`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager

import sqlalchemy as sa

from pharmcheck.registers import Record, Snapshot, WarningEntry
from pharmcheck.registers.binding import covers, possible_names
from pharmcheck.store.register_rows import LoadedRegister, to_loaded, to_record, to_warning
from pharmcheck.store.tables import (
    register_hosts,
    register_identifiers,
    register_records,
    register_snapshots,
    register_warnings,
)

Transactions = Callable[..., AbstractContextManager[sa.Connection]]  # `Store.transaction`


def _by_key(table: sa.Table, *columns: sa.ColumnElement[object]) -> sa.Select[tuple[object, ...]]:
    ours = table.c.snapshot_id.in_(sa.bindparam("snapshots", expanding=True))
    return sa.select(table.c.snapshot_id, *columns).where(ours).order_by(table.c.snapshot_id, table.c.position)


def _with_record(table: sa.Table, *columns: sa.ColumnElement[object]) -> sa.Select[tuple[object, ...]]:
    held = (register_records.c.snapshot_id == table.c.snapshot_id) & (register_records.c.position == table.c.position)
    return _by_key(table, register_records.c.document, *columns).join(register_records, held)


_ACTIVE = sa.select(register_snapshots).where(register_snapshots.c.state == "active")
_NAMING = _with_record(register_hosts, register_hosts.c.host).where(
    register_hosts.c.host.in_(sa.bindparam("hosts", expanding=True))
)
_NUMBERED = _with_record(register_identifiers).where(register_identifiers.c.number == sa.bindparam("number"))
_NUMBERED_IN = _NUMBERED.where(register_identifiers.c.scheme == sa.bindparam("scheme"))
_WARNINGS = _by_key(register_warnings, register_warnings.c.document).where(
    register_warnings.c.domain.in_(sa.bindparam("domains", expanding=True))
)
_DOMAINS = (
    sa.select(register_hosts.c.domain)
    .distinct()
    .where(register_hosts.c.snapshot_id.in_(sa.bindparam("snapshots", expanding=True)))
)


def loaded_registers(begin: Transactions) -> tuple[LoadedRegister, ...]:
    """The snapshots that answer now, by name."""
    with begin() as connection:
        loaded = [to_loaded(row) for row in connection.execute(_ACTIVE)]
    # Sorted here: databases differ in how they order text, and documents list the registers in this order.
    return tuple(sorted(loaded, key=lambda register: register.snapshot.name))


class DomainsCache:
    """The registrable domains of the last set of snapshots that was asked for them: thousands, and rarely new."""

    def __init__(self) -> None:
        self._held: tuple[tuple[int, ...], tuple[str, ...]] = ((), ())

    def get(self, snapshots: tuple[int, ...], find: Callable[[], Iterable[str]]) -> tuple[str, ...]:
        """The domains of these snapshots, found at most once."""
        held = self._held  # one read: another thread may put another pair there
        if held[0] != snapshots:
            held = self._held = (snapshots, tuple(find()))
        return held[1]


class StoreRegisters:
    """One consistent set of snapshots, asked through their keys.  Make one for each judgement; they are cheap."""

    def __init__(self, begin: Transactions, loaded: Sequence[LoadedRegister], domains: DomainsCache) -> None:
        self._begin = begin
        self._names = {register.id: register.snapshot.name for register in loaded}
        self._snapshots = tuple(register.snapshot for register in loaded)
        self._domains = domains

    def snapshots(self) -> Sequence[Snapshot]:
        return self._snapshots

    def naming(self, host: str) -> Sequence[Record]:
        rows = self._ask(_NAMING, hosts=possible_names(host))
        return self._records(row for row in rows if covers(row.host, host))

    def numbered(self, scheme: str, number: str) -> Sequence[Record]:
        if scheme == "unspecified":
            return self._records(self._ask(_NUMBERED, number=number))
        return self._records(self._ask(_NUMBERED_IN, number=number, scheme=scheme))

    def warnings(self, host: str, domain: str) -> Sequence[WarningEntry]:
        rows = self._ask(_WARNINGS, domains=sorted({host, domain}))
        return tuple(to_warning(row.document, self._names[row.snapshot_id]) for row in rows)

    def named_domains(self) -> Sequence[str]:
        return self._domains.get(
            tuple(self._names), lambda: sorted(row.domain for row in self._ask(_DOMAINS)) if self._names else ()
        )

    def _records(self, rows: Iterable[sa.Row[tuple[object, ...]]]) -> tuple[Record, ...]:
        once = dict.fromkeys((row.snapshot_id, row.document) for row in rows)
        return tuple(to_record(document, self._names[snapshot]) for snapshot, document in once)

    def _ask(self, question: sa.Select[tuple[object, ...]], **values: object) -> Sequence[sa.Row[tuple[object, ...]]]:
        if not self._names:
            return ()
        with self._begin() as connection:
            return connection.execute(question, {"snapshots": list(self._names), **values}).all()
