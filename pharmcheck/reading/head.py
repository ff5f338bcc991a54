"""What a page says about itself in its head: title, descriptions, language and base.

Where it sends its visitor next is asked while the visit lasts: `pharmcheck.capture.outline`.
"""

from __future__ import annotations

from turbohtml import Token, TokenType

from pharmcheck.model import BlockKind, Region
from pharmcheck.reading.builder import Builder
from pharmcheck.reading.text import clean

_START = TokenType.START_TAG
_META_NAMES = frozenset(
    ("description", "keywords", "og:title", "og:description", "og:site_name", "twitter:title", "twitter:description")
)


def title(page: Builder, words: str, text: Token | None) -> None:
    """The page's title; any later one is something the site says and nobody sees, a picture's its other text."""
    if not words or text is None:
        return
    if page.foreign:
        page.add(words, BlockKind.ALT, *page.position(text))
        return
    saved, page.region = page.region, Region.HEAD
    line, col = page.position(text)
    page.add(words, BlockKind.META if page.title else BlockKind.TITLE, line, col)
    page.title = page.title or words[:500]
    page.region = saved


def meta(page: Builder, token: Token) -> None:
    """Description and the like as text."""
    if token.type is not _START:
        return
    content = clean(token.attr("content") or "")
    name = (token.attr("name") or token.attr("property") or "").lower()
    if name in _META_NAMES and content:
        saved, page.region = page.region, Region.HEAD
        page.add(content, BlockKind.META, *page.position(token))
        page.region = saved


def root(page: Builder, token: Token) -> None:
    """The declared language."""
    if token.tag == "html" and token.type is _START and not page.lang:
        page.lang = clean(token.attr("lang") or token.attr("xml:lang") or "", 20).lower()
    if page.parts:
        page.flush()


def base(page: Builder, token: Token) -> None:
    """What relative links are relative to; the first one counts."""
    href = token.attr("href") if token.type is _START else None
    if href and not page.based and not page.links:
        page.based = True
        page.rebase(href)
