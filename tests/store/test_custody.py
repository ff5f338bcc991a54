"""The log of custody: written when things happen, never changed, gone with its check and not before."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from pharmcheck.custody import Action, read_log
from pharmcheck.errors import StoreError
from pharmcheck.model import Category
from pharmcheck.reviewing import Action as Word
from pharmcheck.store import Custody, Officers, Pruning, Reviews, Role, Store
from pharmcheck.store.tables_custody import custody
from tests.store.conftest import NOON

Look = Callable[..., Any]
LATER = NOON + timedelta(days=3)


def kept(store: Store, look: Look) -> str:
    """A check with its verdict; its id."""
    check, *rest = look()
    store.save(check, *rest)
    return str(check.id)


def test_a_log_tells_what_happened_to_a_check(store: Store, look: Look, tmp_path: Path) -> None:
    """Seen, judged, overruled by a person, packed, its bytes deleted: who, when, and of what which hash."""
    check_id = kept(store, look)
    found = store.get_check(check_id)
    assert found is not None
    assert found.verdict is not None
    officer = Officers(store).add("ada", Role.OFFICER, None, NOON)
    Reviews(store).add(found.verdict, Word.OVERRIDE, role="officer", reason="Seen on paper.", now=LATER,
                       officer_id=officer.id, category=Category.CAUTION, until=LATER + timedelta(days=9))  # fmt: skip
    Custody(store).note([check_id, "0" * 32], Action.EXPORTED, "a package", ("datapackage.json", "ab" * 32), LATER)
    Pruning(store, tmp_path).prune(NOON + timedelta(days=900), timedelta(days=30), 1 << 40)

    entries, problems = read_log(Custody(store).log_of(check_id))

    assert problems == []
    assert [entry["action"] for entry in entries] == ["captured", "judged", "reviewed", "exported", "deleted"]
    assert entries[0]["sha256"] == entries[4]["sha256"] == store.capture_digest(found.verdict.capture_id or "")
    assert entries[1]["object"] == f"checks/{check_id}.verdict.json"
    assert (entries[2]["by"], entries[2]["what"]) == ("ada, officer", "override to caution until 2026-12-02")
    assert entries[3]["by"].startswith("operator not named (pharmcheck ")
    assert Custody(store).log_of("0" * 32) == b""


def test_saving_a_check_again_adds_nothing(store: Store, look: Look) -> None:
    """The first answer stands, and is noted once."""
    check, *rest = look()
    store.save(check, *rest)
    store.save(check, *rest)

    assert len(Custody(store).log_of(check.id).splitlines()) == 2


@pytest.mark.parametrize("change", ["UPDATE custody SET line = 'x'", "DELETE FROM custody WHERE number = 2"])
def test_the_database_itself_refuses_to_change_a_log(store: Store, look: Look, change: str) -> None:
    """Whoever comes past our code meets a trigger; the log is as it was."""
    check_id = kept(store, look)
    before = Custody(store).log_of(check_id)

    with pytest.raises(StoreError), store.transaction(writes=True) as connection:
        connection.execute(sa.text(change))

    assert Custody(store).log_of(check_id) == before != b""


def test_a_forgotten_site_takes_its_logs_along(store: Store, look: Look, tmp_path: Path) -> None:
    """Whole, and nobody else's."""
    kept(store, look)
    other, *rest = look("meds.example.net")
    store.save(other, *rest)

    Pruning(store, tmp_path).forget("example.com")

    with store.transaction() as connection:
        left = set(connection.execute(sa.select(custody.c.check_id)).scalars())
    assert left == {other.id}


def test_many_who_note_at_once_make_one_chain(store: Store, look: Look) -> None:
    """Nobody's event is lost, and each follows on the one before."""
    check_id = kept(store, look)

    def note(number: int) -> None:
        Custody(store).note([check_id], Action.VERIFIED, f"package {number}", ("package", "cd" * 32), LATER)

    with ThreadPoolExecutor(4) as several:
        list(several.map(note, range(16)))

    entries, problems = read_log(Custody(store).log_of(check_id))
    assert problems == []
    assert len({entry["what"] for entry in entries}) == 2 + 16
