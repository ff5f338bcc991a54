"""The pages that a sitemap names, and what it cannot make us do."""

from __future__ import annotations

import gzip
import tracemalloc
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pharmcheck.capture.sitemaps import read_sitemap
from tests.yardstick import assert_costs

HERE = "https://shop.com/sitemap.xml"
URLSET = """\ufeff<?xml version="1.0" encoding="UTF-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">
 <url><loc> https://shop.com/contact </loc><lastmod>2026-01-01</lastmod>
  <image:image><image:loc>https://shop.com/photo</image:loc></image:image></url>
 <url><loc><![CDATA[https://www.shop.com/x?a=1&b=2]]></loc></url>
 <url><loc>https://shop.com/y?a=1&amp;b=2</loc></url>
 <url><loc>https://shop.com/contact</loc></url>
 <url><loc>https://evil.com/z</loc></url>
 <url><loc>javascript:alert(1)</loc></url>
 <url><loc>http://127.0.0.1/</loc></url>
</urlset>"""


def pages(body: bytes | str) -> list[str]:
    found = read_sitemap(body.encode() if isinstance(body, str) else body, HERE)
    assert found.nested == ()
    assert {words for _, words in found.links} <= {""}
    return [url for url, _ in found.links]


def test_the_pages_of_a_sitemap_are_found() -> None:
    """In order, once each, on this registrable domain, by the strict reader of addresses; no images."""
    assert pages(URLSET) == [
        "https://shop.com/contact",
        "https://www.shop.com/x?a=1&b=2",
        "https://shop.com/y?a=1&b=2",
    ]


def test_prefixed_names_are_names() -> None:
    """Some software writes <sm:url><sm:loc>."""
    assert pages("<sm:urlset><sm:url><sm:loc>https://shop.com/a</sm:loc></sm:url></sm:urlset>") == [
        "https://shop.com/a"
    ]


def test_an_index_names_further_sitemaps_and_no_pages() -> None:
    """They are told apart, and those of other domains are left out."""
    body = b"""<sitemapindex><sitemap><loc>https://shop.com/sitemap-1.xml</loc></sitemap>
    <sitemap><loc>/sitemap-2.xml</loc></sitemap><sitemap><loc>https://cdn.com/s.xml</loc></sitemap>
    <sitemap><loc>https://shop.com/sitemap.xml</loc></sitemap></sitemapindex>"""
    found = read_sitemap(body, HERE)
    assert found.links == ()
    assert found.nested == ("https://shop.com/sitemap-1.xml", "https://shop.com/sitemap-2.xml")


def test_a_list_in_plain_text_is_a_sitemap() -> None:
    """One address a line; other lines are nothing."""
    assert pages("https://shop.com/a\r\nhello\n\n  https://shop.com/b  \nhttps://evil.com/c\n") == [
        "https://shop.com/a",
        "https://shop.com/b",
    ]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html><a href=/a>a</a></html>",
        b"\x00\xff\xfe",
        gzip.compress(URLSET.encode()),
        b"<loc>https://shop.com/a</loc>",
    ],
    ids=["empty", "page", "noise", "packed", "stray"],
)
def test_what_is_no_sitemap_names_nothing(body: bytes) -> None:
    """A page, noise and a packed file (which is not unpacked)."""
    assert pages(body) == []


def test_entities_are_never_expanded_nor_files_opened() -> None:
    """A document type defines nothing here: no billion laughs, no local file, no address from an entity."""
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    body = f"""<?xml version="1.0"?><!DOCTYPE urlset [<!ENTITY l0 "ha">{laughs}
    <!ENTITY file SYSTEM "file:///etc/passwd"><!ENTITY page "https://shop.com/secret">]>
    <urlset><url><loc>https://shop.com/&l9;</loc></url><url><loc>&file;</loc></url><url><loc>&page;</loc></url>
    <url><loc>https://shop.com/last</loc></url></urlset>"""
    tracemalloc.start()
    found = pages(body)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert found == ["https://shop.com/&l9;", "https://shop.com/last"]
    assert peak < 5_000_000


def test_counts_and_lengths_are_bounded() -> None:
    """Five thousand pages, fifty further sitemaps, two thousand characters an address."""
    many = b"".join(b"<url><loc>https://shop.com/%d</loc></url>" % number for number in range(6_000))
    assert len(pages(b"<urlset>" + many)) == 5_000
    index = b"".join(b"<sitemap><loc>https://shop.com/%d</loc></sitemap>" % number for number in range(80))
    assert len(read_sitemap(b"<sitemapindex>" + index, HERE).nested) == 50
    assert pages("<urlset><url><loc>https://shop.com/" + "a" * 3_000 + "</loc></url></urlset>") == []


@pytest.mark.parametrize(
    "piece",
    [b"<url><loc>", b"<url>", b"</loc>", b"<![CDATA[", b"<!--", b"<a ", b"&amp;", b"<loc>x", b"<!ENTITY x '"],
)
def test_hostile_sitemaps_cost_little(piece: bytes) -> None:
    """Depth, floods and unclosed marks: two megabytes of them take no longer than reading them."""
    assert_costs(partial(read_sitemap, b"<urlset><url><loc>" + piece * (2_000_000 // len(piece)), HERE), 250)


@given(st.binary(max_size=300))
def test_any_bytes_can_be_read(body: bytes) -> None:
    """Total."""
    read_sitemap(b"<urlset><url><loc>" + body, HERE)
    read_sitemap(body, HERE)
