"""The budget of a site holds however many ask at the same moment."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

from pharmcheck.store import CheckQueue, Looks, NewCheck, Store, new_check_id
from tests.store.conftest import NOON, make_address

MOST, ASKING = 6, 16
HOUR_AGO = NOON - timedelta(hours=1)


def ask_together(store: Store, hosts: list[str]) -> list[str | None]:
    """What each is answered who asks for a look at one of these hosts, all at once."""
    begin = Barrier(len(hosts))

    def ask(host: str) -> str | None:
        wanted = NewCheck(new_check_id(), make_address(host))
        begin.wait()
        return Looks(store).ask(wanted, NOON, since=HOUR_AGO, most=MOST)

    with ThreadPoolExecutor(len(hosts)) as pool:
        return list(pool.map(ask, hosts))


def test_many_at_once_do_not_overshoot_the_budget_of_a_site(store: Store) -> None:
    """Counting and putting in line are one thing: six looks at a domain are six, whoever comes between."""
    answers = ask_together(store, [f"shop{number}.example.com" for number in range(ASKING)])

    assert sum(answer is not None for answer in answers) == MOST
    assert Looks(store).since("example.com", HOUR_AGO) == MOST


def test_many_who_ask_for_one_host_wait_for_one_check(store: Store) -> None:
    """The first puts it in line, all others are led to it."""
    answers = ask_together(store, ["shop.example.com"] * ASKING)

    assert len(set(answers)) == 1
    assert None not in answers
    assert CheckQueue(store).depth()["interactive"][0] == 1
