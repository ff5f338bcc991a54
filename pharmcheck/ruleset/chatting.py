"""Short lines that take orders by messenger, in any language that we know words of orders in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import re2

from pharmcheck.ruleset.folding import fold
from pharmcheck.ruleset.scan import PageText

_ORDER_ABOVE = 3  # lines between "contact us to order" and the names of messengers
_SHORT = 80  # characters of such a line
_ALONE = 12  # characters of a line beside the name of a messenger
_WORD = re.compile(r"\w+")  # linear: one class
_MESSENGERS = re2.compile(
    r"whats ?app|\b(?:no|pelo|nosso|o) (?:zap|wpp|whats)\b|telegram|"
    r"\bviber\b|\bwickr\b|threema|واتس ?اب|واتساب|تيليجرام|تلجرام|تلگرام|ват?сапп?|вотсапп?|"
    r"телеграмм?|왓츠앱|카카오톡|카톡|텔레그램|ワッツアップ|וואטסאפ|ווטסאפ|טלגרם|微信|电报|電報|"
    r"\bzalo\b|\bwa ?[:.]? ?(?:\+?6[02]|0[18])\d|ไลน์|\bline ?(?:id\b|@|[:：] ?@)|(?:라인|賴) ?(?:id|아이디)"
)
_LATIN_NAMES = (
    "whats",
    " zap",
    " wpp",
    "telegram",
    "viber",
    "wickr",
    "threema",
    "zalo",
    "wa ",
    "line id",
    "line@",
    "line: @",
)
"""A look for these is quicker than the pattern."""


@dataclass(frozen=True, slots=True)
class OrderWords:
    """Words of orders, folded."""

    whole: frozenset[str]
    sale: Mapping[str, tuple[str, ...]]  # parts of words, by the language of the page
    foreign: frozenset[str]  # those of them that no Latin word holds
    turned: tuple[str, ...]  # parts of words that turn such a line into a warning


def order_words(lists: Mapping[str, Any]) -> OrderWords:
    """The words of `lists/shop_talk.yaml` and `lists/shop_words.yaml`."""
    talk, verbs = lists["shop_talk"], lists["shop_words"]
    whole = {word for words in (*talk["order"].values(), *verbs["verbs"].values()) for word in words}
    foreign = {word for words in verbs["sale"].values() for word in words if not word.isascii()}
    sale = {language: tuple(words) for language, words in verbs["sale"].items()}
    return OrderWords(frozenset(whole), sale, frozenset(foreign), tuple(map(fold, talk["waived_not"])))


def order_lines(page: PageText, words: OrderWords) -> Iterator[int]:
    """The blocks of a page that name a messenger beside, or shortly below, words of orders."""
    if page.folded.isascii() and not any(name in page.folded for name in _LATIN_NAMES):
        return
    blocks = page.reading.blocks
    said = {*words.sale.get(page.reading.language or "", ()), *words.foreign}
    for match in _MESSENGERS.finditer(page.folded):
        at = page.block_at(match.start())
        alone = len(blocks[at].text) - len(match.group()) <= _ALONE
        for i in range(max(at - _ORDER_ABOVE, 0) if alone else at, at + 1):
            text = page.block_text(i)
            if len(text) > _SHORT or any(word in text for word in words.turned):
                continue
            if not words.whole.isdisjoint(_WORD.findall(text)) or any(word in text for word in said):
                yield at
                break
