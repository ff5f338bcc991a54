"""Many at once: what floods cost is bounded, whoever floods is told so, and others are served meanwhile.

Hundreds here, so that every run of CI can afford it; `bench/floods.py` does it by the ten thousand and measures memory.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import anyio
import httpx
import pytest
from prometheus_client import REGISTRY

from pharmcheck.api.progress import _MOST_EACH
from pharmcheck.ruleset import Ruleset
from pharmcheck.store import QueueName, Scope
from tests.api.conftest import Desk, open_desk, problem
from tests.api.served import Line, serving, until

pytestmark = pytest.mark.anyio
HEAD = b"POST /v1/checks HTTP/1.1\r\nHost: service.test\r\nContent-Type: application/json\r\n"
BODY = b'{"url": "pills.example.com"}'
ASK = HEAD + b"Content-Length: %d\r\n\r\n" % len(BODY) + BODY
ENDLESS = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"


async def from_many(desk: Desk, urls: list[str]) -> list[httpx.Response]:
    """Each from an address of its own, all at once."""
    clients = [desk.from_address(f"198.51.{number // 250}.{number % 250}") for number in range(len(urls))]
    try:
        return await asyncio.gather(
            *(client.post("/v1/checks", json={"url": url}) for client, url in zip(clients, urls, strict=True))
        )
    finally:
        for client in clients:
            await client.aclose()


def waiting(desk: Desk) -> int:
    return desk.service.queue.depth()["interactive"][0]


async def test_a_site_that_hundreds_ask_for_is_looked_at_once(desk: Desk) -> None:
    """All get the same check, however they spell it."""
    spellings = (
        "pills.example.com",
        "HTTPS://PILLS.EXAMPLE.COM./",
        "http://pills.example.com/a?b=1",
        "hxxp://pills[.]example[.]com",
    )
    await desk.post("/v1/checks", {"url": "pills.example.com"})
    answers = await from_many(desk, [spellings[number % 4] for number in range(200)])

    assert Counter(answer.status_code for answer in answers) == {202: 200}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert waiting(desk) == 1


async def test_a_hundred_names_of_one_site_are_looked_at_six_times(desk: Desk) -> None:
    """Subdomains cost nothing to make up: the site has its budget, and another site is taken all the same."""
    for number in range(6):
        await desk.from_address(f"203.0.113.{number + 10}").post("/v1/checks", json={"url": f"s{number}.pills.com"})
    answers = await from_many(desk, [f"x{number}.y{number}.pills.com" for number in range(100)])

    assert {(answer.status_code, problem(answer)["code"]) for answer in answers} == {(429, "site_budget")}
    assert waiting(desk) == 6
    assert (await desk.post("/v1/checks", {"url": "other.example.com"})).status_code == 202


async def test_words_that_strangers_make_up_take_no_memory(desk: Desk) -> None:
    """Methods, paths, queries and keys of all kinds leave no series behind in the metrics."""

    def series() -> int:
        return sum(len(metric.samples) for metric in REGISTRY.collect() if metric.name.startswith("pharmcheck_"))

    async def ask(number: int) -> None:
        await desk.client.request(
            f"M{number}", f"/p{number}?q={number}", headers={"Authorization": f"Bearer pc_live_{number}"}
        )
        await desk.client.request("POST", f"/v1/verdicts/{number}.example.com", json={})

    await ask(0)
    before = series()
    for number in range(1, 50):
        await ask(number)
    assert series() == before


async def test_one_list_of_a_key_comes_in_at_a_time(desk: Desk) -> None:
    """While one is read the others are refused before their bodies are; another key's is taken."""
    begun, go_on = anyio.Event(), anyio.Event()

    async def slowly() -> AsyncIterator[bytes]:
        yield b'{"urls": ["a.example.com"'
        begun.set()
        await go_on.wait()
        yield b"]}"

    async def untouched() -> AsyncIterator[bytes]:
        pytest.fail("the body was read")
        yield b""

    key = {**desk.bearer(Scope.BATCH), "Content-Type": "application/json"}
    async with anyio.create_task_group() as tasks:
        answers: list[httpx.Response] = []

        async def first() -> None:
            answers.append(await desk.client.post("/v1/batches", content=slowly(), headers=key))

        tasks.start_soon(first)
        await begun.wait()
        for _ in range(50):
            refused = await desk.client.post("/v1/batches", content=untouched(), headers=key)
            assert problem(refused)["code"] == "too_many_batches"
        other = await desk.post("/v1/batches", {"urls": ["b.example.com"]}, headers=desk.bearer(Scope.BATCH))
        assert other.status_code == 202
        go_on.set()
    assert answers[0].status_code == 202
    assert (await desk.post("/v1/batches", {"urls": ["c.example.com"]}, headers=key)).status_code == 202


async def test_guessed_keys_do_not_keep_the_right_one_out(tmp_path: Path, ruleset: Ruleset) -> None:
    """Who guesses is soon told to wait; a key that is right is counted apart, even from the same address."""
    async for desk in open_desk(tmp_path, ruleset, reads_per_minute=5):
        guesses = [
            await desk.get("/v1/rules", headers={"Authorization": f"Bearer pc_live_{n:036d}"}) for n in range(100)
        ]

        assert Counter(answer.status_code for answer in guesses) == {401: 5, 429: 95}
        assert (await desk.get("/v1/rules", headers=desk.bearer(Scope.CHECK))).status_code == 200


def test_listeners_that_come_in_one_moment_do_not_all_find_room(tmp_path: Path, ruleset: Ruleset) -> None:
    """Forty streams of one caller, opened at once over real sockets: ten are served, and their places come back."""
    with serving(tmp_path, ruleset, reads_per_minute=1000, checks_per_hour=1000) as served:
        check = Line(served.port, "127.0.0.1", None)
        check.send(ASK)
        status, document = check.answer()
        assert status == 202
        listen = f"GET /v1/checks/{document['id']}/events HTTP/1.1\r\nHost: x\r\n\r\n".encode()

        for _ in range(2):
            lines = [Line(served.port, "127.0.0.1", None) for _ in range(40)]
            for line in lines:
                line.send(listen)
            statuses = Counter(line.socket.recv(12)[-3:] for line in lines)
            assert statuses == {b"200": _MOST_EACH, b"429": 40 - _MOST_EACH}
            for line in lines:
                line.socket.close()
            until(lambda: served.crowd.held["ip:127.0.0.1"] <= 1)
        check.socket.close()


def test_bodies_that_never_end_take_no_memory(tmp_path: Path, ruleset: Ruleset) -> None:
    """Twenty senders of endless bodies are told at 64 kB; somebody else's check is taken meanwhile."""
    with serving(tmp_path, ruleset) as served:
        lines = [Line(served.port, "127.0.0.1", None) for _ in range(20)]
        for line in lines:
            line.send(ENDLESS + 9 * (b"2000\r\n" + b" " * 0x2000 + b"\r\n"))
        good = Line(served.port, "127.0.0.2", None).send(ASK)
        assert good.answer()[0] == 202
        assert {line.answer()[1]["code"] for line in lines} == {"body_too_large"}
        for line in [*lines, good]:
            line.socket.close()
        assert served.service.queue.depth()[QueueName.INTERACTIVE.value][0] == 1
