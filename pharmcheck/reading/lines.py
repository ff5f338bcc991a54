"""All blocks of a page as the lines of one byte string, so that a pattern meets the page once.

A call into RE2 costs microseconds, a scan of a whole page not much more: asking each of a thousand
blocks would cost more than parsing did.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate

from pharmcheck.model import Block, Link
from pharmcheck.reading.patterns import Pattern

MAX_HITS = 5_000  # places of one pattern on one page; more is a flood


class Lines:
    """Blocks with what finders ask of them."""

    def __init__(self, blocks: Sequence[Block], rows: Sequence[int], links: Sequence[Link]) -> None:
        self.blocks = blocks
        self.rows = rows
        self.links = links
        self.link_of = {link.block: link for link in reversed(links) if link.block >= 0}
        encoded = [block.text.encode() for block in blocks]
        self.data = b"\n".join(encoded)
        self._starts = [0, *accumulate(len(piece) + 1 for piece in encoded)]

    def hits(self, pattern: Pattern) -> list[int]:
        """Indices of the blocks in which group 1 of `pattern` (on bytes) begins, in order, each once."""
        return list(self.first(pattern))

    def first(self, pattern: Pattern) -> dict[int, str]:
        """For each of those blocks the words of its first match."""
        found: dict[int, str] = {}
        starts = self._starts
        last = len(self.blocks) - 1
        until = 0
        for match in pattern.finditer(self.data):
            at, end = match.span(1)
            if at < until:  # still in the block of the last hit
                continue
            index = min(bisect_right(starts, at) - 1, last)
            until = starts[index + 1]
            found[index] = self.data[at:end].decode("utf-8", "replace")
            if len(found) >= MAX_HITS:
                break
        return found
