"""Sites of watched lists: looked at again by risk, never too often; new verdicts become changes, once each."""

from __future__ import annotations

from datetime import timedelta

import pytest

from pharmcheck.errors import UsageError
from pharmcheck.model import Category
from pharmcheck.store import CheckQueue, Pruning, QueueName, Store, WatchedSites, Watches
from pharmcheck.store.rechecks import PAUSE
from pharmcheck.watch import note_verdicts
from tests.store.conftest import NOON
from tests.watch.conftest import BATCH, HOSTS, answer, make_list

ONE, TWO, THREE = HOSTS
DAY = timedelta(days=1)
SLACK = timedelta(minutes=1)


def end_all(store: Store, now: object) -> list[str]:
    """Take every check that waits off the line, as if it had been done; returns the hosts in their order."""
    queue = CheckQueue(store)
    jobs = queue.claim(QueueName.BATCH, 99, "test", now, DAY)
    for job in jobs:
        queue.fail(job.id, "internal", now)
    return [job.address.host for job in jobs]


def looked_at(store: Store, now: object, most: int = 99) -> list[str]:
    WatchedSites(store).put_due_in_line(now, most)
    return end_all(store, now)


def told(store: Store, batch_id: str = BATCH) -> list[tuple[str, str]]:
    return [(one.host, " ".join(one.notices)) for one in Watches(store).changes(batch_id)]


def test_a_draft_is_not_watched(store: Store) -> None:
    """Somebody still looks through it."""
    make_list(store, start=False)
    with pytest.raises(UsageError, match="still a draft"):
        Watches(store).start(BATCH, NOON)


def test_sites_are_due_by_their_verdicts_the_dangerous_first(watched: Store) -> None:
    """Danger and caution after 14 days and a part of a quarter of that, verified after 30; each once."""
    note_verdicts(watched, NOON)
    end_all(watched, NOON)  # the list's own checks

    assert looked_at(watched, NOON + 14 * DAY) == []
    early = looked_at(watched, NOON + 17.5 * DAY + SLACK)
    assert early == [ONE, THREE]
    assert looked_at(watched, NOON + 17.5 * DAY + 2 * SLACK) == []
    assert looked_at(watched, NOON + 37.5 * DAY + SLACK, most=1) == [ONE]  # no verdict came of it: tried again
    assert looked_at(watched, NOON + 37.5 * DAY + SLACK, most=2) == [THREE, TWO]


def test_somebody_elses_look_counts(watched: Store) -> None:
    """A site that was looked at within a day is not asked again, and its verdict is weighed whoever wanted it."""
    note_verdicts(watched, NOON)
    end_all(watched, NOON)
    late = NOON + 18 * DAY
    answer(watched, ONE, Category.CAUTION, late - PAUSE / 2)
    assert looked_at(watched, late) == [THREE]

    assert note_verdicts(watched, late) == 1
    assert told(watched) == [(ONE, "better")]
    assert ONE not in looked_at(watched, late + DAY)


def test_what_waits_in_line_is_not_put_there_again(watched: Store) -> None:
    """However long it waits; and a second caller puts nothing twice."""
    note_verdicts(watched, NOON)
    end_all(watched, NOON)
    late, sites = NOON + 40 * DAY, WatchedSites(watched)
    assert len(sites.put_due_in_line(late, 99)) == 3
    assert sites.put_due_in_line(late, 99) == []
    assert sites.put_due_in_line(late + 3 * DAY, 99) == []


def test_a_site_that_is_gone_is_asked_ever_more_rarely(watched: Store) -> None:
    """Each failed look doubles the pause; one that answers again is back at its own pace."""
    note_verdicts(watched, NOON)
    end_all(watched, NOON)
    at, pauses = NOON + 20 * DAY, []
    for _ in range(4):
        answer(watched, ONE, Category.COULD_NOT_CHECK, at)
        note_verdicts(watched, at)
        begun = at
        while ONE not in looked_at(watched, at):
            at += timedelta(hours=6)
        pauses.append((at - begun) / DAY)

    assert [days <= pause <= 1.25 * days + 0.25 for days, pause in zip((1, 2, 4, 8), pauses, strict=True)] == [True] * 4
    assert told(watched) == [(ONE, "vanished")]
    answer(watched, ONE, Category.DANGER, at)
    note_verdicts(watched, at)
    assert told(watched)[1:] == [(ONE, "came_back")]
    assert ONE not in looked_at(watched, at + 14 * DAY)


def test_a_change_says_from_what_to_what_with_both_checks(watched: Store) -> None:
    """So that whoever reads it can see the evidence of either; weighing again adds nothing."""
    later = NOON + DAY
    after = answer(watched, TWO, Category.DANGER, later, proofs=(), landed="pills.example.com")
    assert note_verdicts(watched, later) == 1
    assert note_verdicts(watched, later) == 0

    (change,) = Watches(watched).changes(BATCH)
    assert (change.number, change.host, change.at, change.noted_at) == (1, TWO, later, later)
    assert (change.before_category, change.after_category) == ("verified", "danger")
    assert change.after_check == after
    assert watched.get_check(change.before_check or "") is not None
    assert [notice.value for notice in change.notices] == ["worse", "redirected"]
    assert change.details == {"redirected": ["example.net", "example.com"]}
    assert Watches(watched).changes(BATCH, since=later + SLACK) == []


def test_a_verdict_that_comes_late_is_not_missed(watched: Store) -> None:
    """A visit takes a minute, and a disk may be slow: it is stored after others that began later were weighed."""
    answer(watched, TWO, Category.CAUTION, NOON + timedelta(minutes=10))
    note_verdicts(watched, NOON + timedelta(minutes=11))
    answer(watched, ONE, Category.CAUTION, NOON + timedelta(minutes=5))

    assert note_verdicts(watched, NOON + timedelta(minutes=12)) == 1


def test_a_site_of_two_lists_is_looked_at_once_and_told_to_both(watched: Store) -> None:
    """A list for another country is about another verdict."""
    make_list(watched, "c" * 32, (ONE,))
    make_list(watched, "d" * 32, (ONE,), destination="DE")
    for batch_id in ("c" * 32, "d" * 32):
        Watches(watched).start(batch_id, NOON)
    answer(watched, ONE, Category.DANGER, NOON, destination="DE")
    note_verdicts(watched, NOON)
    end_all(watched, NOON)
    answer(watched, ONE, Category.CAUTION, NOON + DAY)
    note_verdicts(watched, NOON + DAY)

    assert [told(watched, batch_id) for batch_id in (BATCH, "c" * 32, "d" * 32)] == [[(ONE, "better")]] * 2 + [[]]
    assert sorted(looked_at(watched, NOON + 50 * DAY)) == [ONE, ONE, THREE, TWO]


def test_a_stopped_watch_rests_and_goes_on_where_it_was(watched: Store) -> None:
    """What happened meanwhile is told then."""
    watches = Watches(watched)
    note_verdicts(watched, NOON)
    end_all(watched, NOON)
    assert watches.stop(BATCH, NOON)
    assert not watches.stop(BATCH, NOON)
    answer(watched, ONE, Category.CAUTION, NOON + DAY)
    assert note_verdicts(watched, NOON + DAY) == 0
    assert looked_at(watched, NOON + 60 * DAY) == []

    watches.start(BATCH, NOON + 2 * DAY)
    assert note_verdicts(watched, NOON + 2 * DAY) == 1
    found = watches.get(BATCH)
    assert found is not None
    assert (found.active, found.sites, found.changes) == (True, 3, 1)


def test_a_forgotten_site_is_watched_no_more(watched: Store, settings: object) -> None:
    """It leaves no word in any digest."""
    answer(watched, ONE, Category.CAUTION, NOON + DAY)
    answer(watched, TWO, Category.CAUTION, NOON + DAY)
    note_verdicts(watched, NOON + DAY)
    Pruning(watched, settings.data_dir).forget("example.com")

    assert told(watched) == [(TWO, "worse")]
    assert ONE not in looked_at(watched, NOON + 90 * DAY)


def test_a_list_is_weighed_in_pieces(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """A round weighs so many verdicts and the next one goes on; nothing is lost between two rounds."""
    monkeypatch.setattr("pharmcheck.watch.noting._PAGE", 2)
    monkeypatch.setattr("pharmcheck.watch.noting._MOST_PAGES", 2)
    hosts = tuple(f"shop{index}.example.com" for index in range(9))
    make_list(store, hosts=hosts)
    Watches(store).start(BATCH, NOON)
    for host in hosts:
        answer(store, host, Category.DANGER, NOON)
    for host in hosts[:3]:
        answer(store, host, Category.CAUTION, NOON + DAY)
    for _ in range(5):
        note_verdicts(store, NOON + DAY)

    assert sorted(told(store)) == [(host, "better") for host in hosts[:3]]
