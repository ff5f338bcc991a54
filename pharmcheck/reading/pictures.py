"""Pictures: what their alternative text says, and where they lead."""

from __future__ import annotations

from turbohtml import Token, TokenType

from pharmcheck.model import BlockKind
from pharmcheck.reading.builder import MAX_IMAGES, Builder
from pharmcheck.reading.text import fold

_START = TokenType.START_TAG
_LONGEST_ALT = 500  # characters


def image(page: Builder, token: Token) -> None:
    """An image, by the address it is loaded from sooner or later."""
    if token.type is not _START:
        return
    src = token.attr("src") or ""
    if not src or src.startswith("data:"):
        src = token.attr("data-src") or token.attr("data-lazy-src") or token.attr("data-original") or ""
    alt = token.attr("alt") or token.attr("title")
    kept = src and len(page.images) < MAX_IMAGES
    page.image(page.absolute(src) if kept else "", fold(alt, _LONGEST_ALT) if alt else "", token)


def area(page: Builder, token: Token) -> None:
    """A place on a picture that is a link: it speaks through its alternative text."""
    if page.parts:
        page.flush()
    alt = token.attr("alt") if token.type is _START else None
    if alt and (words := fold(alt, _LONGEST_ALT)):
        page.add(words, BlockKind.ALT, *page.position(token))
