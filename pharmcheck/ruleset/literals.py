"""Which of thousands of given words stand in a text: one pass over it, however many words there are.

An RE2 set would answer the same, but it remembers what it has met so far in the states of its automaton: on text
that says many of the words it builds new states all the time, and costs a hundred times as much.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import ahocorasick


class Literals:
    """An automaton of words, ready to be run over texts."""

    def __init__(self, words: Iterable[str]) -> None:
        self._automaton = ahocorasick.Automaton()
        for word in words:
            self._automaton.add_word(word, word)
        self._automaton.make_automaton()

    def __bool__(self) -> bool:
        return len(self._automaton) > 0

    def among(self, text: str) -> frozenset[str]:
        """The words that stand somewhere in `text`."""
        return frozenset(word for _, word in self._automaton.iter(text)) if self else frozenset()

    def found_in(self, text: str) -> Iterator[tuple[int, str]]:
        """Every word at every place in `text`, overlapping ones too: where it begins, in order of its end."""
        if not self:
            return
        for last, word in self._automaton.iter(text):
            yield last + 1 - len(word), word
