"""Which phrases may stand in a line at all, by the words that they cannot do without.

A line without a phrase's rarest word does not say it; of thousands of phrases a few are left, and only those are
looked for.  May name a phrase that does not stand there, never misses one that does.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate

from pharmcheck.ruleset.literals import Literals
from pharmcheck.ruleset.phrases import Needed, words_needed


class Anchors:
    """The words of all phrases of an index; a phrase is known by its number."""

    def __init__(self, phrases: Iterable[str]) -> None:
        self._by_word: dict[str, list[int]] = {}
        self._needed: list[tuple[Needed, ...]] = []  # besides the anchor
        self._anywhere: list[int] = []  # phrases without such a word
        for number, phrase in enumerate(phrases):
            needed = words_needed(phrase)
            anchor = max(needed, key=lambda words: min(map(len, words)), default=None)
            self._needed.append(tuple(words for words in needed if words is not anchor))
            for word in set(anchor or ()):
                self._by_word.setdefault(word, []).append(number)
            if anchor is None:
                self._anywhere.append(number)
        self._literals = Literals(self._by_word)

    def possible_in(self, lines: Sequence[str]) -> Iterator[tuple[int, list[int]]]:
        """For each line that may hold a phrase, its place in `lines` and the numbers of the phrases, in order."""
        starts = list(accumulate((len(line) + 1 for line in lines), initial=0))
        found: dict[int, set[int]] = {place: set(self._anywhere) for place in range(len(lines) if self._anywhere else 0)}
        for at, word in self._literals.found_in("\n".join(lines)):
            found.setdefault(bisect_right(starts, at) - 1, set()).update(self._by_word[word])
        for place, numbers in found.items():
            line = lines[place]
            possible = [number for number in sorted(numbers) if self._is_possible(number, line)]
            if possible:
                yield place, possible

    def _is_possible(self, number: int, line: str) -> bool:
        return all(any(word in line for word in words) for words in self._needed[number])
