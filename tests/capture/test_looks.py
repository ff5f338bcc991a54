"""Looking twice, and further: searchers, plain http, the name with www, refreshes, sitemaps, scripts, second plans."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Any

import pytest
import trustme

from pharmcheck.capture import Policy
from pharmcheck.capture.fetch import Fetched
from pharmcheck.model import Attempt, Capture, FetchOutcome, Look, Page, PageRole

SHELL = b'<title>Shop</title><div id="root"></div><script src="/app.js"></script>'
MENU = b"".join(
    b'<a href="/%s">%s</a> ' % (name, name) for name in (b"contact", b"about", b"terms", b"faq", b"shipping")
)


class Browser:
    """A renderer that has seen every page already."""

    def __init__(self, **pages: bytes) -> None:
        self.asked: list[str] = []
        self.most: list[int] = []
        self._pages = pages

    async def render(self, url: str, role: PageRole, *, deadline_s: float, most_bytes: int) -> Fetched:
        assert deadline_s > 0
        self.asked.append(url)
        self.most.append(most_bytes)
        body = self._pages.get(url.rsplit("/", 1)[-1] or "home")
        if body is None:
            return Fetched(Attempt(url, role, FetchOutcome.TIMED_OUT, "No.", (), 1, Look.RENDERED), None)
        headers = (("content-type", "text/html; charset=utf-8"),)
        when, digest = datetime(2026, 11, 22, tzinfo=UTC), hashlib.sha256(body).hexdigest()
        page = Page(url, role, 200, headers, body, digest, when, truncated=False, look=Look.RENDERED)
        return Fetched(Attempt(url, role, FetchOutcome.FETCHED, "Read.", (), 1, Look.RENDERED), page)


def looks(capture: Capture) -> list[tuple[str, str, str]]:
    return [(attempt.look.value, attempt.url, attempt.outcome.value) for attempt in capture.attempts]


def test_home_and_the_pasted_page_are_seen_again_as_a_searcher_sees_them(
    serve: Any, visit: Any, page_bytes: Any
) -> None:
    """The trick may sit on either; two equal answers are one page."""
    server = serve()
    server.routes |= {"/": page_bytes(MENU), "/offer": page_bytes(b"<p>pills")}
    capture = visit(server.policy("shop.example"), "http://shop.example/offer")

    again = [(url, outcome) for look, url, outcome in looks(capture) if look == "from_search"]
    assert again == [("http://shop.example/", "fetched"), ("http://shop.example/offer", "fetched")]
    assert {page.look for page in capture.pages} == {Look.PLAIN}
    searched = [request for request in server.requests if b"Referer: https://www.google.com/" in request]
    assert len(searched) == 2


@pytest.mark.parametrize("path", ["/forbidden", "/down"])
def test_who_refuses_us_under_our_own_name_is_not_asked_under_another(
    serve: Any, visit: Any, page_bytes: Any, path: str
) -> None:
    """A second look is no way around a wall."""
    server = serve()
    server.routes["/"] = server.routes[path]
    capture = visit(server.policy("shop.example"), "shop.example")

    assert {look for look, _, _ in looks(capture)} == {"plain"}
    assert not any(b"Referer" in request for request in server.requests)


def test_plain_http_is_asked_once_where_https_answers(
    serve: Any, visit: Any, page_bytes: Any, authority: trustme.CA, ca_file: str, context_for: Any
) -> None:
    """One request, whose answer is not followed: what counts is where it leads."""
    secure, insecure = serve(context_for(authority.issue_cert("shop.example"))), serve()
    secure.routes["/"] = page_bytes(MENU)
    insecure.routes["/"] = page_bytes(b"", b"Location: https://shop.example/", status=b"301 Moved")
    resolve = {("shop.example", 80): ("127.0.0.1", insecure.port)}
    capture = visit(secure.policy("shop.example", scheme_port=443, ca_file=ca_file, resolve=resolve), "shop.example")

    (asked,) = (attempt for attempt in capture.attempts if attempt.look is Look.INSECURE)
    assert [(hop.url, hop.status) for hop in asked.hops] == [
        ("http://shop.example/", 301),
        ("https://shop.example/", None),
    ]
    assert insecure.paths() == ["/"]


def test_a_bare_name_that_does_not_answer_is_tried_with_www(
    serve: Any, visit: Any, page_bytes: Any, listed_resolver: Any
) -> None:
    """Many a shop has forgotten its bare name; what a person pasted without www is found all the same."""
    capture = visit(Policy(dns_timeout_s=0), "shop.com", resolver=listed_resolver(shop_com=[]))

    assert [url for _, url, _ in looks(capture)] == ["https://shop.com/", "https://www.shop.com/"]


def test_a_refresh_is_followed_and_a_chain_of_them_is_not(serve: Any, visit: Any, page_bytes: Any) -> None:
    """Where a page sends its visitors at once is part of what they see; a trap of refreshes ends."""
    server = serve()
    for at in range(9):
        server.routes["/" if at == 0 else f"/{at}"] = page_bytes(
            b'<meta http-equiv="refresh" content="0; url=/%d">' % (at + 1)
        )
    capture = visit(server.policy("shop.example"), "shop.example")

    assert [page.url.rsplit("/", 1)[-1] for page in capture.pages] == ["", "1", "2"]


def test_a_refresh_into_our_own_network_is_not_followed(serve: Any, visit: Any, page_bytes: Any) -> None:
    """A refresh goes through the same door as any link."""
    server = serve()
    server.routes["/"] = page_bytes(b'<meta http-equiv=refresh content="0;url=http://169.254.169.254/">' + MENU)
    capture = visit(server.policy("shop.example"), "shop.example")

    assert not any("169.254" in attempt.url for attempt in capture.attempts)


def test_a_site_without_links_is_read_by_its_sitemap(serve: Any, visit: Any, page_bytes: Any) -> None:
    """A shell leads nowhere; what the site tells search engines does.  robots.txt says where, an index leads on."""
    server = serve()
    server.routes |= {
        "/": page_bytes(SHELL),
        "/robots.txt": page_bytes(
            b"Sitemap: /maps/index.xml\nSitemap: file:///etc/passwd\nUser-agent: *\nDisallow: /x"
        ),
        "/maps/index.xml": page_bytes(b"<sitemapindex><sitemap><loc>/maps/1.xml</loc></sitemap></sitemapindex>"),
        "/maps/1.xml": page_bytes(b"<urlset><url><loc>/contact</loc></url><url><loc>/x</loc></url></urlset>"),
        "/contact": page_bytes(b"<p>1 High Street"),
    }
    capture = visit(server.policy("shop.example"), "shop.example")

    assert [page.url for page in capture.pages] == ["http://shop.example/", "http://shop.example/contact"]
    assert "/x" not in server.paths()


def test_a_site_that_wants_us_to_wait_too_long_is_not_roamed(serve: Any, visit: Any, page_bytes: Any) -> None:
    """Ten seconds between two pages are more than a visit has: only what a person asked for is read."""
    server = serve()
    server.routes |= {"/": page_bytes(MENU), "/robots.txt": page_bytes(b"User-agent: *\nCrawl-delay: 30")}
    capture = visit(server.policy("shop.example"), "shop.example")

    assert {outcome for look, _, outcome in looks(capture)[3:] if look == "plain"} == {"robots"}


def test_a_robots_file_without_an_end_allows_nothing(serve: Any, visit: Any, page_bytes: Any) -> None:
    """What could not be read cannot have allowed us anything."""
    server = serve()
    server.routes |= {"/": page_bytes(MENU), "/robots.txt": b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\nUser-ag"}
    capture = visit(server.policy("shop.example"), "shop.example")

    assert "/contact" not in server.paths()
    assert "robots" in {outcome for _, _, outcome in looks(capture)}


def test_what_a_browser_brings_counts_against_the_byte_budget(serve: Any, visit: Any, page_bytes: Any) -> None:
    """It may take no more than is left, and with nothing left no browser is asked."""
    server = serve()
    shell = SHELL.ljust(10_000)
    server.routes |= {"/": page_bytes(shell + MENU)} | {f"/{name}": page_bytes(shell) for name in ("contact", "about")}
    browser = Browser(home=b"<h1>Shop</h1>".ljust(5_000), about=b"x", contact=b"x")
    after_home = 2 * len(shell + MENU) + 5_000 + len(b"gone")  # two looks, the browser's version, no robots.txt
    policy = server.policy("shop.example", byte_budget=after_home + len(shell))
    capture = visit(policy, "shop.example", renderer=browser)

    assert browser.most == [policy.byte_budget - len(shell + MENU)]
    outcomes = [attempt.outcome for attempt in capture.attempts if attempt.look is Look.RENDERED]
    assert outcomes == [FetchOutcome.FETCHED, FetchOutcome.TOO_LARGE]


def test_an_empty_page_is_rendered_and_its_links_are_planned(serve: Any, visit: Any, page_bytes: Any) -> None:
    """Both versions are kept, told apart; a page that says something itself needs no browser."""
    server = serve()
    server.routes |= {"/": page_bytes(SHELL), "/contact": page_bytes(b"<p>" + b"Write to us. " * 40)}
    browser = Browser(home=b"<h1>Shop</h1>" + MENU)
    capture = visit(server.policy("shop.example"), "shop.example", renderer=browser)

    assert browser.asked == ["http://shop.example/"]
    assert [(page.url, page.look) for page in capture.pages] == [
        ("http://shop.example/", Look.PLAIN),
        ("http://shop.example/", Look.RENDERED),
        ("http://shop.example/contact", Look.PLAIN),
    ]


def test_a_browser_that_fails_leaves_a_reason(serve: Any, visit: Any, page_bytes: Any) -> None:
    """The visit goes on, and what was not read says so."""
    server = serve()
    server.routes["/"] = page_bytes(SHELL)
    capture = visit(server.policy("shop.example"), "shop.example", renderer=Browser())

    assert ("rendered", "http://shop.example/", "timed_out") in looks(capture)
    assert len(capture.pages) == 1


def test_pages_of_the_first_plan_lead_to_others(serve: Any, visit: Any, page_bytes: Any) -> None:
    """A product that only a category links to is reached, within the same budget."""
    server = serve()
    server.routes |= {
        "/": page_bytes(MENU + b'<a href="/category/pills">Pills</a>'),
        "/category/pills": page_bytes(b'<a href="/product/one">One</a>'),
        "/product/one": page_bytes(b"<h1>One</h1>"),
    }
    capture = visit(server.policy("shop.example"), "shop.example")

    assert "http://shop.example/product/one" in {page.url for page in capture.pages}
    assert len([attempt for attempt in capture.attempts if attempt.look is Look.PLAIN]) <= 12
