"""A name that changes its meaning during a visit: no packet ever goes where it must not."""

from __future__ import annotations

import asyncio
import hashlib
import ssl
import time
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from ipaddress import ip_network

import httpcore
import pytest
import trustme

from pharmcheck.address import parse_address
from pharmcheck.capture import Policy, capture_site
from pharmcheck.capture.fetch import Fetched, Fetcher
from pharmcheck.capture.polite import Gate
from pharmcheck.model import Capture, FetchOutcome, Look, PageRole
from tests.capture.wires import Answers, Rerouted, Seen, Site, page, watched

GOOD, BAD, BAD6 = "127.0.0.1", "127.0.0.66", "::1"
NOW = datetime(2026, 11, 22, tzinfo=UTC)

HOME = """<html><head><meta http-equiv=refresh content="0;url=/landing"></head><body>
<a href=/contact>Contact</a> <a href="https://www.shop.com/shipping">Shipping</a></body></html>"""
LISTED = "".join(f"<url><loc>https://shop.com/{name}</loc></url>" for name in ("privacy", "imprint", "products/a"))
PATHS = {
    "/": page("", "Location: /home", status="302 Found"),
    "/home": page(HOME),
    "/landing": page("<p>Welcome, buy our tablets <a href=/contact>Contact</a>"),
    "/robots.txt": page("User-agent: *\nAllow: /\nSitemap: https://shop.com/sitemap.xml\n"),
    "/sitemap.xml": page(f"<urlset>{LISTED}</urlset>"),
}


def shop(seen: Seen) -> bytes | None:
    """A shop that promises to keep a connection open, and hangs up when somebody relies on it."""
    return PATHS.get(seen.path, page("<p>1 High Street")) if seen.turn == 1 else None


def to_https(seen: Seen) -> bytes:
    return page("", f"Location: https://{seen.host}{seen.path}", status="301 Moved")


@pytest.mark.parametrize("start", ["https://shop.com/", "http://shop.com/products/a"], ids=["home", "deep"])
@pytest.mark.parametrize(
    "answers",
    [
        [[GOOD], [BAD]],
        [[GOOD], [GOOD], [BAD]],
        [[GOOD], [GOOD], [GOOD], [BAD]],
        [[GOOD], [BAD6]],
        [[GOOD], [GOOD, BAD6]],
        [[GOOD, BAD6], [GOOD]],
        [[BAD], [GOOD]],
        [[], [BAD]],
    ],
    ids=lambda rows: " then ".join("+".join(row) or "nothing" for row in rows),
)
def test_a_rebinding_name_never_gets_a_packet_to_the_bad_address(
    answers: list[list[str]], start: str, authority: trustme.CA, ca_file: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever a visit does, on whatever connection, to whichever page: only vetted addresses are dialled."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("shop.com", "www.shop.com").configure_cert(context)
    inside, plain, secure = Site(lambda seen: page("inside")), Site(to_https), Site(shop)
    resolver = Answers({"shop.com": answers, "www.shop.com": answers})

    async def go() -> Capture:
        async with AsyncExitStack() as stack:
            ports = {80: await stack.enter_async_context(plain.open_at(GOOD)),
                     443: await stack.enter_async_context(secure.open_at(GOOD, context))}  # fmt: skip
            await stack.enter_async_context(inside.open_at(BAD))
            monkeypatch.setattr(httpcore, "AnyIOBackend", lambda: Rerouted(ports))
            policy = Policy(allowed_networks=(ip_network(GOOD),), ca_file=ca_file, min_interval_s=0,
                            dns_timeout_s=0.05, visit_deadline_s=20)  # fmt: skip
            return await capture_site(parse_address(start), policy, now=lambda: NOW, resolver=resolver)

    with watched() as seen:
        capture = asyncio.run(go())

    dialled = {where[0] for what, where in seen if what in {"connect", "connect_ex"}}
    assert dialled <= {GOOD}
    assert inside.visitors == 0
    assert not [where for what, where in seen if what.endswith("getaddrinfo") and where not in {GOOD, BAD}]
    assert {hop.peer for attempt in capture.attempts for hop in attempt.hops} <= {GOOD, None}
    if answers[0] == [GOOD]:  # then the shop was really read, in all the ways there are and over many connections
        paths = {one.path for one in secure.seen}
        assert {"/", "/home", "/landing", "/robots.txt", "/sitemap.xml", "/contact", "/privacy"} <= paths
        assert {Look.PLAIN, Look.INSECURE, Look.FROM_SEARCH} <= {attempt.look for attempt in capture.attempts}
        assert len(secure.seen) > secure.visitors > 3  # kept connections were dropped, and asked again
    else:
        assert capture.pages == ()
        assert secure.visitors == plain.visitors == 0


def test_the_record_of_a_hop_is_what_the_servers_saw(authority: trustme.CA, ca_file: str) -> None:
    """Per hop: the address that the server was reached at, what the name meant, and the certificate it showed."""
    leaf = authority.issue_cert("a.example")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    leaf.configure_cert(context)
    turns = {
        ("a.example", "/"): page("", "Location: http://b.example/b", status="302 Found"),
        ("b.example", "/b"): page("", "Location: https://a.example/c", status="302 Found"),
    }
    site = Site(lambda seen: turns.get((seen.host, seen.path), page("here")))

    async def go() -> tuple[Fetched, Fetcher]:
        async with site.open_at("127.0.0.1", context) as secure, site.open_at("127.0.0.5") as plain:
            places = {("a.example", 443): ("127.0.0.1", secure), ("b.example", 80): ("127.0.0.5", plain)}
            policy = Policy(resolve=places, allowed_networks=(ip_network("127.0.0.0/8"),), ca_file=ca_file)
            gate = Gate(time.monotonic)
            fetcher = Fetcher(policy, Answers({}), now=lambda: NOW, clock=time.monotonic, gate=gate)
            async with fetcher:
                return await fetcher.fetch("https://a.example/", PageRole.HOME), fetcher

    fetched, fetcher = asyncio.run(go())
    hops = fetched.attempt.hops
    assert fetched.attempt.outcome is FetchOutcome.FETCHED
    assert [hop.peer for hop in hops] == [seen.address for seen in site.seen] == ["127.0.0.1", "127.0.0.5", "127.0.0.1"]
    assert [hop.answers for hop in hops] == [("127.0.0.1",), ("127.0.0.5",), ("127.0.0.1",)]
    shown = ssl.PEM_cert_to_DER_cert(leaf.cert_chain_pems[0].bytes().decode())
    digest = hashlib.sha256(shown).hexdigest()
    assert [hop.certificate_sha256 for hop in hops] == [digest, None, digest]
    assert {host: facts.certificate_sha256 for host, facts in fetcher.tls.items()} == {"a.example": digest}


def test_two_names_on_one_address_are_verified_each(authority: trustme.CA, ca_file: str) -> None:
    """A connection that is good for the first name is not used for the second, whose certificate does not fit."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("a.example").configure_cert(context)
    site = Site(lambda seen: page("here"))

    async def go() -> list[tuple[FetchOutcome, str]]:
        async with site.open_at("127.0.0.1", context) as port:
            places = {(name, 443): ("127.0.0.1", port) for name in ("a.example", "b.example")}
            policy = Policy(resolve=places, allowed_networks=(ip_network("127.0.0.0/8"),), ca_file=ca_file)
            fetcher = Fetcher(policy, Answers({}), now=lambda: NOW, clock=time.monotonic, gate=Gate(time.monotonic))
            async with fetcher:
                names = ("a.example", "b.example", "a.example", "b.example")
                ended = [(await fetcher.fetch(f"https://{name}/", PageRole.HOME)).attempt for name in names]
                verified = {host: facts.verified for host, facts in fetcher.tls.items()}
                assert verified == {"a.example": True, "b.example": False}
                return [(attempt.outcome, attempt.detail) for attempt in ended]

    other = (FetchOutcome.TLS_FAILED, "The certificate is for another name.")
    assert asyncio.run(go()) == [(FetchOutcome.FETCHED, "The page was read."), other] * 2
    assert [seen.host for seen in site.seen] == ["a.example", "a.example"]
