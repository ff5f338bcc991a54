"""Which of the patterns that meet every page occur on this one, and in which stretch of it: one look for several.

Most pages have no licence, seal or post-office box, and most have their address in the foot.  An RE2 set tells so in
one scan of the page, where each of its patterns would take as long.  One set for all of them would be slower, not
faster: the states of its automaton stand for what may be going on in every pattern at once, and prose of many kinds
goes through new combinations without end.  So patterns that look for the same kind of thing share one.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import re2

from pharmcheck.reading import addresses, mails, messengers, offers, phones
from pharmcheck.reading.lines import Sheet
from pharmcheck.reading.patterns import Pattern, options
from pharmcheck.reading.vocabulary import Vocabulary

# Found at the end of any text: when even this is missing, the set ran out of memory and has said nothing.
_ALWAYS = rb"\z"
_STRETCH = 4_096  # bytes: a set answers only "somewhere in here"


class Sieve:
    """The compiled sets."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        words = (vocabulary.labels, vocabulary.seal_words, vocabulary.buy, vocabulary.verb_hint)
        written = (offers.PATTERNS, phones.PATTERNS, messengers.PATTERNS, addresses.PATTERNS)
        kinds = (words, *written, *((pattern,) for pattern in mails.PATTERNS))
        self._sets = tuple((patterns, _compiled(patterns)) for patterns in map(tuple, map(dict.fromkeys, kinds)))

    def sort(self, sheet: Sheet) -> None:
        """Tell the lines of a page where each pattern may match; it surely matches nowhere else."""
        data = sheet.data
        stretches = []
        begin = 0
        while begin < len(data):
            end = data.find(b"\n", begin + _STRETCH) + 1 or len(data)
            stretches.append((begin, end, data[begin:end]))
            begin = end
        for patterns, compiled in self._sets:
            found: list[list[tuple[int, int]]] = [[] for _ in (*patterns, _ALWAYS)]
            for begin, end, stretch in stretches:
                for number in compiled.Match(stretch) or ():
                    found[number].append((begin, end))
            if len(found[-1]) == len(stretches):
                sheet.stretches |= dict(zip(patterns, found, strict=False))


def _compiled(patterns: Sequence[Pattern]) -> Any:  # noqa: ANN401 - re2 has no types
    together = re2.Set.SearchSet(options())
    for pattern in patterns:
        together.Add(pattern.pattern)
    together.Add(_ALWAYS)
    together.Compile()
    return together


@lru_cache(maxsize=4)  # a server that reloads its rules holds the old and the new
def sieve_of(vocabulary: Vocabulary) -> Sieve:
    """The sieve of a vocabulary, compiled once."""
    return Sieve(vocabulary)
