"""What people say about verdicts, from the form to everywhere a verdict is told, and back when its time is over."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from pharmcheck.classlists import Wish, build
from pharmcheck.ruleset import Ruleset
from pharmcheck.store import QueueName, Role
from pharmcheck.store.records import verdict_of
from pharmcheck.work import recall
from tests.api.conftest import Desk, rogue
from tests.api.test_list_files import answer_all
from tests.sites import site
from tests.web.desk_forms import come_back, send, sign_in

pytestmark = pytest.mark.anyio

HOST = "pills.example.com"
PATH = f"/v1/verdicts/{HOST}"


def words(answer: httpx.Response) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.text).split())


def until(desk: Desk, days: int = 30) -> str:
    return (desk.clock() + timedelta(days=days)).date().isoformat()


async def override(desk: Desk, check_id: str, category: str = "unverified", **changes: str) -> httpx.Response:
    how = {"action": "override", "category": category, "reason": "It quotes a warning.", "until": until(desk)} | changes
    return await send(desk, f"/desk/verdicts/{check_id}", how)


async def test_an_override_is_seen_everywhere_and_ends_by_itself(desk: Desk, ruleset: Ruleset) -> None:
    """Verdict, check, list, report, browsers' lists, page: with the machine's word beside it, until its day."""
    await sign_in(desk, Role.OFFICER)
    here = (await send(desk, "/desk", files={"file": ("list.csv", HOST.encode())})).headers["location"]
    await send(desk, f"{here}/start")
    home = {"home": "# Sildenafil 100 mg\n$2.50\n! Add to cart", "faq": "# Q\nNo prescription required for any order."}
    answer_all(desk, ruleset, **home)
    machine = (await desk.get(PATH)).json()
    found = desk.service.store.history("example.com", HOST, None, 1)[0]

    async def told() -> dict[str, str | None]:
        key = Ed25519PrivateKey.from_private_bytes(bytes(32))
        build(desk.service.store, desk.service.shelf, Wish(key), desk.clock())
        rows = (await desk.get("/v1/range/all")).json()["rows"]
        jsonl = (await desk.get(f"{here}/report.jsonl")).text.splitlines()[0]
        csv = (await desk.get(f"{here}/report.csv")).text
        page = words(await desk.get(f"/v/{found.check_id}", headers={"Accept-Language": "en"}))
        return {
            "verdict": (await desk.get(PATH)).json()["category"],
            "check": (await desk.get(f"/v1/checks/{found.check_id}")).json()["verdict"]["category"],
            "jsonl": json.loads(jsonl)["verdict"]["category"],
            "csv": "unverified" if ",unverified,reviewed," in csv else "danger" if ",danger,rx_" in csv else None,
            "list": "unverified" if "? Unclear" in words(await desk.get(f"{here}?kind=accepted")) else "danger",
            "range": rows[0]["category"] if rows else None,
            "page": "unverified" if "looked at the evidence about" in page else "danger",
        }

    assert set((await told()).values()) == {"danger"}
    assert (await override(desk, found.check_id)).status_code == 303
    assert set((await told()).values()) == {"unverified"}
    document = (await desk.get(PATH)).json()
    assert (document["override"]["by"], document["override"]["reason"]) == ("officer", "It quotes a warning.")
    assert document["override"]["machine"]["category"] == "danger"
    assert document["reasons"] == machine["reasons"]
    page = words(await desk.get(f"/v/{found.check_id}", headers={"Accept-Language": "fr"}))
    assert "It quotes a warning." in page
    assert "a jugé autrement que nos règles" in page
    assert ">officer<" not in (await desk.get(f"/v/{found.check_id}")).text

    desk.clock.now = desk.clock.now.replace(hour=0, minute=0, second=0) + timedelta(days=30)  # the day itself
    await come_back(desk, "officer")

    assert {name: said for name, said in (await told()).items() if name != "range"} == dict.fromkeys(
        ("verdict", "check", "jsonl", "csv", "list", "page"), "danger"
    )
    assert (await desk.get(PATH)).json() == machine


async def test_the_machines_verdict_and_replay_stay_untouched(desk: Desk) -> None:
    """The stored document and record to the byte; what still answers for a site is asked of the machine's."""
    check_id = desk.keep(rogue())
    before = desk.service.store.get_check(check_id)
    await sign_in(desk, Role.OFFICER)
    await override(desk, check_id)
    after = desk.service.store.get_check(check_id)
    assert before is not None
    assert before.verdict is not None
    assert before == after
    assert verdict_of(before.verdict) is not None
    place = desk.service.place
    assert recall(place.store, before.address, None, place.ruleset, place.registers, desk.clock()) == before.verdict


async def test_a_remembered_answer_changes_with_the_word_and_with_its_end(desk: Desk) -> None:
    """A strong tag for each; an end that nobody writes is noticed too, and nothing of before is told afterwards."""
    check_id = desk.keep(rogue())
    await sign_in(desk, Role.OFFICER)
    tags = [(await desk.get(PATH)).headers["etag"]]
    await override(desk, check_id, until=until(desk, 1))
    for _ in range(2):  # from the store, then from memory
        answer = await desk.get(PATH, headers={"If-None-Match": tags[0]})
        assert (answer.status_code, answer.json()["category"]) == (200, "unverified")
    tags.append(answer.headers["etag"])
    assert (await desk.get(PATH, headers={"If-None-Match": tags[1]})).status_code == 304

    desk.clock.turn(days=1)

    ended = await desk.get(PATH, headers={"If-None-Match": tags[1]})
    assert (ended.status_code, ended.json()["category"]) == (200, "danger")
    assert ended.headers["etag"] == tags[0]
    assert tags[0] != tags[1]


UNFIT: list[tuple[dict[str, str], str]] = [
    ({"category": "verified"}, "Only a register verifies"),
    ({"category": "verified_elsewhere"}, "Only a register verifies"),
    ({"category": "could_not_check"}, "Only a register verifies"),
    ({"category": "danger"}, "Only a register verifies"),
    ({"reason": " \u200b\u202e "}, "Give a reason"),
    ({"until": ""}, "on which day it falls away"),
    ({"until": "soon"}, "on which day it falls away"),
    ({"until": "2020-01-01"}, "between tomorrow and a year"),
    ({"until": "2099-01-01"}, "between tomorrow and a year"),
    ({"action": "delete"}, "Choose what to do"),
    ({"action": "dispute", "reason": ""}, "Give a reason"),
    ({"action": "accept"}, "Choose what to do"),
]


async def test_what_cannot_be_said_is_a_sentence(desk: Desk) -> None:
    """Never green, never without a reason and an end; then nothing is kept."""
    check_id = desk.keep(rogue())
    await sign_in(desk, Role.OFFICER)
    for changes, sentence in UNFIT:
        answer = await override(desk, check_id, **changes)
        assert answer.status_code == 422, changes
        assert sentence in words(answer), changes
    assert desk.service.reviews.of_host(HOST) == []


async def test_every_word_is_history(desk: Desk) -> None:
    """In the order in which it was said, with role and reason, without names; what is replaced stays to be read."""
    check_id = desk.keep(rogue())
    await sign_in(desk, Role.OFFICER, "ada-lovelace")
    await override(desk, check_id, reason="=1+1 <b>bold</b>\u202e")
    say = f"/desk/verdicts/{check_id}"
    await send(desk, say, {"action": "dispute", "reason": "The owner shows a licence."})
    assert (await desk.get(PATH)).json()["overlays"] == ["disputed"]
    await send(desk, say, {"action": "confirm"})
    assert (await desk.get(PATH)).json()["overlays"] == []

    history = (await desk.get(f"{PATH}/history")).json()
    assert [entry["category"] for entry in history["items"]] == ["danger"]
    assert [(one["action"], one["reason"], one["by"]) for one in history["reviews"]] == [
        ("confirm", None, "officer"),
        ("dispute", "The owner shows a licence.", "officer"),
        ("override", "=1+1 <b>bold</b>", "officer"),
    ]
    last = history["reviews"][2]
    assert last["seen"] == {"category": "danger", "reason_code": "rx_without_prescription"}
    assert (last["category"], last["until"][:10], last["check_id"]) == ("unverified", until(desk), check_id)
    public = await desk.get(f"/v/{check_id}")
    assert "ada-lovelace" not in public.text + json.dumps(history)
    assert "&lt;b&gt;bold" in public.text
    assert "ada-lovelace" in (await desk.get(say)).text


async def test_a_person_accuses_a_site_that_shows_us_nothing(desk: Desk) -> None:
    """And a later look that sees nothing wrong leaves the accusation standing until its day."""
    check_id = desk.keep(site(HOST))
    await sign_in(desk, Role.OFFICER)
    assert (await override(desk, check_id, "danger")).status_code == 303
    desk.clock.turn(hours=1)
    desk.keep(site(HOST, at=desk.clock(), home="# Club\nWe meet on Mondays.", about="# About\nA club."))

    document = (await desk.get(PATH)).json()
    assert (document["category"], document["override"]["machine"]["category"]) == ("danger", "not_a_pharmacy")
    assert document["score"] is None


async def test_the_queue_leads_to_what_waits(desk: Desk) -> None:
    """The worst first, with why; nothing in it can be clicked by accident."""
    await sign_in(desk, Role.OFFICER)
    assert "Nothing waits" in (await desk.get("/desk/queue")).text
    shop = desk.keep(site("shop.example.org", home="# Ibuprofen 200 mg\n$5\n! Add to cart"))
    pills = desk.keep(rogue())
    for check_id in (shop, pills):
        await send(desk, f"/desk/verdicts/{check_id}", {"action": "dispute", "reason": "Hm."})
    await desk.client.post(f"/v/{shop}/appeal", data={"text": "We are in the register."})

    text = (await desk.get("/desk/queue")).text
    assert text.index("pills[.]example") < text.index("shop[.]example")
    assert text.count("somebody disputes it") >= 2
    assert 'href="/desk/appeals/' in text
    assert 'href="https://' not in text


async def test_an_owner_asks_and_gets_an_answer(desk: Desk) -> None:
    """A link of their own; what they wrote is for the desk only; accepted, there is a check in line."""
    check_id = desk.keep(rogue())
    before = (await desk.get(PATH)).content
    asked = await desk.client.post(
        f"/v/{check_id}/appeal",
        data={"text": "The quotation is\u202e a <b>warning</b>.\x00", "email": "owner@example.com"},
    )
    assert asked.status_code == 303
    link = asked.headers["location"]
    assert re.fullmatch(r"/appeals/[\w-]{32}", link)
    waits = await desk.get(link, headers={"Accept-Language": "de"})
    assert "Sie wartet auf einen Menschen." in words(waits)
    assert f"http://service.test{link}" in waits.text
    assert "no-store" in waits.headers["cache-control"]
    assert (await desk.get(PATH)).content == before
    public = (await desk.get(f"/v/{check_id}")).text + (await desk.get(f"{PATH}/history")).text
    assert "somebody who says to be the owner asked" in public
    assert "owner@example.com" not in public
    assert "warning" not in public.partition("What people said")[2]
    assert (await desk.get(f"{link}x")).status_code == 404

    await sign_in(desk, Role.ADMIN)
    (number,) = (word.id for word in desk.service.appeals.open(9))
    shown = await desk.get(f"/desk/appeals/{number}")
    assert "The quotation is a &lt;b&gt;warning&lt;/b&gt;." in shown.text
    assert "owner@example.com" in shown.text
    give = {"action": "accept", "reason": "We look again."}
    assert (await send(desk, f"/desk/appeals/{number}", give)).status_code == 303
    assert (await send(desk, f"/desk/appeals/{number}", give)).status_code == 409
    (job,) = desk.service.queue.claim(QueueName.INTERACTIVE, 9, "x", desk.clock(), timedelta(minutes=1))
    assert job.address.host == HOST
    answered = await desk.get(link)
    assert "It was accepted" in words(answered)
    assert f"/v/{job.id}" in answered.text
    assert (await desk.get(f"{PATH}/history")).json()["reviews"][0]["new_check_id"] == job.id


async def test_an_owner_is_refused_with_a_reason(desk: Desk) -> None:
    """Never without one; nobody is visited."""
    check_id = desk.keep(rogue())
    link = (await desk.client.post(f"/v/{check_id}/appeal", data={"text": "No."})).headers["location"]
    await sign_in(desk, Role.ADMIN)
    assert (await send(desk, "/desk/appeals/1", {"action": "refuse"})).status_code == 422
    assert (await send(desk, "/desk/appeals/1", {"action": "confirm", "reason": "x"})).status_code == 422
    await send(desk, "/desk/appeals/1", {"action": "refuse", "reason": "The page still says it."})

    assert "It was refused. Reason: The page still says it." in words(await desk.get(link))
    assert desk.service.queue.depth()["interactive"][0] == 0
    for number in ("2", "x", "9" * 30, "-1"):
        assert (await desk.get(f"/desk/appeals/{number}")).status_code == 404


UNFIT_APPEALS: list[dict[str, str]] = [
    {"text": ""},
    {"text": "\u200b \x00"},
    {"text": "x" * 2001},
    {"text": "x", "email": "not one"},
    {"text": "x", "email": "a@b.c\r\nBcc: all@example.com"},
]


async def test_what_an_owner_may_write_is_bounded(desk: Desk) -> None:
    """Anything else is a sentence beside the form, and what was written is still there."""
    check_id = desk.keep(rogue())
    for data in UNFIT_APPEALS:
        answer = await desk.client.post(f"/v/{check_id}/appeal", data=data)
        assert answer.status_code == 422, data
        assert 'id="appeal-problem" role="alert"' in answer.text
        assert data["text"][:2000].replace("\x00", "") in answer.text.replace("\x00", "")
    assert desk.service.appeals.open(9) == []
    assert (await desk.client.post(f"/v/{check_id}/appeal", data={"text": "x" * 2000, "email": ""})).status_code == 303


async def test_asking_has_limits(desk: Desk) -> None:
    """Three wait for a host, ten an hour come from an address, none from another site's form."""
    hosts = [f"s{number}.example.com" for number in range(5)]
    checks = [desk.keep(rogue(host)) for host in hosts]

    async def ask(check_id: str, **how: object) -> int:
        return (await desk.client.post(f"/v/{check_id}/appeal", data={"text": "Please."}, **how)).status_code  # type: ignore[arg-type]

    assert await ask(checks[0], headers={"Sec-Fetch-Site": "cross-site"}) == 403
    assert await ask("0" * 32) == 404
    assert [await ask(checks[0]) for _ in range(4)] == [303, 303, 303, 409]
    left = desk.service.settings.checks_per_hour - 4
    assert [await ask(checks[1 + number // 3]) for number in range(left + 1)] == [303] * left + [429]


async def test_words_have_their_places_in_every_language(desk: Desk) -> None:
    """Nobody meets a name of a place that was not filled in."""
    check_id = desk.keep(rogue())
    await sign_in(desk, Role.ADMIN)
    await override(desk, check_id)
    for action in ("dispute", "confirm"):
        await send(desk, f"/desk/verdicts/{check_id}", {"action": action, "reason": "Because."})
    for answer in ("accept", "refuse"):
        await desk.client.post(f"/v/{check_id}/appeal", data={"text": "Please."})
        (word,) = desk.service.appeals.open(9)
        await send(desk, f"/desk/appeals/{word.id}", {"action": answer, "reason": "Because."})
    for language in ("en", "de", "fr", "es"):
        text = (await desk.get(f"/v/{check_id}", headers={"Accept-Language": language})).text
        assert text.count("Because.") == 4
        assert re.findall(r"%\(\w+\)|\{\w+\}", text) == []
