"""A list is watched over the API: begun, read, told to receivers, sent again, ended; for its owner only."""

from __future__ import annotations

import asyncio
import csv
import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pharmcheck.store import Deliveries, Scope
from pharmcheck.watch import Sender, note_verdicts, tend
from pharmcheck.watch.sending import GATHERED
from tests.api.conftest import ROGUE, Desk, problem
from tests.api.test_list_files import answer_all
from tests.sites import site
from tests.watch.conftest import Receiver, open_receiver
from tests.yardstick import PATIENCE_S

pytestmark = pytest.mark.anyio

MILD = {"home": "# Ibuprofen 200 mg\n$5\n! Add to cart"}


async def watched(desk: Desk, ruleset: Any, key: dict[str, str]) -> str:
    """A list of one site under watch; returns where its watch is."""
    made = await desk.post("/v1/batches", {"urls": ["pills.example.com"]}, headers=key)
    answer_all(desk, ruleset, **MILD)
    here = f"{made.headers['location']}/watch"
    assert (await desk.post(here, {}, headers=key)).status_code == 200
    note_verdicts(desk.service.store, desk.clock())
    return here


def change(desk: Desk) -> str:
    """The site is seen to have turned dangerous; returns the check."""
    desk.clock.turn(days=1)
    check_id = desk.keep(site("pills.example.com", at=desk.clock(), **ROGUE))
    assert note_verdicts(desk.service.store, desk.clock()) == 1
    return check_id


async def test_a_list_is_watched_and_says_what_changed(desk: Desk, ruleset: Any) -> None:
    """Changes with their evidence, by number, by time and as files; no clickable address in any."""
    key = desk.bearer(Scope.BATCH)
    here = await watched(desk, ruleset, key)
    check_id = change(desk)

    state = (await desk.get(here, headers=key)).json()
    assert (state["active"], state["sites"], state["changes"], state["targets"]) == (True, 1, 1, [])
    (told,) = (await desk.get(f"{here}/changes?limit=1", headers=key)).json()["items"]
    assert (told["address"], told["notices"]) == ("pills[.]example[.]com", ["worse"])
    assert (told["from"]["category"], told["to"]["category"]) == ("unverified", "danger")
    assert told["to"]["link"] == f"/v/{check_id}"
    assert (await desk.get(f"{here}/changes?after=1", headers=key)).json() == {"items": [], "next": None}
    later = desk.clock().isoformat().replace("+00:00", "Z")
    assert (await desk.get(f"{here}/changes?since={later[:10]}", headers=key)).json()["items"] == [told]
    assert (await desk.get(f"{here}/changes?since=2099-01-01", headers=key)).json()["items"] == []

    lines = (await desk.get(f"{here}/changes.jsonl", headers=key)).text.splitlines()
    assert [json.loads(line) for line in lines] == [told]
    (row,) = csv.DictReader(io.StringIO((await desk.get(f"{here}/changes.csv", headers=key)).text.lstrip("\ufeff")))
    assert (row["address"], row["from"], row["to"], row["evidence"]) == (
        "pills[.]example[.]com", "unverified", "danger", f"/v/{check_id}",
    )  # fmt: skip
    ended = (await desk.client.delete(here, headers=key)).json()
    assert (ended["active"], ended["changes"], ended["next_due_at"]) == (False, 1, None)


async def test_nobody_elses_watch_and_no_draft(desk: Desk, ruleset: Any) -> None:
    """Each refusal has its code."""
    key = desk.bearer(Scope.BATCH)
    made = await desk.post("/v1/batches", {"urls": ["a.example.com"], "preview": True}, headers=key)
    draft = f"{made.headers['location']}/watch"
    assert problem(await desk.get(draft, headers=key))["code"] == "no_watch"
    assert problem(await desk.post(draft, {}, headers=key))["code"] == "still_a_draft"
    assert problem(await desk.post(f"{draft}/targets", {"url": "https://a.example.org/"}, headers=key))["code"] == (
        "no_watch"
    )
    here = await watched(desk, ruleset, key)
    gets, posts = ("", "/changes", "/changes.csv", "/deliveries"), ("", "/deliveries/x/replay", "/targets/x/enable")
    asked = [("GET", path) for path in gets] + [("POST", path) for path in posts] + [("DELETE", "")]
    for method, path in asked:
        body = {"json": {}} if method == "POST" else {}
        other = await desk.client.request(method, here + path, headers=desk.bearer(Scope.BATCH), **body)
        assert problem(other)["code"] == "no_batch"
    for wrong in ("http://intake.example.org/", "https://10.0.0.1/", "nonsense"):
        assert problem(await desk.post(f"{here}/targets", {"url": wrong}, headers=key))["code"] == "target_refused"
    assert problem(await desk.post(f"{here}/targets/x/enable", {}, headers=key))["code"] == "no_target"
    assert problem(await desk.post(f"{here}/deliveries/x/replay", {}, headers=key))["code"] == "no_target"


async def test_a_secret_is_shown_once_and_a_message_is_sent_again(desk: Desk, ruleset: Any, tmp_path: Path) -> None:
    """Every attempt is told with whose fault it was; the page of deliveries knows no secret."""
    key = desk.bearer(Scope.BATCH)
    here = await watched(desk, ruleset, key)
    with open_receiver(tmp_path) as receiver:
        receiver.url = "https://receiver.example.org/hook"
        made = await desk.post(f"{here}/targets", {"url": receiver.url}, headers=key)
        assert made.status_code == 201
        secret = made.json()["secret"]
        sender = sender_to(desk, receiver)
        change(desk)
        desk.clock.turn(minutes=GATHERED.total_seconds() / 60)
        receiver.statuses = [503, 200]
        assert await tend(sender) == (0, 1)

        (one,) = (await desk.get(f"{here}/deliveries", headers=key)).json()["items"]
        assert (one["state"], one["first"], one["last"]) == ("waiting", 1, 1)
        (tried,) = one["attempts"]
        assert (tried["status"], tried["fault"]) == (503, "site")
        again = await desk.post(f"{here}/deliveries/{one['id']}/replay", {}, headers=key)
        assert again.status_code == 202
        assert await tend(sender) == (0, 1)
        ids = {headers["webhook-id"] for headers, _ in receiver.got}
        assert (len(receiver.got), ids) == (2, {one["id"]})
        texts = [(await desk.get(here + path, headers=key)).text for path in ("", "/deliveries")]
        assert not any(secret in text for text in texts)
        target = made.json()["id"]
        assert (await desk.post(f"{here}/targets/{target}/enable", {}, headers=key)).status_code == 200
        assert (await desk.client.delete(f"{here}/targets/{target}", headers=key)).json()["targets"] == []


def sender_to(desk: Desk, receiver: Receiver) -> Sender:
    """What the service would send with, if the receiver stood where its name says."""
    place = desk.service.place
    (at,) = receiver.policy.resolve.values()
    policy = replace(receiver.policy, resolve={("receiver.example.org", 443): at})
    return replace(Sender.of(desk.service.settings, place.store, policy, place.clock), deadline_s=PATIENCE_S)


async def test_the_service_itself_does_the_rounds(desk: Desk, ruleset: Any) -> None:
    """Without workers: sites that are due go in line, new verdicts are weighed, messages are made."""
    from pharmcheck.api.app import _chores
    from pharmcheck.settings import Settings

    key = desk.bearer(Scope.BATCH)
    here = await watched(desk, ruleset, key)
    await desk.post(f"{here}/targets", {"url": "https://intake.example.org/"}, headers=key)
    settings = Settings(data_dir=desk.service.settings.data_dir, sync_registers=False)
    *_, (_, put_in_line), (_, round_) = _chores(desk.service.place, settings)
    desk.clock.turn(days=60)
    await asyncio.to_thread(put_in_line)
    assert desk.service.queue.depth()["batch"][0] == 1
    answer_all(desk, ruleset, **ROGUE)
    await round_()
    assert (await desk.get(here, headers=key)).json()["changes"] == 1
    assert Deliveries(desk.service.store).of_batch(here.split("/")[3], 9) == []  # gathered for a while
