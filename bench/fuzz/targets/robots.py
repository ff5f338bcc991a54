"""A robots.txt."""

from __future__ import annotations

import math

from pharmcheck.capture.robots import parse_robots

SEEDS = [
    b"User-agent: *\nDisallow: /*?add-to-cart=\nAllow: /$\nCrawl-delay: 5\nSitemap: https://a.example/s.xml\n",
    b"\xef\xbb\xbfUSER-AGENT: PharmCheck/1 # us\nDisallow: /%7euser/*/%E2%82%AC$\nDisallow:\n",
    b"user-agent:a\nuser-agent:*\ndisallow:*$*$\ncrawl-delay:NaN\ncrawl-delay:-1\ncrawl-delay:1e999",
]
_ASKED = (
    "https://a.example/",
    "https://a.example/x?add-to-cart=1",
    "https://a.example/%7Euser/$*",
    "https://a.example/€?€",
)


def once(data: bytes) -> None:
    """Rules that answer; a delay that is a number or endless."""
    found = parse_robots(data)
    assert all(found.allows(url) in (True, False) for url in _ASKED)
    assert found.allows("https://a.example/robots.txt")
    assert found.crawl_delay_s is None or found.crawl_delay_s >= 0
    assert not math.isnan(found.crawl_delay_s or 0)
