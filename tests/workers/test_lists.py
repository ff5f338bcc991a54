"""`pharmcheck batch` where there are workers: the command hands its rows to them and waits for their answers."""

from __future__ import annotations

import csv
import subprocess
import sys
from datetime import UTC, datetime

import pytest

from pharmcheck.cli.batch_run import OWNER
from pharmcheck.intake import read_list
from pharmcheck.lists import hand_in
from pharmcheck.store import Batches, Store
from tests.workers.fleet import Fleet
from tests.yardstick import PATIENCE_S, ROOT

pytestmark = pytest.mark.xdist_group("workers")


def batch(fleet: Fleet, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    words = (sys.executable, "-m", "pharmcheck", "batch", *arguments)
    return subprocess.run(
        words, cwd=ROOT, env=fleet.environment(), capture_output=True, timeout=PATIENCE_S, check=False
    )


def test_a_list_is_done_by_workers(fleet: Fleet) -> None:
    """The rows are the same; only who does them differs."""
    body = b"Site\npillswift.example\nmedicine-facts.example\n"
    file, out = fleet.folder / "list.txt", fleet.folder / "result.csv"
    file.write_bytes(body)
    with Store.open(fleet.settings) as store:
        handed = read_list(body, admitted_hosts=fleet.hosts)  # names that the workers' street knows
        hand_in(store, handed, OWNER, None, "list.txt", datetime.now(UTC))
    fleet.worker()

    ended = batch(fleet, str(file), "--out", str(out))

    assert ended.returncode == 1, ended.stderr.decode() + fleet.log_text()
    with out.open(encoding="utf-8-sig", newline="") as opened:
        assert [row["category"] for row in csv.DictReader(opened)] == ["", "danger", "not_a_pharmacy"]
    with Store.open(fleet.settings) as store:
        assert Batches(store).of_owner(OWNER)[0].states == {"done": 2}


def test_workers_are_not_sent_to_places_that_only_the_command_knows(fleet: Fleet) -> None:
    """A mapping of this command means nothing to them."""
    file = fleet.folder / "list.txt"
    file.write_text("pillswift.example\n")
    ended = batch(fleet, str(file), "--out", "r.csv", "--resolve", "pillswift.example:443:127.0.0.1:1")

    assert ended.returncode == 2
    assert b"PHARMCHECK_BROKER_URL" in ended.stderr
