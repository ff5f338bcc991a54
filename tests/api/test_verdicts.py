"""Reading verdicts: stored bytes, strong tags, right at once after a change, open to any page without credentials."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from pharmcheck.store import Scope
from tests.api.conftest import Desk, problem, rogue
from tests.sites import site

pytestmark = pytest.mark.anyio
PATH = "/v1/verdicts/pills.example.com"


async def test_a_verdict_is_given_as_it_was_stored(desk: Desk) -> None:
    """The contract document, cacheable, with a strong tag; asked again with the tag, 304 without a body."""
    check_id = desk.keep(rogue())
    answer = await desk.get(PATH)

    stored = desk.service.store.get_check(check_id)
    assert stored is not None
    assert stored.verdict is not None
    assert answer.content == stored.verdict.document.encode()
    assert answer.headers["cache-control"].startswith("public, max-age=300")
    tag = answer.headers["etag"]
    assert tag.startswith('"')
    for _ in range(2):  # once from the store, once from memory
        same = await desk.get(PATH, headers={"If-None-Match": tag})
        assert (same.status_code, same.content) == (304, b"")
    assert (await desk.get(PATH, headers={"If-None-Match": '"other"'})).status_code == 200


async def test_a_new_verdict_is_seen_at_once(desk: Desk) -> None:
    """What is kept in memory is forgotten when anybody writes: no old answer after a new one."""
    desk.keep(rogue())
    before = await desk.get(PATH)
    await desk.get(PATH)
    desk.clock.turn(hours=1)
    later = replace(site("pills.example.com", home="# Club\nWe meet on Mondays.", about="# About\nA club."),
                    started_at=desk.clock(), finished_at=desk.clock())  # fmt: skip
    desk.keep(later)
    after = await desk.get(PATH)

    assert after.headers["etag"] != before.headers["etag"]
    assert after.json()["checked_at"] != before.json()["checked_at"]


async def test_a_look_that_failed_does_not_replace_a_verdict(desk: Desk) -> None:
    """The good answer stands; the failure is added to the history."""
    desk.keep(rogue())
    desk.clock.turn(hours=1)
    nothing = replace(site("pills.example.com"), started_at=desk.clock(), finished_at=desk.clock())
    desk.keep(nothing)

    assert (await desk.get(PATH)).json()["category"] == "danger"
    history = (await desk.get(f"{PATH}/history")).json()["items"]
    assert [entry["category"] for entry in history] == ["could_not_check", "danger"]


async def test_answers_from_memory_and_from_the_store_are_the_same(desk: Desk) -> None:
    """Status, body and headers: a reader cannot tell."""
    desk.keep(rogue())
    first, second = await desk.get(PATH), await desk.get(PATH)

    varying = {"x-request-id", "ratelimit"}
    assert first.content == second.content
    assert {name: value for name, value in first.headers.items() if name not in varying} == {
        name: value for name, value in second.headers.items() if name not in varying
    }


async def test_reads_from_memory_use_up_the_limit_too(desk: Desk) -> None:
    """A fast answer is still an answer."""
    desk.keep(rogue())
    answers = [await desk.get(PATH) for _ in range(desk.service.settings.reads_per_minute + 1)]

    assert [answer.status_code for answer in answers[:-1]] == [200] * (len(answers) - 1)
    assert problem(answers[-1])["code"] == "quota"


async def test_one_host_does_not_speak_for_another(desk: Desk) -> None:
    """A verdict belongs to its exact host: a neighbour on the same domain has none."""
    desk.keep(rogue("one.example.com"))

    assert problem(await desk.get("/v1/verdicts/two.example.com"))["code"] == "no_verdict"
    assert (await desk.get("/v1/verdicts/ONE.example.com.")).status_code == 200


async def test_any_web_page_may_read_verdicts_and_nothing_else(desk: Desk) -> None:
    """Any origin without credentials for reads; nothing for what writes or needs a key."""
    desk.keep(rogue())
    origin = {"Origin": "https://evil.example"}
    read = await desk.get(PATH, headers=origin)
    assert read.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in read.headers
    asked = await desk.client.options(PATH, headers={**origin, "Access-Control-Request-Method": "GET"})
    assert (asked.status_code, asked.headers["access-control-allow-origin"]) == (204, "*")
    written = await desk.post("/v1/checks", {"url": "pills.example.com"}, headers=origin)
    assert "access-control-allow-origin" not in written.headers
    preflight = await desk.client.options("/v1/checks", headers={**origin, "Access-Control-Request-Method": "POST"})
    assert "access-control-allow-origin" not in preflight.headers


async def test_history_comes_in_pages_that_lose_and_double_nothing(desk: Desk) -> None:
    """Opaque cursors, newest first; a cursor that is none of ours is refused."""
    ids = []
    for hour in range(5):
        look = rogue()
        ids.append(desk.keep(replace(look, finished_at=look.finished_at + timedelta(hours=hour))))
    seen, following = [], f"{PATH}/history?limit=2"
    while following:
        page = (await desk.get(following)).json()
        seen += [entry["check_id"] for entry in page["items"]]
        following = page["next"]

    assert seen == ids[::-1]
    for cursor in ("x", "e30", "W10", "WzEsMl0", "%00"):
        assert problem(await desk.get(f"{PATH}/history?cursor={cursor}"))["code"] == "bad_cursor"


async def test_evidence_names_every_rule_and_the_archived_bytes(desk: Desk) -> None:
    """Also the rules that moved nothing, and the digest that a saved copy can be held against."""
    desk.keep(rogue())
    found = (await desk.get(f"{PATH}/evidence")).json()

    rules = {entry["rule"] for entry in found["findings"]}
    assert rules >= {"RX001", "TLS001"}
    assert len(found["capture_sha256"]) == 64
    assert any(entry["outcome"] == "absent" for entry in found["findings"])


async def test_the_document_is_never_wider_than_the_contract(desk: Desk) -> None:
    """A key of the schema each, no body of a page, no internal address."""
    desk.keep(rogue())
    document = json.loads((await desk.get(PATH)).content)
    assert document["schema"] == "pharmcheck.verdict/1"
    assert "body" not in document


async def test_a_wrong_key_is_refused_and_a_right_one_has_its_own_limit(desk: Desk) -> None:
    """Unknown, malformed and revoked keys get 401; a good one reads with the limits of a key."""
    desk.keep(rogue())
    good = desk.bearer(Scope.CHECK)
    assert (await desk.get(PATH, headers=good)).headers["ratelimit-policy"] == '"read";q=600;w=60'
    for wrong in ("Bearer pc_live_nope", "Basic abc", "Bearer", good["Authorization"][:-1] + "x"):
        assert problem(await desk.get(PATH, headers={"Authorization": wrong}))["code"] == "bad_key"
    key = next(iter(desk.service.keys.all()))
    desk.service.keys.revoke(key.id, desk.clock())
    assert problem(await desk.get(PATH, headers=good))["code"] == "bad_key"
