"""Whatever text and time a page or a caller brings, the store holds it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from pharmcheck.errors import StoreError
from pharmcheck.store import Store, new_check_id
from pharmcheck.store.columns import storable
from pharmcheck.store.tables import evidence

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
Look = Callable[..., Any]


def test_a_time_without_a_zone_is_refused(store: Store, look: Look) -> None:
    """A naive time is a mistake of ours; guessing a zone would move a verdict by hours."""
    check, capture, judgement, document = look()

    with pytest.raises(StoreError):
        store.save(replace(check, created_at=datetime(2026, 1, 1)), capture, judgement, document)  # noqa: DTZ001


def test_times_of_any_zone_come_back_as_the_same_moment(store: Store, look: Look) -> None:
    """A zone is a way of writing; the moment is kept."""
    tokyo = timezone(timedelta(hours=9))
    check, capture, judgement, document = look()
    store.save(replace(check, created_at=NOON.astimezone(tokyo)), capture, judgement, document)

    found = store.get_check(check.id)

    assert found is not None
    assert (found.created_at, found.created_at.tzinfo) == (NOON, UTC)


@pytest.mark.parametrize("text", ["a\x00b", "half \ud83d", "\udc00\ud800", "\ufffe\uffff", "'; DROP TABLE checks; --"])
def test_text_that_databases_choke_on_does_not_lose_the_verdict(text: str, store: Store, look: Look) -> None:
    """NUL and lone surrogates become U+FFFD; everything else stays as it is."""
    check, capture, judgement, _document = look(quote=text, reason=text)

    store.save(check, capture, judgement, f'"{text}"')

    with store._engine.connect() as connection:
        quote = connection.execute(sa.select(evidence.c.quote)).scalar_one()
    found = store.get_check(check.id)
    assert found is not None
    assert found.verdict is not None
    assert quote == re.sub("[\x00\ud800-\udfff]", "\ufffd", text)
    assert found.verdict.document == f'"{quote}"'


def test_huge_text_is_kept(store: Store, look: Look) -> None:
    """Ten million characters in one quote are stored like any others."""
    store.save(*look(quote="x" * 10_000_000))

    with store._engine.connect() as connection:
        assert connection.execute(sa.select(sa.func.length(evidence.c.quote))).scalar_one() == 10_000_000


@given(st.text(st.characters(), max_size=200))
def test_storable_text_can_be_stored_and_stays_so(text: str) -> None:
    """Cleaning gives text that encodes, without NUL, and leaves clean text alone."""
    clean = storable(text)

    assert "\x00" not in clean.encode("utf-8").decode("utf-8")
    assert storable(clean) == clean
    assert len(clean) == len(text)


@hypothesis_settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(quote=st.text(st.characters(), max_size=300))
def test_any_quote_can_be_saved_and_told(quote: str, store: Store, look: Look) -> None:
    """No text of a page keeps a verdict out of the store."""
    check, capture, judgement, document = look(quote=quote)

    store.save(check, capture, judgement, document)

    found = store.get_check(check.id)
    assert found is not None
    assert found.verdict is not None


def test_ids_of_checks_cannot_be_guessed() -> None:
    """128 random bits in hex; a thousand of them are a thousand."""
    made = {new_check_id() for _ in range(1000)}

    assert len(made) == 1000
    assert all(re.fullmatch(r"[0-9a-f]{32}", identifier) for identifier in made)
