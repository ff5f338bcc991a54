"""Find the phrases of all rules in a page at once, and say where.

Every distinct line of a site is looked at once, however many of its pages have it.  One automaton tells which phrases
may stand in a line (`anchors`); only those are then looked for, one by one.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import accumulate
from typing import Any, NamedTuple

import re2

from pharmcheck.model import BlockKind, Look, Offer, Reading
from pharmcheck.ruleset.anchors import Anchors
from pharmcheck.ruleset.folding import fold, spell
from pharmcheck.ruleset.medicines import Medicine, Medicines
from pharmcheck.ruleset.phrases import MEDICINE, compile_phrase

_CHUNK_CHARS = 4096  # of whole blocks: so near to each other, statements come in the order of the rules
Places = tuple[tuple[int, int, int], ...]
"""The phrases that stand in a line, by number, and where: character offsets."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """One phrase of one matcher of one rule."""

    owner: tuple[str, int]  # rule and matcher
    language: str
    text: str


class Hit(NamedTuple):
    """A phrase found: character offsets inside the block's text."""

    phrase: Phrase
    block: int
    start: int
    end: int
    medicines: tuple[Medicine, ...]  # named inside the hit


class Line(NamedTuple):
    """One distinct text of a site, which its pages may repeat."""

    folded: str
    named: tuple[tuple[int, int, Medicine], ...]  # medicines, by offsets
    medicines: tuple[Medicine, ...]  # each once, in order; the very same tuple for the same ones


@dataclass(slots=True)
class PageText:
    """A page's blocks as one folded text, and the medicines named in it."""

    reading: Reading
    folded: str
    starts: list[int]  # where each block begins in `folded`
    lines: list[Line]  # each block
    look: Look = Look.PLAIN
    named: list[tuple[int, int, Medicine]] = field(default_factory=list)  # offsets in `folded`, in order
    naming: list[int] = field(default_factory=list)  # the blocks that name one
    shop_offers: tuple[Offer, ...] | None = None  # kept by `shelf`
    heard: dict[Any, Any] = field(default_factory=dict)  # who speaks, by the words; kept by `voice`
    _named_at: list[int] = field(default_factory=list)  # where each of them starts
    _headings: dict[tuple[BlockKind, str], int] | None = None
    _above: dict[str, str] = field(default_factory=dict)

    def block_at(self, offset: int) -> int:
        return bisect_right(self.starts, offset) - 1

    def block_text(self, block: int) -> str:
        """The folded text of one block."""
        return self.lines[block].folded

    def heading_of(self, block: int) -> str:
        """The folded heading above a block."""
        heading = self.reading.blocks[block].heading
        folded = self._above.get(heading)
        if folded is None:
            folded = self._above[heading] = fold(heading)
        return folded

    def medicines_in(self, begin: int, end: int) -> tuple[Medicine, ...]:
        """Medicines named between two offsets of `folded`, each once, in order."""
        found: dict[Medicine, None] = {}
        for place in range(bisect_left(self._named_at, begin), len(self.named)):
            start, stop, medicine = self.named[place]
            if start >= end:
                break
            if stop <= end:
                found[medicine] = None
        return tuple(found)

    def named_ends(self, begin: int, end: int) -> Iterator[int]:
        """Where the medicines named between two offsets of `folded` end."""
        for place in range(bisect_left(self._named_at, begin), bisect_left(self._named_at, end)):
            yield self.named[place][1]

    def first_named(self, begin: int) -> int:
        """Where the first medicine at or behind an offset of `folded` begins; there is one."""
        return self._named_at[bisect_left(self._named_at, begin)]

    def last_named(self, begin: int, end: int) -> int:
        """Where the last medicine named between two offsets of `folded` ends; there is one."""
        return max(stop for stop in self.named_ends(begin, end) if stop <= end)

    def medicines_in_heading(self, kind: BlockKind, text: str = "") -> tuple[Medicine, ...]:
        """Medicines named in a heading with this text, or in the page's title."""
        if self._headings is None:
            self._headings = {}
            for index, block in enumerate(self.reading.blocks):
                if block.kind is BlockKind.HEADING:
                    self._headings.setdefault((BlockKind.HEADING, block.text), index)
                elif block.kind is BlockKind.TITLE:
                    self._headings.setdefault((BlockKind.TITLE, ""), index)
        place = self._headings.get((kind, text))
        return () if place is None else self.medicines_in_block(place)

    def medicines_in_block(self, block: int) -> tuple[Medicine, ...]:
        """Medicines named in a block, each once: for the same ones the very same tuple, told by its identity."""
        return self.lines[block].medicines


def page_text(
    reading: Reading, medicines: Medicines, look: Look = Look.PLAIN, known: dict[str, Line] | None = None
) -> PageText:
    """Fold a page and find the medicines in it.

    Args:
        reading: what stands on the page.
        medicines: whom to look for.
        look: how the page was asked for.
        known: the lines of the site's other pages: the head and the foot of a shop stand on all of them.
    """
    known = {} if known is None else known
    texts = [block.text for block in reading.blocks]
    _learn([text for text in dict.fromkeys(texts) if text not in known], medicines, known)
    lines = [known[text] for text in texts]
    starts = list(accumulate([len(text) + 1 for text in texts[:-1]], initial=0)) if texts else []
    naming = [block for block, line in enumerate(lines) if line.named]
    named = [
        (starts[block] + first, starts[block] + last, medicine)
        for block in naming
        for first, last, medicine in lines[block].named
    ]
    at = [first for first, _, _ in named]
    folded = "\n".join([line.folded for line in lines])
    return PageText(reading, folded, starts, lines, look, named, naming, _named_at=at)


def subject_medicines(page: PageText, block: int, begin: int, end: int) -> tuple[Medicine, ...]:
    """What a statement is about: medicines in its sentence, else its block, else the heading, else the title."""
    start = page.starts[block]
    heading = page.reading.blocks[block].heading
    return (
        page.medicines_in(start + begin, start + end)
        or page.medicines_in_block(block)
        or (page.medicines_in_heading(BlockKind.HEADING, heading) if heading else ())
        or page.medicines_in_heading(BlockKind.TITLE)
    )


def _learn(texts: Sequence[str], medicines: Medicines, known: dict[str, Line]) -> None:
    """Fold texts, all in one piece, and find the medicines in them."""
    folded = fold("\n".join(texts))
    named = deque(medicines.named_in(folded))
    start = 0
    for text, line in zip(texts, folded.split("\n"), strict=False):  # no text at all makes an empty line
        end = start + len(line)
        there = []
        while named and named[0][0] <= end:
            first, last, medicine = named.popleft()
            there.append((first - start, last - start, medicine))
        medicines_there = tuple(dict.fromkeys(medicine for _, _, medicine in there)) if there else ()
        known[text] = Line(line, tuple(there), _the_same(medicines_there))
        start = end + 1


@lru_cache(maxsize=4096)  # the goods of some shops; forgetting one costs a second look at a sentence
def _the_same(medicines: tuple[Medicine, ...]) -> tuple[Medicine, ...]:
    return medicines


class PhraseIndex:
    """All phrases of a ruleset, compiled once."""

    def __init__(self, phrases: Iterable[Phrase]) -> None:
        self._phrases: dict[str, list[Phrase]] = {}  # several rules may ask for the same words
        for phrase in phrases:
            self._phrases.setdefault(phrase.text, []).append(phrase)
        self._texts: Sequence[str] = tuple(self._phrases)
        self._needs_medicine = [MEDICINE in text for text in self._texts]
        self._begins_with_it = [text.startswith(MEDICINE) for text in self._texts]
        self._ends_with_it = [text.endswith(MEDICINE) for text in self._texts]
        self._anchors = Anchors(self._texts)
        self._options = re2.Options()
        self._options.never_capture = True
        self._single: dict[int, Any] = {}  # compiled when first needed: most phrases never are
        for text in self._texts:
            compile_phrase(text)  # a phrase that is none is told of when rules are loaded

    def found_in(self, folded: str, named: tuple[Medicine, ...] = ()) -> bool:
        """Whether any phrase stands in a piece of folded text; `named` are the medicines in it."""
        text = spell(folded)
        data = text.encode()
        possible = (number for _, numbers in self._anchors.possible_in((text,)) for number in numbers)
        return any((named or not self._needs_medicine[n]) and self._alone(n).search(data) for n in possible)

    def hits(self, page: PageText, known: dict[str, Places] | None = None) -> Iterator[Hit]:
        """Every phrase found in the page, in page order for each chunk.

        Args:
            page: where to look.
            known: what stands in the lines of the site's other pages.
        """
        known = {} if known is None else known
        new = {line.folded: line for line in page.lines if line.folded not in known}
        known.update(dict.fromkeys(new, ()))
        known.update(self._places(tuple(new.values())))
        found = [
            (number, block, first, last)
            for block, line in enumerate(page.lines)
            for number, first, last in known[line.folded]
        ]
        chunk_of = _chunks(page) if found else []
        for number, block, first, last in sorted(found, key=lambda hit: (chunk_of[hit[1]], hit)):
            start = page.starts[block]
            named = page.medicines_in(start + first, start + last)
            if named or not self._needs_medicine[number]:
                begin, end = start + first, start + last
                begin, end = self._trimmed(number, page, begin, end) if named else (begin, end)
                for phrase in self._meant(number, page.reading.language):
                    yield Hit(phrase, block, begin - start, end - start, named)

    def _trimmed(self, number: int, page: PageText, begin: int, end: int) -> tuple[int, int]:
        """A hit without the words around its name ("never Viagra"): they tell who speaks, and are no part of it."""
        return (
            page.first_named(begin) if self._begins_with_it[number] else begin,
            page.last_named(begin, end) if self._ends_with_it[number] else end,
        )

    def _places(self, lines: Sequence[Line]) -> Iterator[tuple[str, Places]]:
        """Of the lines in which phrases stand: where."""
        spelt = [spell(line.folded) for line in lines]
        for place, numbers in self._anchors.possible_in(spelt):
            text, line = spelt[place], lines[place]
            data = text.encode()
            found = [
                (number, *match.span())
                for number in numbers
                if line.named or not self._needs_medicine[number]
                for match in self._alone(number).finditer(data)
            ]
            if found and len(data) != len(text):
                found = [(n, len(data[:first].decode()), len(data[:last].decode())) for n, first, last in found]
            if found:
                yield line.folded, tuple(found)

    def _meant(self, number: int, language: str | None) -> Iterable[Phrase]:
        """The phrases of this text, once for each matcher: words that many languages share are the page's own."""
        phrases = self._phrases[self._texts[number]]
        if len(phrases) == 1:
            return phrases
        meant: dict[tuple[str, int], Phrase] = {}
        for phrase in phrases:
            if phrase.language == language or phrase.owner not in meant:
                meant[phrase.owner] = phrase
        return meant.values()

    def _alone(self, number: int) -> Any:  # noqa: ANN401 - re2 has no types
        if number not in self._single:
            self._single[number] = re2.compile(compile_phrase(self._texts[number]).encode(), self._options)
        return self._single[number]


def _chunks(page: PageText) -> list[int]:
    """For each block the number of its chunk: statements are weighed a few blocks at a time, rule by rule."""
    chunks, chunk, begin = [], 0, 0
    for end in (*page.starts[1:], len(page.folded)):
        chunks.append(chunk)
        if end - begin >= _CHUNK_CHARS:
            chunk, begin = chunk + 1, end
    return chunks
