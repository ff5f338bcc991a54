"""A sitemap."""

from __future__ import annotations

from pharmcheck.address import host_of, read_url
from pharmcheck.capture.sitemaps import read_sitemap

SEEDS = [
    b'<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url><loc>https://a.example.com/x</loc></url>'
    b"<url><loc><![CDATA[/y?a=1&b=2]]></loc><image:loc>https://a.example.com/i.png</image:loc></url></urlset>",
    b"<sitemapindex><sitemap><loc>https://www.a.example.com/s2.xml</loc></sitemap></sitemapindex>",
    b'<!DOCTYPE x [<!ENTITY a "&b;&b;"><!ENTITY b "http://127.0.0.1">]><urlset><url><loc>&a;</loc></url></urlset>',
    b"https://a.example.com/one\nhttps://other.example.net/\n/relative\n",
    b"\x1f\x8b\x08",
]


def once(data: bytes) -> None:
    """Addresses of the same site, each in its one spelling."""
    found = read_sitemap(data, "https://a.example.com/sitemap.xml")
    for url in (*(url for url, _ in found.links), *found.nested):
        assert read_url(url) == url
        assert host_of(url).endswith("example.com")
