"""Messages: signed, sent to whoever was registered and nobody else, again for about a day, and never lost."""

from __future__ import annotations

import asyncio
import base64
import json
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from standardwebhooks import Webhook

from pharmcheck.errors import UsageError
from pharmcheck.model import Category
from pharmcheck.settings import Settings
from pharmcheck.store import Deliveries, Delivery, Pruning, Store, Targets, Watches
from pharmcheck.watch import GATHERED, MOST_TARGETS, Sender, note_verdicts, register_target, send_due, tend
from pharmcheck.watch.sending import LEASE, RETRIES
from tests.store.conftest import NOON
from tests.watch.conftest import BATCH, HOSTS, Receiver, answer
from tests.yardstick import PATIENCE_S

ONE, TWO, THREE = HOSTS


@pytest.fixture
def sender(watched: Store, settings: Settings, receiver: Receiver, clock: Callable) -> Sender:
    """A sender over the list, whose first answers are known."""
    note_verdicts(watched, NOON)
    return Sender(watched, receiver.policy, settings.data_dir, "https://check.example", clock, PATIENCE_S)


def register(sender: Sender, receiver: Receiver) -> tuple[str, str]:
    """The id and the secret of a new target."""
    made = register_target(sender.store, sender.policy, sender.data_dir, BATCH, receiver.url, sender.clock())
    return made.target.id, made.secret


def change(sender: Sender, host: str = ONE, category: Category = Category.CAUTION) -> str:
    """Let a site be seen to have changed, long enough ago to be told."""
    check_id = answer(sender.store, host, category, sender.clock() + timedelta(minutes=1))
    sender.clock.turn(minutes=1)
    note_verdicts(sender.store, sender.clock())
    sender.clock.turn(minutes=GATHERED.total_seconds() / 60)
    return check_id


def sent(sender: Sender) -> int:
    return asyncio.run(send_due(sender))


def deliveries(sender: Sender) -> list[Delivery]:
    return Deliveries(sender.store).of_batch(BATCH, 99)


def outcomes(delivery: Delivery) -> list[tuple[str | None, int | None, str | None]]:
    return [(tried.outcome, tried.status, tried.fault) for tried in delivery.attempts]


def test_a_message_is_signed_and_says_little(sender: Sender, receiver: Receiver) -> None:
    """Verified by the specification's own library; ids, defanged addresses, categories and links, no word of a page."""
    _, secret = register(sender, receiver)
    before = sender.store.history("example.com", ONE, None, 1)[0].check_id
    after = change(sender)

    assert sent(sender) == 1
    ((headers, body),) = receiver.got
    (delivery,) = deliveries(sender)
    assert headers["webhook-id"] == delivery.id
    assert headers["content-type"] == "application/json"
    assert headers["webhook-signature"] == Webhook(secret).sign(delivery.id, sender.clock(), body.decode())
    assert headers["webhook-timestamp"] == str(int(sender.clock().timestamp()))
    assert len(base64.b64decode(secret.removeprefix("whsec_"))) == 32
    assert len(body) < 20_000
    (told,) = json.loads(body)["data"].pop("changes")
    assert json.loads(body) | {"data": None} == {
        "type": "pharmcheck.watch.changes", "timestamp": "2026-11-20T12:16:00Z", "data": None,
    }  # fmt: skip
    assert told == {
        "number": 1, "address": "one[.]example[.]com", "notices": ["better"], "details": {}, "cause": "unknown",
        "from": {"category": "danger", "reason_code": "rx_without_prescription", "check_id": before,
                 "link": f"https://check.example/v/{before}", "machine": None},
        "to": {"category": "caution", "reason_code": "no_offer", "check_id": after,
               "link": f"https://check.example/v/{after}", "machine": None},
        "at": "2026-11-20T12:01:00Z",
    }  # fmt: skip
    assert (delivery.state, outcomes(delivery)) == ("done", [("fetched", 204, "nobody")])
    assert sent(sender) == 0


def test_changes_are_gathered_and_long_digests_come_in_parts(sender: Sender, receiver: Receiver, monkeypatch) -> None:
    """A list that is looked through makes no stream of messages; nothing is told twice or left out."""
    monkeypatch.setattr("pharmcheck.watch.sending.MOST_CHANGES", 2)
    register(sender, receiver)
    for host in HOSTS:
        answer(sender.store, host, Category.UNVERIFIED, sender.clock() + timedelta(minutes=1))
    sender.clock.turn(minutes=2)
    assert asyncio.run(tend(sender)) == (3, 0)
    sender.clock.turn(minutes=15)
    assert asyncio.run(tend(sender)) == (0, 2)

    numbers = [[one["number"] for one in json.loads(body)["data"]["changes"]] for _, body in receiver.got]
    assert numbers == [[1, 2], [3]]


def test_who_registers_late_hears_of_what_comes(sender: Sender, receiver: Receiver) -> None:
    """Not of what was told to others before; the page has that."""
    change(sender)
    assert sent(sender) == 0
    register(sender, receiver)
    change(sender, TWO)
    assert sent(sender) == 1
    assert [one["address"] for one in json.loads(receiver.got[0][1])["data"]["changes"]] == ["two[.]example[.]net"]


def test_a_receiver_that_fails_is_asked_again_for_about_a_day(sender: Sender, receiver: Receiver) -> None:
    """With the same id and body, by the schedule with its jitter; then it is switched off, and its owner reads why."""
    target_id, _ = register(sender, receiver)
    receiver.statuses = [500]
    change(sender)
    begun = sender.clock()
    assert sent(sender) == 1
    for wait in RETRIES:
        sender.clock.turn(seconds=wait.total_seconds() - 1)
        assert sent(sender) == 0
        sender.clock.turn(seconds=0.2 * wait.total_seconds() + 1)
        assert sent(sender) == 1
    assert timedelta(hours=20) < sender.clock() - begun < timedelta(hours=30)

    (delivery,) = deliveries(sender)
    assert (delivery.state, outcomes(delivery)) == ("failed", [("http_error", 500, "site")] * 8)
    assert len({(headers["webhook-id"], body) for headers, body in receiver.got}) == 1
    assert len({headers["webhook-timestamp"] for headers, _ in receiver.got}) == 8
    (target,) = Targets(sender.store).of_batch(BATCH)
    assert target.disabled_why == (
        "A message could not be delivered in 8 tries. The last: The receiver answered with status 500."
    )
    change(sender, TWO)
    sender.clock.turn(days=9)
    assert sent(sender) == 0

    # Switched on again: by hand the message goes out under its old id.
    receiver.statuses = [200]
    assert not Deliveries(sender.store).replay(BATCH, delivery.id, sender.clock())
    assert Targets(sender.store).enable(BATCH, target_id)
    assert Deliveries(sender.store).replay(BATCH, delivery.id, sender.clock())
    assert sent(sender) == 1
    assert receiver.got[-1][0]["webhook-id"] == delivery.id
    assert deliveries(sender)[0].state == "done"
    assert Deliveries(sender.store).replay(BATCH, delivery.id, sender.clock())  # also what arrived
    assert sent(sender) == 1
    assert len(deliveries(sender)[0].attempts) == 10


def test_gone_for_good_ends_a_receiver_at_once(sender: Sender, receiver: Receiver) -> None:
    """410: what waits for it stays, should its owner switch it on again."""
    target_id, _ = register(sender, receiver)
    receiver.statuses = [503, 410, 200]
    change(sender)
    assert sent(sender) == 1
    change(sender, TWO)
    assert sent(sender) == 1  # the first message again, and 410

    (target,) = Targets(sender.store).of_batch(BATCH)
    assert target.disabled_at == sender.clock()
    assert target.disabled_why == "The receiver said that it is gone for good (410)."
    assert {delivery.state.value for delivery in deliveries(sender)} == {"waiting", "failed"}
    Targets(sender.store).enable(BATCH, target_id)
    sender.clock.turn(minutes=1)
    assert sent(sender) == 1
    assert Targets(sender.store).remove(BATCH, target_id)
    assert deliveries(sender) == []


def test_a_message_under_way_when_its_sender_died_is_sent_again(sender: Sender, receiver: Receiver) -> None:
    """After its lease; the attempt stays, without an end, since nobody knows whether it arrived."""
    register(sender, receiver)
    change(sender)
    messages = Deliveries(sender.store)
    messages.announce(sender.clock(), GATHERED, 9)
    (letter,) = messages.claim("dead", sender.clock(), LEASE, 9)
    assert sent(sender) == 0
    sender.clock.turn(seconds=LEASE.total_seconds() + 1)
    assert sent(sender) == 1

    (delivery,) = deliveries(sender)
    assert delivery.id == letter.id
    assert outcomes(delivery) == [(None, None, None), ("fetched", 204, "nobody")]
    late = replace(delivery.attempts[1], number=1)
    assert not messages.finish(letter, "dead", late, sender.clock(), again_at=sender.clock())
    assert deliveries(sender)[0].state == "done"


def test_sending_that_is_called_off_loses_nothing(sender: Sender, receiver: Receiver) -> None:
    """A service that ends gives its messages back at once; they go out under the same id."""
    register(sender, receiver)
    change(sender)
    over = threading.Event()
    receiver.hold = lambda: over.wait(PATIENCE_S)

    async def call_off() -> None:
        sending = asyncio.create_task(send_due(sender))
        await asyncio.to_thread(receiver.asked.wait, PATIENCE_S)
        sending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending

    asyncio.run(call_off())
    over.set()
    assert sent(sender) == 1
    (delivery,) = deliveries(sender)
    assert outcomes(delivery) == [(None, None, None), ("fetched", 204, "nobody")]
    assert {headers["webhook-id"] for headers, _ in receiver.got} == {delivery.id}


def test_only_https_addresses_are_registered_and_each_once(sender: Sender, receiver: Receiver) -> None:
    """A sentence for everything else; nothing is asked before the first message."""
    for wrong, says in (
        ("http://receiver.example/", "https only"),
        ("https://user:pw@receiver.example/", "user name"),
        ("https://127.0.0.1:22/", "port"),
        ("ftp://receiver.example/", "https"),
        ("", "no address"),
        ("https://10.0.0.8/", "public"),
        ("https://169.254.169.254/latest", "public"),
    ):
        with pytest.raises(UsageError, match=f"(?i){says}"):
            register(sender, replace(receiver, url=wrong))
    register(sender, receiver)
    with pytest.raises(UsageError, match="already"):
        register(sender, receiver)
    for number in range(1, MOST_TARGETS):
        register(sender, replace(receiver, url=f"{receiver.url}{number}"))
    with pytest.raises(UsageError, match="At most"):
        register(sender, replace(receiver, url=f"{receiver.url}x"))
    assert receiver.got == []


def test_a_name_that_leads_inside_is_refused_at_every_sending(sender: Sender, receiver: Receiver) -> None:
    """What was opened by hand when it was registered is not taken for granted later."""
    register(sender, receiver)
    change(sender)
    closed = replace(sender, policy=replace(sender.policy, allowed_networks=()))
    assert sent(closed) == 1

    (delivery,) = deliveries(sender)
    assert delivery.state == "waiting"
    assert outcomes(delivery) == [("refused_by_us", None, "us")]
    assert delivery.attempts[0].detail == "The name does not lead to a public address."
    assert receiver.got == []


def test_the_database_alone_signs_nothing(sender: Sender, receiver: Receiver) -> None:
    """A secret is kept encrypted, by a key that is its owner's only and lies elsewhere; without it nothing is sent."""
    _, secret = register(sender, receiver)
    key = sender.data_dir / "webhook.key"
    assert key.stat().st_mode & 0o777 == 0o600
    (letter,) = _letters(sender)
    assert secret not in letter.sealed
    sender.clock.turn(seconds=LEASE.total_seconds() + 1)
    content = key.read_bytes()
    key.unlink()
    assert sent(sender) == 1
    assert deliveries(sender)[0].attempts[-1].detail == (
        "The key webhook.key in the data folder cannot be read (No such file or directory)."
    )
    key.write_bytes(content[:-5])
    sender.clock.turn(minutes=7)
    assert sent(sender) == 1
    assert receiver.got == []
    key.write_bytes(content)
    sender.clock.turn(hours=1)
    assert sent(sender) == 1
    assert len(receiver.got) == 1


def _letters(sender: Sender) -> list[Any]:
    change(sender)
    messages = Deliveries(sender.store)
    messages.announce(sender.clock(), GATHERED, 9)
    return messages.claim("me", sender.clock(), LEASE, 9)


def test_receivers_do_not_wait_for_each_other(sender: Sender, receiver: Receiver) -> None:
    """Each has its own try: neither of these two answers before both were asked."""
    receiver.hold = threading.Barrier(2, timeout=PATIENCE_S).wait
    register(sender, receiver)
    register(sender, replace(receiver, url="https://receiver.example/other"))
    change(sender)

    assert asyncio.run(send_due(sender)) == 2
    assert [one.state.value for one in deliveries(sender)] == ["done", "done"]


def test_old_messages_go_and_what_they_told_stays(sender: Sender, receiver: Receiver) -> None:
    """With captures, after their days."""
    register(sender, receiver)
    change(sender)
    sent(sender)
    pruning = Pruning(sender.store, sender.data_dir)
    sender.clock.turn(days=90)
    for gone in (False, True):
        pruning.prune(sender.clock(), timedelta(days=90), 10**9)
        assert (deliveries(sender) == []) is gone
        sender.clock.turn(minutes=1)
    assert len(Watches(sender.store).changes(BATCH)) == 1
