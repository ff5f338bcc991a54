"""Which verdict answers for a site, and that a look that failed never hides one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from pharmcheck.model import Category, Check, CheckState
from pharmcheck.store import Store, new_check_id
from pharmcheck.store.tables import verdicts

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
Look = Callable[..., Any]


def count(store: Store, table: sa.Table) -> int:
    with store._engine.connect() as connection:
        return connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()


def failed_check(made: Check, at: datetime) -> Check:
    return replace(
        made,
        id=new_check_id(),
        capture_id=None,
        verdict=None,
        state=CheckState.FAILED,
        error_code="internal",
        created_at=at,
        decided_at=at,
        valid_until=None,
    )


def test_latest_is_the_newest_verdict_of_that_host_and_destination(store: Store, look: Look) -> None:
    """Another host, another destination or an older visit does not answer."""
    store.save(*look(at=NOON))
    newest = look(at=NOON + timedelta(days=1), category=Category.CAUTION)
    store.save(*newest)
    store.save(*look(at=NOON + timedelta(days=2), destination="DE"))
    store.save(*look(host="other.example.com", at=NOON + timedelta(days=3)))

    found = store.latest("example.com", "shop.example.com", None)

    assert found is not None
    assert (found.check_id, found.later_failure) == (newest[0].id, None)
    german = store.latest("example.com", "shop.example.com", "DE")
    assert german is not None
    assert german.destination == "DE"
    assert store.latest("example.com", "shop.example.com", "FR") is None
    assert store.latest("nobody.example", "nobody.example", None) is None


def test_a_look_that_could_not_check_does_not_replace_a_verdict(store: Store, look: Look) -> None:
    """Both are kept; the complete one answers and says that a later look failed."""
    good = look(at=NOON)
    store.save(*good)
    later = look(at=NOON + timedelta(days=1), category=Category.COULD_NOT_CHECK)
    store.save(*later)

    found = store.latest("example.com", "shop.example.com", None)

    assert found is not None
    assert found.check_id == good[0].id
    assert found.later_failure is not None
    assert (found.later_failure.check_id, found.later_failure.why) == (later[0].id, "blocked")
    assert found.later_failure.at == later[2].verdict.checked_at
    assert count(store, verdicts) == 2


def test_a_failure_of_ours_does_not_replace_a_verdict_either(store: Store, look: Look) -> None:
    """A check that broke off is told beside the last verdict, and only when it came later."""
    good = look(at=NOON)
    store.save(failed_check(good[0], NOON - timedelta(days=1)))
    store.save(*good)
    before = store.latest("example.com", "shop.example.com", None)
    store.save(failed_check(good[0], NOON + timedelta(days=1)))

    after = store.latest("example.com", "shop.example.com", None)

    assert before is not None
    assert before.later_failure is None
    assert after is not None
    assert after.check_id == good[0].id
    assert after.later_failure is not None
    assert (after.later_failure.why, after.later_failure.at) == ("internal", NOON + timedelta(days=1))


def test_a_failed_look_of_another_destination_is_not_told(store: Store, look: Look) -> None:
    """A verdict for here has nothing to do with a failed look for there."""
    good = look(at=NOON)
    store.save(*good)
    store.save(failed_check(good[0], NOON + timedelta(days=1)), destination="DE")

    found = store.latest("example.com", "shop.example.com", None)

    assert found is not None
    assert found.later_failure is None


def test_without_any_verdict_the_failed_look_is_the_latest(store: Store, look: Look) -> None:
    """`could_not_check` is an answer when there is no better one."""
    store.save(*look(at=NOON, category=Category.COULD_NOT_CHECK))

    found = store.latest("example.com", "shop.example.com", None)

    assert found is not None
    assert (found.category, found.complete, found.later_failure) == (Category.COULD_NOT_CHECK, False, None)
