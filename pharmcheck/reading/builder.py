"""What the tokenizer pass has gathered so far, and the few operations on it.

No tree: a short stack of the elements that change what text *is* (heading, item, cell, control) and
*where* it stands (header, footer …).  Elements close in any order, as on real pages; closing one
pops down to its own opening, so that the whole pass stays linear whatever the nesting.

A page has a thousand blocks and links: what runs for each of them avoids calls, and looks once where it can.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from turbohtml import Token

from pharmcheck.model import Block, BlockKind, Form, Link, Region
from pharmcheck.reading.opened import Image, OpenForm
from pharmcheck.reading.text import MAX_TEXT, clean, fold
from pharmcheck.reading.urls import Urls

MAX_BLOCKS = 20_000
MAX_LINKS = 5_000
MAX_IMAGES = 2_000
MAX_SCRIPTS = 50  # JSON-LD scripts
MAX_FORM_TEXT = 2_000
MAX_LINK_TEXT = 1_000
_TEXT, _CONTROL, _HEADING, _ALT = BlockKind.TEXT, BlockKind.CONTROL, BlockKind.HEADING, BlockKind.ALT
_TITLE, _META = BlockKind.TITLE, BlockKind.META
_LONGEST_CONTROL, _LONGEST_HEADING = 200, 400  # characters; longer words are text, whatever the element
_NOSCRIPT = Region.NOSCRIPT
_FEWEST_CELLS, _MOST_CELLS = 3, 60  # of a row of single words
_record = tuple.__new__  # makes a named tuple in half the time that its own, Python-written constructor takes


@dataclass(slots=True, eq=False)
class Builder(Urls):
    """State of one pass over one page."""

    blocks: list[Block] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)  # beside `blocks`: number of the table row, 0 outside tables
    links: list[Link] = field(default_factory=list)
    forms: list[Form] = field(default_factory=list)
    images: list[Image] = field(default_factory=list)
    json_ld: list[str] = field(default_factory=list)
    title: str = ""
    lang: str = ""
    based: bool = False
    scripts: int = 0
    script_bytes: int = 0
    text_chars: int = 0
    problems: list[str] = field(default_factory=list)
    # where we are
    tokens: Iterator[Token] = field(default_factory=lambda: iter(()))
    parts: list[str] = field(default_factory=list)
    first: Token | None = None
    kind: BlockKind = _TEXT
    region: Region = Region.MAIN
    heading: str = ""
    row: int = 0
    last_row: int = 0
    _row_start: int = 0  # first block of the open row
    divs: int = 0
    foreign: int = 0  # inside svg or math
    form: OpenForm | None = None
    labels: dict[str, str] = field(default_factory=dict)
    label_for: str | None = None
    unlabelled: tuple[int, Token] | None = None  # blocks before the open button, and its tag
    line0: int = 0
    col0: int = 0
    fixed: tuple[int, int] | None = None
    nested: int = 0
    soft: bool = False  # a `<br>` after words: the next words tell whether it ends a block
    # the open link, in fields of our own: one object less for each link
    link: Token | None = None
    styled: bool = False  # it looks like a button
    _link_url: str = ""
    _link_region: Region = Region.MAIN
    _link_text: str = ""
    _link_image: str = ""
    _link_alt: str = ""
    _link_block: int = -1
    _mark: int = 0  # first of `parts` that belongs to it
    _alts: list[tuple[str, int, int]] = field(default_factory=list)
    stack: list[tuple[str, BlockKind, Region]] = field(default_factory=list)
    _open: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))
    _hinted: list[int] = field(default_factory=list)  # depth of the divs that opened a region

    def flush(self) -> None:
        """End the running block."""
        parts = self.parts
        raw = parts[0] if len(parts) == 1 else "".join(parts)
        self.soft = False
        if self.link is not None:
            self._feed()
        parts.clear()
        first = self.first
        if first is not None:
            self.first = None
            text = fold(raw)
            if text:
                kind = _CONTROL if self.styled else self.kind
                size = len(text)
                if size > _LONGEST_CONTROL and (kind is _CONTROL or (kind is _HEADING and size > _LONGEST_HEADING)):
                    kind = _TEXT  # left open, it swallowed what follows
                blocks, region = self.blocks, self.region
                if self.nested or size > MAX_TEXT or len(blocks) >= MAX_BLOCKS:
                    self.add(text, kind, *self.position(first))
                else:  # `add` written out: most blocks of a page come this way
                    blocks.append(_record(Block, (text, kind, region, self.heading, first.line, first.col)))
                    self.rows.append(self.row)
                    if region is not _NOSCRIPT:
                        self.text_chars += size
                    if kind is _HEADING:
                        self.heading = text[:300]
        if self._alts:
            alts, self._alts = self._alts, []
            for alt, line, col in alts:
                self.add(alt, _ALT, line, col)

    def add(self, text: str, kind: BlockKind, line: int, col: int) -> None:
        """One more block, in pieces when it is very long."""
        start = 0
        while len(text) - start > MAX_TEXT:
            # Behind a sentence where there is one: a "never" must not be cut off from what it denies.
            half, full = start + MAX_TEXT // 2, start + MAX_TEXT
            cut = max(text.rfind(end, half, full) for end in (". ", "! ", "? ")) + 1 or text.rfind(" ", half, full)
            cut = cut if cut > 0 else full
            self.add(text[start:cut], kind, line, col)
            start = cut + (text[cut] == " ")  # white space is folded
        text = text[start:] if start else text
        blocks = self.blocks
        if len(blocks) >= MAX_BLOCKS:
            self.trouble(f"more than {MAX_BLOCKS} blocks of text")
            return
        region = self.region
        blocks.append(_record(Block, (text, kind, region, self.heading, line, col)))
        self.rows.append(self.row)
        if kind is _HEADING:
            self.heading = text[:300]
        elif kind is _ALT or kind is _META or kind is _TITLE:
            return  # nobody sees those
        if region is not _NOSCRIPT:
            self.text_chars += len(text)

    def position(self, token: Token) -> tuple[int, int]:
        """Where a token stands in the page, also from within re-read raw text."""
        if self.fixed is not None:
            return self.fixed
        line, col = token.line, token.col
        return (line + self.line0, col) if line > 1 else (1 + self.line0, col + self.col0)

    def trouble(self, words: str) -> None:
        if words not in self.problems:
            self.problems.append(words)

    # ------------------------------------------------------------------ elements

    def push(self, tag: str, kind: BlockKind, region: Region | None) -> None:
        self.stack.append((tag, self.kind, self.region))
        self._open[tag] += 1
        self.kind = kind
        if region is not None and self.region is not _NOSCRIPT:
            self.region = region

    def pop(self, tag: str) -> None:
        """Close down to the last opening of `tag`; nothing when none is open."""
        count = self._open
        if not count[tag]:
            return
        stack = self.stack
        while True:
            top, self.kind, self.region = stack.pop()
            count[top] -= 1
            if top == "div":
                self._hinted.pop()
            if top == tag:
                return

    def top(self) -> str:
        return self.stack[-1][0] if self.stack else ""

    def inside(self, tag: str) -> bool:
        return self._open[tag] > 0

    def open_div(self, region: Region | None) -> None:
        self.divs += 1
        if region is not None:
            self.push("div", _TEXT, region)
            self._hinted.append(self.divs)

    def close_div(self) -> None:
        if self._hinted and self._hinted[-1] >= self.divs:
            self.pop("div")
        if self.divs:
            self.divs -= 1

    def go_on(self, words: str) -> None:
        """After a `<br>`: end the block, unless its words go on in lower case: "No prescription<br>required"."""
        self.soft = False
        before, after = "".join(self.parts[-4:]).rstrip()[-1:], words.lstrip()[:1]
        if after.islower() and (before.isalpha() or before == ","):
            self.parts.append(" ")
        else:
            self.flush()

    def end_row(self) -> None:
        """A row whose cells hold one word each is a sentence cut up: its words stand once more as one block."""
        start, self._row_start = self._row_start, len(self.blocks)
        if self.row and _FEWEST_CELLS <= len(self.blocks) - start <= _MOST_CELLS:
            words = [block.text for block in self.blocks[start:]]
            plain = sum(word.isascii() and word.rstrip(".,!?:;").isalpha() for word in words if " " not in word)
            if len(words) - plain <= len(words) // 4:
                first = self.blocks[start]
                self.add(" ".join(words)[:MAX_TEXT], BlockKind.CELL, first.line, first.col)
                self._row_start = len(self.blocks)

    # ------------------------------------------------------------------ links

    def open_link(self, token: Token, href: str, *, styled: bool) -> None:
        if self.link is not None:
            self.close_link()
        if styled and self.parts:
            self.flush()
        self.link = token
        self.styled = styled
        # What is over the limit is dropped when it closes: joining its address would cost the most.
        kept = len(self.links) < MAX_LINKS
        self._link_url = self.absolute(href) if kept else self._urls.get(href, "")
        self._link_region = self.region
        self._link_text = self._link_image = self._link_alt = ""
        self._link_block = -1
        self._mark = len(self.parts)

    def close_link(self) -> None:
        link = self.link
        if link is None:
            return
        if self.styled and self.parts:
            self.flush()
        elif len(self.parts) > self._mark:
            self._feed()
        self.link = None
        self.styled = False
        links = self.links
        if len(links) < MAX_LINKS:
            text = self._link_text
            if text:
                text = fold(text, MAX_LINK_TEXT // 2)
            if not text:
                text = self._link_alt or clean(link.attr("aria-label") or link.attr("title") or "", 200)
            links.append(_record(Link, (self._link_url, text, self._link_image, self._link_region, self._link_block)))
        else:
            self.trouble(f"more than {MAX_LINKS} links")

    def _feed(self) -> None:
        """Give the open link the words that came since it was opened."""
        parts, mark = self.parts, self._mark
        self._mark = 0
        if len(parts) <= mark:
            return
        words = parts[mark] if len(parts) == mark + 1 else "".join(parts[mark:])
        if not words.isspace():
            if self._link_block < 0:
                self._link_block = len(self.blocks)
                self._link_text = words[:MAX_LINK_TEXT]
            elif len(self._link_text) < MAX_LINK_TEXT:
                self._link_text += " " + words[:MAX_LINK_TEXT]

    def image(self, src: str, alt: str, token: Token) -> None:
        linked = self.link is not None
        if len(self.images) < MAX_IMAGES:
            self.images.append(_record(Image, (src, alt, self._link_url if linked else None)))
        if linked:
            self._link_image = self._link_image or src
            self._link_alt = self._link_alt or alt
        if alt:
            line, col = self.position(token) if self.nested else (token.line, token.col)
            if self.parts:  # the block that runs here comes first
                self._alts.append((alt, line, col))
            else:
                self.add(alt, _ALT, line, col)
