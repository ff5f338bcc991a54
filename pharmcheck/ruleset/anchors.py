"""Which phrases may stand in a line at all, by the words that they cannot do without.

A line without a phrase's rarest word does not say it; of thousands of phrases a few are left, and only those are
looked for.  May name a phrase that does not stand there, never misses one that does.

Whole words are looked up in a dictionary.  An automaton over all of them would answer the same, but walk every letter
and stop at every part of a word, at twice the cost.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate
from string import ascii_letters, digits
from typing import Any

import re2

from pharmcheck.ruleset.phrases import Needed, words_needed

_LETTERS = f"{ascii_letters}{digits}_"  # what RE2 takes for letters of a word
_BEGINNING = re.compile(f"[{_LETTERS}]+")  # one class, one repeat: linear
_OTHERS = bytes(code if chr(code) in _LETTERS else ord(" ") for code in range(256))


class Anchors:
    """The words of all phrases of an index; a phrase is known by its number."""

    def __init__(self, phrases: Iterable[str]) -> None:
        self._by_word: dict[bytes, list[int]] = {}
        self._by_beginning: dict[bytes, list[int]] = {}  # of phrases whose words may all have endings
        self._needed: list[tuple[frozenset[bytes], ...]] = []  # besides the anchor
        self._anywhere: list[int] = []  # phrases without such a word
        for number, phrase in enumerate(phrases):
            needed = sorted(words_needed(phrase), key=_worth, reverse=True)
            beginnings = [_BEGINNING.match(word) for word in needed[0].beginnings] if needed else []
            if needed and needed[0].words:
                for word in needed[0].words:
                    self._by_word.setdefault(word.encode(), []).append(number)
            elif beginnings and all(beginnings):
                for found in filter(None, beginnings):
                    self._by_beginning.setdefault(found[0].encode(), []).append(number)
            else:
                self._anywhere.append(number)
            self._needed.append(tuple(frozenset(map(str.encode, words)) for _, words in needed[1:] if words))
        self._words = frozenset(self._by_word)
        self._begins = re2.compile(rb"\b(?:%b)[a-zA-Z0-9_]*" % b"|".join(self._by_beginning), _options())

    def possible_in(self, lines: Sequence[str]) -> Iterator[tuple[int, list[int]]]:
        """For each line that may hold a phrase, its place in `lines` and the numbers of the phrases, in order."""
        written = [line.encode() for line in lines]
        begun = self._begun(written)
        for place, line in enumerate(written):
            words = frozenset(line.translate(_OTHERS).split())
            anchors = words & self._words
            if anchors or place in begun or self._anywhere:
                numbers = set(self._anywhere).union(begun.get(place, ()), *map(self._by_word.__getitem__, anchors))
                possible = [number for number in sorted(numbers) if self._has_all(number, words)]
                if possible:
                    yield place, possible

    def _begun(self, lines: Sequence[bytes]) -> dict[int, set[int]]:
        """The phrases whose anchor may have endings, by the place of the line in which a word begins with it."""
        found: dict[int, set[int]] = {}
        if self._by_beginning:
            starts = list(accumulate([len(line) + 1 for line in lines], initial=0))
            for match in self._begins.finditer(b"\n".join(lines)):
                word, place = match[0], bisect_right(starts, match.start()) - 1
                numbers = (of for beginning, of in self._by_beginning.items() if word.startswith(beginning))
                found.setdefault(place, set()).update(*numbers)
        return found

    def _has_all(self, number: int, words: frozenset[bytes]) -> bool:
        """Whether a line with these words has all that a phrase needs besides its anchor."""
        for needed in self._needed[number]:  # noqa: SIM110 - `all` of a generator takes three times as long
            if needed.isdisjoint(words):
                return False
        return True


def _worth(needed: Needed) -> tuple[bool, int]:
    """How seldom one of these words stands in a line by chance: whole and long ones."""
    return bool(needed.words), min(map(len, needed.words or needed.beginnings))


def _options() -> Any:  # noqa: ANN401 - re2 has no types
    options = re2.Options()
    options.never_capture = True
    return options
