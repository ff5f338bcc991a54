"""Workers do for watched lists what the service does by itself: the same functions over the same rows."""

from __future__ import annotations

from datetime import timedelta

import pytest

from pharmcheck.broker import messages_in
from pharmcheck.model import Category
from pharmcheck.store import CheckQueue, QueueName, Watches
from tests.watch.conftest import BATCH, HOSTS, answer, make_list
from workers import room, tasks
from workers.app import app

pytestmark = pytest.mark.xdist_group("workers")


def test_sites_of_a_watched_list_are_put_in_line_and_what_came_of_it_is_weighed(here: room.Room) -> None:
    """By the two tasks that beat sends, over rows that the service would use as well."""
    store, long_ago = here.place.store, here.place.clock() - timedelta(days=100)
    make_list(store, at=long_ago)
    for job in CheckQueue(store).claim(QueueName.BATCH, 9, "test", long_ago, timedelta(minutes=1)):
        CheckQueue(store).fail(job.id, "internal", long_ago)
    Watches(store).start(BATCH, long_ago)
    for host in HOSTS:
        answer(store, host, Category.DANGER, long_ago)
    answer(store, HOSTS[0], Category.CAUTION, long_ago + timedelta(days=20))
    tasks.watch("nonsense", more=1)

    assert [change.host for change in Watches(store).changes(BATCH)] == [HOSTS[0]]
    tasks.recheck()
    assert CheckQueue(store).depth()["batch"][0] == 1  # one a minute, the dangerous first
    assert messages_in(app, QueueName.BATCH) == 1
