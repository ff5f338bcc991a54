"""Asking for checks: answered at once, never twice for one need, never so often that a site is hammered."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest

from pharmcheck.ruleset import Ruleset
from pharmcheck.store import Looks
from tests.api.conftest import Desk, open_desk, problem, rogue

pytestmark = pytest.mark.anyio


async def test_a_check_is_taken_and_says_where_to_look(desk: Desk) -> None:
    """202, a Location that answers 200 while nobody has done it, and a time to come back."""
    asked = await desk.post("/v1/checks", {"url": "hxxps://pills[.]example[.]com/offer?utm_source=x"})

    assert asked.status_code == 202
    assert asked.headers["location"] == f"/v1/checks/{asked.json()['id']}"
    assert int(asked.headers["retry-after"]) > 0
    seen = await desk.get(asked.headers["location"])
    assert (seen.status_code, seen.json()["state"]) == (200, "queued")
    assert seen.json()["address"]["host"] == "pills.example.com"
    assert seen.json()["verdict"] is None


async def test_a_stored_verdict_answers_at_once(desk: Desk) -> None:
    """200 with the check done; nothing new waits in line, and what this caller wrote comes back."""
    check_id = desk.keep(rogue())
    asked = await desk.post("/v1/checks", {"url": "https://PILLS.example.com"})

    assert asked.status_code == 200
    assert (asked.json()["id"], asked.json()["state"]) == (check_id, "done")
    assert asked.json()["verdict"]["category"] == "danger"
    assert asked.json()["verdict"]["address"]["input"] == "https://PILLS.example.com"
    assert desk.service.queue.depth()["interactive"][0] == 0


async def test_an_old_verdict_does_not_answer(desk: Desk) -> None:
    """What is past its date is looked at again."""
    desk.keep(rogue())
    desk.clock.turn(days=15)

    assert (await desk.post("/v1/checks", {"url": "pills.example.com"})).status_code == 202


async def test_two_who_ask_wait_for_one_check(desk: Desk) -> None:
    """Somebody waits for this site already: the second caller gets the same check, for the price of a read."""
    first = await desk.post("/v1/checks", {"url": "pills.example.com"})
    async with desk.from_address("198.51.100.9") as other:
        second = await other.post("/v1/checks", json={"url": "https://pills.example.com/"})

    assert second.json()["id"] == first.json()["id"]
    assert second.headers["ratelimit"].startswith('"read"')


async def test_one_site_is_not_looked_at_without_end(desk: Desk) -> None:
    """`fresh` has a budget for each site, whoever asks; then the last verdict stands."""
    desk.keep(rogue())  # one look
    for number in range(desk.service.settings.looks_per_site_and_hour - 1):
        async with desk.from_address(f"198.51.100.{number}") as other:
            asked = await other.post("/v1/checks", json={"url": "pills.example.com", "fresh": True})
        assert asked.status_code == 202
        desk.service.queue.fail(asked.json()["id"], "test", desk.clock())
    for host in ("pills.example.com", "www.pills.example.com"):
        assert problem(await desk.post("/v1/checks", {"url": host, "fresh": True}))["code"] == "site_budget"
    assert (await desk.get("/v1/verdicts/pills.example.com")).json()["category"] == "danger"
    desk.clock.turn(hours=2)
    assert (await desk.post("/v1/checks", {"url": "pills.example.com", "fresh": True})).status_code == 202


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1/", "http://169.254.169.254/latest", "https://user:pw@shop.example.com/",
     "ftp://shop.example.com", "https://shop.example.com:22/", "http://localhost/", "https://[::1]/",
     "javascript:alert(1)", "not an address", "\u0000"],
)  # fmt: skip
async def test_an_address_that_is_no_public_site_is_refused_with_a_sentence(desk: Desk, url: str) -> None:
    """422, a pointer to the field, and nothing waits in line."""
    refused = await desk.post("/v1/checks", {"url": url})

    document = problem(refused)
    assert (refused.status_code, document["code"]) == (422, "address_refused")
    assert document["errors"][0]["pointer"] == "/url"
    assert desk.service.queue.depth()["interactive"][0] == 0


@pytest.mark.parametrize(
    ("body", "headers", "status", "code"),
    [
        (b'{"url":', {}, 400, "malformed"),
        (b'{"url": "\xff\xfe"}', {}, 400, "malformed"),
        (b"", {}, 422, "invalid_request"),
        (b"[" * 60_000, {}, 400, "malformed"),
        (b'{"url": 5}', {}, 422, "invalid_request"),
        (b'{"url": "a.example.com", "extra": 1}', {}, 422, "invalid_request"),
        (b'{"url": "a.example.com", "destination": "Germany"}', {}, 422, "invalid_request"),
        (b'{"n": ' + b"9" * 5000 + b"}", {}, 400, "malformed"),
        (b'{"url": "a.example.com"}', {"content-type": "text/plain"}, 415, "expected_json"),
        (b'{"url": "a.example.com"}', {"content-type": "application/x-www-form-urlencoded"}, 415, "expected_json"),
        (b'{"url": "a.example.com"}', {"content-encoding": "gzip"}, 415, "expected_json"),
        (b'{"url": "' + b"a" * 70_000 + b'"}', {}, 413, "body_too_large"),
    ],
)
async def test_a_request_that_cannot_be_read_is_never_our_failure(
    desk: Desk, body: bytes, headers: dict[str, str], status: int, code: str
) -> None:
    """Broken, deep, foreign and huge bodies get 4xx with a code."""
    answer = await desk.client.post("/v1/checks", content=body, headers={"content-type": "application/json", **headers})

    assert (answer.status_code, problem(answer)["code"]) == (status, code)


async def test_a_body_without_a_length_is_stopped_at_the_limit(desk: Desk) -> None:
    """The limit counts what arrives, not what a header says."""
    read = 0

    async def endless() -> Any:
        nonlocal read
        for _ in range(10_000):
            read += 1
            yield b" " * 8192

    answer = await desk.client.post("/v1/checks", content=endless(), headers={"content-type": "application/json"})

    assert problem(answer)["code"] == "body_too_large"
    assert read < 100


async def test_the_limit_of_an_address_is_told_and_held(tmp_path: Path, ruleset: Ruleset) -> None:
    """Fields on every answer; then 429 with Retry-After, nothing in line, and other callers unharmed."""
    async for desk in open_desk(tmp_path, ruleset, checks_per_hour=2):
        first = await desk.post("/v1/checks", {"url": "one.example.com"})
        assert first.headers["ratelimit-policy"] == '"check";q=2;w=3600'
        assert first.headers["ratelimit"].startswith('"check";r=1;t=')
        await desk.post("/v1/checks", {"url": "two.example.net"})
        over = await desk.post(
            "/v1/checks",
            {"url": "three.example.org"},
            headers={"X-Forwarded-For": "198.51.100.1", "Forwarded": "for=198.51.100.1"},
        )
        assert problem(over)["code"] == "quota"
        assert int(over.headers["retry-after"]) > 0
        assert desk.service.queue.depth()["interactive"][0] == 2
        async with desk.from_address("198.51.100.9") as other:
            assert (await other.post("/v1/checks", json={"url": "three.example.org"})).status_code == 202


async def test_neighbours_in_one_ipv6_network_share_a_limit(tmp_path: Path, ruleset: Ruleset) -> None:
    """A subscriber has a whole /64; another /64 is somebody else."""
    async for desk in open_desk(tmp_path, ruleset, checks_per_hour=1):
        answers = []
        for address, host in (("2001:db8:1:2::1", "a"), ("2001:db8:1:2:ffff::9", "b"), ("2001:db8:1:3::1", "c")):
            async with desk.from_address(address) as caller:
                answers.append((await caller.post("/v1/checks", json={"url": f"{host}.example.com"})).status_code)
        assert answers == [202, 429, 202]


async def test_an_idempotency_key_makes_a_repeated_request_harmless(desk: Desk) -> None:
    """The same request gives the same check; another body under the key is refused."""
    headers = {"Idempotency-Key": "b1"}
    first = await desk.post("/v1/checks", {"url": "pills.example.com", "fresh": True}, headers=headers)
    desk.service.queue.fail(first.json()["id"], "test", desk.clock())
    again = await desk.post("/v1/checks", {"url": "pills.example.com", "fresh": True}, headers=headers)
    other = await desk.post("/v1/checks", {"url": "other.example.com", "fresh": True}, headers=headers)

    assert again.json()["id"] == first.json()["id"]
    assert problem(other)["code"] == "idempotency_conflict"
    async with desk.from_address("198.51.100.9") as stranger:
        answer = await stranger.post("/v1/checks", json={"url": "pills.example.com", "fresh": True}, headers=headers)
    assert answer.json()["id"] != first.json()["id"]


async def test_a_check_that_nobody_does_is_said_to_be_stalled(desk: Desk) -> None:
    """Never "running" for ever: a silent runner and a forgotten row show."""
    waiting = (await desk.post("/v1/checks", {"url": "pills.example.com"})).json()["id"]
    desk.clock.turn(minutes=11)
    assert (await desk.get(f"/v1/checks/{waiting}")).json()["state"] == "stalled"


async def test_a_get_never_starts_work(desk: Desk) -> None:
    """Reading about a site that nobody asked for starts nothing."""
    for path in ("/v1/verdicts/new.example.com", "/v1/verdicts/new.example.com/history", "/v1/checks/" + "0" * 32):
        await desk.get(path)
    assert desk.service.queue.depth()["interactive"][0] == 0


async def test_an_unknown_check_is_a_problem_with_a_code(desk: Desk) -> None:
    """404, never an empty answer."""
    assert problem(await desk.get("/v1/checks/" + "0" * 32))["code"] == "no_check"
    assert problem(await desk.get("/v1/nothing"))["code"] == "not_found"
    assert problem(await desk.client.put("/v1/checks"))["code"] == "method_not_allowed"


async def test_no_answer_tells_what_is_inside(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bug of ours is a problem document without a trace, and the request can be found in the log."""

    def break_down(*_: object) -> None:
        raise RuntimeError("secret detail /srv/pharmcheck")

    monkeypatch.setattr(Looks, "waiting_for", break_down)
    transport = httpx.ASGITransport(desk.app, client=("203.0.113.7", 1), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://service.test") as client:
        answer = await client.post("/v1/checks", json={"url": "pills.example.com"})
    assert (answer.status_code, problem(answer)["code"]) == (500, "internal")
    assert "secret" not in answer.text
