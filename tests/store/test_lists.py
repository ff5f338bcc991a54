"""Lists in the store: drafts, checks put in line once, turns between owners, what a dead process held."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from pharmcheck.errors import ListFileError
from pharmcheck.settings import Settings
from pharmcheck.store import (
    Batches,
    CheckQueue,
    Drafts,
    NewBatch,
    NewItem,
    Order,
    Pruning,
    QueueName,
    Rows,
    Store,
    new_check_id,
    release_dead,
)
from tests.store.conftest import NOON

LEASE = timedelta(seconds=30)


def hand_in(store: Store, owner: str, *hosts: str, started: bool = True) -> str:
    """A list of these sites; a host with a * shares the check of the row before."""
    items = []
    for row, host in enumerate(hosts, 1):
        name = host.rstrip("*")
        double = row - 1 if host.endswith("*") else None
        items.append(
            NewItem(row, "duplicate" if double else "accepted", name, row + 1, url=f"https://{name}/", host=name,
                    duplicate_of=double)
        )  # fmt: skip
    identifier = new_check_id()
    Drafts(store).put(NewBatch(identifier, owner, None, "list", "0" * 64), items, {}, NOON)
    if started:
        Drafts(store).start(identifier, NOON)
    return identifier


def test_a_draft_waits_and_a_start_happens_once(store: Store) -> None:
    """Nothing is in line before; afterwards every site once, whoever starts it how often."""
    identifier = hand_in(store, "me", "a.com", "b.com", "b.com*", started=False)
    draft = Batches(store).get(identifier)
    assert (draft.state, draft.rows, draft.total, CheckQueue(store).depth()["batch"][0]) == ("draft", 3, 2, 0)

    for _ in range(2):
        Drafts(store).start(identifier, NOON)

    assert (Batches(store).get(identifier).state, CheckQueue(store).depth()["batch"][0]) == ("queued", 2)
    rows = Batches(store).items(identifier, 0, 10, NOON)
    assert rows[1].check_id == rows[2].check_id
    assert len({row.check_id for row in rows}) == 2


def test_a_start_that_broke_off_goes_on(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sites that are in line already stay there, with their ids."""
    identifier = hand_in(store, "me", *(f"s{n}.com" for n in range(10)), started=False)
    monkeypatch.setattr("pharmcheck.store.drafts._CHECKS", 4)
    put = CheckQueue.put_in_line
    calls = []

    def breaks(self, *rest) -> None:
        if calls:
            raise KeyboardInterrupt
        calls.append(1)
        put(self, *rest)

    monkeypatch.setattr(CheckQueue, "put_in_line", breaks)
    with pytest.raises(KeyboardInterrupt):
        Drafts(store).start(identifier, NOON)
    first = [row.check_id for row in Batches(store).items(identifier, 0, 4, NOON)]
    assert Batches(store).get(identifier).state == "queued"
    monkeypatch.setattr(CheckQueue, "put_in_line", put)

    Drafts(store).start(identifier, NOON)

    assert [row.check_id for row in Batches(store).items(identifier, 0, 4, NOON)] == first
    assert CheckQueue(store).depth()["batch"][0] == 10


def test_a_list_that_breaks_off_while_it_comes_in_leaves_nothing(store: Store) -> None:
    """Nor does one that is still coming in exist for anybody."""
    identifier = new_check_id()

    def items() -> Iterator[NewItem]:
        yield NewItem(1, "accepted", "a.com", 1, url="https://a.com/", host="a.com")
        assert Batches(store).get(identifier) is None
        raise ListFileError("too many rows")

    with pytest.raises(ListFileError):
        Drafts(store).put(NewBatch(identifier, "me", None, "list", "0"), items(), {}, NOON)
    assert Batches(store).of_owner("me") == []
    assert Batches(store).drafts("me") == 0


def test_old_drafts_go_when_the_next_list_comes(store: Store) -> None:
    """Not those that were started."""
    old, kept = hand_in(store, "me", "a.com", started=False), hand_in(store, "me", "b.com")
    Drafts(store).put(NewBatch("f" * 32, "me", None, "", "0"), [], {}, NOON + timedelta(days=8))

    assert Batches(store).get(old) is None
    assert Batches(store).get(kept) is not None


def test_lists_of_two_owners_take_turns(store: Store) -> None:
    """A short list does not wait for somebody else's long one, and two lists of one owner count as one."""
    hand_in(store, "long", *(f"long{n}.com" for n in range(20)))
    queue = CheckQueue(store)
    first = queue.claim(QueueName.BATCH, 5, "x", NOON, LEASE)
    hand_in(store, "short", "short0.com", "short1.com", "short2.com")
    hand_in(store, "long", "more0.com")

    then = queue.claim(QueueName.BATCH, 6, "x", NOON, LEASE)

    assert [job.address.host for job in first] == [f"long{n}.com" for n in range(5)]
    assert sorted(job.address.host for job in then) == [
        "long5.com", "long6.com", "long7.com", "short0.com", "short1.com", "short2.com",
    ]  # fmt: skip


def test_a_run_of_one_list_takes_no_other_row(store: Store) -> None:
    """Its policy may be another: names that exist for it alone."""
    hand_in(store, "a", "a.com")
    mine = hand_in(store, "b", "b.com")

    jobs = CheckQueue(store, only_batch=mine).claim(QueueName.BATCH, 9, "x", NOON, LEASE)

    assert [job.address.host for job in jobs] == ["b.com"]


def test_what_a_dead_process_of_this_machine_held_is_free_at_once(store: Store) -> None:
    """Nobody waits for its lease; the living, and those elsewhere, keep theirs."""
    mine = hand_in(store, "me", "dead.com", "alive.com", "elsewhere.com")
    queue = CheckQueue(store)
    for holder in ("here:1:x", "here:2:x", "there:1:x"):
        queue.claim(QueueName.BATCH, 1, holder, NOON, LEASE)

    assert release_dead(store, mine, "here", lambda process: process == 2) == 1

    reaped = queue.reap(NOON + timedelta(seconds=1))
    assert len(reaped.requeued) == 1
    (job,) = queue.claim(QueueName.BATCH, 9, "here:3:x", NOON, LEASE)
    assert (job.address.host, job.attempt) == ("dead.com", 2)


def test_a_site_that_is_forgotten_leaves_lists_too(store: Store, settings: Settings) -> None:
    """Its rows stay and say nothing; the list can end, and going on with it asks for nothing."""
    mine = hand_in(store, "me", "a.com", "gone.com", "gone.com*")

    assert Pruning(store, settings.data_dir).forget("gone.com") == 1

    Drafts(store).start(mine, NOON)
    rows = Batches(store).items(mine, 0, 9, NOON)
    assert [(row.kind, row.input, row.host, row.check_id is None) for row in rows[1:]] == [
        ("ignored", "", None, True)
    ] * 2
    assert Batches(store).get(mine).total == 1


def test_rows_are_found_by_what_they_are(store: Store) -> None:
    """By kind and words, in some order, a page at a time with the count of all."""
    mine = hand_in(store, "me", "zeta.com", "alpha_1.com", "alpha_1.com*")
    batches = Batches(store)

    by_host, count = batches.find(mine, Rows(), Order.HOST, 0, 2, NOON)
    assert ([item.host for item in by_host], count) == (["alpha_1.com", "alpha_1.com"], 3)
    assert [item.row for item in batches.find(mine, Rows(kind="duplicate"), Order.ROW, 0, 9, NOON)[0]] == [3]
    assert batches.find(mine, Rows(text="ALPHA_"), Order.ROW, 0, 9, NOON)[1] == 2
    assert batches.find(mine, Rows(text="alph%"), Order.ROW, 0, 9, NOON)[1] == 0
    assert batches.find(mine, Rows(sites_only=True), Order.WORST, 0, 9, NOON)[1] == 2
