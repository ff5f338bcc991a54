"""A whole visit: what is read, in which order, and what stays visible when something fails."""

from __future__ import annotations

import asyncio
import itertools
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import trustme

from pharmcheck.address import parse_address
from pharmcheck.capture import Policy, capture_site, read_warc, write_warc
from pharmcheck.model import Attempt, Capture, FetchOutcome, Look, PageRole
from tests.yardstick import PATIENCE_S

SHOP = b"""<html><body><nav><a href="/contact-us">Contact</a> <a href=/imprint>Imprint</a>
<a href="/login">Log in</a> <a href="/about?utm=1">About us</a> <a href="https://other.net/faq">FAQ</a></nav>
<a href="/products/a">A</a> <a href="/products/b">B</a> <a href="/cart">Cart</a> <a href="/cart?add=3">Buy</a>
<a href="/secret/terms">Terms</a></body></html>"""


def plain(capture: Capture) -> list[Attempt]:
    """What was asked as somebody who types the address; the other looks have tests of their own."""
    return [attempt for attempt in capture.attempts if attempt.look is Look.PLAIN]


def outcomes(capture: Capture) -> dict[str, str]:
    return {attempt.url: attempt.outcome.value for attempt in plain(capture)}


def test_a_visit_reads_home_and_the_pages_that_matter(serve: Any, visit: Any, page_bytes: Any) -> None:
    """Home first, then what the plan wants; what robots.txt forbids or the site lacks stays visible."""
    server = serve()
    server.routes |= {
        "/": page_bytes(SHOP),
        "/robots.txt": page_bytes(b"User-agent: *\nDisallow: /secret/\n"),
        "/contact-us": page_bytes(b"<p>1 High Street"),
        "/products/a": page_bytes(b"<p>A"),
    }
    heard: list[Attempt] = []
    capture = visit(server.policy("shop.example"), "shop.example", on_attempt=heard.append)
    assert outcomes(capture) == {
        "https://shop.example/": "connect_failed",
        "http://shop.example/": "fetched",
        "http://shop.example/products/a": "fetched",
        "http://shop.example/contact-us": "fetched",
        "http://shop.example/imprint": "http_error",
        "http://shop.example/about?utm=1": "http_error",
        "http://shop.example/secret/terms": "robots",
        "http://shop.example/products/b": "http_error",
        "http://shop.example/cart": "http_error",
    }
    assert [page.role for page in capture.pages] == [PageRole.HOME, PageRole.PRODUCT, PageRole.CONTACT]
    assert heard == list(capture.attempts)
    assert not capture.archived
    assert not {"/login", "/cart?add=3", "/secret/terms"} & set(server.paths())


def test_the_pasted_page_is_read_beside_home_whatever_robots_says(serve: Any, visit: Any, page_bytes: Any) -> None:
    """A person asked for these two pages; robots.txt speaks to machines that roam."""
    server = serve()
    server.routes |= {
        "/offer": page_bytes(b"<p>pills"),
        "/": page_bytes(SHOP),
        "/robots.txt": page_bytes(b"User-agent: *\nDisallow: /\n"),
    }
    capture = visit(server.policy("shop.example"), "http://shop.example/offer")
    assert [page.url for page in capture.pages] == ["http://shop.example/", "http://shop.example/offer"]
    assert {attempt.outcome for attempt in plain(capture)[3:]} == {FetchOutcome.ROBOTS}


@pytest.mark.parametrize(("status", "allowed"), [(b"404 Not Found", True), (b"500 Oops", False)])
def test_a_missing_robots_file_allows_and_a_broken_server_forbids(
    serve: Any, visit: Any, page_bytes: Any, status: bytes, allowed: bool
) -> None:
    """RFC 9309: 4xx means no rules, 5xx means wait."""
    server = serve()
    server.routes |= {"/": page_bytes(SHOP), "/robots.txt": page_bytes(b"", status=status)}
    visit(server.policy("shop.example"), "shop.example")
    assert ("/contact-us" in server.paths()) is allowed


def test_the_page_budget_holds(serve: Any, visit: Any, page_bytes: Any) -> None:
    """However many links a site has, few requests are made."""
    server = serve()
    links = b"".join(b'<a href="/products/%d">p</a><a href="/about-%d">About us</a>' % (n, n) for n in range(500))
    server.routes["/"] = page_bytes(links)
    capture = visit(server.policy("shop.example", page_budget=3, fetch_deadline_s=4 * PATIENCE_S), "shop.example")
    assert server.paths()[:3] == ["/", "/", "/robots.txt"]  # the second look is none of the three pages
    assert len(server.paths()) == 6
    assert server.paths()[-1] == "/favicon.ico"  # no page, and asked for when all pages are read
    assert len(plain(capture)) == 4


def test_the_byte_budget_holds_for_all_pages_together(serve: Any, visit: Any, page_bytes: Any) -> None:
    """Robots.txt and second looks count; the page at the limit is cut there, and the rest is not even asked for."""
    server = serve()
    names = ("about", "imprint", "terms", "faq", "shipping")
    menu = "".join(f'<a href="/{name}">{name}</a>' for name in names).encode()
    server.routes |= {f"/{name}": page_bytes(b"x" * 4_000) for name in names}
    server.routes |= {"/": page_bytes(menu.ljust(10_000)), "/robots.txt": page_bytes(b"#" * 1_000)}
    capture = visit(server.policy("shop.example", byte_budget=27_000), "shop.example")
    whole, cut, *unread = [attempt for attempt in plain(capture) if attempt.url.rpartition("/")[2] in names]

    assert [len(page.body) for page in capture.pages] == [10_000, 4_000, 27_000 - 10_000 - 10_000 - 1_000 - 4_000]
    assert [page.truncated for page in capture.pages] == [False, False, True]
    assert [whole.outcome, cut.outcome] == [FetchOutcome.FETCHED, FetchOutcome.TOO_LARGE]
    assert cut.detail.endswith("larger together than we read; the beginning of this one was kept.")
    assert len(unread) == 3
    for attempt in unread:
        assert (attempt.outcome, attempt.hops) == (FetchOutcome.TOO_LARGE, ())
        assert attempt.detail.endswith("larger together than we read; this one had no turn.")
        assert attempt.url.removeprefix("http://shop.example") not in server.paths()


def test_a_budget_that_the_first_page_uses_up_leaves_one_page(serve: Any, visit: Any, page_bytes: Any) -> None:
    """No second look and no robots.txt any more; each page that was wanted says why it was not read."""
    server = serve()
    server.routes["/"] = page_bytes(b'<a href="/contact-us">Contact</a>'.ljust(10_000))
    capture = visit(server.policy("shop.example", byte_budget=10_000), "http://shop.example/offer")

    assert server.paths() == ["/"]
    assert [(page.url, page.truncated) for page in capture.pages] == [("http://shop.example/", False)]
    unread = {(attempt.url, attempt.look.value) for attempt in capture.attempts if not attempt.hops}
    assert ("http://shop.example/contact-us", "plain") in unread
    assert ("http://shop.example/offer", "plain") in unread
    assert ("http://shop.example/", "from_search") in unread


def test_https_is_taken_and_its_facts_are_recorded(
    serve: Any, visit: Any, authority: trustme.CA, ca_file: str, context_for: Any
) -> None:
    """A verified handshake is written down with names, dates and the digest of the certificate."""
    server = serve(context_for(authority.issue_cert("shop.example")))
    capture = visit(server.policy("shop.example", scheme_port=443, ca_file=ca_file), "http://shop.example/")
    (facts,) = capture.tls
    assert capture.pages[0].url == "https://shop.example/"
    assert facts.verified
    assert facts.problem is None
    assert facts.subject_names == ("shop.example",)
    assert facts.protocol == "TLSv1.3"
    assert len(facts.certificate_sha256 or "") == 64
    assert facts.not_before < facts.not_after  # type: ignore[operator]


def _wrong_name(authority: trustme.CA) -> trustme.LeafCert:
    return authority.issue_cert("other.example")


def _expired(authority: trustme.CA) -> trustme.LeafCert:
    return authority.issue_cert("shop.example", not_after=datetime.now(UTC) - timedelta(days=2))


def _own_issuer(authority: trustme.CA) -> trustme.LeafCert:
    return trustme.CA().issue_cert("shop.example")


@pytest.mark.parametrize(
    ("make", "words"), [(_wrong_name, "another name"), (_expired, "expired"), (_own_issuer, "do not trust")]
)
def test_a_bad_certificate_is_recorded_and_nothing_is_read_behind_it(
    serve: Any, visit: Any, authority: trustme.CA, ca_file: str, context_for: Any, make: Any, words: str
) -> None:
    """The reason is in the attempt and the facts; the page comes from plain http, never from unverified https."""
    secure = serve(context_for(make(authority)))
    plain = serve()
    policy = secure.policy(
        "shop.example",
        scheme_port=443,
        ca_file=ca_file,
        resolve={("shop.example", 80): ("127.0.0.1", plain.port)},
    )
    capture = visit(policy, "https://shop.example/")
    first, second, *_ = capture.attempts
    assert (first.outcome, second.outcome) == (FetchOutcome.TLS_FAILED, FetchOutcome.FETCHED)
    assert words in first.detail
    (facts,) = capture.tls
    assert not facts.verified
    assert facts.problem == first.detail
    assert facts.certificate_sha256
    assert facts.subject_names == (("other.example",) if make is _wrong_name else ("shop.example",))
    assert capture.pages[0].url == "http://shop.example/"
    assert secure.requests == []


def test_a_server_that_cannot_do_tls_is_a_tls_failure(serve: Any, visit: Any) -> None:
    """Plain http on the https port: recorded, without a certificate."""
    capture = visit(serve().policy("shop.example", scheme_port=443), "shop.example")
    assert capture.attempts[0].outcome is FetchOutcome.TLS_FAILED
    assert capture.tls[0].certificate_sha256 is None


def test_two_names_on_one_address_are_each_verified(
    serve: Any, visit: Any, authority: trustme.CA, ca_file: str, context_for: Any, page_bytes: Any
) -> None:
    """A connection belongs to a name: the second name on the same address is not excused from its own check."""
    server = serve(context_for(authority.issue_cert("shop.example")))
    server.routes["/"] = page_bytes(b"", b"Location: https://www.shop.example/x", status=b"302 Found")
    policy = server.policy("shop.example", "www.shop.example", scheme_port=443, ca_file=ca_file)
    capture = visit(policy, "shop.example")
    assert capture.attempts[0].outcome is FetchOutcome.TLS_FAILED
    assert {facts.host: facts.verified for facts in capture.tls} == {"shop.example": True, "www.shop.example": False}
    assert "/x" not in server.paths()


def test_a_redirect_to_another_site_is_kept_with_its_final_address(serve: Any, visit: Any, page_bytes: Any) -> None:
    """The hops tell the way; pages of the other site are not planned."""
    server = serve()
    server.routes["/"] = page_bytes(b"", b"Location: http://till.example/shop", status=b"301 Moved")
    server.routes["/shop"] = page_bytes(SHOP)
    capture = visit(server.policy("shop.example", "till.example"), "shop.example")
    assert capture.pages[0].url == "http://till.example/shop"
    assert [hop.status for hop in capture.attempts[1].hops] == [301, 200]
    assert len(plain(capture)) == 2


def test_a_name_that_turns_inwards_is_refused_without_a_packet(serve: Any, visit: Any, listed_resolver: Any) -> None:
    """Private, mixed and missing answers read alike, name no address, and each name is looked up once."""
    server = serve()
    details = set()
    for answers in ([["127.0.0.1"]], [["93.184.215.14", "10.0.0.1"]], [["169.254.169.254"], ["93.184.215.14"]], []):
        resolver = listed_resolver(shop_com=answers)
        capture = visit(Policy(dns_timeout_s=0), "shop.com", resolver=resolver)
        assert not capture.pages
        assert resolver.asked == ["shop.com", "www.shop.com"]
        details |= {attempt.detail for attempt in capture.attempts}
    assert details == {"The name does not lead to a public address."}
    assert server.connections == 0


def test_the_time_for_a_site_is_limited_and_what_was_wanted_stays_visible(
    serve: Any, visit: Any, page_bytes: Any
) -> None:
    """When the time is over the visit ends, with an attempt for each page that had no turn."""
    server = serve()
    server.routes["/"] = page_bytes(b'<a href="/silent">Contact</a> <a href="/imprint">Imprint</a>')
    for enough_to_read_home_s in (0.8, 5, PATIENCE_S):
        capture = visit(server.policy("shop.example", visit_deadline_s=enough_to_read_home_s), "shop.example")
        if capture.pages:
            break
    assert outcomes(capture)["http://shop.example/silent"] == "timed_out"
    assert outcomes(capture)["http://shop.example/imprint"] == "timed_out"
    assert len(capture.pages) == 1


def test_cancelling_a_visit_closes_its_connections(serve: Any, now: Any, run: Any) -> None:
    """A cancelled visit ends at once and passes the cancellation on."""
    server = serve()
    policy = server.policy("shop.example")
    address = parse_address("http://shop.example/silent", admitted_hosts=policy.admitted_hosts)

    async def go() -> None:
        task = asyncio.create_task(capture_site(address, policy, now=now))
        await asyncio.to_thread(server.asked.wait, PATIENCE_S)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert asyncio.all_tasks() == {asyncio.current_task()}

    run(go())


def test_times_come_from_the_clocks_that_are_handed_in(serve: Any, visit: Any) -> None:
    """The record carries our time; measuring uses the other clock."""
    ticks = itertools.count()
    capture = visit(serve().policy("shop.example"), "shop.example", clock=lambda: next(ticks) * 0.001)
    assert capture.started_at == capture.pages[0].fetched_at == datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
    assert all(attempt.elapsed_ms > 0 for attempt in capture.attempts)


def test_an_own_root_is_added_to_the_public_ones(ca_file: str) -> None:
    """A staging authority does not replace the roots of the web, and the context is built once."""
    from pharmcheck.capture.tls import verifying_context

    both, alone = verifying_context(ca_file), verifying_context(None)
    assert both.cert_store_stats()["x509_ca"] == alone.cert_store_stats()["x509_ca"] + 1
    assert verifying_context(ca_file) is both
    assert both.verify_mode is ssl.CERT_REQUIRED
    assert both.check_hostname


AMPLE = {"fetch_deadline_s": 4 * PATIENCE_S, "visit_deadline_s": 8 * PATIENCE_S}
PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)


@pytest.mark.parametrize(
    ("link", "path"),
    [("", "/favicon.ico"), ("<link rel='Shortcut Icon' href='/mark.png?v=3'>", "/mark.png?v=3")],
)
def test_the_icon_comes_last_and_is_no_page(
    serve: Any, visit: Any, page_bytes: Any, tmp_path: Path, link: str, path: str
) -> None:
    """Kept beside the pages, through an archive and back; a visit without it is otherwise the same."""
    server = serve()
    server.routes |= {"/": page_bytes(link.encode() + SHOP), path: page_bytes(PNG)}
    capture = visit(server.policy("shop.example", **AMPLE), "shop.example")
    without = visit(server.policy("shop.example", icons=False, **AMPLE), "shop.example")

    assert capture.icon is not None
    assert (capture.icon.url, capture.icon.body) == (f"http://shop.example{path}", PNG)
    assert server.paths().count(path) == 1
    assert without.icon is None
    assert outcomes(without) == outcomes(capture)
    assert [page.url for page in without.pages] == [page.url for page in capture.pages]
    write_warc([capture], tmp_path / "visit.warc.gz")
    assert read_warc(tmp_path / "visit.warc.gz") == [capture]


@pytest.mark.parametrize(
    ("head", "answer", "rules", "asked"),
    [
        ("", b"<html>There is no such file.</html>", b"", True),
        ("", PNG + bytes(70_000), b"", True),
        ("", PNG, b"User-agent: *\nDisallow: /favicon.ico\n", False),
        ("<link rel=icon href='data:image/png;base64,AAAA'>", PNG, b"", False),
        ("<link rel=icon href='https://other.net/favicon.ico'>", PNG, b"", False),
    ],
    ids=["a page", "too large", "forbidden", "in the page", "a stranger's"],
)
def test_an_icon_that_is_none_or_not_ours_to_take_is_left(
    serve: Any, visit: Any, page_bytes: Any, head: str, answer: bytes, rules: bytes, asked: bool
) -> None:
    """And nothing in the capture says that it did not come: that is no finding."""
    server = serve()
    server.routes |= {"/": page_bytes(head.encode() + SHOP), "/robots.txt": page_bytes(rules),
                      "/favicon.ico": page_bytes(answer)}  # fmt: skip
    capture = visit(server.policy("shop.example", **AMPLE), "shop.example")

    assert capture.icon is None
    assert ("/favicon.ico" in server.paths()) is asked
    assert not [attempt for attempt in capture.attempts if "icon" in attempt.url]
