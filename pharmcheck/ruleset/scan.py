"""Find the phrases of all rules in a page at once, and say where.

A set of patterns over chunks of whole blocks tells which phrases occur at all; only those are then
looked for one by one.  That is what keeps two hundred phrases as cheap as a few.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Any

import re2

from pharmcheck.model import BlockKind, Look, Reading
from pharmcheck.ruleset.folding import fold, spell
from pharmcheck.ruleset.medicines import Medicine, Medicines
from pharmcheck.ruleset.phrases import MEDICINE, compile_phrase

_CHUNK_CHARS = 4096  # RE2 sets answer only "somewhere in here"; small chunks keep the second look small


@dataclass(frozen=True, slots=True)
class Phrase:
    """One phrase of one matcher of one rule."""

    owner: tuple[str, int]  # rule and matcher
    language: str
    text: str


@dataclass(frozen=True, slots=True)
class Hit:
    """A phrase found: character offsets inside the block's text."""

    phrase: Phrase
    block: int
    start: int
    end: int
    medicines: tuple[Medicine, ...]  # named inside the hit


@dataclass(slots=True)
class PageText:
    """A page's blocks as one folded text, and the medicines named in it."""

    reading: Reading
    folded: str
    starts: list[int]  # where each block begins in `folded`
    look: Look = Look.PLAIN
    named: list[tuple[int, int, Medicine]] = field(default_factory=list)  # offsets in `folded`, in order
    heard: dict[Any, Any] = field(default_factory=dict)  # who speaks, by the words; kept by `voice`
    _named_at: list[int] = field(default_factory=list)  # where each of them starts
    _headings: dict[tuple[BlockKind, str], int] | None = None
    _above: dict[str, str] = field(default_factory=dict)
    _alike: dict[tuple[Medicine, ...], tuple[Medicine, ...]] = field(default_factory=dict)
    _in_block: dict[int, tuple[Medicine, ...]] = field(default_factory=dict)

    def block_at(self, offset: int) -> int:
        return bisect_right(self.starts, offset) - 1

    def block_text(self, block: int) -> str:
        """The folded text of one block."""
        begin = self.starts[block]
        return self.folded[begin : begin + len(self.reading.blocks[block].text)]

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
        """Medicines named in a block: the very same tuple for the same medicines, so that it can be told by identity.

        A block with thousands of statements asks thousands of times.
        """
        named = self._in_block.get(block)
        if named is None:
            begin = self.starts[block]
            named = self.medicines_in(begin, begin + len(self.reading.blocks[block].text))
            named = self._in_block[block] = self._alike.setdefault(named, named)
        return named


def page_text(reading: Reading, medicines: Medicines, look: Look = Look.PLAIN) -> PageText:
    """Fold a page and find the medicines in it."""
    texts = [block.text for block in reading.blocks]
    starts = list(accumulate((len(text) + 1 for text in texts[:-1]), initial=0)) if texts else []
    folded = fold("\n".join(texts))
    named = medicines.named_in(folded)
    return PageText(reading, folded, starts, look, named, _named_at=[start for start, _, _ in named])


class PhraseIndex:
    """All phrases of a ruleset, compiled once."""

    def __init__(self, phrases: Iterable[Phrase]) -> None:
        self._phrases: dict[str, list[Phrase]] = {}  # several rules may ask for the same words
        for phrase in phrases:
            self._phrases.setdefault(phrase.text, []).append(phrase)
        self._texts: Sequence[str] = tuple(self._phrases)
        self._needs_medicine = [MEDICINE in text for text in self._texts]
        options = re2.Options()
        options.never_capture = True
        options.max_mem = 64 << 20
        patterns = [compile_phrase(text).encode() for text in self._texts]
        self._patterns, self._options = patterns, options
        self._single: dict[int, Any] = {}  # compiled when first needed: most phrases never are
        self._set: Any = re2.Set.SearchSet(options)
        for pattern in patterns:
            self._set.Add(pattern)
        if patterns:
            self._set.Compile()

    def found_in(self, folded: str, named: tuple[Medicine, ...] = ()) -> bool:
        """Whether any phrase stands in a piece of folded text; `named` are the medicines in it."""
        matched = self._set.Match(spell(folded).encode()) if self._texts else None
        return any(named or not self._needs_medicine[index] for index in matched or ())

    def hits(self, page: PageText) -> Iterator[Hit]:
        """Every phrase found in the page, in page order for each chunk."""
        if not self._texts:
            return
        for begin, end in _chunks(page):
            data = spell(page.folded[begin:end]).encode()
            for index in sorted(self._set.Match(data) or ()):
                for first, last in self._places(index, data, plain=len(data) == end - begin):
                    block = page.block_at(begin + first)
                    named = page.medicines_in(begin + first, begin + last)
                    if self._needs_medicine[index] and not named:
                        continue
                    offset = begin - page.starts[block]
                    for phrase in self._meant(index, page.reading.language):
                        yield Hit(phrase, block, first + offset, last + offset, named)

    def _meant(self, index: int, language: str | None) -> Iterable[Phrase]:
        """The phrases of this text, once for each matcher: words that many languages share are the page's own."""
        phrases = self._phrases[self._texts[index]]
        if len(phrases) == 1:
            return phrases
        meant: dict[tuple[str, int], Phrase] = {}
        for phrase in phrases:
            if phrase.language == language or phrase.owner not in meant:
                meant[phrase.owner] = phrase
        return meant.values()

    def _places(self, index: int, data: bytes, *, plain: bool) -> Iterator[tuple[int, int]]:
        """Where a phrase stands in UTF-8, counted in characters."""
        at_byte = at_char = 0
        for match in self._alone(index).finditer(data):
            first, last = match.span()
            if not plain:
                at_char += len(data[at_byte:first].decode())
                at_byte, first = first, at_char
                last = at_char + len(data[at_byte:last].decode())
            yield first, last

    def _alone(self, index: int) -> Any:  # noqa: ANN401 - re2 has no types
        if index not in self._single:
            self._single[index] = re2.compile(self._patterns[index], self._options)
        return self._single[index]


def _chunks(page: PageText) -> Iterator[tuple[int, int]]:
    begin = 0
    for end in (*page.starts[1:], len(page.folded)):
        if end - begin >= _CHUNK_CHARS or end == len(page.folded):
            yield begin, end
            begin = end
