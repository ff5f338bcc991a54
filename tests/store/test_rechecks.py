"""Which sites are looked at again by themselves: the dangerous first, no stranger too often, not all at once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from pharmcheck.model import Category
from pharmcheck.store import CheckQueue, NewCheck, QueueName, Rechecks, Store, new_check_id
from pharmcheck.store.rechecks import INTEREST, PAUSE
from tests.store.conftest import NOON, make_address

LIFE = timedelta(days=7)  # of the verdicts that `look` makes
LATE = NOON + 2 * LIFE  # beyond the longest delay


@pytest.fixture
def keep(store: Store, look: Callable) -> Callable[..., str]:
    """Store a finished check; returns its id."""

    def make(host: str, category: Category = Category.DANGER, at: datetime = NOON, **more: object) -> str:
        check, capture, judgement, text = look(host, at, category, **more)
        store.save(check, capture, judgement, text)
        return check.id

    return make


def due(store: Store, now: datetime = LATE, most: int = 100) -> list[str]:
    return [check.address.host for check in Rechecks(store).due(now, most)]


def test_the_dangerous_come_first(store: Store, keep: Callable[..., str]) -> None:
    """And among equals those that have waited longest."""
    keep("plain.example.com", Category.NOT_A_PHARMACY)
    keep("fine.example.com", Category.VERIFIED)
    keep("warned.example.com", Category.CAUTION)
    keep("later.example.com", at=NOON + timedelta(hours=1))
    keep("first.example.com")

    hosts = ["first", "later", "warned", "fine", "plain"]
    assert due(store) == [f"{host}.example.com" for host in hosts]
    assert due(store, most=2) == ["first.example.com", "later.example.com"]


def test_a_verdict_that_still_holds_is_left_alone(store: Store, keep: Callable[..., str]) -> None:
    """Nobody is visited for nothing."""
    keep("shop.example.com")
    assert due(store, NOON + LIFE - timedelta(minutes=1)) == []


def test_sites_that_were_checked_together_are_not_all_checked_together_again(
    store: Store, keep: Callable[..., str]
) -> None:
    """Spread over a quarter of a verdict's life, each site at its own time whenever one asks."""
    hosts = [f"shop{number}.example.com" for number in range(40)]
    for host in hosts:
        keep(host)
    over = NOON + LIFE + timedelta(minutes=1)
    half_way, end = due(store, over + LIFE / 8), due(store, over + LIFE / 4)

    assert 8 < len(half_way) < 32
    assert sorted(end) == sorted(hosts)
    assert due(store, over + LIFE / 8) == half_way


def test_a_site_is_not_looked_at_again_for_a_day_whatever_came_of_it(store: Store, keep: Callable[..., str]) -> None:
    """One that is down is not asked every minute."""
    keep("shop.example.com")
    keep("shop.example.com", Category.COULD_NOT_CHECK, at=LATE)

    assert due(store, LATE + PAUSE - timedelta(minutes=1)) == []
    assert due(store, LATE + PAUSE + timedelta(minutes=1)) == ["shop.example.com"]


def test_what_waits_in_line_is_not_put_there_again(store: Store, keep: Callable[..., str]) -> None:
    """A second beat does nothing twice."""
    keep("shop.example.com")
    CheckQueue(store).submit(Rechecks(store).due(LATE, 9), QueueName.BATCH, LATE)

    assert due(store) == []
    assert CheckQueue(store).depth()["batch"] == (1, LATE)


def test_a_site_that_nobody_asks_about_any_more_is_left_alone(store: Store, keep: Callable[..., str]) -> None:
    """Our own looking again is no asking."""
    keep("shop.example.com")
    again = NewCheck(new_check_id(), make_address())
    CheckQueue(store).submit([again], QueueName.BATCH, NOON + INTEREST)
    CheckQueue(store).fail(again.id, "internal", NOON + INTEREST)

    assert due(store, NOON + INTEREST - timedelta(minutes=1)) == []  # looked at less than a day ago, by then
    assert due(store, NOON + INTEREST + 2 * PAUSE) == []


def test_only_the_last_word_about_a_site_counts(store: Store, keep: Callable[..., str]) -> None:
    """One check, for the destination that was asked about."""
    keep("shop.example.com", at=NOON - timedelta(days=1))
    keep("shop.example.com", destination="DE")
    keep("shop.example.com")

    found = Rechecks(store).due(LATE, 9)
    assert sorted(str(check.destination) for check in found) == ["DE", "None"]
