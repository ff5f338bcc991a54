"""How often words stand in a text, whole; in scripts without blanks between words, as parts of it.

Thai, Chinese, Japanese, Korean and the Indian scripts either join words or are taken apart at their vowel signs.
Hebrew and Arabic have blanks: a short word of theirs stands inside many others.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache

_PIECE = 1 << 14  # characters
_WORD = re.compile(r"\w+")  # linear: one class
_UNSPACED = "\u0900-\u0fff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
_unspaced = re.compile(f"[{_UNSPACED}]").search  # one class: linear


def count_words(folded: str, plain: str, asked: Iterable[frozenset[str]]) -> Counter[str]:
    """How often each of the words asked for stands in a text.

    Args:
        folded: the text.
        plain: its words, each after one blank.
        asked: sets of words; those without blanks around them are looked for set by set.
    """
    sets = tuple(asked)
    wanted, counts, begin = frozenset[str]().union(*sets), Counter[str](), 0
    while begin < len(plain):  # the words of a large page at once would fill a memory
        end = plain.find(" ", begin + _PIECE)
        end = len(plain) if end < 0 else end
        counts.update(filter(wanted.__contains__, plain[begin:end].split()))
        begin = end
    if _has_unspaced(folded):
        for word in filter(_unspaced, tuple(counts)):  # as parts of the text, below
            del counts[word]
        for words in sets:
            counts |= Counter({word: folded.count(word) for word in _written_so(words)})
    return counts


def times_said(folded: str, words: frozenset[str]) -> int:
    """How often any of these words stands in a folded text."""
    if not _has_unspaced(folded):
        return sum(map(words.__contains__, _WORD.findall(folded)))
    whole = sum(word in words and not _unspaced(word) for word in _WORD.findall(folded))
    return whole + sum(map(folded.count, _written_so(words)))


def times(counts: Counter[str], words: frozenset[str]) -> int:
    """How often any of these words stands on a page whose words are counted."""
    return sum(counts[word] for word in words.intersection(counts))


def _has_unspaced(folded: str) -> bool:
    return not folded.isascii() and _unspaced(folded) is not None


@lru_cache(maxsize=16)  # the sets of a ruleset
def _written_so(words: frozenset[str]) -> tuple[str, ...]:
    """Those of the words that are written so, without such as hold another: that one is counted already."""
    written = sorted(filter(_unspaced, words))
    return tuple(word for word in written if not any(other in word for other in written if other != word))
