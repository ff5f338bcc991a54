"""Which of the patterns that meet every page occur on this one: one look for all of them.

Most pages have no licence, seal or post-office box.  An RE2 set tells so in one scan, where a dozen
patterns would each take as long.
"""

from __future__ import annotations

from functools import lru_cache

import re2

from pharmcheck.reading import addresses, contacts, offers
from pharmcheck.reading.patterns import Pattern, options
from pharmcheck.reading.vocabulary import Vocabulary

# Found at the end of any text: when even this is missing, the set ran out of memory and has said nothing.
_ALWAYS = rb"\z"


class Sieve:
    """The compiled set."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.patterns: tuple[Pattern, ...] = (
            *(vocabulary.labels, vocabulary.seal_words, vocabulary.buy, vocabulary.verb_hint),
            *(*offers.PATTERNS, *contacts.PATTERNS, *addresses.PATTERNS),
        )
        self._set = re2.Set.SearchSet(options())
        for pattern in self.patterns:
            self._set.Add(pattern.pattern)
        self._set.Add(_ALWAYS)
        self._set.Compile()

    def absent(self, data: bytes) -> frozenset[Pattern]:
        """The patterns that surely match nowhere in `data`."""
        present = self._set.Match(data)
        if not present or len(self.patterns) not in present:
            return frozenset()
        return frozenset(self.patterns) - {self.patterns[i] for i in present if i < len(self.patterns)}


@lru_cache(maxsize=4)  # a server that reloads its rules holds the old and the new
def sieve_of(vocabulary: Vocabulary) -> Sieve:
    """The sieve of a vocabulary, compiled once."""
    return Sieve(vocabulary)
