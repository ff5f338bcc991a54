"""Whoever remembers an answer hears of every change to what it rests on, whichever process made it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pharmcheck.settings import Settings
from pharmcheck.store import Keys, Store
from tests.services.postgres import PostgresServer
from tests.store.conftest import NOON, settings_for


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.mark.anyio
async def test_the_mark_tells_of_every_commit_and_of_nothing_else(
    store: Store, settings: Settings, look: Callable[..., Any]
) -> None:
    """Another process's too; reading changes nothing."""
    before = await store.change_mark()
    list(store.verdicts())
    assert await store.change_mark() == before

    with Store.open(settings) as another:
        another.save(*look())
    after = await store.change_mark()
    assert after != before

    Keys(store).create("desk", [], NOON, None)
    assert await store.change_mark() != after


@pytest.mark.anyio
async def test_readers_that_come_together_share_a_question(postgres_url: str, tmp_path: Path) -> None:
    """A thousand look-ups at once cost PostgreSQL two questions: the one under way, and the next for all others."""
    with Store.open(settings_for(tmp_path, postgres_url)) as store:
        asked = 0
        really_ask = store._watch._ask  # type: ignore[attr-defined]

        async def ask() -> object:
            nonlocal asked
            asked += 1
            return await really_ask()

        store._watch._ask = ask  # type: ignore[attr-defined]
        marks = await asyncio.gather(*(store.change_mark() for _ in range(1000)))
        assert len(set(marks)) == 1
        assert asked == 2


@pytest.mark.anyio
async def test_without_an_answer_nothing_remembered_holds(tmp_path: Path) -> None:
    """While PostgreSQL is away every mark is another; once it is back, they hold again."""
    server = PostgresServer()
    try:
        server.start()
        with Store.open(settings_for(tmp_path, server.url(server.new_database()))) as store:
            before = await store.change_mark()
            server.stop(crash=True)
            assert len({before, await store.change_mark(), await store.change_mark()}) == 3
            server.start()
            assert await store.change_mark() == await store.change_mark()
    finally:
        server.close()
