"""The sealed browser: what it reads, what it never does, and how every page that fights back ends."""

from __future__ import annotations

import asyncio
import hashlib
import http.server
import ipaddress
import shutil
import signal
import ssl
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import trustme

from pharmcheck.capture import Policy
from pharmcheck.capture.fetch import Fetched
from pharmcheck.capture.render import ChromiumRenderer, browser, load, process, seal
from pharmcheck.model import FetchOutcome, Look, PageRole
from tests.yardstick import PATIENCE_S

pytestmark = pytest.mark.xdist_group("chromium")

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
ENOUGH_S = PATIENCE_S  # for a page that has nothing against us
SHORT_S = 5.0
MOST = 16 << 20


def script(program: str, body: str = "") -> bytes:
    return f"<!doctype html><title>Shop</title><body>{body}<script>{program}</script>".encode()


SAY = "const say = text => document.body.append(text + ';');"
CURIOUS = """
const say = text => document.body.append(text + ';');
const places = ["http://TRAP:8080/", "https://TRAP/", "http://[::1]:8080/", "https://169.254.169.254/",
  "http://localhost/", "https://redis/", "https://shop.example:8443/", "https://turning.example.net:8080/",
  "https://turning.example.net:8080/again", "https://inside.example.net/"];
for (const place of places) fetch(place, {mode: "no-cors"}).catch(() => 0);
const frame = document.createElement("iframe"); document.body.append(frame);
const inner = frame.contentWindow;
const attempt = (name, open) => { try { open(); say(name + " opened"); } catch (error) { say(name + " closed"); } };
attempt("socket", () => new WebSocket("wss://shop.example/socket"));
attempt("plain socket", () => new WebSocket("ws://TRAP:8080/socket"));
attempt("inner socket", () => new inner.WebSocket("wss://shop.example/socket"));
attempt("worker", () => new Worker(URL.createObjectURL(new Blob(["new WebSocket('wss://shop.example/socket')"]))));
attempt("inner worker", () => new inner.Worker("/worker.js"));
attempt("shared worker", () => new SharedWorker("/worker.js"));
attempt("peer", () => new RTCPeerConnection({iceServers: [{urls: "stun:TRAP:8080"}]}));
attempt("inner peer", () => new inner.webkitRTCPeerConnection({iceServers: [{urls: "stun:TRAP:8080"}]}));
attempt("transport", () => new WebTransport("https://TRAP:8080/"));
const source = document.createElement("iframe");
source.srcdoc = "<script>new WebSocket('wss://shop.example/socket')<\\/script>";
document.body.append(source);
navigator.serviceWorker.register("/worker.js").then(() => say("service worker"));
inner.navigator.serviceWorker.register("/worker.js").then(() => say("service worker"));
fetch("/sent", {method: "POST", body: "x"}).catch(() => say("not sent"));
navigator.sendBeacon("/sent", "x"); inner.navigator.sendBeacon("/sent", "x");
const request = new XMLHttpRequest(); request.open("PUT", "/sent"); request.send("x");
const form = document.createElement("form"); form.method = "POST"; form.action = "/sent";
const button = document.createElement("button"); form.append(button); document.body.append(form);
form.submit(); form.requestSubmit(); button.click(); inner.HTMLFormElement.prototype.submit.call(form);
const file = document.createElement("a"); file.href = "/file.bin"; file.download = "file.bin";
document.body.append(file); file.click();
for (let number = 0; number < 50; number++) {
  const link = document.createElement("a"); link.href = "/popup?" + number; link.target = "_blank";
  document.body.append(link); link.click(); window.open("/popup?w" + number);
}
for (let number = 0; number < 1000; number++) { alert(number); confirm(number); console.log("x".repeat(999)); }
for (const [tag, name, value] of [["img", "src", "/picture.png"], ["iframe", "src", "/framed"],
    ["video", "src", "/film"], ["object", "data", "/object"], ["embed", "src", "/embed"]]) {
  const element = document.createElement(tag); element[name] = value; document.body.append(element);
}
for (const [rel, href] of [["preconnect", "https://pre.example.org"], ["dns-prefetch", "https://dns.example.org"]]) {
  const link = document.createElement("link"); link.rel = rel; link.href = href; document.head.append(link);
}
addEventListener("beforeunload", event => { event.preventDefault(); event.returnValue = "stay"; });
for (const leaving of ["pagehide", "unload", "visibilitychange"])
  addEventListener(leaving, () => {
    fetch("/sent", {method: "POST", keepalive: true, body: "x"}).catch(() => 0);
    inner.fetch(new Request("/sent", {method: "POST", keepalive: true, body: "x"})).catch(() => 0);
  });
say("agent " + navigator.userAgent);
setTimeout(() => say("the end"), 400);
"""
PAGES: dict[str, bytes] = {
    "/": b"<!doctype html><title>Shop</title><div id=app></div><script src=/app.js></script>",
    "/app.js": b"fetch('/policy.json').then(a => a.json()).then(a => {app.innerHTML = `<p>${a.text}</p>`});",
    "/policy.json": b'{"text": "We need your prescription \xe2\x82\xac"}',
    "/worker.js": b"new WebSocket('wss://shop.example/socket')",
    "/plain": script("document.body.append('plain as day')"),
    "/keeps": script(SAY + "localStorage.a = 1; document.cookie = 'a=1; secure'; say('kept')"),
    "/remembers": script(SAY + "say('found ' + localStorage.length + document.cookie.length)"),
    "/loop": script("while (true) {}"),
    "/write": script("while (true) document.write('<p>more</p>')"),
    "/large": script("document.body.append('x'.repeat(3 << 19))"),
    "/memory": script("const all = []; while (true) all.push(new Uint8Array(8 << 20).fill(1))"),
    "/storm": script("for (let i = 0; i < 150; i++) fetch('/plain?' + i).catch(() => 0)"),
    "/leaves": script(
        "addEventListener('pagehide', () => fetch('/sent', {method: 'POST', keepalive: true, body: 'x'}));"
        "setTimeout(() => location = '/plain', 50)"
    ),
    "/script-away": script("location = 'http://10.0.0.1/'"),
    "/meta-away": b"<meta http-equiv=refresh content='0;url=http://169.254.169.254/latest/'>",
    "/blob-away": script("location = URL.createObjectURL(new Blob(['x'], {type: 'text/html'}))"),
    "/forbidden-in-words": script("document.body.append('go away')"),
    "/hops": script("location = '/hops?' + Math.random()"),
}
PLACES = {
    "/http-away": "http://10.0.0.1/",
    "/http-metadata": "http://169.254.169.254/latest/meta-data/",
    "/http-inside": "http://inside.example.net/",
    "/moved": "/plain",
}
STATUSES = {"/gone": 410, "/forbidden": 403, "/forbidden-in-words": 403}


@dataclass
class Shop:
    """A site over https that keeps every request line; `policy` leads its names to it and allows 127.0.0.1 alone."""

    policy: Policy
    requests: list[str] = field(default_factory=list)
    pages: dict[str, bytes] = field(default_factory=lambda: dict(PAGES))


def _server(shop: Shop, leaf: trustme.LeafCert) -> http.server.ThreadingHTTPServer:
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            shop.requests.append(f"{self.command} {self.path}")
            path = self.path.partition("?")[0]
            body = shop.pages.get(path, b"")
            known = 302 if path in PLACES else 200 if body else 404
            self.send_response(STATUSES.get(path, known))
            if path in PLACES:
                self.send_header("Location", PLACES[path])
            self.send_header("Content-Type", "text/javascript" if path.endswith(".js") else "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_PUT = do_OPTIONS = do_GET  # noqa: N815

        def log_message(self, *_: Any) -> None:
            pass

    class Quiet(http.server.ThreadingHTTPServer):
        def handle_error(self, *_: Any) -> None:
            """A browser that hangs up is what we test."""

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    leaf.configure_cert(context)
    server = Quiet(("127.0.0.1", 0), Handler)
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    threading.Thread(target=server.serve_forever, daemon=True, kwargs={"poll_interval": 0.05}).start()
    return server


@pytest.fixture(scope="module")
def shop(authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory, trap: Any) -> Iterator[Shop]:
    """The site; also under a name that its certificate does not cover, and with a certificate nobody knows."""
    ca_file = tmp_path_factory.mktemp("ca") / "ca.pem"
    authority.cert_pem.write_to_path(str(ca_file))
    shop = Shop(Policy())
    stranger = _server(shop, trustme.CA().issue_cert("stranger.example"))
    server = _server(shop, authority.issue_cert("shop.example"))
    here = ("127.0.0.1", server.server_port)
    shop.policy = Policy(
        resolve={
            ("shop.example", 443): here,
            ("misnamed.example", 443): here,
            ("stranger.example", 443): ("127.0.0.1", stranger.server_port),
        },
        allowed_networks=(ipaddress.ip_network("127.0.0.1/32"),),
        ca_file=str(ca_file),
        dns_timeout_s=0.2,
        max_body=1 << 20,
    )
    shop.pages["/curious"] = script(CURIOUS.replace("TRAP", trap.address))
    yield shop
    for running in (server, stranger):
        running.shutdown()
        running.server_close()


class Turning:
    """The first answer is ours, every later one is inside; and a name that is inside from the start."""

    def __init__(self, trap: Any) -> None:
        self.answers = {"turning.example.net": ["127.0.0.1", trap.address], "inside.example.net": [trap.address]}
        self.asked: list[str] = []

    async def resolve(self, host: str) -> list[str]:
        self.asked.append(host)
        answers = self.answers.get(host)
        if not answers:
            raise OSError
        return [answers.pop(0) if len(answers) > 1 else answers[0]]


@pytest.fixture(scope="module")
def resolver(trap: Any) -> Turning:
    return Turning(trap)


@pytest.fixture(scope="module")
def runner() -> Iterator[asyncio.Runner]:
    """One event loop for the module, because one browser lives through it."""
    with asyncio.Runner() as runner:
        yield runner


def make(chromium: Path, shop: Shop, resolver: Any) -> ChromiumRenderer:
    return ChromiumRenderer(chromium, shop.policy, resolver, now=lambda: NOW, clock=time.monotonic)


@pytest.fixture(scope="module")
def renderer(chromium: Path, shop: Shop, resolver: Turning, runner: asyncio.Runner) -> Iterator[ChromiumRenderer]:
    renderer = make(chromium, shop, resolver)
    runner.run(renderer.__aenter__())
    yield renderer
    runner.run(renderer.__aexit__())


@pytest.fixture(scope="module")
def render(renderer: ChromiumRenderer, runner: asyncio.Runner) -> Callable[..., Fetched]:
    """Render a page of the shop, or a full address."""

    def call(page: str, deadline_s: float = ENOUGH_S) -> Fetched:
        url = page if page.startswith("http") else f"https://shop.example{page}"
        return runner.run(renderer.render(url, PageRole.HOME, deadline_s=deadline_s, most_bytes=MOST))

    return call


def text(fetched: Fetched) -> str:
    assert fetched.page is not None, fetched.attempt
    return fetched.page.body.decode()


# -------------------------------------------------------------------------------------------- what it reads


def test_a_shell_is_read_as_its_scripts_fill_it(render: Any, shop: Shop) -> None:
    """The page is the document after its scripts and their requests; the record says how we looked and who answered."""
    fetched = render("/")
    page, attempt = fetched.page, fetched.attempt
    assert "<p>We need your prescription €</p>" in text(fetched)
    assert text(fetched).startswith("<!DOCTYPE html>")
    assert (attempt.outcome, attempt.look, attempt.role) == (FetchOutcome.FETCHED, Look.RENDERED, PageRole.HOME)
    assert (page.look, page.status, page.url) == (Look.RENDERED, 200, "https://shop.example/")
    assert page.headers == (("content-type", "text/html; charset=utf-8"),)
    assert page.sha256 == hashlib.sha256(page.body).hexdigest()
    assert (page.fetched_at, page.truncated) == (NOW, False)
    assert [(hop.url, hop.status, hop.peer, hop.answers) for hop in attempt.hops] == [
        ("https://shop.example/", 200, "127.0.0.1", ("127.0.0.1",))
    ]


def test_every_stop_on_the_way_is_recorded(render: Any) -> None:
    """Redirects, by the server or by a script, are hops; the page is where they end."""
    fetched = render("/moved")
    assert fetched.page.url == "https://shop.example/plain"
    assert [(hop.url[20:], hop.status) for hop in fetched.attempt.hops] == [("/moved", 302), ("/plain", 200)]


def test_nothing_is_kept_from_page_to_page(render: Any) -> None:
    """Each page meets a browser without cookies or storage: a site cannot show its second page to regulars only."""
    assert "kept;" in text(render("/keeps"))
    assert "found 00;" in text(render("/remembers"))


@pytest.mark.parametrize(
    ("path", "outcome"),
    [
        ("/gone", FetchOutcome.HTTP_ERROR),
        ("/forbidden", FetchOutcome.BLOCKED_BY_SITE),
        ("/forbidden-in-words", FetchOutcome.BLOCKED_BY_SITE),
    ],
)
def test_a_failing_status_is_the_sites_answer(render: Any, path: str, outcome: FetchOutcome) -> None:
    """As with a plain fetch: the status decides, and there is no page."""
    fetched = render(path)
    assert (fetched.page, fetched.attempt.outcome) == (None, outcome)
    assert fetched.attempt.hops[-1].status == STATUSES[path]


# -------------------------------------------------------------------------------------------- what it never does


@dataclass
class Visit:
    """What the curious page did, and what was seen of it from outside."""

    fetched: Fetched
    requests: list[str]
    refusals: list[tuple[str, str]]
    visitors: int
    peers: set[str]
    homely: list[Path]  # what then stood in the browser's home


def _peers(pids: list[int]) -> set[str]:
    """Where the internet sockets of these processes lead, as the kernel writes it."""
    inodes = set()
    for pid in pids:
        for entry in Path(f"/proc/{pid}/fd").glob("*"):
            try:
                inodes.add(str(entry.readlink()).removeprefix("socket:[").removesuffix("]"))
            except OSError:
                continue
    found = set()
    for table in ("tcp", "tcp6", "udp", "udp6"):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[9] in inodes:
                found.add(f"{table} {fields[2]}")
    return found


@pytest.fixture(scope="module")
def curious(renderer: ChromiumRenderer, render: Any, shop: Shop, trap: Any, runner: asyncio.Runner) -> Visit:
    """One page that tries everything, watched from outside while it does."""
    before, visitors, refused = len(shop.requests), trap.visitors, len(renderer.refusals)
    peers: set[str] = set()
    # Windows closed a moment ago may still hang on their proxies, which have hung up.
    proxies: set[str] = _peers([*process.members(renderer._running._leader)]) if renderer._running else set()
    done = threading.Event()

    def watch() -> None:
        while not done.wait(0.02):
            leader = renderer._running._leader if renderer._running else 0
            if leader:
                peers.update(_peers([*process.members(leader)]))

    class Noted(browser.GuardProxy):
        async def __aenter__(self) -> Any:
            entered = await super().__aenter__()
            proxies.add(f"tcp 0100007F:{self.port:04X}")
            return entered

    watching = threading.Thread(target=watch)
    watching.start()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(browser, "GuardProxy", Noted)
        fetched = render("/curious")
    done.set()
    watching.join()
    refusals = [(refusal.target, refusal.reason) for refusal in renderer.refusals[refused:]]
    assert peers & proxies, "the watch saw nothing"
    assert renderer._running is not None
    homely = [*renderer._running._home.rglob("*")]
    return Visit(fetched, shop.requests[before:], refusals, trap.visitors - visitors, peers - proxies, homely)


def test_a_page_that_tries_everything_is_still_read(curious: Visit) -> None:
    """Popups, alerts, forms and refusals do not keep us from the text, scripts included to their last line."""
    assert curious.fetched.attempt.outcome is FetchOutcome.FETCHED
    assert "the end;" in text(curious.fetched)


def test_nothing_inside_our_network_is_ever_reached(curious: Visit, resolver: Turning) -> None:
    """Literals, internal names, a name that turns: no connection arrives, each refusal is on record."""
    assert curious.visitors == 0
    targets = {target.removesuffix(":443") for target, _ in curious.refusals}
    assert {"169.254.169.254", "localhost", "redis", "[::1]:8080", "inside.example.net"} <= targets
    assert resolver.asked.count("turning.example.net") == 1
    assert {"pre.example.org", "dns.example.org"}.isdisjoint(resolver.asked)


def test_the_browser_talks_to_its_proxy_and_to_nobody_else(curious: Visit) -> None:
    """Seen from the kernel: no name server, no direct connection, no UDP packet has an address to go to."""
    nowhere = {"tcp 0100007F:0001", "tcp 00000000:0000", "udp 00000000:0000", "udp6 " + "0" * 32 + ":0000"}
    # Chromium asks the kernel, without a packet, whether there is a route to this address: its test for IPv6.
    probe = "udp6 60480120" + "60480000" + "00000000" + "88880000" + ":01BB"
    assert curious.peers - nowhere - {probe, "tcp6 " + "0" * 32 + ":0000"} == set()


def test_nothing_is_sent_and_no_channel_stays_open(curious: Visit) -> None:
    """No POST or PUT, no WebSocket, no service worker, no picture, no frame, no popup: the site sees a reader."""
    asked = {request.partition("?")[0] for request in curious.requests}
    assert asked <= {"GET /curious", "GET /file.bin", "GET /favicon.ico"}
    assert " opened;" not in text(curious.fetched).replace('+ " opened"', "")
    assert text(curious.fetched).count(" closed;") == 9
    assert "not sent;" in text(curious.fetched)


def test_the_browser_says_who_we_are(curious: Visit, shop: Shop) -> None:
    """A browser's words, so that pages work, and our name with an address behind them."""
    said = text(curious.fetched).partition("agent Mozilla/5.0")[2].partition(";the end")[0]
    assert said.endswith(shop.policy.user_agent + ";") or shop.policy.user_agent in said


def test_a_page_that_leaves_sends_nothing_either(render: Any, shop: Shop) -> None:
    """A request marked to outlive its page is the way to send unseen; it is closed."""
    before = len(shop.requests)
    assert "plain as day" in text(render("/leaves"))
    assert [request for request in shop.requests[before:] if not request.startswith("GET ")] == []


def test_nothing_is_written_where_we_would_find_it(curious: Visit) -> None:
    """A download ends nowhere: the browser's home holds no file that a site named."""
    assert curious.homely
    assert [file for file in curious.homely if "file.bin" in file.name] == []


# -------------------------------------------------------------------------------------------- where it does not follow


@pytest.mark.parametrize(
    "path", ["/http-away", "/http-metadata", "/http-inside", "/script-away", "/meta-away", "/blob-away"]
)
def test_a_page_that_leads_inside_is_not_followed(render: Any, trap: Any, path: str) -> None:
    """Redirects by server, script or meta element to what we do not visit end there, soon, without a page."""
    before = trap.visitors
    fetched = render(path)
    assert fetched.page is None
    assert fetched.attempt.outcome in {FetchOutcome.REFUSED_BY_US, FetchOutcome.DNS_FAILED}
    assert fetched.attempt.elapsed_ms < 1000 * (ENOUGH_S - 5)
    assert trap.visitors == before


@pytest.mark.parametrize(
    ("host", "detail"),
    [
        ("misnamed.example", "The certificate is for another name."),
        ("stranger.example", "The certificate comes from an issuer that browsers do not trust."),
    ],
)
def test_a_certificate_that_fails_is_never_overlooked(render: Any, shop: Shop, host: str, detail: str) -> None:
    """Trusting one more root for staging trusts that root's names only; nothing is asked of such a site."""
    before = len(shop.requests)
    fetched = render(f"https://{host}/")
    assert (fetched.page, fetched.attempt.outcome, fetched.attempt.detail) == (None, FetchOutcome.TLS_FAILED, detail)
    assert shop.requests[before:] == []


def test_a_trail_without_end_is_left(render: Any, shop: Shop) -> None:
    """A script that always goes on is a redirect loop, counted like any other."""
    fetched = render("/hops")
    assert fetched.attempt.detail == "The site redirected more than 10 times."
    assert len(fetched.attempt.hops) == shop.policy.max_redirects + 1


# -------------------------------------------------------------------------------------------- pages that fight back


@pytest.mark.parametrize("path", ["/loop", "/write"])
def test_a_page_that_never_ends_is_ended(render: Any, path: str) -> None:
    """At the deadline it is over, with a reason, and the next page is read."""
    start = time.monotonic()
    fetched = render(path, SHORT_S)
    assert time.monotonic() - start < SHORT_S + PATIENCE_S
    assert fetched.page is None
    assert fetched.attempt.outcome in {FetchOutcome.TIMED_OUT, FetchOutcome.TOO_LARGE}
    assert "plain as day" in text(render("/plain"))


def test_memory_is_bounded(render: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page that fills memory is killed with its browser at the bound, not with the machine; the next is read."""
    monkeypatch.setattr(seal, "MEMORY", 600 << 20)
    fetched = render("/memory")
    assert (fetched.page, fetched.attempt.outcome) == (None, FetchOutcome.TOO_LARGE)
    assert fetched.attempt.detail == "The page needs more memory than we give it."


def test_a_page_larger_than_we_read_is_cut(render: Any, shop: Shop) -> None:
    """The beginning is kept, marked as cut, and no more leaves the browser."""
    fetched = render("/large")
    assert fetched.attempt.outcome is FetchOutcome.TOO_LARGE
    assert len(fetched.page.body) == shop.policy.max_body
    assert fetched.page.truncated


def test_a_storm_of_requests_is_stopped(render: Any, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Past the limit nothing more goes out, and the page counts as cut."""
    monkeypatch.setattr(load, "MOST_REQUESTS", 100)
    before = len(shop.requests)
    fetched = render("/storm")
    assert len(shop.requests) - before <= 100
    assert fetched.attempt.outcome is FetchOutcome.TOO_LARGE
    assert fetched.page.truncated


async def _asked(shop: Shop, request: str, before: int) -> None:
    """The page is on its way: its site has been asked for it."""
    async with asyncio.timeout(ENOUGH_S):
        while request not in shop.requests[before:]:  # noqa: ASYNC110 - the shop lives in another thread
            await asyncio.sleep(0.01)


def test_a_browser_that_dies_is_replaced(
    render: Any, renderer: ChromiumRenderer, runner: asyncio.Runner, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the middle of a page: a reason.  Between two pages: not even that."""
    seen = process.is_there

    async def die() -> Fetched:
        before = len(shop.requests)
        loading = asyncio.create_task(
            renderer.render("https://shop.example/loop", PageRole.HOME, deadline_s=ENOUGH_S, most_bytes=MOST)
        )
        await _asked(shop, "GET /loop", before)
        process.end(renderer._running._leader)
        return await loading

    render("/plain")
    monkeypatch.setattr(process, "is_there", lambda _pid: True)  # the kernel lists a killed process a moment longer
    fetched = runner.run(die())
    assert (fetched.page, fetched.attempt.outcome) == (None, FetchOutcome.HTTP_ERROR)
    monkeypatch.setattr(process, "is_there", seen)
    render("/plain")
    leader = renderer._running._leader
    process.end(leader)
    assert _gone(leader)
    assert "plain as day" in text(render("/plain"))


def test_cancelling_ends_the_browser(
    renderer: ChromiumRenderer, render: Any, runner: asyncio.Runner, shop: Shop
) -> None:
    """A visit that is cancelled leaves no busy browser behind."""
    render("/plain")
    leader = renderer._running._leader

    async def give_up() -> None:
        before = len(shop.requests)
        loading = asyncio.create_task(
            renderer.render("https://shop.example/loop", PageRole.HOME, deadline_s=ENOUGH_S, most_bytes=MOST)
        )
        await _asked(shop, "GET /loop", before)
        loading.cancel()
        await loading

    with pytest.raises(asyncio.CancelledError):
        runner.run(give_up())
    assert renderer._running is None
    assert _gone(leader)


def _gone(leader: int, most_s: float = PATIENCE_S) -> bool:
    ends = time.monotonic() + most_s
    while [pid for pid in process.members(leader) if process._stat(pid)[0] != "Z"]:
        if time.monotonic() > ends:
            return False
        time.sleep(0.02)
    return True


_KILLED = """
import asyncio, os, sys, time
from pathlib import Path
from pharmcheck.capture import Policy, SystemResolver
from pharmcheck.capture.render.running import RunningBrowser
async def main():
    running = await RunningBrowser.start(Path(sys.argv[1]), Policy())
    window = await running.window()
    page = await window.new_page()
    asyncio.ensure_future(page.evaluate("() => { while (true) {} }"))
    await asyncio.sleep(0.2)
    print(running._leader, running._home, flush=True)
    await asyncio.sleep(60)
asyncio.run(main())
"""


def test_no_browser_outlives_us(chromium: Path) -> None:
    """When we are killed on the spot, the browser ends by itself, busy or not: it hangs on our pipe."""
    program = [sys.executable, "-c", _KILLED, str(chromium)]
    with subprocess.Popen(program, stdout=subprocess.PIPE, text=True) as ours:
        leader, home = ours.stdout.readline().split()
        assert not _gone(int(leader), 0)
        ours.send_signal(signal.SIGKILL)
    assert _gone(int(leader))
    shutil.rmtree(home)  # all that is left of it: an empty home


# -------------------------------------------------------------------------------------------- without a browser


def test_without_a_browser_it_says_so_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A missing program or package is a ValueError with one sentence, before anything is started."""
    shop = Shop(Policy())
    for path in (tmp_path / "chromium", tmp_path):
        with pytest.raises(ValueError, match="not a program on this machine"):
            make(path, shop, None)
    monkeypatch.setattr(browser, "find_spec", lambda name: None)
    with pytest.raises(ValueError, match=r"install pharmcheck\[render\]"):
        make(Path(sys.executable), shop, None)


def test_a_program_that_is_no_browser_is_our_fault_and_not_the_sites(
    shop: Shop, run: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """It does not start: refused by us, with a reason, and nothing is left in the temporary folder."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))  # of our own: other tests start browsers beside us

    async def go() -> Fetched:
        async with make(Path(shutil.which("true") or ""), shop, None) as renderer:
            return await renderer.render("https://shop.example/", PageRole.HOME, deadline_s=ENOUGH_S, most_bytes=MOST)

    fetched = run(go())
    assert fetched.attempt.outcome is FetchOutcome.REFUSED_BY_US
    assert fetched.attempt.detail == "The browser for scripted pages did not start."
    assert list(tmp_path.iterdir()) == []


def test_the_browser_knows_nothing_of_our_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No proxy, key or token of ours is in what the browser is started with."""
    for name in ("HTTPS_PROXY", "ALL_PROXY", "SSLKEYLOGFILE", "SECRET_TOKEN"):
        monkeypatch.setenv(name, "http://127.0.0.1:9/")
    assert set(seal.environment(tmp_path)) == {"HOME", "TMPDIR", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "PATH", "LANG"}


def test_importing_costs_no_playwright() -> None:
    """The package can be imported where the extra is not installed."""
    program = "import sys, pharmcheck.capture.render; print('playwright' in sys.modules)"
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "False"
