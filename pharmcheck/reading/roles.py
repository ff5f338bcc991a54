"""What a page is for, once its content is known: content may correct what address and link words promised."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

from pharmcheck.model import Block, BlockKind, PageRole, Region
from pharmcheck.reading.patterns import compile_text

_ARTICLES = frozenset(
    (
        "newsarticle blogposting article medicalscholarlyarticle scholarlyarticle reportagenewsarticle report "
        "liveblogposting opinionnewsarticle analysisnewsarticle medicalwebpage howto"
    ).split()
)
_PRODUCTS = frozenset(("product", "productgroup", "individualproduct"))
# Roles that content may correct.  A contact page stays one whatever its markup claims.
_OPEN = (PageRole.OTHER, PageRole.CATEGORY, PageRole.PRODUCT, PageRole.ARTICLE)
_SIGNED = compile_text(
    r"(?im)^(?:by|von|par|por|di|door|autor|author|written by|"
    r"posted by|geschrieben von|écrit par|escrito por|scritto da|"
    r"medically reviewed by|reviewed by|published|posted on|updated|veröffentlicht|publié le|publicado|"
    r"pubblicato)\b[: ]|"
    r"\b(?:\d{1,2}\.? (?:jan|feb|mar|mär|apr|may|mai|jun|jul|aug|sep|oct|okt|nov|dec|dez)[a-zäéû]*\.?,? 20\d\d|"
    r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-zäéû]* \d{1,2},? 20\d\d|20\d\d-\d\d-\d\d)\b"
)
_ARTICLE_PATH = compile_text(
    r"(?i)/(?:blog|news|article|articles|artikel|magazin|ratgeber|story|stories|press|20\d\d/\d\d)/."
)
_LONG = 120  # characters of a paragraph of prose
_PARAGRAPHS = 5
_SHORT = 90  # a by-line


def refine_role(role: PageRole, url: str, title: str, types: Sequence[str], blocks: Sequence[Block]) -> PageRole:
    """The given role, or `article` / `product` where the content says so plainly."""
    if role not in _OPEN:
        return role
    folded = {name.lower() for name in types}
    if folded & _PRODUCTS and not folded & _ARTICLES:
        return PageRole.PRODUCT
    if folded & _ARTICLES and not folded & _PRODUCTS:
        return PageRole.ARTICLE
    if role in (PageRole.OTHER, PageRole.ARTICLE) and _reads_as_article(url, title, blocks):
        return PageRole.ARTICLE
    return role


def _reads_as_article(url: str, title: str, blocks: Sequence[Block]) -> bool:
    """Many paragraphs, and a by-line or date above them or an address that says so."""
    prose = sum(1 for block in blocks if block.kind is BlockKind.TEXT and len(block.text) >= _LONG)
    if prose < _PARAGRAPHS:
        return False
    try:
        path = urlsplit(url).path
    except ValueError:
        path = ""
    placed = _ARTICLE_PATH.search(path) is not None or any(
        block.region is Region.ARTICLE and len(block.text) >= _LONG for block in blocks
    )
    short = (block.text for block in blocks[:400] if len(block.text) <= _SHORT and block.region is not Region.FOOTER)
    signed = _SIGNED.search("\n".join(text for text in short if text != title)) is not None
    return (placed or signed) if prose >= 2 * _PARAGRAPHS else (placed and signed)
