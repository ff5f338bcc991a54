"""`pharmcheck watch`: begun, read, told, sent again, ended; and a process that is killed while it sends."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from standardwebhooks import Webhook

from pharmcheck.model import Category
from pharmcheck.settings import load_settings
from pharmcheck.store import Deliveries, Store, Watches
from pharmcheck.watch import Sender, note_verdicts, tend
from pharmcheck.watch.sending import LEASE
from tests.cli.conftest import Run, Start
from tests.watch.conftest import BATCH, HOSTS, Receiver, answer, make_list, open_receiver
from tests.yardstick import PATIENCE_S

NOW = datetime.now(UTC)


@pytest.fixture
def listed(data_dir: Path) -> Iterator[Store]:
    """A list of dangerous sites in the data folder, and its store."""
    with Store.open(load_settings(data_dir)) as store:
        make_list(store, at=NOW - timedelta(days=3))
        for host in HOSTS:
            answer(store, host, Category.DANGER, NOW - timedelta(days=2))
        yield store


@pytest.fixture
def receiver(tmp_path: Path) -> Iterator[Receiver]:
    with open_receiver(tmp_path) as opened:
        yield opened


def way_to(receiver: Receiver) -> list[str]:
    """The options that lead to a receiver on loopback."""
    (((host, port), (address, real)),) = receiver.policy.resolve.items()
    return ["--resolve", f"{host}:{port}:{address}:{real}", "--allow-network", "127.0.0.0/8"]


def change(store: Store) -> None:
    """One site gets better, long enough ago to be told."""
    note_verdicts(store, NOW - timedelta(days=1))
    answer(store, HOSTS[0], Category.CAUTION, NOW - timedelta(hours=2))
    assert note_verdicts(store, NOW - timedelta(hours=1)) == 1


def test_a_list_is_watched_from_the_command_line(run: Run, listed: Store, receiver: Receiver) -> None:
    """What changed on stdout, secrets there once, everything else to people."""
    assert run("watch", "target", BATCH, receiver.url, *way_to(receiver)).exit_code == 2  # not watched yet
    begun = run("watch", "start", BATCH)
    assert (begun.exit_code, begun.stdout) == (0, "")
    assert "3 sites" in begun.stderr
    made = run("watch", "target", BATCH, receiver.url, *way_to(receiver))
    assert made.exit_code == 0
    secret = made.stdout.strip()
    change(listed)

    told = run("watch", "changes", BATCH).stdout.splitlines()
    assert [json.loads(line)["notices"] for line in told] == [["better"]]
    assert run("watch", "changes", BATCH, "--since", "2099-01-01").stdout == ""
    assert "one[.]example[.]com" in run("watch", "changes", BATCH, "--csv").stdout
    sent = run("watch", "send", *way_to(receiver), "--ca-file", receiver.policy.ca_file)
    assert (sent.exit_code, sent.stderr.strip()) == (0, "pharmcheck: New changes: 0. Messages tried: 1.")
    ((headers, body),) = receiver.got
    at = datetime.fromtimestamp(int(headers["webhook-timestamp"]), UTC)
    first = headers["webhook-id"]
    assert headers["webhook-signature"] == Webhook(secret).sign(first, at, body.decode())
    assert run("watch", "replay", BATCH, first).exit_code == 0
    run("watch", "send", *way_to(receiver), "--ca-file", receiver.policy.ca_file)
    assert [headers["webhook-id"] for headers, _ in receiver.got] == [first] * 2
    shown = run("watch", "list").stdout
    assert BATCH in shown
    assert secret not in shown
    assert run("watch", "stop", BATCH).exit_code == 0


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("start", "x"), "There is no list x."),
        (("stop", BATCH), "is not watched"),
        (("changes", BATCH, "--since", "soon"), "--since soon"),
        (("replay", BATCH, "msg_1"), "no such message"),
    ],
)
def test_what_cannot_be_done_is_a_sentence(run: Run, listed: Store, words: tuple[str, ...], says: str) -> None:
    """And exit code 2."""
    result = run("watch", *words)
    assert result.exit_code == 2
    assert says in " ".join(result.stderr.split())


def test_a_sender_that_is_killed_loses_no_message(
    start: Start, run: Run, listed: Store, receiver: Receiver, data_dir: Path
) -> None:
    """SIGKILL when the message is on its way: whoever sends next sends it again, under the same id."""
    run("watch", "start", BATCH)
    secret = run("watch", "target", BATCH, receiver.url, *way_to(receiver)).stdout.strip()
    change(listed)
    over = threading.Event()
    receiver.hold = lambda: over.wait(PATIENCE_S)
    try:
        killed = start("watch", "send", *way_to(receiver), "--ca-file", receiver.policy.ca_file)
        assert receiver.asked.wait(PATIENCE_S), "nothing was sent"
        killed.kill()
        killed.wait(PATIENCE_S)
    finally:
        over.set()
    (delivery,) = Deliveries(listed).of_batch(BATCH, 9)
    assert (delivery.state, delivery.attempts[0].outcome) == ("sending", None)

    settings = load_settings(data_dir)
    later = Sender(listed, receiver.policy, settings.data_dir, None, _clock(LEASE), PATIENCE_S)
    assert asyncio.run(tend(later)) == (0, 1)
    (delivery,) = Deliveries(listed).of_batch(BATCH, 9)
    assert delivery.state == "done"
    assert [headers["webhook-id"] for headers, _ in receiver.got] == [delivery.id] * 2
    assert len({body for _, body in receiver.got}) == 1
    found = Watches(listed).get(BATCH)
    assert found is not None
    headers, body = receiver.got[1]
    at = datetime.fromtimestamp(int(headers["webhook-timestamp"]), UTC)
    assert headers["webhook-signature"] == Webhook(secret).sign(delivery.id, at, body.decode())


def _clock(ahead: timedelta) -> Callable[[], datetime]:
    """The time of day when a lease has run out."""
    return lambda: datetime.now(UTC) + ahead + timedelta(seconds=1)
