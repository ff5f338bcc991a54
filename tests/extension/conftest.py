"""A running service with real answers about the sample street, a world that writes down who asks it, and a browser.

Every name leads to one server on loopback: the service under its own address, any other name as some page.  So
whatever leaves the browser, for whomever, is in `World.asked`.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from playwright.sync_api import BrowserContext, Page, Playwright, sync_playwright

from extension.build import build as build_packages
from pharmcheck.api import Service, make_app, make_service
from pharmcheck.api.checks import read_address
from pharmcheck.classlists import Shelf, Wish
from pharmcheck.classlists import build as build_lists
from pharmcheck.classlists.signing import make_key, public_text
from pharmcheck.demo import policy_for, sample_registers, start_street
from pharmcheck.ruleset import load_ruleset
from pharmcheck.settings import Settings
from pharmcheck.store import NewCheck, QueueName, Store, new_check_id
from pharmcheck.web import add_pages
from pharmcheck.work import Workplace, do_check

SITES = {
    "danger": "pillswift.example",
    "caution": "maple-direct-meds.example",
    "unverified": "elmstreetrx.example",
    "verified_elsewhere": "gullrock-pharmacy.example",
    "verified": "harbourpharmacy.example",
}
"""One site of the sample street for each class."""
SOME_PAGE = b"<!doctype html><html lang=en><title>A page</title><h1>Hi</h1>"
DAY = timedelta(days=1)
A_WHILE_MS = 20_000  # for a machine that does ten other things


@dataclass(frozen=True)
class Asked:
    """One request, as it arrived."""

    host: str
    method: str
    target: str  # path and query
    headers: dict[str, str]


@dataclass
class World:
    """Everything beyond the browser."""

    service: Service
    port: int = 0
    asked: list[Asked] = field(default_factory=list)
    down: bool = False  # the service answers 503
    redirects: dict[str, str] = field(default_factory=dict)  # host → where it leads
    change: Callable[[str, bytes], bytes] | None = None  # what somebody on the way does to answers

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def asked_service(self) -> list[Asked]:
        return [one for one in self.asked if one.host == f"127.0.0.1:{self.port}"]

    def clear(self) -> None:
        self.asked.clear()
        self.redirects.clear()
        self.down, self.change = False, None


@pytest.fixture(scope="session")
def checked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service that has looked at one site of each class, as it always looks."""
    # The browser's clock is the day's, and lists have to be fresh by it.
    now = lambda: datetime.now(UTC)  # noqa: E731
    settings = Settings(data_dir=tmp_path_factory.mktemp("service"), checks_per_hour=10**6, reads_per_minute=10**6)
    with start_street(set(SITES.values())) as street, Store.open(settings) as store:
        registers = sample_registers(now().date())
        place = Workplace(store, load_ruleset(), policy_for(street), lambda: registers, now)
        service = make_service(place, settings, with_runner=False)
        asyncio.run(_look(service))
        yield service


async def _look(service: Service) -> None:
    new = [NewCheck(new_check_id(), read_address(f"https://{host}/", service), None) for host in SITES.values()]
    service.queue.submit(new, QueueName.INTERACTIVE, service.clock())
    jobs = service.queue.claim(QueueName.INTERACTIVE, len(new), "test", service.clock(), DAY)
    await asyncio.gather(*(do_check(job, service.place) for job in jobs))


@pytest.fixture(scope="session")
def signing_key(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return make_key(tmp_path_factory.mktemp("key") / "key.pem")


@pytest.fixture
def shelve(checked: Service, signing_key: Any) -> Iterator[Callable[..., Any]]:
    """Builds the next edition, as of some time; before the test there is none."""
    shelf = Shelf(checked.settings.data_dir)
    shutil.rmtree(checked.settings.data_dir / "classlists", ignore_errors=True)

    def make(at: datetime | None = None, *, restart: bool = False, **wish: Any) -> Any:
        if restart:
            shutil.rmtree(checked.settings.data_dir / "classlists")
        return build_lists(checked.store, shelf, Wish(signing_key, **wish), at or datetime.now(UTC))

    yield make
    shutil.rmtree(checked.settings.data_dir / "classlists", ignore_errors=True)


@pytest.fixture(scope="session")
def open_world(checked: Service) -> Iterator[World]:
    world = World(checked)
    listener = socket.create_server(("127.0.0.1", 0))
    world.port = listener.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(_watched(world), log_config=None, access_log=False))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    yield world
    server.should_exit = True
    thread.join()
    listener.close()


@pytest.fixture
def world(open_world: World) -> World:
    open_world.clear()
    return open_world


def _watched(world: World) -> Any:
    app = make_app(world.service, extend=add_pages)

    async def answer(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        query = scope["query_string"].decode("latin-1")
        target = scope["path"] + (f"?{query}" if query else "")
        world.asked.append(Asked(headers.get("host", ""), scope["method"], target, headers))
        if headers.get("host") != f"127.0.0.1:{world.port}":
            to = world.redirects.get(headers.get("host", ""))
            where = [(b"location", to.encode())] if to else []
            await _page(send, 302 if to else 200, SOME_PAGE, where)
        elif world.down:
            await _page(send, 503, b"down", [(b"access-control-allow-origin", b"*")])
        elif world.change is not None and scope["path"].startswith("/v1/"):
            # Without the tag of what is held, so that there is a body to change.
            plain = {**scope, "headers": [pair for pair in scope["headers"] if pair[0] != b"if-none-match"]}
            await app(plain, receive, _changing(send, world.change, scope["path"].rpartition("/")[2]))
        else:
            await app(scope, receive, send)

    return answer


async def _page(send: Any, status: int, body: bytes, headers: list[tuple[bytes, bytes]]) -> None:
    headers = [(b"content-type", b"text/html"), *headers]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _changing(send: Any, change: Callable[[str, bytes], bytes], name: str) -> Any:
    async def changed(message: Any) -> None:
        if message["type"] == "http.response.start":
            headers = [pair for pair in message["headers"] if pair[0] != b"content-length"]
            message = {**message, "headers": headers}
        elif message.get("body"):
            message = {**message, "body": change(name, message["body"])}
        await send(message)

    return changed


@dataclass
class Browser:
    """A browser with the extension, as somebody has it who just installed it."""

    context: BrowserContext
    world: World
    id: str
    cdp: Any
    _inside: Page | None = None

    def visit(self, url: str) -> Page:
        page = self.context.new_page()
        page.goto(url)
        page.bring_to_front()
        return page

    def page_of(self, name: str) -> Page:
        """A page of the extension, filled."""
        page = self.visit(f"chrome-extension://{self.id}/{name}")
        page.wait_for_selector("body[data-ready]", timeout=A_WHILE_MS)
        return page

    def inside(self, expression: str, value: Any = None) -> Any:
        """What a page of the extension, open in the background, says to an expression."""
        if self._inside is None:
            front = self.context.pages[-1]
            self._inside = self.page_of("privacy.html")
            front.bring_to_front()
        return self._inside.evaluate(expression, value)

    def stored(self, area: str, name: str) -> Any:
        """A value that the extension keeps."""
        return self.inside("([area, name]) => chrome.storage[area].get(name).then(all => all[name])", [area, name])

    def update(self) -> str | None:
        """Fetch lists now, as the owner may; returns why it did not work."""
        problem: str | None = self.inside("() => import('./update.js').then(({update}) => update())")
        return problem

    def settings(self, **values: Any) -> None:
        self.inside("values => chrome.storage.local.set(values)", values)

    def badge(self, page: Page) -> dict[str, str]:
        """What stands on the button of the tab in front."""
        page.bring_to_front()
        found: dict[str, str] = self.inside(_BADGE)
        return found

    def click(self) -> Popup:
        """Press the button of the extension on the tab in front, as a person would."""
        tabs = self.cdp.send("Target.getTargets", {"filter": [{"type": "tab"}]})["targetInfos"]

        front = next(tab for tab in tabs if tab.get("embedderData", {}).get("tabActive"))
        self.cdp.send("Extensions.triggerAction", {"id": self.id, "targetId": front["targetId"]})
        return Popup(self)

    def targets(self, kind: str, ending: str = "") -> list[str]:
        found = self.cdp.send("Target.getTargets")["targetInfos"]
        return [one["targetId"] for one in found if one["type"] == kind and one["url"].endswith(ending)]

    def kill_worker(self) -> None:
        """End the worker, as the browser does after half a minute without work."""
        for target in self.targets("service_worker"):
            self.cdp.send("Target.closeTarget", {"targetId": target})
        until(lambda: not self.targets("service_worker"))


_BADGE = """async () => {
  const [tab] = await chrome.tabs.query({active: true, lastFocusedWindow: true});
  const tabId = tab.id;
  return {
    text: await chrome.action.getBadgeText({tabId}), title: await chrome.action.getTitle({tabId}),
    color: (await chrome.action.getBadgeBackgroundColor({tabId})).join(),
  };
}"""


class Popup:
    """The popup that a click opened: no tab, so it is spoken to over the browser's own protocol."""

    def __init__(self, browser: Browser) -> None:
        self._browser, self._cdp = browser, browser.cdp
        (target,) = until(lambda: browser.targets("page", "/popup.html"))
        self._session = self._cdp.send("Target.attachToTarget", {"targetId": target, "flatten": False})["sessionId"]
        self._answers: dict[int, Any] = {}
        self._cdp.on("Target.receivedMessageFromTarget", self._hear)
        self._number = 0
        until(lambda: self.ask("document.body?.dataset.ready ?? ''") == "yes")

    def ask(self, expression: str) -> Any:
        self._number += 1
        how = {"expression": expression, "returnByValue": True, "awaitPromise": True, "userGesture": True}
        message = {"id": self._number, "method": "Runtime.evaluate", "params": how}
        self._cdp.send("Target.sendMessageToTarget", {"sessionId": self._session, "message": json.dumps(message)})
        answer = until(lambda: self._cdp.send("Target.getTargets") and self._answers.pop(message["id"], None))
        assert "exceptionDetails" not in answer["result"], answer
        return answer["result"]["result"].get("value")

    def close(self) -> None:
        """Press Escape, or anywhere else."""
        self.ask("setTimeout(() => window.close())")
        until(lambda: not self._browser.targets("page", "/popup.html"))

    def press(self, selector: str) -> None:
        """Press something; the popup may be gone before it could answer."""
        self.ask(f"setTimeout(() => document.querySelector({selector!r}).click())")

    def text(self, selector: str = "main") -> str:
        return str(self.ask(f"document.querySelector({selector!r}).innerText"))

    def _hear(self, event: Any) -> None:
        if event["sessionId"] == self._session:
            message = json.loads(event["message"])
            if "id" in message:
                self._answers[message["id"]] = message


def until(true: Callable[[], Any]) -> Any:
    """Asks until the answer is true; each question is a step of the browser, so nothing sleeps."""
    end = time.monotonic() + A_WHILE_MS / 1000
    while time.monotonic() < end:
        if found := true():
            return found
    pytest.fail("it never came true")


@pytest.fixture(scope="session")
def packages(open_world: World, signing_key: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Both packages as they are shipped, for this service; and one whose optional permission is granted already.

    Nobody sits before a headless browser to answer its question.
    """
    out = tmp_path_factory.mktemp("packages")
    build_packages(out, open_world.url, public_text(signing_key))
    shutil.copytree(out / "chrome", out / "granted")
    manifest = json.loads((out / "granted" / "manifest.json").read_text())
    manifest["permissions"] += manifest.pop("optional_permissions")
    (out / "granted" / "manifest.json").write_text(json.dumps(manifest))
    return out


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


@pytest.fixture
def start(
    chromium: Path, playwright: Playwright, packages: Path, world: World, tmp_path: Path
) -> Iterator[Callable[..., Browser]]:
    """Starts browsers with an empty profile and a package."""
    opened: list[BrowserContext] = []

    def begin(package: str = "granted", language: str = "en") -> Browser:
        folder = packages / package
        context = playwright.chromium.launch_persistent_context(
            str(tmp_path / f"profile{len(opened)}"),
            executable_path=chromium,
            headless=True,
            chromium_sandbox=False,
            args=[
                f"--disable-extensions-except={folder}",
                f"--load-extension={folder}",
                f"--host-resolver-rules=MAP * 127.0.0.1:{world.port}",
                "--no-proxy-server",
                f"--lang={language}",
                "--enable-unsafe-extension-debugging",  # lets a test press the button
                "--disable-component-update",
            ],
            env={"LANGUAGE": language},
        )
        opened.append(context)
        workers = context.service_workers
        worker = workers[0] if workers else context.wait_for_event("serviceworker", timeout=A_WHILE_MS)
        assert context.browser is not None
        return Browser(context, world, worker.url.split("/")[2], context.browser.new_browser_cdp_session())

    yield begin
    for context in opened:
        context.close()
