"""The phrase language of rule files: words a pharmacist can read, turned into RE2.

    no/without [a/any] [valid] prescription required/needed
    ship* ... to/into any country

* Latin and Russian words
* words stand in order, one space, hyphen or dash between spaces apart; accents, case and quote marks do not matter
* `a/b` either; `[a/b]` may be missing; `_` inside a word is a space (`set_up/arranged`)
* `word*` any ending; `...` up to six words in between
* `{medicine}` up to four words among which a medicine of rules/lists/medicines.yaml must be named (the scanner
  looks that up); `{number}` digits; `{price}` an amount with its currency

There is no other syntax: no nesting, no look-around, nothing whose cost depends on the page.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from pharmcheck.ruleset.folding import fold, spell

_GAP = r"(?:[ ,:;-]+[^ \n.?!]+){0,6}?"
_SEPARATOR = r"[ ,:-]{1,3}(?:[cdjlmnst]'|qu')?"  # an elided French word may lean on the next one
_NUMBER = r"[0-9][0-9.,]*"
_PRICE = r"(?:(?:us ?)?[$€£₽] ?[0-9][0-9.,]*|[0-9][0-9.,]* ?(?:[$€£₽]|usd|eur|euros?|gbp|dollars?|zl|kc|kr|chf|RUB))"
_TOKEN = re.compile(r"\[[^\[\]\s]+\]|\.\.\.|[^\[\]\s]+")
MEDICINE = "{medicine}"
_ANY_NAME = r"[a-zA-Z0-9]+(?:[ -][a-zA-Z0-9]+){0,3}"  # capitals: Russian, see `spell`
_NO_END = ("*", "{price}", "*]")  # a phrase that ends with one of these may end within a word
_FORBIDDEN = re.compile(r"[\\^$|+?(){}]")
_OPEN = re.compile("[ -]")  # in a word: a gap, which `compile_phrase` lets be written in several ways
_MOST_GAPS = 2  # of a word that is known in all of these ways; of a longer one its first part is
_WORD = re.compile("[a-zA-Z0-9_]+")


class Needed(NamedTuple):
    """One of these must stand in folded and spelt text for the phrase to stand there."""

    beginnings: tuple[str, ...]  # of words
    words: frozenset[str]  # whole ones; none when they may have endings


class PhraseError(ValueError):
    """A phrase is not in the phrase language; the message says where."""


def compile_phrase(phrase: str) -> str:
    """Turn a phrase into a pattern for text that is folded and spelt.

    Raises:
        PhraseError: the phrase is empty or uses unknown syntax.
    """
    pattern = ""
    begun = gap = False  # begun: a word that must stand has been written
    tokens = _TOKEN.findall(phrase.strip())
    for token in tokens:
        if token == "...":  # noqa: S105 - a gap in a phrase, not a secret
            gap = True
            continue
        body = _alternatives(token.strip("[]"), phrase)
        optional = token.startswith("[")
        if begun:
            body = (_GAP if gap else "") + _SEPARATOR + body
            pattern += f"(?:{body})?" if optional else body
        else:
            pattern += f"(?:{body}{_SEPARATOR})?" if optional else body
        begun, gap = begun or not optional, False
    if not begun or gap:
        raise PhraseError(f"phrase {phrase!r} has no word that must stand, or ends with a gap")
    end = "" if tokens[-1].endswith(_NO_END) else r"\b"
    return (r"\b" if not tokens[0].startswith("{price}") else "") + pattern + end


def words_needed(phrase: str) -> list[Needed]:
    """What a phrase cannot do without."""
    needed = []
    tokens = _TOKEN.findall(phrase.strip())
    for token in tokens:
        words = token.split("/")
        if token == "..." or token.startswith("[") or any(word.startswith("{") for word in words):  # noqa: S105 - a gap
            continue
        written = [_written(word) for word in words]
        beginnings = dict.fromkeys(way for word in written for way in _ways(word))
        needed.append(Needed(tuple(beginnings), frozenset() if "*" in token else _whole(written)))
    if needed and tokens[-1].endswith(("*", "*]")):
        needed[-1] = needed[-1]._replace(words=frozenset())
    return needed


def _ways(word: str) -> list[str]:
    """How a word may be written: a space or a hyphen in it is either, and a hyphen may be missing."""
    first, *parts = _OPEN.split(word)
    if len(parts) > _MOST_GAPS:
        return [first]
    ways = [first]
    for part, gap in zip(parts, _OPEN.findall(word), strict=True):
        ways = [way + between + part for way in ways for between in (" ", "-", "")[: 2 + (gap == "-")]]
    return ways


def _whole(written: Iterable[str]) -> frozenset[str]:
    """Of each word in each way that it may be written, the longest part that is a word by itself."""
    ways = [_WORD.findall(way) for word in written for way in _ways(word)]
    known = all(ways) and all(len(_OPEN.findall(word)) <= _MOST_GAPS for word in written)
    return frozenset(max(parts, key=len) for parts in ways) if known else frozenset()


def _written(word: str) -> str:
    """A word of a phrase in folded and spelt text, without what may follow it."""
    return spell(fold(word.rstrip("*").replace("_", " ")))


def _alternatives(token: str, phrase: str) -> str:
    choices = []
    for word in token.split("/"):
        if word == MEDICINE:
            choices.append(_ANY_NAME)
        elif word == "{number}":
            choices.append(_NUMBER)
        elif word == "{price}":
            choices.append(_PRICE)
        elif not word or _FORBIDDEN.search(word):
            raise PhraseError(f"phrase {phrase!r}: {word!r} is not a word")
        else:
            stem = word.endswith("*")
            text = re.escape(_written(word)).replace(r"\ ", "[ -]").replace(r"\-", "[ -]?")
            choices.append(text + ("[a-zA-Z0-9]*" if stem else ""))
    return choices[0] if len(choices) == 1 else f"(?:{'|'.join(choices)})"
