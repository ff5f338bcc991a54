"""Listening to a check: in order, from where the line broke, and not by everybody at once."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pharmcheck.api import progress
from tests.api.conftest import Desk, problem

pytestmark = pytest.mark.anyio


def events_of(text: str) -> list[tuple[str | None, str, Any]]:
    """Id, name and data of every event of a stream."""
    found = []
    for part in text.replace("\r\n", "\n").split("\n\n"):
        fields = dict(line.split(": ", 1) for line in part.split("\n") if ": " in line and not line.startswith(":"))
        if "event" in fields:
            found.append((fields.get("id"), fields["event"], json.loads(fields["data"])))
    return found


async def ended(desk: Desk) -> str:
    """A check with three steps that has ended."""
    check_id = (await desk.post("/v1/checks", {"url": "pills.example.com"})).json()["id"]
    steps = [("state", {"state": "running"}), ("page", {"pages": 1}), ("page", {"pages": 2})]
    desk.service.events.add(check_id, steps, desk.clock())
    desk.service.queue.fail(check_id, "test", desk.clock())
    return check_id


async def test_a_listener_hears_every_step_and_the_end(desk: Desk) -> None:
    """Numbered events, then `end`, then the stream closes; proxies are told not to hold it back."""
    answer = await desk.get(f"/v1/checks/{await ended(desk)}/events")

    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.headers["x-accel-buffering"] == "no"
    assert "retry: 3000" in answer.text
    assert events_of(answer.text) == [
        ("1", "state", {"state": "running"}),
        ("2", "page", {"pages": 1}),
        ("3", "page", {"pages": 2}),
        (None, "end", {"state": "failed"}),
    ]


@pytest.mark.parametrize(("last", "heard"), [("2", ["3"]), ("3", []), ("0", ["1", "2", "3"]), ("x", ["1", "2", "3"])])
async def test_a_listener_that_lost_its_line_hears_the_rest(desk: Desk, last: str, heard: list[str]) -> None:
    """`Last-Event-ID` is where it goes on; nonsense means from the start."""
    answer = await desk.get(f"/v1/checks/{await ended(desk)}/events", headers={"Last-Event-ID": last})

    assert [number for number, _, _ in events_of(answer.text) if number] == heard


async def test_an_unknown_check_has_no_stream(desk: Desk) -> None:
    """A problem document, before any stream begins."""
    assert problem(await desk.get("/v1/checks/" + "0" * 32 + "/events"))["code"] == "no_check"


async def test_one_caller_cannot_hold_every_line(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Listeners are counted for each caller and for all; those beyond are told."""
    check_id = await ended(desk)
    monkeypatch.setitem(progress._listening, "ip:203.0.113.7", 10)
    assert problem(await desk.get(f"/v1/checks/{check_id}/events"))["code"] == "too_many_listeners"
    async with desk.from_address("198.51.100.9") as other:
        assert (await other.get(f"/v1/checks/{check_id}/events")).status_code == 200
