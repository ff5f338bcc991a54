"""robots.txt as RFC 9309 has it, from sites that mean well and from others."""

from __future__ import annotations

import math

import pytest

from pharmcheck.capture.robots import EVERYTHING, NOTHING, Robots, for_status, parse_robots
from tests.yardstick import assert_costs

SHOP = "https://shop.example"


def allows(text: str, path: str) -> bool:
    return parse_robots(text.encode()).allows(SHOP + path)


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (None, NOTHING),
        (500, NOTHING),
        (503, NOTHING),
        (599, NOTHING),
        (400, EVERYTHING),
        (401, EVERYTHING),
        (403, EVERYTHING),
        (404, EVERYTHING),
        (410, EVERYTHING),
        (429, EVERYTHING),
        (302, EVERYTHING),
    ],
)
def test_the_status_decides_when_there_is_no_file(status: int | None, expected: Robots) -> None:
    """Missing allows everything, failing or silent nothing; a redirect without end is a missing file."""
    assert for_status(status, b"User-agent: *\nDisallow: /only-this\n") is expected


def test_a_file_that_came_but_could_not_be_read_allows_nothing() -> None:
    """A robots.txt that drips until the deadline must not open the site."""
    assert for_status(200, None) is NOTHING
    assert for_status(200, b"") == EVERYTHING


@pytest.mark.parametrize(
    ("text", "path", "allowed"),
    [
        # whom it speaks to
        ("User-agent: *\nDisallow: /x", "/x", False),
        ("User-agent: other\nDisallow: /", "/x", True),
        ("User-agent: pharmcheck\nDisallow: /x", "/x", False),
        ("User-agent: PharmCheck\nDisallow: /x", "/x", False),
        ("user-AGENT : PHARMCHECK/0.1\ndisALLOW : /x", "/x", False),
        ("User-agent: pharmcheckers\nDisallow: /x", "/x", True),
        ("User-agent: *\nDisallow: /\nUser-agent: pharmcheck\nAllow: /", "/x", True),
        ("User-agent: pharmcheck\nDisallow:\nUser-agent: *\nDisallow: /", "/x", True),
        ("Disallow: /x", "/x", True),
        # groups with several agents, groups that come back, what does not end a group
        ("User-agent: a\nUser-agent: pharmcheck\nUser-agent: b\nDisallow: /x", "/x", False),
        (
            "User-agent: pharmcheck\nDisallow: /x\nUser-agent: a\nDisallow: /y\nUser-agent: pharmcheck\nDisallow: /z",
            "/x",
            False,
        ),
        (
            "User-agent: pharmcheck\nDisallow: /x\nUser-agent: a\nDisallow: /y\nUser-agent: pharmcheck\nDisallow: /z",
            "/z",
            False,
        ),
        (
            "User-agent: pharmcheck\nDisallow: /x\nUser-agent: a\nDisallow: /y\nUser-agent: pharmcheck\nDisallow: /z",
            "/y",
            True,
        ),
        ("User-agent: pharmcheck\n\n\nSitemap: /s.xml\nHost: x\nDisallow: /x", "/x", False),
        ("User-agent: *\nCrawl-delay: 5\nUser-agent: bad\nDisallow: /", "/x", True),
        ("User-agent: pharmcheck\n" + "User-agent: bot\n" * 500 + "Disallow: /x", "/x", False),
        # which rule wins
        ("User-agent: *\nDisallow: /a\nAllow: /a/b", "/a/b/c", True),
        ("User-agent: *\nAllow: /a/b\nDisallow: /a", "/a/c", False),
        ("User-agent: *\nDisallow: /a\nAllow: /a", "/a", True),
        ("User-agent: *\nAllow: /p\nDisallow: /*.html", "/page.html", False),
        ("User-agent: *\nAllow: /$\nDisallow: /", "/", True),
        ("User-agent: *\nAllow: /$\nDisallow: /", "/x", False),
        ("User-agent: *\nDisallow: /", "/robots.txt", True),
        # how paths match
        ("User-agent: *\nDisallow: /Fish", "/fish", True),
        ("User-agent: *\nDisallow: /fish", "/fishheads/yummy.html?id=1", False),
        ("User-agent: *\nDisallow: /fish/", "/fish", True),
        ("User-agent: *\nDisallow: /*.php", "/folder/x.php?y", False),
        ("User-agent: *\nDisallow: /*.php$", "/x.php?y", True),
        ("User-agent: *\nDisallow: /*.php$", "/x.php", False),
        ("User-agent: *\nDisallow: /a*b*c$", "/aXbXcXc", False),
        ("User-agent: *\nDisallow: /*?add-to-cart=", "/shop/?add-to-cart=7", False),
        ("User-agent: *\nDisallow: *cart", "/my/cart", False),
        ("User-agent: *\nDisallow: cart", "/cart", True),
        ("User-agent: *\nDisallow: /x # a note", "/x", False),
        ("User-agent: *\nDisallow: # nothing", "/x", True),
        # percent forms: equal when they mean the same, and only then
        ("User-agent: *\nDisallow: /caf\u00e9", "/caf%C3%A9", False),
        ("User-agent: *\nDisallow: /caf%c3%a9", "/caf%C3%A9", False),
        ("User-agent: *\nDisallow: /%61%62", "/ab", False),
        ("User-agent: *\nDisallow: /ab", "/%61%62", False),
        ("User-agent: *\nDisallow: /a%2Fb", "/a/b", True),
        ("User-agent: *\nDisallow: /a/b", "/a%2Fb", True),
        ("User-agent: *\nDisallow: /a%2fb", "/a%2Fb", False),
        ("User-agent: *\nDisallow: /a%252Fb", "/a%2Fb", True),
        ("User-agent: *\nDisallow: /file-%2A.html", "/file-*.html", False),
        ("User-agent: *\nDisallow: /file-%2A.html", "/file-x.html", True),
        ("User-agent: *\nDisallow: /us%24", "/us$", False),
        ("User-agent: *\nDisallow: /us%24", "/us", True),
        ("User-agent: *\nDisallow: /a$b", "/a$b", False),
        ("User-agent: *\nDisallow: /a b", "/a%20b", False),
        ("User-agent: *\nDisallow: /100%", "/100%", False),
        # how files are written
        ("\ufeffUser-agent: *\nDisallow: /x", "/x", False),
        ("User-agent: *\r\nDisallow: /x\r\n", "/x", False),
        ("User-agent: *\rDisallow: /x\r", "/x", False),
        ("User-agent: *\nnonsense\n\0\0:\nDisallow: /x", "/x", False),
        ("User-agent: *\nDisallow: /x\u2028Allow: /x", "/x", True),
        ("<html><body>User-agent: * Disallow: /</body></html>", "/x", True),
    ],
)
def test_a_rule_means_what_the_standard_says(text: str, path: str, *, allowed: bool) -> None:
    """Agents, groups, the longest rule, wild cards and escapes are read as RFC 9309 reads them."""
    assert allows(text, path) is allowed


def test_bytes_that_are_no_text_harm_nothing() -> None:
    """Rules between broken bytes still count."""
    assert not parse_robots(b"\xff\xfe\nUser-agent: *\n\xe9: x\nDisallow: /x\nDisallow: /\xe9\n").allows(f"{SHOP}/x")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("User-agent: *\nDisallow: /x", None),
        ("User-agent: *\nCrawl-delay: 5", 5.0),
        ("User-agent: *\nCrawl-delay: 0.5", 0.5),
        ("User-agent: *\nCrawl-delay: 999999999", 999999999.0),
        ("User-agent: *\nCrawl-delay: 2\nCrawl-delay: 7\nCrawl-delay: 3", 7.0),
        ("User-agent: *\nCrawl-delay: 9\nUser-agent: pharmcheck\nCrawl-delay: 2", 2.0),
        ("User-agent: *\nCrawl-delay: 9\nUser-agent: pharmcheck\nDisallow: /x", None),
        ("User-agent: other\nCrawl-delay: 9", None),
        ("Crawl-delay: 9\nUser-agent: *\nDisallow: /x", None),
        ("User-agent: *\nCrawl-delay:", None),
        ("User-agent: *\nCrawl-delay: soon", math.inf),
        ("User-agent: *\nCrawl-delay: -1", math.inf),
        ("User-agent: *\nCrawl-delay: nan", math.inf),
        ("User-agent: *\nCrawl-delay: 1e999", math.inf),
        ("User-agent: *\nCrawl-delay: " + "9" * 5000, math.inf),
    ],
)
def test_the_pause_that_a_site_asks_for(text: str, expected: float | None) -> None:
    """Seconds for us, of the longest line; what is no length of time is longer than any."""
    assert for_status(200, text.encode()).crawl_delay_s == expected


def test_sitemaps_are_listed_as_written_whoever_they_follow() -> None:
    """They belong to no group, and there are never more than a few."""
    text = (
        "Sitemap: https://shop.example/a.xml\nUser-agent: other\nDisallow: /\nSITEMAP: file:///etc/passwd\nSitemap:\n"
    )
    assert parse_robots(text.encode()).sitemaps == ("https://shop.example/a.xml", "file:///etc/passwd")
    assert len(parse_robots(b"Sitemap: /s.xml\n" * 5000).sitemaps) == 10


def test_half_a_mebibyte_is_read_and_not_half_a_rule_more() -> None:
    """The standard's least is our most, and a rule that the limit cuts is no rule: `/` forbids more than `/secret`."""
    filler = b"# a line of sixty-four bytes that says nothing to any machine..\n"
    lines = b"User-agent: *\n" + filler * (512_000 // len(filler) - 2)
    room = 512_000 - len(lines)
    inside = lines + b"Disallow: /in\n" + b"#" * (room - len(b"Disallow: /in\n") - 12) + b"\n"
    body = inside + b"Disallow: /secret\nDisallow: /beyond\n"
    assert body[:512_000].endswith(b"Disallow: /")
    rules = parse_robots(body)
    assert not rules.allows(f"{SHOP}/in")
    assert rules.allows(f"{SHOP}/x")
    assert rules.allows(f"{SHOP}/beyond")


@pytest.mark.parametrize(
    "body",
    [
        b"User-agent: *\n" + b"".join(b"Disallow: /%x\n" % n for n in range(60_000)),
        b"User-agent: *\n" + b"".join(b"Disallow: /*%x*z$\n" % n for n in range(60_000)),
        b"User-agent: *\nDisallow: /" + b"*a" * 250_000,
        b"User-agent: *\nDisallow: /" + b"%2" * 250_000,
        b"User-agent: *\n" * 40_000,
        b"\n" * 600_000,
        b":" * 600_000,
        b"User-agent: *\nCrawl-delay: 1\n" * 20_000,
    ],
    ids=["rules", "wild-rules", "stars", "escapes", "agents", "lines", "colons", "delays"],
)
def test_a_huge_file_costs_little(body: bytes) -> None:
    """Half a mebibyte of anything is read, and pages are judged by it, in CPU time that a visit has."""

    def roam() -> None:
        rules = parse_robots(body)
        for n in range(3):
            rules.allows(f"{SHOP}/{'a' * 500}/{n}?{'b=c&' * 100}")

    assert_costs(roam, 200)
