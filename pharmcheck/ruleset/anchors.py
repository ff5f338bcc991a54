"""Which phrases may stand in a line at all, by the words that they cannot do without.

A line without a phrase's rarest word does not say it; of thousands of phrases a few are left, and only those are
looked for.  May name a phrase that does not stand there, never misses one that does.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate
from string import ascii_letters, digits

from pharmcheck.ruleset.literals import Literals
from pharmcheck.ruleset.phrases import words_needed

_LETTERS = f"{ascii_letters}{digits}_"  # what RE2 takes for letters of a word
_LETTER = frozenset(_LETTERS)
_OTHERS = bytes(code if chr(code) in _LETTER else ord(" ") for code in range(256))


class Anchors:
    """The words of all phrases of an index; a phrase is known by its number."""

    def __init__(self, phrases: Iterable[str]) -> None:
        self._by_word: dict[str, list[int]] = {}
        self._needed: list[tuple[frozenset[bytes], ...]] = []  # besides the anchor
        self._anywhere: list[int] = []  # phrases without such a word
        for number, phrase in enumerate(phrases):
            needed = sorted(words_needed(phrase), key=lambda words: -min(map(len, words.beginnings)))
            for word in needed[0].beginnings if needed else ():
                self._by_word.setdefault(word, []).append(number)
            if not needed:
                self._anywhere.append(number)
            self._needed.append(tuple(frozenset(map(str.encode, words)) for _, words in needed[1:] if words))
        self._literals = Literals(self._by_word)

    def possible_in(self, lines: Sequence[str]) -> Iterator[tuple[int, list[int]]]:
        """For each line that may hold a phrase, its place in `lines` and the numbers of the phrases, in order."""
        text = "\n".join(lines)
        starts = list(accumulate([len(line) + 1 for line in lines], initial=0))
        found: dict[int, set[int]] = {}
        if self._anywhere:
            found = {place: set(self._anywhere) for place in range(len(lines))}
        for at, word in self._literals.found_in(text):
            if at == 0 or text[at - 1] not in _LETTER:
                place = bisect_right(starts, at) - 1
                if place in found:
                    found[place].update(self._by_word[word])
                else:
                    found[place] = set(self._by_word[word])
        for place, numbers in found.items():
            words = frozenset(lines[place].encode().translate(_OTHERS).split())
            possible = [number for number in sorted(numbers) if self._has_all(number, words)]
            if possible:
                yield place, possible

    def _has_all(self, number: int, words: frozenset[bytes]) -> bool:
        """Whether a line with these words has all that a phrase needs besides its anchor."""
        for needed in self._needed[number]:  # noqa: SIM110 - `all` of a generator takes three times as long
            if needed.isdisjoint(words):
                return False
        return True
