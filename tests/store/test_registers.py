"""Registers in the store: streamed in, switched at once, looked up by key, one consistent set for each judgement."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import fields
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from pharmcheck.errors import RegisterFileError
from pharmcheck.registers import (
    Entry,
    Identifier,
    MemoryRegisters,
    Quarantined,
    Record,
    RegisterKind,
    Snapshot,
    WarningEntry,
    binds,
)
from pharmcheck.store import Counts, LoadedRegister, Store
from pharmcheck.store.register_loading import KEPT, MOST_SHOWN
from pharmcheck.store.tables import register_records, register_snapshots

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
SNAPSHOT = Snapshot(
    name="quay",
    country="GB",
    authority="Quay Register of Pharmacies",
    as_of=date(2026, 11, 1),
    period=timedelta(days=31),
    marks_online_sale=True,
    kind=RegisterKind.REGISTER,
    schemes=("gb_gphc_premises", "gb_company"),
    complete=True,
    page="https://register.example/",
)


def record(number: int, *web: str, **more: object) -> Record:
    identifiers = (Identifier("gb_gphc_premises", f"10{number:05d}"),)
    return Record("quay", f"10{number:05d}", f"Pharmacy {number}", "GB", web, identifiers=identifiers, **more)  # type: ignore[arg-type]


FULL = Record(
    register="quay",
    entry_id="1099887",
    name="Quay Pharmacy – Lékárna ☤",
    country="GB",
    web_addresses=("https://www.quay-pharmacy.example/", "https://shared.example/quay"),
    status="suspended",
    identifiers=(Identifier("gb_gphc_premises", "1099887"), Identifier("gb_company", "01234567")),
    postcode="YO21 3PU",
    online_sale=False,
    jurisdictions=("GB", "IE"),
    other_names=("Quay Chemist",),
    address="12 Quay Street, Whitby",
    phones=("+442079460000",),
    valid_from=date(2020, 1, 2),
    valid_to=date(2027, 1, 1),
)


def accept_all(_old: LoadedRegister | None, _counts: Counts) -> None:
    pass


@pytest.fixture
def load(store: Store) -> Callable[..., LoadedRegister]:
    """Loads entries as the register `quay`."""

    def call(*entries: Entry, snapshot: Snapshot = SNAPSHOT, now: datetime = NOON, accept=accept_all) -> LoadedRegister:
        return store.replace_register(snapshot, iter(entries), sha256="ab" * 32, now=now, accept=accept)

    return call


def states(store: Store) -> list[str]:
    with store._engine.connect() as connection:
        rows = connection.execute(sa.select(register_snapshots.c.state).order_by(register_snapshots.c.id))
        return list(rows.scalars())


def test_a_record_comes_back_whole(store: Store, load) -> None:
    """Every field of a record, snapshot and warning survives, in every script."""
    warning = WarningEntry("quay", "Quay Register", "pills.example", date(2025, 3, 4), "https://register.example/w/1")
    undated = WarningEntry("quay", "Quay Register", "pills.example", None)
    load(FULL, warning, undated)

    registers = store.registers()

    assert {field.name for field in fields(Record) if getattr(FULL, field.name) == field.default} == set()
    assert registers.naming("quay-pharmacy.example") == (FULL,)
    assert registers.numbered("gb_company", "01234567") == (FULL,)
    assert registers.snapshots() == (SNAPSHOT,)
    assert registers.warnings("shop.pills.example", "pills.example") == (warning, undated)
    assert registers.named_domains() == ("quay-pharmacy.example",)


WEB = (
    "https://www.shop.cz/", "http://shop.cz", "shop.cz/lekarna", "shop.cz?x=1", "https://a.shop.cz/", "www.a.shop.cz",
    "https://lekarna-a.webnode.cz", "webnode.cz", "http//:x.cz", "a.cz, https:", "info@shop.cz", "shop.example",
    "www.shop.example", "https://xn--mller-kva.cz/", "SHOP.CZ", "co.uk", "https://shop.cz:8443/",
)  # fmt: skip
HOSTS = (
    "shop.cz", "www.shop.cz", "a.shop.cz", "b.a.shop.cz", "www.a.shop.cz", "lekarna-a.webnode.cz",
    "lekarna-b.webnode.cz", "webnode.cz", "x.cz", "a.cz", "shop.example", "www.shop.example", "sub.shop.example",
    "xn--mller-kva.cz", "foo.co.uk", "co.uk", "other.cz",
)  # fmt: skip


def test_the_index_finds_exactly_what_binds(store: Store, load) -> None:
    """For every host and every web address the look-up says what `binds` says, and what the memory says."""
    records = [record(number, web) for number, web in enumerate(WEB)]
    load(*records)
    registers, memory = store.registers(), MemoryRegisters([SNAPSHOT], records)

    for host in HOSTS:
        bound = tuple(each for each, web in zip(records, WEB, strict=True) if binds(web, host))
        assert registers.naming(host) == bound == tuple(memory.naming(host)), host
    assert list(registers.named_domains()) == list(memory.named_domains())


def test_numbers_are_found_in_their_scheme_or_in_any(store: Store, load) -> None:
    """`unspecified` asks every scheme; a number of another scheme is another number."""
    load(FULL, record(1))
    registers = store.registers()

    assert registers.numbered("unspecified", "1099887") == (FULL,)
    assert registers.numbered("gb_gphc_premises", "01234567") == ()
    assert registers.numbered("gb_gphc_premises", "7777777") == ()


def test_a_record_that_fits_twice_is_answered_once(store: Store, load) -> None:
    """Two web addresses or two schemes of one record are one record."""
    twice = Record(
        "quay", "1", "Twice", "GB", ("https://shop.cz/", "https://a.shop.cz/"),
        identifiers=(Identifier("one", "7"), Identifier("two", "7")),
    )  # fmt: skip
    load(twice)

    assert store.registers().naming("a.shop.cz") == (twice,)
    assert store.registers().numbered("unspecified", "7") == (twice,)


def test_counts_say_what_is_there(load) -> None:
    """A path names no site and is counted apart; quarantined rows are counted, however many."""
    bad = [Quarantined(line, "not a row", "x") for line in range(MOST_SHOWN + 5)]
    loaded = load(FULL, record(1), WarningEntry("quay", "Q", "bad.example", None), *bad)

    assert loaded.counts == Counts(records=2, hosts=1, unbound=1, warnings=1, quarantined=MOST_SHOWN + 5)


def test_quarantined_rows_are_kept_to_be_shown(store: Store, load) -> None:
    """The first of them, with line, reason and text."""
    bad = [Quarantined(line, "not one address", f"http//{line}.cz") for line in range(MOST_SHOWN + 5)]
    loaded = load(record(1), *bad)

    assert store.quarantined_rows(loaded) == tuple(bad[:MOST_SHOWN])


def test_an_empty_store_answers_nothing(store: Store) -> None:
    """No register, no answer, no error."""
    registers = store.registers()

    assert registers.snapshots() == ()
    assert registers.naming("shop.cz") == registers.numbered("unspecified", "1") == registers.warnings("a", "b") == ()
    assert registers.named_domains() == ()


def test_readers_never_see_half_a_register(store: Store, load) -> None:
    """While a register of several batches is loaded, the old one answers; then, at once, the new one."""
    load(record(1, "old.cz"))

    def entries() -> Iterator[Entry]:
        for number in range(6000):
            yield record(number, "new.cz")
            if number % 1000 == 0:
                assert len(store.registers().naming("old.cz")) == 1
                assert store.registers().naming("new.cz") == ()

    store.replace_register(SNAPSHOT, entries(), sha256="0" * 64, now=NOON, accept=accept_all)

    assert store.registers().naming("old.cz") == ()
    assert len(store.registers().naming("new.cz")) == 6000


def test_one_judgement_sees_one_set_of_snapshots(store: Store, load) -> None:
    """A view keeps answering from the snapshots it was made with, even when they are replaced twice."""
    load(record(1, "first.cz"))
    view = store.registers()
    load(record(1, "second.cz"))
    load(record(1, "third.cz"))

    assert view.named_domains() == ("first.cz",)
    assert len(view.naming("first.cz")) == 1
    assert view.naming("third.cz") == ()
    assert store.registers().named_domains() == ("third.cz",)


def test_the_previous_snapshot_stays_and_older_ones_go(store: Store, load) -> None:
    """Nothing is taken from under a running visit; after that only the last but one is kept."""
    for minute in range(4):
        load(record(minute), now=NOON + timedelta(minutes=minute))
    assert states(store) == ["replaced", "replaced", "replaced", "active"]

    load(record(9), now=NOON + timedelta(minutes=4) + KEPT)

    assert states(store) == ["replaced", "active"]
    with store._engine.connect() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(register_records)).scalar_one() == 2


@pytest.mark.parametrize("where", ["entries", "accept"])
def test_what_is_refused_leaves_no_trace(store: Store, load, where: str) -> None:
    """A file that breaks off, or is not accepted, changes nothing and keeps no row."""
    load(record(1, "old.cz"))

    def entries() -> Iterator[Entry]:
        yield from (record(number, "new.cz") for number in range(5000))
        if where == "entries":
            raise RegisterFileError("The file ends in the middle.")

    def refuse(old: LoadedRegister | None, counts: Counts) -> None:
        assert old is not None
        assert (old.counts.records, counts.records) == (1, 5000)
        raise RegisterFileError("Not plausible.")

    with pytest.raises(RegisterFileError):
        store.replace_register(SNAPSHOT, entries(), sha256="0" * 64, now=NOON, accept=refuse)

    assert len(store.registers().naming("old.cz")) == 1
    assert states(store) == ["active"]
    with store._engine.connect() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(register_records)).scalar_one() == 1


def test_what_a_killed_load_left_behind_goes_with_a_later_one(store: Store, load) -> None:
    """Rows that no snapshot answers with are taken out once nobody can still be writing them."""
    load(record(1))
    with store._engine.execution_options(pharmcheck_writes=True).begin() as connection:
        connection.execute(sa.update(register_snapshots).values(state="loading"))

    load(record(2), now=NOON + timedelta(hours=1))
    assert states(store) == ["loading", "active"]
    load(record(3), now=NOON + timedelta(days=2))
    assert states(store) == ["replaced", "active"]


def test_a_check_can_be_saved_while_a_register_is_loaded(store: Store, look, load) -> None:
    """A load of minutes lets other writers in between its batches."""

    def entries() -> Iterator[Entry]:
        for number in range(5000):
            yield record(number)
            if number == 3000:
                store.save(*look())

    store.replace_register(SNAPSHOT, entries(), sha256="0" * 64, now=NOON, accept=accept_all)

    assert len(list(store.verdicts())) == 1


def test_two_registers_answer_side_by_side(store: Store, load) -> None:
    """Replacing one leaves the other; answers come by name of register."""
    other = Snapshot("anchor", "IE", "Anchor Register", None, timedelta(days=7))
    load(record(1, "shop.cz"))
    load(Record("anchor", "A1", "Anchor", "IE", ("shop.cz",)), snapshot=other)
    load(record(2, "shop.cz"))

    registers = store.registers()

    assert [snapshot.name for snapshot in registers.snapshots()] == ["anchor", "quay"]
    assert {(each.register, each.entry_id) for each in registers.naming("shop.cz")} == {
        ("anchor", "A1"),
        ("quay", "1000002"),
    }


def test_text_that_no_database_can_hold_is_kept_all_the_same(store: Store, load) -> None:
    """NUL and half characters in a cell lose no register."""
    load(Record("quay", "1\x00", "N\ud800ame", "GB", ("shop.cz",), identifiers=(Identifier("one", "7\x00"),)))

    assert len(store.registers().naming("shop.cz")) == 1


@pytest.mark.skipif(sys.platform != "linux", reason="asks /proc: what getrusage says is inherited from the parent")
def test_memory_stays_flat_however_many_rows(tmp_path: Path) -> None:
    """Ten times the rows take no more memory, within a tenth of what is allowed for a million."""

    def peak(rows: int) -> int:
        code = f"""
from datetime import UTC, datetime, timedelta
from pathlib import Path
from pharmcheck.registers import Identifier, Record, Snapshot
from pharmcheck.settings import load_settings
from pharmcheck.store import Store
with Store.open(load_settings(Path({str(tmp_path / str(rows))!r}))) as store:
    entries = (Record("q", str(n), f"Pharmacy {{n}}", "US", (), identifiers=(Identifier("us_npi", str(n)),),
                      address="12 Quay Street, Whitby", postcode="YO21 3PU") for n in range({rows}))
    store.replace_register(Snapshot("q", "US", "Q", None, timedelta(days=30)), entries, sha256="0" * 64,
                           now=datetime.now(UTC), accept=lambda old, counts: None)
print(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0])
"""
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path)
        return int(done.stdout)

    assert peak(40_000) - peak(4_000) < 30 * 1024  # KiB
