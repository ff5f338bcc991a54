"""Who gets in to the desk and what they may do there: passwords, sessions, a proxy's header, forms, roles."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from itertools import product
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute

from pharmcheck.ruleset import Ruleset
from pharmcheck.store import Role, Scope
from pharmcheck.web import add_pages
from pharmcheck.web.identity import NEEDS, RIGHTS, RIGHTS_OF_A_KEY, Right
from tests.api.conftest import Desk, open_desk, rogue
from tests.web.desk_forms import PASSWORD, a_key, come_back, open_with_key, person, send, sign_in, token

pytestmark = pytest.mark.anyio

PROXY = "203.0.113.7"  # what `open_desk` calls us
BEHIND = {"identity_header": "X-Forwarded-User", "identity_proxies": "203.0.113.0/29, 192.0.2.1"}


@pytest.fixture
async def proxied(tmp_path: Path, ruleset: Ruleset) -> AsyncIterator[Desk]:
    """A desk behind a proxy that says who people are."""
    async for made in open_desk(tmp_path / "proxied", ruleset, **BEHIND):
        yield made


def another_browser(desk: Desk, address: str = PROXY) -> Desk:
    """The same desk from elsewhere, without cookies."""
    return Desk(desk.from_address(address), desk.service, desk.clock, desk.app)


async def test_a_person_signs_in_and_out(desk: Desk) -> None:
    """By a session whose cookie no script and no other site gets; signed out, it opens nothing, even kept elsewhere."""
    name = person(desk, Role.OFFICER, "Ada")
    answer = await send(desk, "/desk/sign-in", {"name": " ADA ", "password": PASSWORD})
    cookie = answer.headers["set-cookie"].lower()
    assert all(part in cookie for part in ("httponly", "samesite=strict", "path=/desk", "max-age=43200"))
    assert f"You are {name} (officer)" in (await desk.get("/desk")).text
    kept = {"Cookie": f"desk={desk.client.cookies['desk']}"}
    thief = another_browser(desk)
    assert (await thief.get("/desk", headers=kept)).status_code == 200

    await send(desk, "/desk/close")

    assert (await desk.get("/desk")).status_code == 401
    assert (await thief.get("/desk", headers=kept)).status_code == 401


async def test_a_session_ends_with_the_working_day(desk: Desk) -> None:
    """A desk that was left open closes by itself."""
    await sign_in(desk, Role.READER)
    desk.clock.turn(hours=11, minutes=59)
    assert (await desk.get("/desk")).status_code == 200
    desk.clock.turn(minutes=1)
    assert (await desk.get("/desk")).status_code == 401


async def test_who_is_wrong_or_disabled_hears_the_same_sentence(desk: Desk) -> None:
    """Nobody learns who exists; a person who is disabled while at the desk is out at once."""
    await sign_in(desk, Role.ADMIN, "ada")
    desk.service.officers.disable("ada", desk.clock())
    assert (await desk.get("/desk")).status_code == 401
    said = set()
    for name, password in [("ada", PASSWORD), ("nobody", PASSWORD), ("", "")]:
        answer = await send(desk, "/desk/sign-in", {"name": name, "password": password})
        assert answer.status_code == 401
        assert "desk=" not in answer.headers.get("set-cookie", "")
        said.add("This name and password open nothing here." in answer.text)
    assert said == {True}


async def test_guessing_uses_up_the_guessers_limit(desk: Desk) -> None:
    """Ten tries an hour for a name from one address; then even the right password waits, from there and only there."""
    name = person(desk, Role.READER)
    tries = desk.service.settings.checks_per_hour
    word = await token(desk)
    for _ in range(tries):
        answer = await desk.client.post("/desk/sign-in", data={"name": name, "password": "wrong", "token": word})
        assert answer.status_code == 401
    right = {"name": name, "password": PASSWORD, "token": word}

    assert (await desk.client.post("/desk/sign-in", data=right)).status_code == 429
    elsewhere = another_browser(desk, "198.51.100.9")
    assert (await send(elsewhere, "/desk/sign-in", right)).status_code == 303


async def test_a_form_without_its_word_does_nothing(desk: Desk) -> None:
    """Missing, empty, wrong, or of another browser's page; before and after signing in."""
    name = person(desk, Role.ADMIN)
    wrongs = [{}, {"token": ""}, {"token": "0" * 64}, {"token": await token(another_browser(desk))}]
    for wrong in wrongs:
        first = await desk.client.post("/desk/sign-in", data={"name": name, "password": PASSWORD, **wrong})
        assert (first.status_code, "desk" in desk.client.cookies) == (403, False)
    await come_back(desk, name)

    forms = [("/desk/people", {"name": "eve", "role": "admin"}), ("/desk/opt-outs", {"domain": "a.example.com"})]
    for wrong in wrongs:
        for path, data in forms:
            assert (await desk.client.post(path, data={**data, **wrong})).status_code == 403
        upload = await desk.client.post("/desk", files={"file": ("list.csv", b"a.example.com")}, data=wrong)
        assert upload.status_code == 403
    assert [one.name for one in desk.service.officers.all()] == [name]
    assert not desk.service.queue.opted_out("example.com")
    assert "There are none yet" in (await desk.get("/desk")).text


async def test_a_proxy_says_who_somebody_is(proxied: Desk) -> None:
    """From its own address, once, about somebody who was let in; forms still need their word."""
    person(proxied, Role.OFFICER, "ada")
    ada = {"X-Forwarded-User": "Ada"}
    answer = await proxied.get("/desk", headers=ada)
    assert "You are ada (officer)" in answer.text
    for wrong in ({}, {"X-Forwarded-User": "eve"}, {"X-Forwarded-User": ""}, {"X-Remote-User": "ada"}):
        assert (await proxied.get("/desk", headers=wrong)).status_code == 401
    twice = [("X-Forwarded-User", "eve"), ("X-Forwarded-User", "ada")]
    assert (await proxied.client.get("/desk", headers=twice)).status_code == 401
    file = {"file": ("list.csv", b"a.example.com")}
    assert (await proxied.client.post("/desk", files=file, headers=ada)).status_code == 403
    word = await token(proxied, headers=ada)
    assert (await proxied.client.post("/desk", files=file, data={"token": word}, headers=ada)).status_code == 303
    proxied.service.officers.disable("ada", proxied.clock())
    assert (await proxied.get("/desk", headers=ada)).status_code == 401


async def test_anybody_elses_header_says_nothing(proxied: Desk, desk: Desk) -> None:
    """Not from another address, not for one that a trusted proxy passed on, and never where it is not set up."""
    for one in (proxied, desk):
        person(one, Role.ADMIN, "ada")
    ada = {"X-Forwarded-User": "ada"}
    for address in ("198.51.100.9", "203.0.113.8", "::ffff:198.51.100.9", "2001:db8::1", "not an address"):
        assert (await another_browser(proxied, address).get("/desk", headers=ada)).status_code == 401
    assert (await another_browser(proxied, "::ffff:192.0.2.1").get("/desk", headers=ada)).status_code == 200
    assert (await desk.get("/desk", headers=ada)).status_code == 401


async def test_it_is_the_other_end_of_the_line_that_counts(proxied: Desk) -> None:
    """`serve` believes X-Forwarded-For of a trusted proxy; who writes a proxy's address there gains nothing."""
    from pharmcheck.cli.serve import _behind

    person(proxied, Role.ADMIN, "ada")
    app = _behind(proxied.app, proxied.service.settings.model_copy(update={"trusted_proxies": "198.51.100.9"}))
    for peer, status in [("198.51.100.9", 401), ("192.0.2.1", 200)]:
        transport = httpx.ASGITransport(app, client=(peer, 1234))
        async with httpx.AsyncClient(transport=transport, base_url="http://service.test") as client:
            headers = {"X-Forwarded-User": "ada", "X-Forwarded-For": "192.0.2.1"}
            assert (await client.get("/desk", headers=headers)).status_code == status


@pytest.mark.parametrize(
    ("header", "proxies"),
    [("X-User", ""), ("", "192.0.2.1"), ("X-User", "0.0.0.0/0"), ("X-User", "*"), ("X User", "192.0.2.1")],
)
def test_half_a_proxy_is_a_wrong_setting(header: str, proxies: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both or none, and never the whole internet."""
    from pharmcheck.settings import load_settings

    monkeypatch.setenv("PHARMCHECK_IDENTITY_HEADER", header)
    monkeypatch.setenv("PHARMCHECK_IDENTITY_PROXIES", proxies)
    with pytest.raises(ValueError, match=r"^A setting is wrong\. .*IDENTITY"):
        load_settings()


def routes() -> list[tuple[str, str]]:
    """Every page and form of the desk."""
    app = FastAPI()
    add_pages(app)
    found: list[tuple[str, str]] = []
    todo = list(app.routes)
    while todo:
        route = todo.pop()
        todo += getattr(getattr(route, "original_router", None), "routes", [])
        if isinstance(route, APIRoute) and route.path.startswith("/desk"):
            found += [(method, route.path) for method in sorted(route.methods)]
    return sorted(set(found))


def test_every_page_of_the_desk_says_who_may_see_it() -> None:
    """A new one fails here until it has its line in `identity.NEEDS`; none is left over."""
    assert routes() == sorted(NEEDS)
    assert [place for place, right in NEEDS.items() if right is None] == [
        ("POST", "/desk/sign-in"), ("POST", "/desk/key"), ("POST", "/desk/close"),
    ]  # fmt: skip


async def test_each_role_may_do_what_it_says_and_nothing_else(desk: Desk) -> None:
    """Every page and form, asked by everybody: let in exactly where the role has the right."""
    check_id = desk.keep(rogue())
    found = desk.service.store.get_check(check_id)
    assert found is not None
    assert found.verdict is not None
    desk.service.appeals.ask(found.verdict, "Please.", None, desk.clock())
    everybody: dict[str, tuple[Desk, frozenset[Right]]] = {"nobody": (another_browser(desk), frozenset())}
    for role in Role:
        everybody[role] = (another_browser(desk), RIGHTS[role])
        await sign_in(everybody[role][0], role)
    everybody["key"] = (another_browser(desk), RIGHTS_OF_A_KEY)
    await open_with_key(everybody["key"][0])
    names = {"check_id": check_id, "number": "1", "name": "nobody", "form": "csv"}  # any other: an id of nothing
    for who, (browser, rights) in everybody.items():
        word = await token(browser)
        for (method, path), right in NEEDS.items():
            if right is None:
                continue
            place = re.sub(r"\{(\w+)\}", lambda found: names.get(found[1], "0" * 32), path)
            answer = await (browser.get(place) if method == "GET" else browser.client.post(place, data={"token": word}))
            let_in = answer.status_code not in (401, 403)
            assert let_in == (right in rights), (who, method, path, answer.status_code)
            assert answer.status_code < 500, (who, method, path)


def test_each_role_may_do_more_than_the_one_before() -> None:
    """And none but the administrator manages."""
    assert RIGHTS[Role.READER] < RIGHTS[Role.OFFICER] < RIGHTS[Role.ADMIN]
    assert {role for role, right in product(Role, Right) if right is Right.MANAGE and right in RIGHTS[role]} == {
        Role.ADMIN
    }


async def test_people_of_a_desk_share_its_lists_and_a_key_keeps_its_own(desk: Desk) -> None:
    """What one officer hands in another can begin and a reader can see; a key's desk stays apart, both ways."""
    await sign_in(desk, Role.OFFICER, "ada")
    file = {"file": ("list.csv", b"pills.example.com")}
    here = (await send(desk, "/desk", files=file)).headers["location"]
    other, reader, key = (another_browser(desk) for _ in range(3))
    await sign_in(other, Role.OFFICER, "bob")
    await sign_in(reader, Role.READER, "cyd")
    await open_with_key(key)

    assert (await send(other, f"{here}/start")).status_code == 303
    assert "0 of 1 sites" in (await reader.get(here)).text
    assert "list.csv" in (await reader.get("/desk")).text
    assert "Look through the list" not in (await reader.get("/desk")).text
    assert "Call it off" not in (await reader.get(here)).text
    assert (await key.get(here)).status_code == 404
    theirs = (await send(key, "/desk", files=file)).headers["location"]
    assert (await desk.get(theirs)).status_code == 404


async def test_an_administrator_manages_people_and_opt_outs(desk: Desk) -> None:
    """Lets somebody in, changes the role, keeps them out; never changes their own rights."""
    await sign_in(desk, Role.ADMIN, "ada")
    new = {"name": "Bob", "role": "reader", "password": PASSWORD}
    assert (await send(desk, "/desk/people", new)).status_code == 303
    for wrong in (
        {**new, "name": "a b"},
        new,
        {**new, "name": "c", "role": "king"},
        {**new, "name": "c", "password": "x"},
    ):
        assert (await send(desk, "/desk/people", wrong)).status_code == 422
    bob = another_browser(desk)
    assert (await send(bob, "/desk/sign-in", {"name": "bob", "password": PASSWORD})).status_code == 303

    assert (await send(desk, "/desk/people/bob", {"action": "role", "role": "officer"})).status_code == 303
    assert (await send(desk, "/desk/people/bob", {"action": "disable"})).status_code == 303
    assert "Let in again" in (await desk.get("/desk/people")).text
    for change in ({"action": "disable"}, {"action": "role", "role": "reader"}):
        assert (await send(desk, "/desk/people/ada", change)).status_code == 422
    bob_now, ada_now = sorted(desk.service.officers.all(), key=lambda one: one.name, reverse=True)
    assert (bob_now.role, bool(bob_now.disabled_at), ada_now.role) == (Role.OFFICER, True, Role.ADMIN)

    assert (await send(desk, "/desk/opt-outs", {"domain": "not an address"})).status_code == 422
    await send(desk, "/desk/opt-outs", {"domain": "shop.example.com", "note": "By letter."})
    assert desk.service.queue.opted_out("example.com")
    assert "By letter." in (await desk.get("/desk/opt-outs")).text
    await send(desk, "/desk/opt-outs", {"domain": "example.com", "action": "visit"})
    assert not desk.service.queue.opted_out("example.com")


async def test_a_key_without_the_scope_opens_nothing(desk: Desk) -> None:
    """A cookie written by hand neither: a key for checks, nonsense, something long."""
    for secret in (a_key(desk, Scope.CHECK), "nonsense", "x" * 5000):
        assert (await desk.get("/desk", headers={"Cookie": f"desk={secret}"})).status_code == 401
