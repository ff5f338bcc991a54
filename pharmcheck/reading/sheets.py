"""Sentences that a style sheet puts on the page: `content: "…"`.

Icons and quotation marks are what `content` is for; only what has words in it is text.  Whether the rule applies to
any element nobody asks: the site wrote it.  Sheets in files of their own are not fetched.
"""

from __future__ import annotations

import re

from turbohtml import Token

from pharmcheck.model import BlockKind, Region
from pharmcheck.reading.builder import Builder
from pharmcheck.reading.patterns import compile_text
from pharmcheck.reading.text import clean

MAX_SENTENCES = 50  # of one sheet
_content = compile_text(r"""(?i)content\s*:\s*(?:"((?:[^"\\\n]|\\.)+)"|'((?:[^'\\\n]|\\.)+)')""").finditer
# A sheet may be nothing but escapes, for each of which RE2's `sub` takes microseconds.  One class, bounded: linear.
_escape = re.compile(r"\\(?:([0-9a-fA-F]{1,6})[ \t\n]?|(.))").sub
_LAST = 0x10FFFF


def sentences(page: Builder, sheet: str, text: Token) -> None:
    """Add the sentences of a sheet as words that the site says."""
    if "content" not in sheet:
        return
    saved, page.region = page.region, Region.HEAD
    for number, match in enumerate(_content(sheet if sheet.isascii() else clean(sheet, len(sheet)))):
        if number >= MAX_SENTENCES:
            break
        words = clean(_escape(_unescaped, match.group(1) or match.group(2)))
        if " " in words:
            page.add(words, BlockKind.META, *page.position(text))
    page.region = saved


def _unescaped(match: re.Match[str]) -> str:
    digits, itself = match.groups()
    if digits is None:
        return str(itself)
    code = int(digits, 16)
    return chr(code) if 0 < code <= _LAST else ""
