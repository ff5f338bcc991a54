"""The pages that a sitemap names (sitemaps.org, protocol 0.9).  Pure: bytes in, addresses out.

Read with the tokenizer of HTML, not with an XML parser: it knows no entities but the fixed ones, expands no
document type, opens nothing and builds no tree, so that none of XML's bombs has anything to go off in.  Packed
sitemaps are not unpacked: a few pages are wanted, not a shop's whole stock.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from turbohtml import TokenType, tokenize

from pharmcheck.address import host_of, registrable_domain, resolve_link
from pharmcheck.errors import AddressError

_MOST_BYTES = 5 << 20  # of the 50 MB that the protocol allows; as much as we read of any page
_MOST_PAGES = 5000
_MOST_NESTED = 50
_MOST_URL = 2048  # the protocol's own limit for <loc>
_CDATA = re.compile(r"\[CDATA\[(.*?)\]\]", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Sitemap:
    """What one sitemap file names, in its order."""

    links: tuple[tuple[str, str], ...] = ()  # (canonical URL, ""), as `plan` takes them
    nested: tuple[str, ...] = ()  # further sitemaps of the same registrable domain


def read_sitemap(body: bytes, base_url: str, *, admitted_hosts: Iterable[str] = ()) -> Sitemap:
    """Read the sitemap at `base_url` (canonical): XML, an index of sitemaps, or a list of addresses in plain text.

    Total and linear.  What the strict reader of addresses refuses is left out, and so is every address on another
    registrable domain.
    """
    text = body[:_MOST_BYTES].decode("utf-8", "replace").lstrip("\ufeff \t\r\n")
    if text.startswith("\x1f"):  # gzip
        return Sitemap()
    found = _from_xml(text) if text.startswith("<") else _from_lines(text)
    admitted = frozenset(admitted_hosts)
    domain = registrable_domain(host_of(base_url))
    pages: dict[str, None] = {}
    nested: dict[str, None] = {}
    for written, is_nested in found:
        known, most = (nested, _MOST_NESTED) if is_nested else (pages, _MOST_PAGES)
        if len(known) >= most or not written.lower().startswith(("http://", "https://", "/")):
            continue
        try:
            url = resolve_link(base_url, written, admitted_hosts=admitted)
        except AddressError:
            continue
        if registrable_domain(host_of(url)) == domain and url != base_url:
            known[url] = None
    return Sitemap(tuple((url, "") for url in pages), tuple(nested))


def _from_xml(text: str) -> Iterable[tuple[str, bool]]:
    """(address as written, whether it is a further sitemap) for each <loc> of a <url> or <sitemap>."""
    inside = ""  # the entry that is open
    words: str | None = None  # of the <loc> that is open
    for token in tokenize(text):
        kind = token.type
        if kind is TokenType.TEXT:
            if words is not None and len(words) <= _MOST_URL:
                words += (token.data or "")[: _MOST_URL + 1]
        elif kind is TokenType.COMMENT:
            if words is not None and len(words) <= _MOST_URL and (data := _CDATA.match(token.data or "")):
                words += data[1][: _MOST_URL + 1]
        elif token.tag:
            prefix, _, name = token.tag.rpartition(":")
            if name in {"url", "sitemap"}:
                inside = name if kind is TokenType.START_TAG else ""
            elif name == "loc" and inside and prefix not in {"image", "video", "news"}:
                if kind is TokenType.START_TAG:
                    words = ""
                elif words is not None:
                    yield words.strip(), inside == "sitemap"
                    words = None


def _from_lines(text: str) -> Iterable[tuple[str, bool]]:
    return ((line.strip(), False) for line in text.splitlines() if len(line) <= _MOST_URL)
