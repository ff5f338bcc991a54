"""Lists for browsers and the look-up by prefix: the same bytes for everybody, cacheable, always an answer."""

from __future__ import annotations

import json

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from pharmcheck.classlists import Wish, build
from pharmcheck.classlists.keys import range_hash
from pharmcheck.classlists.signing import is_signed_by
from tests.api.conftest import Desk, problem, rogue

pytestmark = pytest.mark.anyio
KEY = Ed25519PrivateKey.from_private_bytes(bytes(32))


def shelve(desk: Desk) -> int:
    return build(desk.service.store, desk.service.shelf, Wish(KEY), desk.clock()).version


async def test_a_list_is_served_as_it_was_signed(desk: Desk) -> None:
    """Strong tag, 304 to whoever has it, a new tag after a build; open to extensions, whose origins are random."""
    desk.keep(rogue())
    version = shelve(desk)
    answer = await desk.get("/v1/lists/danger.change")

    assert answer.status_code == 200
    assert is_signed_by(KEY.public_key(), answer.content)
    assert json.loads(answer.content.split(b"\n")[0])["version"] == version
    assert answer.headers["cache-control"] == "public, max-age=3600, no-transform"
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "ratelimit" not in answer.headers
    same = await desk.get("/v1/lists/danger.change", headers={"If-None-Match": answer.headers["etag"]})
    assert (same.status_code, same.content) == (304, b"")

    desk.clock.turn(hours=1)
    shelve(desk)
    after = await desk.get("/v1/lists/danger.change", headers={"If-None-Match": answer.headers["etag"]})
    assert after.status_code == 200
    base = await desk.get("/v1/lists/danger.base")
    assert json.loads(base.content.split(b"\n")[0])["version"] == version


@pytest.mark.parametrize("name", ["danger.base", "nothing.base", "names.json", "current", "..%2Fcurrent", "danger"])
async def test_what_was_not_built_is_not_there(desk: Desk, name: str) -> None:
    """A code of its own, and nothing else of the folder."""
    if name != "danger.base":
        desk.keep(rogue())
        shelve(desk)
    answer = await desk.get(f"/v1/lists/{name}")
    assert problem(answer)["code"] in ("no_list", "not_found")


async def test_a_prefix_always_has_an_answer(desk: Desk) -> None:
    """Before anything was built, for no bits, for more bits than today's; the caches may keep it for six hours."""
    empty = await desk.get("/v1/range/all")
    assert empty.json() == {"version": 0, "bits": 0, "rows": [], "padding": ""}

    desk.keep(rogue())
    version = shelve(desk)
    answer = await desk.get("/v1/range/all")
    (row,) = answer.json()["rows"]
    assert answer.json()["version"] == version
    assert row["hash"] == range_hash("pills.example.com")[:10].hex()
    assert (row["category"], row["checked_on"]) == ("danger", desk.clock().date().isoformat())
    assert "RX001" in row["rules"]
    assert answer.headers["cache-control"] == "public, max-age=21600, no-transform"
    assert answer.headers["access-control-allow-origin"] == "*"
    assert (await desk.get("/v1/range/0110")).content == answer.content
    same = await desk.get("/v1/range/all", headers={"If-None-Match": answer.headers["etag"]})
    assert same.status_code == 304


@pytest.mark.parametrize("prefix", ["2", "0" * 17, "ff", "ALL", "%2E%2E", "pills.example.com"])
async def test_what_is_no_prefix_is_told_so(desk: Desk, prefix: str) -> None:
    """Nobody's name is looked up here by mistake."""
    assert problem(await desk.get(f"/v1/range/{prefix}"))["code"] == "invalid_request"


async def test_reading_lists_uses_up_no_limit(desk: Desk) -> None:
    """Not even the memory of a limit holds who fetched lists or looked up a prefix."""
    shelve(desk)
    for _ in range(desk.service.settings.reads_per_minute + 5):
        assert (await desk.get("/v1/range/all")).status_code == 200
        assert (await desk.get("/v1/lists/danger.change")).status_code == 200


async def test_the_page_of_a_site_is_found_by_its_name(desk: Desk) -> None:
    """Its last answer; without one the form with the name in it.  A link starts nothing."""
    check_id = desk.keep(rogue("www.pills.example.com"))
    for name in ("www.pills.example.com", "pills.example.com"):
        found = await desk.get(f"/site/{name}")
        assert (found.status_code, found.headers["location"]) == (303, f"/v/{check_id}")

    form = await desk.get("/site/unknown.example.com")
    assert form.status_code == 200
    assert 'value="unknown.example.com"' in form.text
    assert (await desk.get("/site/10.0.0.1")).status_code == 422
    assert desk.service.queue.depth()["interactive"][0] == 0
