"""Registers that are kept up to date beside a service: never in its way, never more than once a day."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from pharmcheck.refresh import BackgroundSync, Way
from pharmcheck.registers.sources import IMPORTERS
from pharmcheck.store import Store
from tests.file_server import file_server

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture
def now() -> list[datetime]:
    """The time of day, for a test to turn."""
    return [NOON]


@pytest.fixture
def background(store: Store, source, importer, tmp_path: Path, now: list[datetime], monkeypatch) -> Callable[..., Any]:
    """Makes the chore for the register of the tests."""
    monkeypatch.setitem(IMPORTERS, "quay", lambda file, source, as_of: importer.read(file, as_of=as_of))

    def make(policy: Any, *sources: Any) -> BackgroundSync:
        return BackgroundSync(store, sources or (source,), Way(policy, tmp_path / "registers"), lambda: now[0])

    return make


def test_a_register_comes_by_itself_and_is_then_left_alone_for_a_day(
    background, store: Store, listing, tmp_path: Path, now: list[datetime]
) -> None:
    """However often the chore is called, its publisher is asked once a day, by all processes together."""
    with file_server(tmp_path, content=listing(100)) as server:
        chore = background(server.policy)
        chore()
        chore()
        background(server.policy)()
        assert [held.snapshot.name for held in store.loaded_registers()] == ["quay"]
        assert len(server.requests) == 1

        now[0] += timedelta(days=1)
        chore()
        assert len(server.requests) == 2


def test_a_register_that_cannot_be_had_keeps_nobody_up(
    background, store: Store, listing, load, tmp_path: Path, now: list[datetime], source, monkeypatch
) -> None:
    """Another kind of file, a bug in an importer: no error gets out, and what is loaded stays."""
    load(listing(100))
    with file_server(tmp_path, content=b"<html>We have moved</html>") as server:
        now[0] += timedelta(days=2)
        chore = background(server.policy)
        chore()
        chore()
        assert len(server.requests) == 1

        def break_down(*_: object) -> None:
            raise ZeroDivisionError("a bug")

        monkeypatch.setitem(IMPORTERS, "quay", break_down)
        background(server.policy)()
    assert store.loaded_registers()[0].counts.records == 100


@pytest.mark.parametrize("change", [{"large": True}, {"confidence": "unconfirmed"}, {"url": None}])
def test_nothing_large_or_unconfirmed_is_fetched_unasked(
    background, store: Store, listing, tmp_path: Path, source, change: dict[str, Any]
) -> None:
    """A gigabyte, or an address that nobody has seen answer, takes a person's word."""
    with file_server(tmp_path, content=listing(100)) as server:
        background(server.policy, replace(source, **change))()
        assert server.requests == []
    assert store.loaded_registers() == ()
