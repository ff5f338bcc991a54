"""A list from the command line, done by workers elsewhere: the command puts it in line, watches, and writes it down."""

from __future__ import annotations

import json
from pathlib import Path

from tests.workers.fleet import PASTED, Fleet
from tests.yardstick import PATIENCE_S


def test_a_list_is_done_by_workers_where_there_is_a_broker(fleet: Fleet, tmp_path: Path) -> None:
    """The command itself visits nothing; what it writes is what they found."""
    fleet.worker("batch")
    file, out = tmp_path / "list.txt", tmp_path / "out.jsonl"
    file.write_text("\n".join(PASTED))

    running = fleet.batch(file, out)

    assert running.wait(timeout=PATIENCE_S) == 3, fleet.log_text()  # none could be checked
    rows = [json.loads(line) for line in out.read_text().splitlines()]
    assert sorted(row["input"] for row in rows) == sorted(PASTED)
    worker, command = (log.read_text() for log in fleet.logs)
    assert worker.count("check.done") == len(PASTED)
    assert "Traceback" not in worker + command


def test_options_that_workers_cannot_know_are_refused(fleet: Fleet, tmp_path: Path) -> None:
    """A name that is led elsewhere here leads nowhere there."""
    file = tmp_path / "list.txt"
    file.write_text(PASTED[0])

    running = fleet._start(
        "pharmcheck", "batch", str(file), "--out", str(tmp_path / "out.csv"), "--resolve", "a.example:443:127.0.0.1"
    )

    assert running.wait(timeout=PATIENCE_S) == 2
    assert "Workers elsewhere know nothing of --resolve" in fleet.log_text()
