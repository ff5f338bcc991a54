"""All distinct texts of a page as the lines of one byte string, so that a pattern meets the page once.

A call into RE2 costs microseconds, a scan of a whole page not much more: asking each of a thousand
blocks would cost more than parsing did.  Shops repeat themselves ("Add to cart" five hundred times): each text
stands there once, and what is found in it counts for every block that has it.
"""

from __future__ import annotations

from collections.abc import Sequence

from pharmcheck.model import Block, Link
from pharmcheck.reading.patterns import Pattern

Stretches = dict[Pattern, list[tuple[int, int]]]  # from a line's beginning to a line's end
MAX_HITS = 5_000  # places of one pattern on one page; more is a flood


class Lines:
    """Blocks with what finders ask of them."""

    def __init__(self, blocks: Sequence[Block], rows: Sequence[int], links: Sequence[Link]) -> None:
        self.blocks = blocks
        self.rows = rows
        self.links = links
        self.link_of = {link.block: link for link in reversed(links) if link.block >= 0}
        self.stretches: Stretches = {}  # of the patterns of which it is known
        places: dict[str, list[int]] = {}
        for i, block in enumerate(blocks):
            text = block.text
            if text in places:
                places[text].append(i)
            else:
                places[text] = [i]
        self._places = places
        self._texts = list(places)
        self.data = "\n".join(self._texts).encode()

    def hits(self, pattern: Pattern) -> list[int]:
        """Indices of the blocks in which group 1 of `pattern` (on bytes) begins, in order, each once."""
        return list(self.first(pattern))

    def first(self, pattern: Pattern) -> dict[int, str]:
        """For each of those blocks the words of its first match."""
        data = self.data
        found: dict[int, str] = {}
        line = counted = lines_hit = 0
        until = -1  # end of the line of the last hit
        stretches = self.stretches.get(pattern, ((0, len(data)),))
        for match in (match for begin, end in stretches for match in pattern.finditer(data, begin, end)):
            at, end = match.span(1)
            if at < until:
                continue
            line += data.count(b"\n", counted, at)
            counted = at
            until = data.find(b"\n", at)
            if until < 0:
                until = len(data)
            words = data[at:end].decode("utf-8", "replace")
            for place in self._places[self._texts[line]]:
                found[place] = words
            lines_hit += 1
            if lines_hit >= MAX_HITS:
                break
        return dict(sorted(found.items())[:MAX_HITS])
