"""The desk's forms as a browser sends them: with the word that the page before put into them."""

from __future__ import annotations

import re
from typing import Any

import httpx

from pharmcheck.store import Role, Scope, hash_password
from pharmcheck.store.passwords import Cost
from tests.api.conftest import Desk

PASSWORD = "correct horse battery"
CHEAP = Cost(4, 8, 1)


def a_key(desk: Desk, *scopes: Scope) -> str:
    """A new key's secret."""
    return desk.bearer(*scopes)["Authorization"].partition(" ")[2]


async def token(desk: Desk, **more: Any) -> str:
    """The word for this browser's forms."""
    found = re.search(r'name="token" value="([0-9a-f]{64})"', (await desk.get("/desk", **more)).text)
    assert found
    return found[1]


async def send(desk: Desk, path: str, data: dict[str, str] | None = None, **more: Any) -> httpx.Response:
    """Send a form of the desk."""
    return await desk.client.post(path, data={**(data or {}), "token": await token(desk)}, **more)


async def open_with_key(desk: Desk) -> None:
    """Open the desk in the client's browser, for a new key."""
    answer = await send(desk, "/desk/key", {"key": a_key(desk, Scope.BATCH)})
    assert (answer.status_code, answer.headers["location"]) == (303, "/desk"), answer.text


def person(desk: Desk, role: Role, name: str = "") -> str:
    """Somebody who may come to the desk, with the password of this file; returns the name."""
    made = desk.service.officers.add(name or role.value, role, hash_password(PASSWORD, CHEAP), desk.clock())
    return made.name


async def sign_in(desk: Desk, role: Role, name: str = "") -> None:
    """Let somebody new sign in, in the client's browser."""
    await come_back(desk, person(desk, role, name))


async def come_back(desk: Desk, name: str) -> None:
    """Let somebody sign in again."""
    answer = await send(desk, "/desk/sign-in", {"name": name, "password": PASSWORD})
    assert (answer.status_code, answer.headers["location"]) == (303, "/desk"), answer.text
