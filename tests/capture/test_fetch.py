"""Fetching from servers that misbehave: every failure is a result, and every limit holds."""

from __future__ import annotations

import time
import tracemalloc
import zlib
from collections.abc import Callable
from typing import Any

import pytest

from pharmcheck.capture.bodies import BodyReader, TooLarge
from pharmcheck.capture.fetch import Fetched, Fetcher
from pharmcheck.capture.guard import Policy
from pharmcheck.capture.polite import Gate
from pharmcheck.model import FetchOutcome, PageRole
from tests.capture.misbehaving import LOOPBACK

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])


@pytest.fixture
def fetch(run: Callable[..., Any], now: Any, listed_resolver: Any) -> Callable[..., Fetched]:
    """Fetch one URL under a policy, with no name resolvable unless a resolver is given."""

    def call(policy: Any, url: str, resolver: Any = None) -> Fetched:
        async def go() -> Fetched:
            gate = Gate(time.monotonic)
            async with Fetcher(policy, resolver or listed_resolver(), now=now, clock=time.monotonic, gate=gate) as one:
                return await one.fetch(url, PageRole.HOME)

        return run(go())

    return call


@pytest.mark.parametrize("path", ["/", "/gzip", "/deflate", "/raw-deflate", "/gzip-junk-behind", "/to-home"])
def test_a_page_arrives_decompressed(serve: Any, fetch: Any, path: str) -> None:
    """Whatever honest encoding a server uses, the page holds the plain bytes and their digest."""
    server = serve()
    fetched = fetch(server.policy("shop.example"), f"http://shop.example{path}")
    assert fetched.attempt.outcome is FetchOutcome.FETCHED
    assert fetched.page.body == b"<html><body><h1>Shop</h1></body></html>"
    assert len(fetched.page.sha256) == 64
    assert fetched.attempt.hops[-1].peer == "127.0.0.1"
    assert b"Host: shop.example" in server.requests[0]


@pytest.mark.parametrize(
    ("path", "outcome"),
    [
        ("/down", FetchOutcome.HTTP_ERROR),
        ("/nothing-here", FetchOutcome.HTTP_ERROR),
        ("/to-private-name", FetchOutcome.DNS_FAILED),
        ("/to-symbol", FetchOutcome.DNS_FAILED),
    ],
)
def test_a_failure_ends_in_an_outcome(
    serve: Any, fetch: Any, listed_resolver: Any, path: str, outcome: FetchOutcome
) -> None:
    """Each ends in the outcome that names whose fault it was, in a sentence that names no address."""
    resolver = listed_resolver(inside_example_net=[["10.0.0.9"]])
    policy = serve().policy("shop.example", dns_timeout_s=0.05)
    fetched = fetch(policy, f"http://shop.example{path}", resolver)
    assert fetched.attempt.outcome is outcome, fetched.attempt
    assert fetched.page is None
    assert fetched.attempt.detail.endswith(".")
    assert not any(char.isdigit() and "." in word for word in fetched.attempt.detail.split()[:-1] for char in word)


@pytest.mark.parametrize(("path", "size"), [("/endless", 2 << 20), ("/gzip-bomb", None)])
def test_a_body_without_end_is_cut_and_kept(serve: Any, fetch: Any, path: str, size: int | None) -> None:
    """A limit keeps what was read and says so."""
    policy = serve().policy("shop.example")
    fetched = fetch(policy, f"http://shop.example{path}")
    assert fetched.attempt.outcome is FetchOutcome.TOO_LARGE
    assert fetched.page.truncated
    assert len(fetched.page.body) <= policy.max_body
    assert size is None or len(fetched.page.body) == size


def test_inflating_a_bomb_takes_no_more_memory_than_the_cap() -> None:
    """The cap holds inside the step that inflates, not after it."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    bomb = b"".join(packer.compress(bytes(1 << 20)) for _ in range(60)) + packer.flush()
    reader = BodyReader("gzip", max_wire=2 << 20, max_body=5 << 20, max_ratio=10_000)
    tracemalloc.start()
    with pytest.raises(TooLarge):
        reader.feed(bomb)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 8 << 20
    assert len(reader.kept()) == 5 << 20


def test_the_body_of_a_redirect_is_never_read(serve: Any, fetch: Any) -> None:
    """A redirect with an endless body is followed at once."""
    fetched = fetch(serve().policy("shop.example"), "http://shop.example/redirect-endless")
    assert fetched.attempt.outcome is FetchOutcome.FETCHED
    assert [hop.status for hop in fetched.attempt.hops] == [302, 200]
    assert fetched.page.url == "http://shop.example/"


def test_a_redirect_loop_ends_after_ten_redirects(serve: Any, fetch: Any) -> None:
    """The limit counts loops, too."""
    server = serve()
    fetched = fetch(server.policy("shop.example"), "http://shop.example/loop")
    assert len(fetched.attempt.hops) == 11
    assert len(server.requests) == 11


def test_only_listed_headers_are_kept_and_no_cookie_comes_back(serve: Any, run: Any, now: Any) -> None:
    """Cookies are neither stored nor sent, and header values are short and printable."""
    server = serve()

    async def go() -> Fetched:
        gate = Gate(time.monotonic)
        policy = server.policy("shop.example")
        async with Fetcher(policy, None, now=now, clock=time.monotonic, gate=gate) as one:  # type: ignore[arg-type]
            first = await one.fetch("http://shop.example/cookies", PageRole.HOME)
            await one.fetch("http://shop.example/", PageRole.HOME)
            return first

    fetched = run(go())
    assert dict(fetched.page.headers) == {"content-type": "text/html", "server": "café  [31m"}
    assert b"cookie" not in server.requests[1].lower()
    assert server.connections == 1, "one connection serves a host"


def test_a_kept_connection_that_the_server_closed_is_opened_again(serve: Any, run: Any, now: Any) -> None:
    """A server that hangs up between two pages costs nothing."""
    server = serve()
    server.routes["/once"] = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"

    async def go() -> list[FetchOutcome]:
        policy = server.policy("shop.example")
        async with Fetcher(policy, None, now=now, clock=time.monotonic, gate=Gate(time.monotonic)) as one:  # type: ignore[arg-type]
            return [(await one.fetch("http://shop.example/once", PageRole.HOME)).attempt.outcome for _ in range(4)]

    assert run(go()) == [FetchOutcome.FETCHED] * 4


def test_proxies_of_the_environment_are_ignored(serve: Any, fetch: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy would connect for us, behind the guard's back."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    fetched = fetch(serve().policy("shop.example"), "http://shop.example/")
    assert fetched.attempt.outcome is FetchOutcome.FETCHED


def test_a_symbol_domain_is_reached_by_redirect(serve: Any, fetch: Any) -> None:
    """The library's own reading of such a name raises; ours goes there."""
    fetched = fetch(serve().policy("shop.example", "xn--n3h.net"), "http://shop.example/to-symbol")
    assert fetched.page.url == "http://xn--n3h.net/"


def test_the_pause_is_for_the_site_and_for_the_machine_it_lives_on(run: Any, listed_resolver: Any, now: Any) -> None:
    """Subdomains share a pause, so do shops on one address; a site that wants more gets more; loopback needs none."""
    resolver = listed_resolver(shop_com=[["192.0.43.8", "192.0.43.9"]], www_shop_com=[["192.0.43.9"]])

    async def go() -> list[Any]:
        policy = Policy(resolve={("shop.example", 80): ("127.0.0.1", 1)}, allowed_networks=LOOPBACK)
        async with Fetcher(policy, resolver, now=now, clock=time.monotonic, gate=Gate(time.monotonic)) as one:
            found = [await one._pauses(f"https://{host}/") for host in ("shop.com", "www.shop.com")]
            one.slow_down("www.shop.com", 5.0)
            found.append(await one._pauses("https://shop.com:8443/x"))
            one.slow_down("shop.com", None)
            return [*found, await one._pauses("https://shop.com/"), await one._pauses("http://shop.example/")]

    assert run(go()) == [
        {"shop.com": 1.0, "192.0.43.8": 1.0},
        {"shop.com": 1.0, "192.0.43.9": 1.0},
        {"shop.com": 5.0, "192.0.43.8": 1.0},
        {"shop.com": 1.0, "192.0.43.8": 1.0},
        {"shop.example": 0.0},
    ]
