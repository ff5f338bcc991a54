"""The proxy in front of the browser: where it goes, what it carries, whom it answers, and how it ends."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import ssl
import threading
import time
from base64 import b64encode
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import pytest
import trustme

from pharmcheck.capture import Policy
from pharmcheck.capture.guard import NOT_PUBLIC, GuardedBackend
from pharmcheck.capture.render import GuardProxy, Limits
from pharmcheck.model import FetchOutcome
from tests.yardstick import PATIENCE_S

LONG = 2 * PATIENCE_S
HERE = (ipaddress.ip_network("127.0.0.1/32"),)
SHOP = ("shop.example", 80)
SECURE = ("shop.example", 443)

Talk = Callable[[GuardProxy], Awaitable[Any]]


@pytest.fixture
def during(run: Any, listed_resolver: Any) -> Callable[..., Any]:
    """Run a conversation with a proxy and give what it returns, with the proxy."""

    def call(policy: Policy, talk: Talk, *, resolver: Any = None, expecting: Any = (SHOP, SECURE), **more: Any) -> Any:
        async def go() -> Any:
            more.setdefault("deadline_s", LONG)
            backend = GuardedBackend(policy, resolver or listed_resolver())
            async with GuardProxy(policy, backend, **more) as proxy:
                for host, port in expecting:
                    await proxy.expect(host, port)
                return await talk(proxy), proxy

        return run(go())

    return call


def mapped(server: Any, *places: tuple[str, int], **more: Any) -> Policy:
    resolve = dict.fromkeys(places or (SHOP, SECURE), ("127.0.0.1", server.port))
    return Policy(resolve=resolve, allowed_networks=HERE, dns_timeout_s=0.05, **more)


def authorised(proxy: GuardProxy, secret: str | None = None) -> bytes:
    given = b64encode(f"{proxy.user}:{proxy.secret if secret is None else secret}".encode())
    return b"Proxy-Authorization: Basic " + given + b"\r\n"


@dataclass
class Stubborn:
    """A site that reads one request and then does as it likes until it is hung up on."""

    manners: Callable[[socket.socket], None]
    port: int = 0

    def __post_init__(self) -> None:
        listener = socket.create_server(("127.0.0.1", 0))
        self.port = listener.getsockname()[1]
        threading.Thread(target=self._serve, args=(listener,), daemon=True).start()

    def _serve(self, listener: socket.socket) -> None:
        with listener:
            connection, _ = listener.accept()
        with connection, suppress(OSError):
            connection.settimeout(2 * PATIENCE_S)
            connection.recv(1 << 16)
            self.manners(connection)


def silent(connection: socket.socket) -> None:
    connection.recv(1)


def endless(connection: socket.socket) -> None:
    connection.sendall(ending(b""))
    while True:
        connection.sendall(b"x" * (1 << 16))


def dripping(connection: socket.socket) -> None:
    connection.sendall(ending(b""))
    dripping_head(connection)


def dripping_head(connection: socket.socket) -> None:
    while True:
        connection.sendall(b"H")
        time.sleep(0.05)


def ending(body: bytes, *headers: bytes) -> bytes:
    """An answer that ends with its connection, so that nobody waits for more."""
    return b"\r\n".join([b"HTTP/1.1 200 OK", b"Content-Type: text/html", *headers]) + b"\r\n\r\n" + body


async def send(proxy: GuardProxy, raw: bytes) -> bytes:
    """Everything that comes back until the proxy hangs up."""
    reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
    answer = b""
    try:
        writer.write(raw)
        while piece := await asyncio.wait_for(reader.read(1 << 16), PATIENCE_S):
            answer += piece
    except ConnectionError:
        pass
    finally:
        writer.close()
    return answer


async def ask(proxy: GuardProxy, target: str, method: str = "GET", more: bytes = b"") -> bytes:
    head = f"{method} {target} HTTP/1.1\r\nHost: x\r\n".encode("latin-1")
    return await send(proxy, head + authorised(proxy) + more + b"\r\n")


async def tunnel(proxy: GuardProxy, target: str) -> tuple[bytes, asyncio.StreamReader, asyncio.StreamWriter]:
    reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
    writer.write(f"CONNECT {target} HTTP/1.1\r\nHost: x\r\n".encode() + authorised(proxy) + b"\r\n")
    return await reader.readuntil(b"\r\n\r\n"), reader, writer


def status(answer: bytes) -> int:
    return int(answer.split(b" ")[1])


def reasons(proxy: GuardProxy) -> list[str]:
    return [refusal.reason for refusal in proxy.refusals]


# -------------------------------------------------------------------------------------------- what it carries


def test_an_http_page_is_asked_for_and_passed_on(serve: Any, during: Any) -> None:
    """The site hears a GET for our reading of its name, and no word of the proxy; the browser hears the site."""
    server = serve()
    server.routes["/offer?a=1"] = ending(b"pills", b"Keep-Alive: timeout=5")
    more = b"User-Agent: us\r\nProxy-Connection: keep-alive\r\nTE: trailers\r\n"
    answer, proxy = during(mapped(server), lambda proxy: ask(proxy, "http://SHOP.example/offer?a=1", more=more))
    assert status(answer) == 200
    assert answer.endswith(b"\r\n\r\npills")
    assert b"Connection: close" in answer
    assert b"Keep-Alive" not in answer
    head, *fields = server.requests[0].split(b"\r\n")
    assert head == b"GET /offer?a=1 HTTP/1.1"
    assert sorted(fields) == [b"Connection: close", b"Host: shop.example", b"user-agent: us"]
    assert proxy.refusals == ()
    assert proxy.carried >= len(answer)


def test_a_tunnel_carries_tls_both_ways(
    serve: Any, during: Any, authority: trustme.CA, context_for: Any, page_bytes: Any
) -> None:
    """The browser's own handshake reaches the site, so the certificate that it checks is the site's."""
    server = serve(context_for(authority.issue_cert("shop.example")))
    server.routes["/"] = page_bytes(b"secret pills")
    context = ssl.create_default_context()
    authority.configure_trust(context)

    async def talk(proxy: GuardProxy) -> bytes:
        said, reader, writer = await tunnel(proxy, "shop.example:443")
        assert status(said) == 200
        await writer.start_tls(context, server_hostname="shop.example")
        writer.write(b"GET / HTTP/1.1\r\nHost: shop.example\r\n\r\n")
        answer = await reader.readuntil(b"secret pills")
        writer.close()
        return answer

    answer, proxy = during(mapped(server), talk)
    assert answer.startswith(b"HTTP/1.1 200 OK")
    assert proxy.failures == {}


# -------------------------------------------------------------------------------------------- whom it answers


@pytest.mark.parametrize(
    "given",
    [
        b"",
        b"Proxy-Authorization: Basic\r\n",
        b"Proxy-Authorization: Basic cGFnZTpndWVzcw==\r\n",
        b"Proxy-Authorization: Basic \xff\xfe\r\n",
        b"Proxy-Authorization: Bearer {secret}\r\n",
        b"Authorization: Basic {pass}\r\n",
    ],
)
@pytest.mark.parametrize("method", [b"GET http://shop.example/", b"CONNECT shop.example:443", b"POST http://x.com/"])
def test_nobody_without_the_secret_gets_anywhere(serve: Any, during: Any, given: bytes, method: bytes) -> None:
    """Another program on this machine cannot use the proxy: it answers 407 and connects to nothing."""
    server = serve()

    async def talk(proxy: GuardProxy) -> bytes:
        known = given.replace(b"{secret}", proxy.secret.encode())
        known = known.replace(b"{pass}", b64encode(f"page:{proxy.secret}".encode()))
        return await send(proxy, method + b" HTTP/1.1\r\n" + known + b"\r\n")

    answer, _ = during(mapped(server), talk)
    assert status(answer) == 407
    assert server.connections == 0


def test_every_proxy_has_a_secret_and_a_port_of_its_own(during: Any) -> None:
    """What one page's proxy lets in, another's does not."""

    async def talk(first: GuardProxy) -> bytes:
        policy = Policy()
        async with GuardProxy(policy, first._backend, deadline_s=PATIENCE_S) as second:
            assert first.port != second.port
            assert len(first.secret) >= 40
            return await send(second, b"GET http://shop.example/ HTTP/1.1\r\n" + authorised(first) + b"\r\n")

    answer, _ = during(Policy(), talk)
    assert status(answer) == 407


# -------------------------------------------------------------------------------------------- where it goes


@pytest.mark.parametrize(
    ("method", "target"),
    [(method, "http://shop.example/") for method in ("POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD", "TRACE")]
    + [("GET", target) for target in ("/", "*", "https://shop.example/", "ftp://shop.example/", "ws://shop.example/")],
)
def test_nothing_is_ever_sent_and_only_http_is_asked_for(serve: Any, during: Any, method: str, target: str) -> None:
    """Forms, uploads and other schemes are refused with 405, by the proxy as well as in the browser."""
    server = serve()
    answer, proxy = during(mapped(server), lambda proxy: ask(proxy, target, method))
    assert status(answer) == 405
    assert server.connections == 0
    assert reasons(proxy) == ["The page tried to send something; we only read."]


_PRIVATE = [
    "10.0.0.1",
    "127.0.0.2",
    "169.254.169.254",
    "192.168.1.1",
    "100.100.100.200",
    "0.0.0.0",  # noqa: S104 - a target
    "[::1]",
    "[::ffff:127.0.0.1]",
    "[fd00:ec2::254]",
    "[64:ff9b::7f00:1]",
    "localhost",
    "redis",
    "metadata.google.internal",
    "printer.local",
    "0x7f.1",
    "2130706433",
    "127.1",
    "0177.0.0.1",
    "[::1%25lo]",
    "user@shop.example",
    "shop.example@10.0.0.1",
    "10.0.0.1\\shop.example",
    "10.0.0.1%2f.shop.example",
]


@pytest.mark.parametrize("host", _PRIVATE)
def test_what_we_would_not_visit_no_browser_visits(during: Any, listed_resolver: Any, host: str) -> None:
    """Literals, internal names and trick spellings: 403 both ways, one sentence for all, and no name is looked up."""
    resolver = listed_resolver()

    async def talk(proxy: GuardProxy) -> list[int]:
        plain, secure = await ask(proxy, f"http://{host}/"), await ask(proxy, f"{host}:443", "CONNECT")
        return [status(plain), status(secure)]

    expecting = [(host.strip("[]"), port) for port in (80, 443)]
    answers, proxy = during(Policy(), talk, resolver=resolver, expecting=expecting)
    assert answers == [403, 403]
    assert reasons(proxy) == [NOT_PUBLIC, NOT_PUBLIC]
    assert resolver.asked == []


@pytest.mark.parametrize("port", [0, 22, 25, 6379, 65536, 99999])
def test_the_ports_are_those_of_web_sites(during: Any, port: int) -> None:
    """A page cannot use us to scan for services."""
    public = ("93.184.215.14", port)
    answers, _ = during(Policy(), lambda proxy: ask(proxy, f"93.184.215.14:{port}", "CONNECT"), expecting=[public])
    assert status(answers) == 403


@pytest.mark.parametrize("answers", [["{trap}"], ["127.0.0.1", "{trap}"], ["junk"], []])
def test_a_name_that_leads_inside_is_refused_like_one_that_leads_nowhere(
    during: Any, listed_resolver: Any, trap: Any, answers: list[str]
) -> None:
    """One bad answer refuses the name; no packet goes to it; nobody learns which it was."""
    found = [answer.format(trap=trap.address) for answer in answers]
    resolver = listed_resolver(inside_example_net=[found] if found else [])
    place, before = ("inside.example.net", trap.port), trap.visitors
    policy = Policy(allowed_networks=HERE, dns_timeout_s=0.05)
    target = f"http://inside.example.net:{trap.port}/"
    answer, proxy = during(policy, lambda proxy: ask(proxy, target), resolver=resolver, expecting=[place])
    assert status(answer) == 403
    assert reasons(proxy) == [NOT_PUBLIC]
    assert proxy.failures == {place: (FetchOutcome.DNS_FAILED, NOT_PUBLIC)}
    assert trap.visitors == before


def test_a_name_is_looked_up_once_whatever_it_says_later(during: Any, listed_resolver: Any, trap: Any) -> None:
    """A resolver that turns to an inside address after its first answer never gets us there."""
    resolver = listed_resolver(turning_example_net=[["127.0.0.1"], [trap.address]])
    place, before = ("turning.example.net", trap.port), trap.visitors

    async def talk(proxy: GuardProxy) -> list[int]:
        return [status(await ask(proxy, f"http://turning.example.net:{trap.port}/")) for _ in range(3)]

    policy = Policy(allowed_networks=HERE)
    answers, proxy = during(policy, talk, resolver=resolver, expecting=[place])
    assert answers == [502, 502, 502]  # nobody listens at the first answer, which is the only one
    assert resolver.asked == ["turning.example.net"]
    assert trap.visitors == before
    assert proxy.failures[place][0] is FetchOutcome.CONNECT_FAILED


def test_we_never_visit_ourselves(during: Any) -> None:
    """Our own public address is refused, by name and by number."""
    policy = Policy(own_addresses=frozenset({"93.184.215.14"}))
    expecting = [("93.184.215.14", 443)]
    answer, _ = during(policy, lambda proxy: ask(proxy, "93.184.215.14:443", "CONNECT"), expecting=expecting)
    assert status(answer) == 403


def test_what_the_page_did_not_ask_for_is_the_browsers_own_affair(serve: Any, during: Any) -> None:
    """A browser that looks for updates, certificates or a hotel's login page gets nowhere."""
    server = serve()
    answer, proxy = during(mapped(server), lambda proxy: ask(proxy, "http://shop.example/"), expecting=[])
    assert status(answer) == 403
    assert server.connections == 0
    assert reasons(proxy) == ["The browser asked for something that the page had not."]


def test_word_of_a_redirect_may_come_a_moment_late(serve: Any, during: Any) -> None:
    """The browser follows redirects while we still hear of them; the proxy waits for the news."""

    async def talk(proxy: GuardProxy) -> bytes:
        asking = asyncio.create_task(ask(proxy, "http://shop.example/"))
        await asyncio.sleep(0)
        await proxy.expect(*SHOP)
        return await asking

    server = serve()
    server.routes["/"] = ending(b"pills")
    answer, _ = during(mapped(server), talk, expecting=[])
    assert status(answer) == 200


# -------------------------------------------------------------------------------------------- channels and junk


@pytest.mark.parametrize(
    "more", [b"Upgrade: websocket\r\n", b"Content-Length: 5\r\n", b"Transfer-Encoding: chunked\r\n"]
)
def test_no_websocket_and_no_body_leaves(serve: Any, during: Any, more: bytes) -> None:
    """A GET that would become something else is refused."""
    server = serve()
    answer, _ = during(mapped(server), lambda proxy: ask(proxy, "http://shop.example/", more=more))
    assert status(answer) == 400
    assert server.connections == 0


def test_a_tunnel_is_for_tls_only(serve: Any, during: Any) -> None:
    """A WebSocket in plain text asks for a tunnel first; its first bytes show what it is, and nothing is carried."""
    server = serve()

    async def talk(proxy: GuardProxy) -> bytes:
        said, reader, writer = await tunnel(proxy, "shop.example:80")
        assert status(said) == 200
        writer.write(b"GET / HTTP/1.1\r\nHost: shop.example\r\nUpgrade: websocket\r\n\r\n")
        try:
            return await reader.read()
        except ConnectionError:
            return b""
        finally:
            writer.close()

    answer, proxy = during(mapped(server), talk)
    assert answer == b""
    assert server.requests == []
    assert reasons(proxy) == ["The page tried to open a channel that web pages do not need."]


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n",
        b'HTTP/1.1 407 Show me\r\nProxy-Authenticate: Basic realm="x"\r\nContent-Length: 0\r\n\r\n',
        b"HTTP/1.1 103 Early Hints\r\n\r\n" * 50,
        b"HTTP/1.1 200 OK\r\nX: " + b"x" * (1 << 18) + b"\r\n\r\n",
        b"<html>no head</html>",
        b"",
    ],
)
def test_an_answer_that_is_none_is_no_answer(serve: Any, during: Any, answer: bytes) -> None:
    """Switching protocols, asking for the proxy's secret, floods of hints and of header: 502, in a moment."""
    server = serve()
    server.routes["/odd"] = answer
    got, proxy = during(mapped(server), lambda proxy: ask(proxy, "http://shop.example/odd"))
    assert status(got) == 502
    assert reasons(proxy) == ["The site's answer breaks the rules of HTTP."]


def test_a_hint_before_the_answer_is_dropped(serve: Any, during: Any, page_bytes: Any) -> None:
    """An honest early hint does not cost the page."""
    server = serve()
    server.routes["/hint"] = b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + page_bytes(b"pills")
    got, _ = during(mapped(server), lambda proxy: ask(proxy, "http://shop.example/hint"))
    assert got.startswith(b"HTTP/1.1 200 OK\r\n")
    assert b"Link" not in got


@pytest.mark.parametrize(
    "head",
    [
        b"GET  http://shop.example/ HTTP/1.1\r\n",
        b"get http://shop.example/ HTTP/1.1\r\n",
        b"GET http://shop.example/ HTTP/2.0\r\n",
        b"GET http://shop.example/\x00 HTTP/1.1\r\n",
        b"GET http://sh\xc3\xb6p.example/ HTTP/1.1\r\n",
        b"GET http://shop.example/ HTTP/1.1\r\nA: b\nC: d\r\n",
        b"GET http://shop.example/ HTTP/1.1\r\nA: b\r\n folded\r\n",
        b"GET http://shop.example/ HTTP/1.1\r\nNo colon\r\n",
        b"GET http://shop.example/ HTTP/1.1\r\nSpace : x\r\n",
        b"GET http://shop.example/" + b"x" * (1 << 17) + b" HTTP/1.1\r\n",
        b"\r\n",
        b"\x16\x03\x01\r\n",
    ],
)
def test_a_head_that_can_be_read_two_ways_is_not_read(serve: Any, during: Any, head: bytes) -> None:
    """The proxy and the site never disagree about where a request ends."""
    server = serve()
    answer, _ = during(mapped(server), lambda proxy: send(proxy, head + authorised(proxy) + b"\r\n"))
    assert status(answer) == 400
    assert server.connections == 0


# -------------------------------------------------------------------------------------------- limits


@pytest.mark.parametrize("limits", [Limits(connection_bytes=200_000), Limits(total_bytes=200_000)])
def test_an_endless_answer_is_cut(during: Any, limits: Limits) -> None:
    """Bytes are counted as they pass; past the limit the line goes dead, and that is remembered."""
    policy = mapped(Stubborn(endless))
    answer, proxy = during(policy, lambda proxy: ask(proxy, "http://shop.example/"), limits=limits)
    assert len(answer) <= 300_000
    assert proxy.full
    assert reasons(proxy) == ["The page loads more than we read."]


def test_the_total_counts_over_all_connections(serve: Any, during: Any) -> None:
    """Many small answers are as much as one large one."""
    server = serve()
    server.routes["/part"] = ending(b"x" * 60_000)

    async def talk(proxy: GuardProxy) -> list[bool]:
        answers = [await ask(proxy, "http://shop.example/part") for _ in range(4)]
        return [answer.endswith(b"x" * 60_000) for answer in answers]

    whole, proxy = during(mapped(server), talk, limits=Limits(total_bytes=200_000))
    assert whole == [True, True, True, False]
    assert proxy.full


def test_connections_and_hosts_are_counted(serve: Any, during: Any) -> None:
    """A page that talks to everybody, or without end, is stopped at a number."""
    server = serve()
    server.routes["/"] = ending(b"pills")
    places = [(f"h{number}.example", 80) for number in range(4)]

    async def talk(proxy: GuardProxy) -> list[int]:
        one_after_another = [places[0], *places, places[0], places[0]]
        return [status(await ask(proxy, f"http://{host}/")) for host, _ in one_after_another]

    answers, proxy = during(mapped(server, *places), talk, expecting=places, limits=Limits(hosts=3, connections=5))
    assert answers == [200, 200, 200, 200, 403, 200, 403]
    assert reasons(proxy) == [
        "The page talks to more hosts than we follow.",
        "The page opens more connections than we follow.",
    ]
    assert proxy.full


@pytest.mark.parametrize(
    ("manners", "deadline_s", "idle_s"),
    [(silent, LONG, 0.2), (dripping_head, LONG, 0.2), (dripping, 0.4, LONG), (dripping, 0.4, 0.2), (silent, 0.4, LONG)],
)
def test_a_site_that_keeps_us_waiting_is_left(during: Any, manners: Any, deadline_s: float, idle_s: float) -> None:
    """Silence ends at the idle limit; a drip, which is never idle, at the deadline."""

    async def talk(proxy: GuardProxy) -> float:
        start = asyncio.get_running_loop().time()
        await ask(proxy, "http://shop.example/")
        return asyncio.get_running_loop().time() - start

    took, _ = during(mapped(Stubborn(manners)), talk, deadline_s=deadline_s, limits=Limits(idle_s=idle_s))
    assert took < PATIENCE_S


def test_an_idle_tunnel_is_closed(during: Any) -> None:
    """A greeting that nobody answers does not hold a connection for ever."""

    async def talk(proxy: GuardProxy) -> bytes:
        _, reader, writer = await tunnel(proxy, "shop.example:443")
        writer.write(b"\x16\x03\x01")
        answer = await asyncio.wait_for(reader.read(), PATIENCE_S)
        writer.close()
        return answer

    answer, _ = during(mapped(Stubborn(silent)), talk, limits=Limits(idle_s=0.2))
    assert answer == b""


def test_leaving_hangs_up_on_everybody(serve: Any, run: Any, listed_resolver: Any) -> None:
    """When the page is done, so are its tunnels, and the port answers nobody."""
    server = serve()
    policy = mapped(server)

    async def go() -> tuple[bytes, int]:
        async with GuardProxy(policy, GuardedBackend(policy, listed_resolver()), deadline_s=PATIENCE_S) as proxy:
            await proxy.expect(*SECURE)
            _, reader, writer = await tunnel(proxy, "shop.example:443")
            port = proxy.port
        rest = await asyncio.wait_for(reader.read(), PATIENCE_S)
        writer.close()
        return rest, port

    rest, port = run(go())
    assert rest == b""
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), 1)


# -------------------------------------------------------------------------------------------- the record


def test_refusals_are_few_and_in_our_words(during: Any, caplog: pytest.LogCaptureFixture) -> None:
    """A hundred are kept; a target that is no name is left out; nothing is logged."""

    async def talk(proxy: GuardProxy) -> None:
        await ask(proxy, "http://<script>alert(1)</script>/")
        for _ in range(110):
            await ask(proxy, "http://10.0.0.1/")

    _, proxy = during(Policy(), talk)
    assert len(proxy.refusals) == 100
    assert {refusal.target for refusal in proxy.refusals} == {"", "10.0.0.1"}
    assert caplog.records == []
