"""Every way by which an address can reach us: what must not be visited is refused at each, before anybody is asked.

The doors are found by themselves: the routes that take a body, the commands that take an argument, and whoever calls
the one room that goes out.  A new one fails here until it is listed, with how it refuses, or why it takes no address.
What a site says once we are there (redirects, links, changing DNS answers, scripts) is held by `tests/capture/`.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import structlog
import typer
from fastapi.routing import APIRoute
from typer.testing import CliRunner

from pharmcheck.capture import Policy
from pharmcheck.cli.app import app as command_line
from pharmcheck.cli.batch_run import OWNER
from pharmcheck.errors import PharmcheckError, RefreshError
from pharmcheck.intake import read_list
from pharmcheck.lists import hand_in
from pharmcheck.refresh import LIVE, Way, ask_live
from pharmcheck.refresh.syncing import sync
from pharmcheck.registers.sources import find_source, importer_for
from pharmcheck.ruleset import Ruleset
from pharmcheck.settings import Settings
from pharmcheck.store import Drafts, QueueName, Scope, Store, Watches
from tests.api.conftest import Desk, open_desk
from tests.capture.wires import Answers, watched
from tests.sites import WHEN
from tests.web.desk_forms import open_with_key, send

pytestmark = pytest.mark.anyio
JSON = "application/json"
PACKAGE = Path(__file__).parents[2] / "pharmcheck"

REFUSED = (
    "http://127.0.0.1/", "http://2130706433/", "http://0x7f.1/", "http://127\u30020\u30020\u30021/", "http://[::ffff:10.0.0.5]/",
    "http://[64:ff9b::a9fe:a9fe]/", "http://169.254.169.254/latest/meta-data/", "http://localhost:8080/",
    "https://db.internal/", "https://redis/", "http://shop.example.com:6379/", "http://shop.example.com@10.0.0.1/",
    "http:\\\\10.0.0.1\\", "file:///etc/passwd", "gopher://shop.example.com/",
    "http://shop.example.com\r\nHost: 10.0.0.1/",
)  # fmt: skip

PUBLIC = {"http://shop.example.com/", "https://shop.example.com/"}
"""What a lenient reader of lists may make of one of these: an address that anybody may visit."""

Door = Callable[[Desk, str], Awaitable[None]]


async def paste_box(desk: Desk, address: str) -> None:
    assert (await desk.client.post("/check", data={"url": address})).status_code == 422


async def api(desk: Desk, address: str) -> None:
    answer = await desk.post("/v1/checks", {"url": address})
    assert (answer.status_code, answer.json()["code"]) == (422, "address_refused")


async def api_list(desk: Desk, address: str) -> None:
    answer = await desk.post("/v1/batches", {"urls": [address]}, headers=desk.bearer(Scope.BATCH))
    assert answer.status_code in (202, 422)


async def api_file(desk: Desk, address: str) -> None:
    body = json.dumps([{"website": address}, {"website": "https://shop.example.com/"}]).encode()
    files, headers = {"file": ("list.json", body)}, desk.bearer(Scope.BATCH)
    draft = await desk.client.post("/v1/batches", files=files, data={"preview": "true"}, headers=headers)
    assert draft.status_code == 201, draft.text
    begun = await desk.post(f"/v1/batches/{draft.json()['id']}/start", headers=headers | {"Content-Type": JSON})
    assert begun.status_code == 202


async def desk_file(desk: Desk, address: str) -> None:
    await open_with_key(desk)
    files = {"file": ("list.csv", f"website,x\n{json.dumps(address)},\nhttps://shop.example.com/,\n".encode())}
    answer = await send(desk, "/desk", files=files)
    assert answer.status_code == 303, answer.text
    assert (await send(desk, answer.headers["location"] + "/start")).status_code == 303
    await send(desk, "/desk/close")


async def hook(desk: Desk, address: str) -> None:
    key = desk.bearer(Scope.BATCH)
    here = (await desk.post("/v1/batches", {"urls": ["https://shop.example.com/"]}, headers=key)).headers["location"]
    assert (await desk.post(f"{here}/watch", {}, headers=key)).status_code == 200
    answer = await desk.post(f"{here}/watch/targets", {"url": address}, headers=key)
    assert (answer.status_code, answer.json()["code"]) == (422, "target_refused")


async def desk_hook(desk: Desk, address: str) -> None:
    await open_with_key(desk)
    files = {"file": ("list.csv", b"website\nhttps://shop.example.com/\n")}
    here = (await send(desk, "/desk", files=files)).headers["location"]
    assert (await send(desk, f"{here}/start")).status_code == 303
    assert (await send(desk, f"{here}/watch")).status_code == 303
    assert (await send(desk, f"{here}/watch/targets", {"url": address})).status_code == 422
    await send(desk, "/desk/close")


async def opt_out(desk: Desk, address: str) -> None:
    answer = await desk.post("/v1/opt-outs", {"domain": address}, headers=desk.bearer(Scope.ADMIN))
    assert answer.status_code in (204, 422)


ROUTES: dict[str, Door | str] = {
    "/check": paste_box,
    "/v1/checks": api,
    "/v1/batches": api_list,
    "/v1/batches/{batch_id}/start": api_file,
    "/desk": desk_file,
    "/desk/{batch_id}/start": desk_file,
    "/v1/opt-outs": opt_out,
    "/desk/{batch_id}/cancel": "names a list, no site",
    "/desk/key": "takes a key",
    "/desk/close": "takes nothing",
    "/desk/sign-in": "takes a name and a password",
    "/desk/people": "takes a name and a password",
    "/desk/people/{name}": "names a person",
    "/desk/verdicts/{check_id}": "names a check; what a reviewer says of it",
    "/desk/appeals/{number}": "names an appeal; what a reviewer says of it",
    "/desk/opt-outs": "names a site that is not visited",
    "/v/{check_id}/appeal": "names a check; its words are shown to reviewers and followed by nobody",
    "/v1/batches/{batch_id}/watch/targets": hook,
    "/desk/{batch_id}/watch/targets": desk_hook,
    "/v1/batches/{batch_id}/watch": "names a list, no site",
    "/v1/batches/{batch_id}/watch/targets/{target_id}/enable": "names a vetted receiver",
    "/v1/batches/{batch_id}/watch/deliveries/{delivery_id}/replay": "names a message",
    "/desk/{batch_id}/watch": "names a list, no site",
    "/desk/{batch_id}/watch/stop": "names a list, no site",
    "/desk/{batch_id}/watch/targets/{target_id}/enable": "names a vetted receiver",
    "/desk/{batch_id}/watch/targets/{target_id}/remove": "names a receiver",
    "/desk/{batch_id}/watch/deliveries/{delivery_id}/replay": "names a message",
}
"""Every route that takes a body: how it refuses, or why it has nothing to refuse."""


def of_check(address: str, folder: Path) -> list[str]:
    return ["check", "--no-store", "--", address]


def of_batch(address: str, folder: Path) -> list[str]:
    (folder / "list.json").write_text(json.dumps([{"website": address}]))
    return ["batch", "run", str(folder / "list.json"), "--data-dir", str(folder)]


def of_watch(address: str, folder: Path) -> list[str]:
    with Store.open(Settings(data_dir=folder)) as store:
        identifier = hand_in(store, read_list(b"https://shop.example.com/"), OWNER, None, "a list", WHEN)
        Drafts(store).start(identifier, WHEN)
        Watches(store).start(identifier, WHEN)
    return ["watch", "target", identifier, address, "--data-dir", str(folder)]


COMMANDS: dict[str, Callable[[str, Path], list[str]] | str] = {
    "check": of_check,
    "batch run": of_batch,
    "watch target": of_watch,
    "forget": "deletes what is stored about a site",
    "registers lookup": "asks what is loaded; live, the one address in the list of registers",
    "registers import": "reads a file",
    "registers status": "names a register",
    "registers sync": "names a register; its address is the list's, see CALLERS",
}
"""Every command that takes an argument a stranger may have chosen; `rules`, `keys` and `lists` take names of ours."""
_OURS = ("rules ", "keys ", "lists ", "officers ", "batch report", "batch compare", "batch cancel")
_OURS += tuple(f"watch {what}" for what in ("start", "stop", "changes", "replay"))

CALLERS: dict[str, str] = {
    "check.py": "the addresses of all routes and commands above, and of workers: `capture_site`",
    "watch/sending.py": "the receivers of messages, vetted by `hook` and `of_watch`, and by the guard at every sending",
    "refresh/syncing.py": "the address of a register's file: test_a_registers_address…",
    "refresh/live.py": "the address of a register that answers: test_a_registers_address…",
}
"""Whoever has the one room that goes out go somewhere.  A new one brings its own test here."""
_GOES_OUT = {"capture_site", "download", "post", "Fetcher"}


def routes_of(router: Any) -> Iterator[APIRoute]:
    for route in router.routes:
        if isinstance(route, APIRoute):
            yield route
        elif (inner := getattr(route, "original_router", None)) is not None:
            yield from routes_of(inner)


async def test_every_route_that_takes_a_body_is_a_door_or_says_why_not(desk: Desk) -> None:
    """A new route is a question that somebody has to answer here."""
    fast_api = desk.app._app._app
    taking = {route.path for route in routes_of(fast_api) if (route.methods or set()) & {"POST", "PUT", "PATCH"}}

    assert taking == set(ROUTES)


def test_every_command_that_takes_an_argument_is_a_door_or_says_why_not() -> None:
    """Likewise a new command."""

    def walk(command: Any, before: str = "") -> Iterator[str]:
        for name, inner in getattr(command, "commands", {}).items():
            if hasattr(inner, "commands"):
                yield from walk(inner, f"{before}{name} ")
            elif any(parameter.param_type_name == "argument" for parameter in inner.params):
                yield before + name

    taking = set(walk(typer.main.get_command(command_line)))
    assert {name for name in taking if not name.startswith(_OURS)} == set(COMMANDS)


def test_everybody_who_sends_us_out_is_known() -> None:
    """Only `capture` can reach the network (`tests/test_sockets.py`); these have it go somewhere."""
    callers = set()
    for path in PACKAGE.rglob("*.py"):
        where = path.relative_to(PACKAGE)
        if where.parts[0] == "capture":
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            named = isinstance(node, ast.ImportFrom) and (node.module or "").startswith("pharmcheck.capture")
            if named and _GOES_OUT & {alias.name for alias in node.names}:
                callers.add(where.as_posix())

    assert callers == set(CALLERS)


@pytest.mark.parametrize("path", [path for path, door in ROUTES.items() if callable(door)])
async def test_a_route_lets_nothing_in_that_must_not_be_visited(tmp_path: Path, ruleset: Ruleset, path: str) -> None:
    """No look-up, no connection, no check in line: a sentence and a 4xx."""
    door = ROUTES[path]
    assert callable(door)
    async for desk in open_desk(tmp_path, ruleset, reads_per_minute=1000):
        with watched() as seen:
            for address in REFUSED:
                await door(desk, address)

        waiting = [one for name in QueueName for one in desk.service.queue.oldest_waiting(name, 1000)]
        found = [desk.service.store.get_check(check_id) for check_id in waiting]
        assert {check.address.url for check in found if check} <= PUBLIC
        assert seen == []


@pytest.mark.parametrize("name", [name for name, door in COMMANDS.items() if callable(door)])
def test_a_command_goes_nowhere_it_must_not(tmp_path: Path, name: str) -> None:
    """Likewise on the command line: exit code 2, one sentence each, and nobody was asked."""
    words = COMMANDS[name]
    assert callable(words)
    with watched() as seen:
        for address in REFUSED:
            done = CliRunner().invoke(command_line, words(address, tmp_path))
            assert done.exit_code == 2, (address, done.output)
    structlog.reset_defaults()

    assert seen == []


@pytest.mark.parametrize("address", REFUSED)
async def test_a_registers_address_is_read_like_any_other(tmp_path: Path, ruleset: Ruleset, address: str) -> None:
    """A list of registers that somebody changed leads nowhere inside."""
    resolver, policy = Answers({}), Policy()
    source = replace(find_source(ruleset.sources, LIVE), url=address, live_url=address + "?{number}")
    with Store.open(Settings(data_dir=tmp_path)) as store, watched() as seen:
        with pytest.raises(RefreshError):
            await sync(
                store, source, importer_for(source), Way(policy, tmp_path, resolver), as_of=None, now=lambda: WHEN
            )
        with pytest.raises(PharmcheckError):
            await ask_live("1234567893", source, policy, now=lambda: WHEN, resolver=resolver)

    assert seen == []
    assert resolver.asked == []
