"""A file becomes the snapshot that answers only when it is plausible; otherwise the old one stays."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from pharmcheck.errors import RegisterFileError
from pharmcheck.refresh import import_file
from pharmcheck.registers import Quarantined
from pharmcheck.store import Counts, Store

NOVEMBER, DECEMBER = date(2026, 11, 1), date(2026, 11, 15)


def test_a_file_is_loaded_and_answers(store: Store, load, listing, source) -> None:
    """Records, warnings and what the source says about itself."""
    done = load(listing(30, "warning,,pills.example"))

    registers = store.registers()
    (snapshot,) = registers.snapshots()
    assert done.changed
    assert done.register.counts == Counts(records=30, hosts=30, warnings=1)
    assert (snapshot.authority, snapshot.as_of, snapshot.period) == (source.authority, NOVEMBER, source.period)
    assert (snapshot.schemes, snapshot.complete, snapshot.page) == (source.schemes, True, source.page)
    assert [record.entry_id for record in registers.naming("shop7.example")] == ["1000007"]
    assert len(registers.warnings("pills.example", "pills.example")) == 1


def test_the_same_file_again_changes_nothing(store: Store, load, listing) -> None:
    """Importing is idempotent, and says so; another date or another description is another snapshot."""
    first = load(listing(30))

    again = load(listing(30))
    dated = load(listing(30), as_of=DECEMBER)
    described = load(listing(30), as_of=DECEMBER, source={"authority": "Renamed Register"})

    assert (again.changed, again.register) == (False, first.register)
    assert dated.changed
    assert described.changed


def test_force_loads_the_same_file_again(load, listing) -> None:
    """An importer may have learnt something since."""
    load(listing(30))

    assert load(listing(30), force=True).changed


def test_what_is_not_one_clean_address_is_quarantined(store: Store, load) -> None:
    """Whatever an importer lets through: kept out of look-up, counted and shown; a path is kept and names nobody."""
    cells = ["http//shop.example", "a.example https:", "info@shop.example", "shop.example/lekarna", "good.example"]
    rows = [f"{number},Pharmacy,{cell}" for number, cell in enumerate(cells)]

    done = load("\n".join(["number,name,web", *rows, "warning,,not a host"]).encode(), force=True)

    assert done.register.counts == Counts(records=5, hosts=1, unbound=1, warnings=0, quarantined=4)
    assert [row.text for row in store.quarantined_rows(done.register)] == [*cells[:3], "not a host"]
    registers = store.registers()
    assert registers.naming("shop.example") == ()
    assert [record.web_addresses for record in registers.numbered("unspecified", "3")] == [("shop.example/lekarna",)]


def test_what_is_shown_of_a_bad_row_is_short_and_harmless(store: Store, load) -> None:
    """Control characters and pages of text stay out of the database."""
    done = load(b"number,name,web\n1,Pharmacy,\nbad\x1b[31mrow," + b"x" * 5000 + b"\n", force=True)

    (row,) = store.quarantined_rows(done.register)
    assert isinstance(row, Quarantined)
    assert row.line == 3
    assert row.text.startswith("bad [31mrow,xxx")
    assert len(row.text) <= 120


@pytest.mark.parametrize(
    ("make", "as_of", "says"),
    [
        (lambda listing: listing(40), NOVEMBER, "40 records where the one that is loaded has 100"),
        (lambda listing: listing(100).replace(b"https://", b"in "), NOVEMBER, "0 web addresses where"),
        (lambda listing: listing(100, *["torn"] * 30), NOVEMBER, "30 of its 130 rows had to be left out"),
        (lambda listing: listing(0), NOVEMBER, "it holds no entry at all"),
        (lambda listing: listing(101), date(2026, 11, 21), "is in the future"),
        (lambda listing: listing(101), date(2026, 10, 31), "older than the one that is loaded"),
        (lambda listing: listing(101), None, "it has no date"),
        (lambda _: b"<!doctype html><title>Sorry</title>", NOVEMBER, "Expected the list of the Quay Register"),
    ],
)
def test_an_implausible_file_replaces_nothing(store: Store, load, listing, make, as_of, says: str) -> None:
    """Each reason is told, and what was loaded goes on answering."""
    load(listing(100))

    with pytest.raises(RegisterFileError, match=says):
        load(make(listing), as_of=as_of)

    (kept,) = store.loaded_registers()
    assert (kept.snapshot.as_of, kept.counts.records) == (NOVEMBER, 100)
    assert len(store.registers().naming("shop99.example")) == 1


def test_force_overrules_and_says_what(store: Store, load, listing) -> None:
    """Somebody who knows better may; the reasons are told all the same."""
    load(listing(100))

    done = load(listing(10), as_of=date(2026, 10, 1), force=True)

    assert done.changed
    assert [reason.split(",")[0] for reason in done.overruled] == [
        "it is of 2026-10-01",
        "it has 10 records where the one that is loaded has 100",
        "it has 10 web addresses where the one that is loaded has 100",
    ]
    assert store.loaded_registers()[0].counts.records == 10


def test_force_does_not_load_a_file_of_another_kind(store: Store, load, listing) -> None:
    """There is nothing in it that could be loaded."""
    load(listing(100))

    with pytest.raises(RegisterFileError):
        load(b"<!doctype html>", force=True)

    assert store.loaded_registers()[0].counts.records == 100


def test_a_short_list_may_lose_half(load, listing) -> None:
    """A list of three warnings may well be cleared to one."""
    load(listing(3))

    assert load(listing(1), as_of=DECEMBER).changed


def test_an_undated_list_is_loaded_and_never_fresh(store: Store, load, listing) -> None:
    """Nobody invents a date; without one nothing is verified by it."""
    load(listing(30), as_of=None)

    (snapshot,) = store.registers().snapshots()
    assert not snapshot.fresh(date(2026, 11, 20))


def test_a_list_is_fresh_for_its_period_and_a_fortnight(store: Store, load, listing, source) -> None:
    """Counted from the source's own date, not from the day of loading."""
    load(listing(30))

    (snapshot,) = store.registers().snapshots()
    last = NOVEMBER + source.period + timedelta(days=14)
    assert snapshot.fresh_until == last
    assert snapshot.fresh(last)
    assert not snapshot.fresh(last + timedelta(days=1))


def test_a_file_that_cannot_be_read_is_a_sentence(store: Store, source, importer, tmp_path: Path) -> None:
    """It names the file."""
    from tests.sites import WHEN

    with pytest.raises(RegisterFileError, match=r"The file .*nowhere\.csv cannot be read"):
        import_file(store, source, importer, tmp_path / "nowhere.csv", as_of=None, now=WHEN)


def test_progress_is_told(load, listing) -> None:
    """A load of minutes shows that it lives."""
    told: list[int] = []

    load(listing(25_000), on_progress=told.append)

    assert told == [10_000, 20_000]
