"""Connections that never come about or do not last, what we carry from one request to the next, and what it costs."""

from __future__ import annotations

import asyncio
import socket
import ssl
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import trustme
from hypothesis import given, settings
from hypothesis import strategies as st

from pharmcheck.capture.fetch import Fetched
from pharmcheck.capture.guard import Policy
from pharmcheck.model import FetchOutcome, Look, PageRole
from tests.capture.misbehaving import HTML, PAGE, SENTENCE, Misbehaving, Talk, fetcher, policy_to, table
from tests.capture.misbehaviours_http1 import BEHAVIOURS, moved, page
from tests.yardstick import PATIENCE_S, child

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])


@pytest.fixture
def fetch(run: Callable[..., Any]) -> Callable[..., Fetched]:
    """Fetch one URL under a policy."""

    def call(policy: Policy, url: str, look: Look = Look.PLAIN) -> Fetched:
        async def go() -> Fetched:
            async with fetcher(policy) as one:
                return await one.fetch(url, PageRole.HOME, look=look)

        return run(go())

    return call


# ------------------------------------------------------------------------------------------------ connecting


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_host_that_never_accepts_ends_at_the_time_for_connecting(fetch: Any, scheme: str) -> None:
    """A full queue of connections answers nobody."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        port = listener.getsockname()[1]
        waiting = [socket.socket() for _ in range(4)]
        for each in waiting:
            each.setblocking(False)
            each.connect_ex(("127.0.0.1", port))
        target = {("shop.example", 443 if scheme == "https" else 80): ("127.0.0.1", port)}
        start = time.monotonic()
        policy = policy_to(resolve=target, connect_timeout_s=0.3, fetch_deadline_s=2 * PATIENCE_S)
        fetched = fetch(policy, f"{scheme}://shop.example/")
        assert time.monotonic() - start < PATIENCE_S
        for each in waiting:
            each.close()
    assert fetched.attempt.outcome is FetchOutcome.TIMED_OUT


@pytest.mark.parametrize(
    ("on_connect", "patience_s"),
    [
        (Talk.hold, 0.4),  # a handshake that nobody answers
        (lambda talk: talk.drip(b"\x16"), 0.4),  # one byte now and then
        (lambda talk: talk.drip(b"\x15\x03\x03\0\x02\x01\x5a"), 0.4),  # a warning now and then
        (lambda talk: talk.send(b"SSH-2.0-OpenSSH_9.2\r\n"), PATIENCE_S),
        (lambda talk: talk.send(b"\x15\x03\x03\0\x02\x02\x28"), PATIENCE_S),  # handshake_failure
        (lambda talk: talk.send(PAGE), PATIENCE_S),  # plain http on the port for https
        (lambda talk: None, PATIENCE_S),
        (Talk.reset, PATIENCE_S),
        (lambda talk: talk.flood(b"\x16\x03\x03\x40\0" + bytes(0x4000)), 0.4),  # records of it, for ever
    ],
    ids=["mute", "drip", "warnings", "ssh", "alert", "plain", "close", "reset", "flood"],
)
def test_a_handshake_that_goes_wrong_is_the_sites_failure(fetch: Any, on_connect: Any, patience_s: float) -> None:
    """No handshake, no page; a reason in time."""
    with Misbehaving({}, on_connect=on_connect) as server:
        target = {("shop.example", 443): ("127.0.0.1", server.port)}
        policy = policy_to(resolve=target, connect_timeout_s=patience_s, fetch_deadline_s=2 * PATIENCE_S)
        start = time.monotonic()
        fetched = fetch(policy, "https://shop.example/")
    assert time.monotonic() - start < PATIENCE_S
    assert fetched.attempt.outcome is FetchOutcome.TLS_FAILED, fetched.attempt
    assert SENTENCE.fullmatch(fetched.attempt.detail)
    assert fetched.page is None


def _one_page_and_away(talk: Talk) -> None:
    talk.connection.recv(65536)
    talk.send(PAGE)  # which promises to stay


def test_a_server_that_hangs_up_between_requests_costs_nothing(run: Any) -> None:
    """The connection that we kept is gone: ask once more on a new one."""

    async def go(policy: Policy) -> list[FetchOutcome]:
        async with fetcher(policy) as one:
            url = "http://shop.example/"
            return [(await one.fetch(url, PageRole.HOME)).attempt.outcome for _ in range(5)]

    with Misbehaving({}, on_connect=_one_page_and_away) as server:
        assert run(go(policy_to(server))) == [FetchOutcome.FETCHED] * 5


# ------------------------------------------------------------------------------------------------ what we carry

MANNERS = table(
    fetched={
        "cookies": page(HTML, *(b"Set-Cookie: c%d=v; Path=/; Domain=example" % n for n in range(1000))),
        "away": moved(b"https://other.example/secret?token=abc"),
        "on": page(b"", b"Set-Cookie: s=1", b"Location: /?from=on", status=b"302 Found"),
        "forbidden": page(b"no", status=b"403 Forbidden"),
        "to-data": moved(b"data:text/html,x"),
    }
)


@pytest.fixture
def two_shops(authority: trustme.CA, ca_file: str) -> Iterator[tuple[Policy, Misbehaving, Misbehaving]]:
    """shop.example over http, other.example over https."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("other.example").configure_cert(context)
    with Misbehaving(MANNERS) as shop, Misbehaving({}, context) as other:
        resolve = {("other.example", 443): ("127.0.0.1", other.port)}
        yield policy_to(shop, resolve=resolve, ca_file=ca_file), shop, other


@pytest.mark.parametrize("look", [Look.PLAIN, Look.FROM_SEARCH])
def test_nothing_of_ours_goes_to_another_origin(two_shops: Any, run: Any, look: Look) -> None:
    """No cookie, no credentials and no address that we came from, whatever a site sets and wherever it sends us."""
    policy, shop, other = two_shops

    async def go() -> None:
        async with fetcher(policy) as one:
            for path in ("cookies", "cookies", "on", "away", ""):
                fetched = await one.fetch(f"http://shop.example/{path}", PageRole.HOME, look=look)
                assert fetched.attempt.outcome is FetchOutcome.FETCHED
                assert (fetched.attempt.look, fetched.page.look) == (look, look)

    run(go())
    assert len(shop.requests) == 6
    assert len(other.requests) == 1
    for request in shop.requests + other.requests:
        lines = request.split(b"\r\n")[1:]
        names = {line.partition(b":")[0].lower() for line in lines}
        assert names <= {b"host", b"user-agent", b"accept", b"accept-language", b"accept-encoding", b"referer"}
        referers = [line for line in lines if line.lower().startswith(b"referer:")]
        assert referers == ([b"Referer: https://www.google.com/"] if look is Look.FROM_SEARCH else [])
        assert b"shop.example" not in request or b"Host: shop.example" in request
        assert len(request) < 500


def test_who_comes_from_a_search_engine_looks_like_a_browser_and_still_says_who_it_is(
    two_shops: Any, fetch: Any
) -> None:
    """The words of a browser in front, our name and where to reach us behind; nothing else differs."""
    policy, shop, _ = two_shops
    for look in (Look.PLAIN, Look.FROM_SEARCH):
        fetch(policy, "http://shop.example/", look)
    plain, searched = (dict(line.split(b": ", 1) for line in request.split(b"\r\n")[1:]) for request in shop.requests)
    agent = policy.user_agent.encode()
    assert plain.pop(b"User-Agent") == agent
    found = searched.pop(b"User-Agent")
    assert found.startswith(b"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/")
    assert found.endswith(b" Safari/537.36 " + agent)
    assert searched.pop(b"Referer") == b"https://www.google.com/"
    assert plain == searched


@pytest.mark.parametrize(
    ("path", "outcome", "hops"),
    [
        ("", FetchOutcome.FETCHED, [("http://shop.example/", 200)]),
        ("forbidden", FetchOutcome.FETCHED, [("http://shop.example/forbidden", 403)]),
        (
            "away",
            FetchOutcome.FETCHED,
            [("http://shop.example/away", 302), ("https://other.example/secret?token=abc", None)],
        ),
        ("to-data", FetchOutcome.REFUSED_BY_US, [("http://shop.example/to-data", 302)]),
    ],
)
def test_an_insecure_look_asks_once_and_reads_nothing(
    two_shops: Any, fetch: Any, path: str, outcome: FetchOutcome, hops: list[tuple[str, int | None]]
) -> None:
    """Whether a site insists on https shows in its first answer; where it points to is noted and not visited."""
    policy, shop, other = two_shops
    fetched = fetch(policy, f"http://shop.example/{path}", Look.INSECURE)
    assert fetched.page is None
    assert (fetched.attempt.outcome, fetched.attempt.look) == (outcome, Look.INSECURE)
    assert [(hop.url, hop.status) for hop in fetched.attempt.hops] == hops
    assert fetched.attempt.hops[0].peer == "127.0.0.1"
    assert (len(shop.requests), len(other.requests)) == (1, 0)


def test_an_insecure_look_at_a_closed_port_fails_like_any_other(fetch: Any) -> None:
    """Nobody there is not the same as somebody who insists."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    policy = policy_to(resolve={("shop.example", 80): ("127.0.0.1", port)})
    assert fetch(policy, "http://shop.example/", Look.INSECURE).attempt.outcome is FetchOutcome.CONNECT_FAILED


# ------------------------------------------------------------------------------------------------ anything at all

_SEEDS = [one.send for one in BEHAVIOURS.values() if isinstance(one.send, bytes) and len(one.send) < 5000]
_JUNK = [b"", b"\0", b"\r", b"\n", b"\r\n", b"\r\n\r\n", b" ", b":", b"-1", b"\xff", b"9" * 30, b"HTTP/1.1 ", b"\x85"]


@st.composite
def broken_answers(draw: st.DrawFn) -> bytes:
    """An answer with a few places overwritten, cut out, repeated or mixed with another's."""
    answer = bytearray(draw(st.sampled_from(_SEEDS)))
    for _ in range(draw(st.integers(0, 6))):
        start = draw(st.integers(0, len(answer)))
        end = min(len(answer), start + draw(st.integers(0, 12)))
        junk = draw(st.sampled_from(_JUNK) | st.binary(max_size=8))
        answer[start:end] = answer[start:end] * 2 if draw(st.booleans()) else junk
    return bytes(answer)


def test_nothing_but_an_attempt_leaves_a_fetch_whatever_is_answered() -> None:
    """Any bytes end in an outcome and a sentence; the fetcher goes on."""
    answer = b""

    def send(talk: Talk) -> None:
        talk.send(answer)

    with Misbehaving(table(fetched={"any": send})) as server, asyncio.Runner() as runner:
        one = fetcher(policy_to(server, dns_timeout_s=0.01), _Nobody())

        @settings(max_examples=200, derandomize=True, deadline=None, database=None)
        @given(broken_answers())
        def check(drawn: bytes) -> None:
            nonlocal answer
            answer = drawn
            fetched = runner.run(one.fetch("http://shop.example/any", PageRole.HOME, deadline_s=2.0))
            assert isinstance(fetched, Fetched)
            assert SENTENCE.fullmatch(fetched.attempt.detail)
            assert fetched.attempt.hops[0].url == "http://shop.example/any"

        check()
        runner.run(one.__aexit__())


class _Nobody:
    """A resolver that knows no name."""

    async def resolve(self, host: str) -> list[str]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")


# ------------------------------------------------------------------------------------------------ memory

_COST = """
    import ssl, sys
    from pharmcheck.model import FetchOutcome
    from tests.capture.misbehaving import Misbehaving, policy_to, survive
    from tests.capture import misbehaviours_http1 as one, misbehaviours_http2 as two

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[1])
    context.set_alpn_protocols(["h2"])
    dear = (
        "endless-chunks", "endless-header", "endless-trailers", "gzip-bomb", "gzip-of", "deflate-bomb", "headers",
        "cookies", "endless-data", "endless-ping-behind", "endless-resets", "endless-pri", "hpack", "huge", "one-chunk",
        "redirect-with",
    )
    with Misbehaving(one.BEHAVIOURS) as plain, Misbehaving(two.BEHAVIOURS, context) as framed:
        for server, behaviours, scheme, ours in (
            (plain, one.BEHAVIOURS, "http", {}),
            (framed, two.BEHAVIOURS, "https", {"http2": True, "ca_file": sys.argv[2]}),
        ):
            for name, behaviour in behaviours.items():
                if name.startswith(dear) and behaviour.outcome is not FetchOutcome.TIMED_OUT:
                    survived = survive(policy_to(server, **ours), behaviour, scheme)
                    assert survived.again.page is not None, name
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the highest memory of a process stands in /proc")
def test_bombs_and_floods_stay_under_300_mb_for_the_whole_process(
    authority: trustme.CA, ca_file: str, tmp_path: Path
) -> None:
    """One process is attacked by everything that grows, one after the other, and stays small, its servers included."""
    key = tmp_path / "server.pem"
    authority.issue_cert("shop.example").private_key_and_cert_chain_pem.write_to_path(key)
    (peak,) = child(textwrap.dedent(_COST), str(key), ca_file)
    assert int(peak) < 300
