"""All distinct texts of a page as the lines of one byte string, so that a pattern meets the page once.

A call into RE2 costs microseconds, a scan of a whole page not much more: asking each of a thousand
blocks would cost more than parsing did.  Shops repeat themselves ("Add to cart" five hundred times): each text
stands there once, and what is found in it counts for every block that has it.  The head, the foot and many goods
stand on every page of a shop: what one page had is not looked at again for the next.
"""

from __future__ import annotations

from collections.abc import Sequence

from pharmcheck.model import Block, Link
from pharmcheck.reading.patterns import Pattern

Stretches = dict[Pattern, list[tuple[int, int]]]  # from a line's beginning to a line's end
MAX_HITS = 5_000  # places of one pattern on one page; more is a flood


class Sheet:
    """Texts that are looked at together, each a line."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.texts = texts
        self.data = "\n".join(texts).encode()
        self.stretches: Stretches = {}  # of the patterns of which it is known

    def first(self, pattern: Pattern) -> dict[str, str]:
        """The texts in which group 1 of `pattern` (on bytes) begins, with the words of its first match."""
        data = self.data
        found: dict[str, str] = {}
        line = counted = 0
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
            found[self.texts[line]] = data[at:end].decode("utf-8", "replace")
            if len(found) >= MAX_HITS:
                break
        return found


class Known:
    """What was found so far in the texts of a site's pages."""

    def __init__(self) -> None:
        self.sheets: list[Sheet] = []
        self._texts: set[str] = set()
        self._found: dict[Pattern, dict[str, str]] = {}
        self._asked: dict[Pattern, int] = {}  # how many of the sheets

    def add(self, texts: Sequence[str]) -> Sheet:
        """The sheet with those that are new."""
        sheet = Sheet([text for text in texts if text not in self._texts])
        self._texts.update(sheet.texts)
        self.sheets.append(sheet)
        return sheet

    def first(self, pattern: Pattern) -> dict[str, str]:
        """As `Sheet.first`, of all of them."""
        found = self._found.setdefault(pattern, {})
        for sheet in self.sheets[self._asked.get(pattern, 0) :]:
            found |= sheet.first(pattern)
        self._asked[pattern] = len(self.sheets)
        return found


class Lines:
    """Blocks with what finders ask of them."""

    def __init__(
        self, blocks: Sequence[Block], rows: Sequence[int], links: Sequence[Link], known: Known | None = None
    ) -> None:
        self.blocks = blocks
        self.rows = rows
        self.links = links
        self.link_of = {link.block: link for link in reversed(links) if link.block >= 0}
        places: dict[str, list[int]] = {}
        for i, block in enumerate(blocks):
            text = block.text
            if text in places:
                places[text].append(i)
            else:
                places[text] = [i]
        self.places = places
        # In a flood not every line is looked at: it teaches nothing about other pages.
        self._known = known if known is not None and len(places) <= MAX_HITS else Known()
        self.sheet = self._known.add(tuple(places))

    def hits(self, pattern: Pattern) -> list[int]:
        """Indices of the blocks in which group 1 of `pattern` (on bytes) begins, in order, each once."""
        return list(self.first(pattern))

    def first(self, pattern: Pattern) -> dict[int, str]:
        """For each of those blocks the words of its first match."""
        places = self.places
        found = self._known.first(pattern)
        here = {place: words for text, words in found.items() if text in places for place in places[text]}
        return dict(sorted(here.items())[:MAX_HITS])
