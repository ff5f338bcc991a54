"""Which of the patterns that meet every page occur on this one, and in which stretch of it: one look for all of them.

Most pages have no licence, seal or post-office box, and most have their address in the foot.  An RE2 set tells so in
one scan of the page, where a dozen patterns would each take as long.
"""

from __future__ import annotations

from functools import lru_cache

import re2

from pharmcheck.reading import addresses, contacts, offers
from pharmcheck.reading.lines import Lines, Stretches
from pharmcheck.reading.patterns import Pattern, options
from pharmcheck.reading.vocabulary import Vocabulary

# Found at the end of any text: when even this is missing, the set ran out of memory and has said nothing.
_ALWAYS = rb"\z"
_STRETCH = 4_096  # bytes: a set answers only "somewhere in here"


class Sieve:
    """The compiled set."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.patterns: tuple[Pattern, ...] = (
            *(vocabulary.labels, vocabulary.seal_words, vocabulary.buy, vocabulary.verb_hint),
            *dict.fromkeys((*offers.PATTERNS, *contacts.PATTERNS, *addresses.PATTERNS)),
        )
        self._set = re2.Set.SearchSet(options())
        for pattern in self.patterns:
            self._set.Add(pattern.pattern)
        self._set.Add(_ALWAYS)
        self._set.Compile()

    def sort(self, lines: Lines) -> None:
        """Tell the lines of a page where each pattern may match; it surely matches nowhere else."""
        data = lines.data
        found: Stretches = {pattern: [] for pattern in self.patterns}
        begin = 0
        while begin < len(data):
            end = data.find(b"\n", begin + _STRETCH) + 1 or len(data)
            present = self._set.Match(data[begin:end])
            if not present or len(self.patterns) not in present:
                return
            for i in present:
                if i < len(self.patterns):
                    found[self.patterns[i]].append((begin, end))
            begin = end
        lines.stretches = found


@lru_cache(maxsize=4)  # a server that reloads its rules holds the old and the new
def sieve_of(vocabulary: Vocabulary) -> Sieve:
    """The sieve of a vocabulary, compiled once."""
    return Sieve(vocabulary)
