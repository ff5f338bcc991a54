"""Networks at the service: by key, with the page behind every tie, and without a word in any verdict."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from pharmcheck.networks import known_things
from pharmcheck.ruleset import Ruleset
from pharmcheck.store import Networks, Scope
from tests.api.conftest import Desk, open_desk, problem, rogue
from tests.sites import site
from tests.web.desk_forms import open_with_key, send
from tests.web.test_desk import hand_in, words

pytestmark = pytest.mark.anyio

TIED = (
    "<p>Call <a href='tel:+442071234567'>us</a>, chat <a href='https://t.me/pill_desk'>here</a>"
    "<script>fbq('init', '123456789012345')</script></p>"
)
ROGUE = (
    "<html lang='en'><body><h1>Sildenafil 100 mg</h1><p>$2.50</p><button>Add to cart</button>"
    f"<p>No prescription required for any order of Sildenafil.</p>{TIED}</body></html>"
)
QUIET = f"<html lang='en'><body><h1>Paracetamol 500 mg</h1><p>$2.50</p><button>Add to cart</button>{TIED}</body></html>"


@pytest.fixture
async def alone(tmp_path: Path, ruleset: Ruleset) -> AsyncIterator[Desk]:
    async for made in open_desk(tmp_path / "alone", ruleset):
        yield made


def build(desk: Desk, ruleset: Ruleset) -> None:
    Networks(desk.service.store).build(known_things(ruleset), desk.clock())


def keep_three(desk: Desk) -> None:
    for host in ("one.example.com", "two.example.net", "three.example.org"):
        desk.keep(site(host, home=ROGUE))


async def test_a_verdict_is_the_same_with_a_network_and_without(desk: Desk, alone: Desk, ruleset: Ruleset) -> None:
    """Byte for byte, though the site shares everything with three that were shown danger."""
    keep_three(desk)
    desk.keep(site("quiet.example.edu", home=QUIET))
    build(desk, ruleset)
    desk.keep(site("quiet.example.edu", home=QUIET))  # once more, now that it is in the network
    alone.keep(site("quiet.example.edu", home=QUIET))
    told, told_alone = [(await one.get("/v1/verdicts/quiet.example.edu")).json() for one in (desk, alone)]

    for answer in (told, told_alone):
        answer.pop("check_id", None)
        answer.pop("id", None)
    assert told == told_alone
    assert "network" not in json.dumps(told)
    key = desk.bearer(Scope.BATCH)
    (found,) = (await desk.get("/v1/networks", headers=key)).json()["items"]
    assert found["sites"] == 4
    assert found["categories"]["danger"] == 3


async def test_every_tie_names_the_page(desk: Desk, ruleset: Ruleset) -> None:
    """And its digest, for each site."""
    keep_three(desk)
    build(desk, ruleset)
    key = desk.bearer(Scope.BATCH)
    (summary,) = (await desk.get("/v1/networks", headers=key)).json()["items"]
    found = (await desk.get(f"/v1/networks/{summary['id']}", headers=key)).json()

    things = {thing["kind"]: thing for thing in found["things"]}
    assert things.keys() >= {"phone", "handle", "tracking"}
    assert {where["page_url"] for where in things["phone"]["on"]} == {
        f"https://{host}/" for host in ("one.example.com", "two.example.net", "three.example.org")
    }
    assert all(len(where["page_sha256"]) == 64 for thing in found["things"] for where in thing["on"])
    assert all(tie["bits"] >= 18 and len(tie["things"]) > 1 for tie in found["ties"])
    assert "changes no verdict" in found["note"]


async def test_networks_need_a_key_for_lists(desk: Desk) -> None:
    """They name people's telephones."""
    for path in ("/v1/networks", "/v1/networks/x"):
        assert problem(await desk.get(path))["code"] == "key_required"
        assert problem(await desk.get(path, headers=desk.bearer(Scope.CHECK)))["code"] == "scope"
        assert (await desk.get(f"/desk{path[3:]}")).status_code == 401
    assert problem(await desk.get("/v1/networks/x", headers=desk.bearer(Scope.BATCH)))["code"] == "no_network"


async def test_the_desk_shows_a_network_as_picture_words_and_file(desk: Desk, ruleset: Ruleset) -> None:
    """The same picture each time, a text for those who do not see it, nothing that can be clicked by accident."""
    await open_with_key(desk)
    assert "There are none yet" in (await desk.get("/desk/networks")).text
    keep_three(desk)
    build(desk, ruleset)
    listed = await desk.get("/desk/networks")
    (summary,) = (await desk.get("/v1/networks", headers=desk.bearer(Scope.BATCH))).json()["items"]
    path = f"/desk/networks/{summary['id']}"
    seen = await desk.get(path)

    assert path in listed.text
    assert "one[.]example[.]com" in words(seen)
    assert "telephone number: +442071234567 (3 of these sites" in words(seen)
    assert seen.text.count("<circle") == 3
    assert 'role="img" aria-labelledby="picture-title picture-words"' in seen.text
    assert "3 sites, 3 of them at danger." in seen.text
    assert not any(f"//{host}" in seen.text for host in ("one.example.com", "two.example.net"))
    assert (await desk.get(path)).text == seen.text
    graph = ET.fromstring((await desk.get(f"{path}.graphml")).content)  # noqa: S314 - our own
    spaced = "{http://graphml.graphdrawing.org/xmlns}"
    nodes = {node.get("id") for node in graph.iter(f"{spaced}node")}
    assert len([node for node in nodes if node and node.startswith("site:")]) == 3
    assert all({edge.get("source"), edge.get("target")} <= nodes for edge in graph.iter(f"{spaced}edge"))
    assert (await desk.get("/desk/networks/nothing")).status_code == 404


async def test_a_row_of_a_list_says_what_it_shares_with_dangerous_sites(desk: Desk, ruleset: Ruleset) -> None:
    """So that a person looks there first."""
    await open_with_key(desk)
    keep_three(desk)
    here = await hand_in(desk, b"Site\nquiet.example.edu\n")
    await send(desk, f"{here}/start")
    from tests.api.test_list_files import answer_all

    answer_all(desk, ruleset, home=QUIET)
    build(desk, ruleset)
    page = words(await desk.get(here))

    assert "Shares telephone number, messaging handle and tracking or pixel id with 3 sites at danger" in page
    assert "This changes no verdict." in page


async def test_a_shop_alone_is_in_no_network(desk: Desk, ruleset: Ruleset) -> None:
    """Nothing to share, nothing to say."""
    desk.keep(rogue())
    build(desk, ruleset)

    assert (await desk.get("/v1/networks", headers=desk.bearer(Scope.BATCH))).json()["items"] == []
