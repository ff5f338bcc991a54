"""What the tokenizer pass has gathered so far, and the few operations on it.

No tree: a short stack of the elements that change what text *is* (heading, item, cell, control) and
*where* it stands (header, footer …).  Elements close in any order, as on real pages; closing one
pops down to its own opening, so that the whole pass stays linear whatever the nesting.
"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urljoin, urlsplit

from turbohtml import Token

from pharmcheck.model import Block, BlockKind, Form, Link, Region
from pharmcheck.reading.opened import Image, OpenForm, OpenLink
from pharmcheck.reading.text import MAX_TEXT, clean

MAX_BLOCKS = 20_000
MAX_LINKS = 5_000
MAX_IMAGES = 2_000
MAX_SCRIPTS = 50  # JSON-LD scripts
MAX_URL = 2_000
MAX_FORM_TEXT = 2_000
MAX_LINK_TEXT = 1_000
_KEPT_SCHEMES = ("http://", "https://", "mailto:", "tel:", "javascript:", "sms:", "whatsapp:")
_TEXT, _CONTROL, _HEADING, _ALT = BlockKind.TEXT, BlockKind.CONTROL, BlockKind.HEADING, BlockKind.ALT
_LONGEST_CONTROL, _LONGEST_HEADING = 200, 400  # characters; longer words are text, whatever the element
_NOSCRIPT = Region.NOSCRIPT
# A tuple: `in` tries identity first, where a set would call the hash of an enum, which is Python code.
_UNSEEN = (BlockKind.TITLE, BlockKind.META, BlockKind.ALT)


class Builder:
    """State of one pass over one page."""

    def __init__(self, url: str) -> None:
        self.base = url
        self.blocks: list[Block] = []
        self.rows: list[int] = []  # beside `blocks`: number of the table row, 0 outside tables
        self.links: list[Link] = []
        self.forms: list[Form] = []
        self.images: list[Image] = []
        self.json_ld: list[str] = []
        self.title = ""
        self.lang = ""
        self.refresh: str | None = None
        self.based = False
        self.scripts = 0
        self.script_bytes = 0
        self.text_chars = 0
        self.problems: list[str] = []
        # where we are
        self.tokens: Iterator[Token] = iter(())
        self.parts: list[str] = []
        self.first: Token | None = None
        self.kind = _TEXT
        self.region = Region.MAIN
        self.heading = ""
        self.row = 0
        self.last_row = 0
        self.divs = 0
        self.foreign = 0  # inside svg or math
        self.link: OpenLink | None = None
        self.form: OpenForm | None = None
        self.labels: dict[str, str] = {}
        self.label_for: str | None = None
        self.line0 = 0
        self.col0 = 0
        self.fixed: tuple[int, int] | None = None
        self.nested = 0
        self.nested_chars = 0
        self._mark = 0  # first of `parts` that belongs to the open link
        self._alts: list[tuple[str, int, int]] = []
        self._stack: list[tuple[str, BlockKind, Region]] = []
        self._open: dict[str, int] = {}
        self._hinted: list[int] = []  # depth of the divs that opened a region
        self._urls: dict[str, str] = {}
        self._origin = ""

    def flush(self) -> None:
        """End the running block."""
        parts = self.parts
        raw = "".join(parts)
        link = self.link
        if link is not None:
            self._feed(link)
        parts.clear()
        first = self.first
        if first is not None:
            self.first = None
            text = " ".join(raw.split())
            if not (text.isascii() and text.isprintable()):
                text = clean(text, len(text) * 4)
            if text:
                line, col = first.line, first.col
                if self.nested:
                    line, col = self.position(first)
                kind = _CONTROL if link is not None and link.styled else self.kind
                size = len(text)
                if size > _LONGEST_CONTROL and (kind is _CONTROL or (kind is _HEADING and size > _LONGEST_HEADING)):
                    kind = _TEXT  # left open, it swallowed what follows
                self.add(text, kind, line, col)
        if self._alts:
            alts, self._alts = self._alts, []
            for alt, line, col in alts:
                self.add(alt, _ALT, line, col)

    def add(self, text: str, kind: BlockKind, line: int, col: int) -> None:
        """One more block, in pieces when it is very long."""
        region = self.region
        while len(text) > MAX_TEXT:
            cut = text.rfind(" ", MAX_TEXT // 2, MAX_TEXT)
            cut = cut if cut > 0 else MAX_TEXT
            self.add(text[:cut], kind, line, col)
            text = text[cut:].lstrip()
        if len(self.blocks) >= MAX_BLOCKS:
            self.trouble(f"more than {MAX_BLOCKS} blocks of text")
            return
        self.blocks.append(Block(text, kind, region, self.heading, line, col))
        self.rows.append(self.row)
        if region is not _NOSCRIPT and kind not in _UNSEEN:
            self.text_chars += len(text)
        if kind is _HEADING:
            self.heading = text[:300]

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
        self._stack.append((tag, self.kind, self.region))
        self._open[tag] = self._open.get(tag, 0) + 1
        self.kind = kind
        if region is not None and self.region is not _NOSCRIPT:
            self.region = region

    def pop(self, tag: str) -> None:
        """Close down to the last opening of `tag`; nothing when none is open."""
        count = self._open
        if not count.get(tag):
            return
        while True:
            top, self.kind, self.region = self._stack.pop()
            count[top] -= 1
            if top == "div":
                self._hinted.pop()
            if top == tag:
                return

    def top(self) -> str:
        return self._stack[-1][0] if self._stack else ""

    def inside(self, tag: str) -> bool:
        return self._open.get(tag, 0) > 0

    def open_div(self, region: Region | None) -> None:
        self.divs += 1
        if region is not None:
            self.push("div", _TEXT, region)
            self._hinted.append(self.divs)

    def close_div(self) -> None:
        if self._hinted and self._hinted[-1] >= self.divs:
            self.pop("div")
        self.divs = max(self.divs - 1, 0)

    # ------------------------------------------------------------------ links

    def open_link(self, link: OpenLink) -> None:
        self.close_link()
        if link.styled and self.parts:
            self.flush()
        self.link = link
        self._mark = len(self.parts)

    def close_link(self) -> None:
        link = self.link
        if link is None:
            return
        if link.styled and self.parts:
            self.flush()
        elif len(self.parts) > self._mark:
            self._feed(link)
        self.link = None
        if len(self.links) < MAX_LINKS:
            text = " ".join(link.text.split())
            if not (text.isascii() and text.isprintable() and len(text) <= MAX_LINK_TEXT // 2):
                text = clean(text, MAX_LINK_TEXT // 2)
            text = text or link.alt or clean(link.label, 200)
            self.links.append(Link(link.url, text, link.image, link.region, link.block))
        else:
            self.trouble(f"more than {MAX_LINKS} links")

    def _feed(self, link: OpenLink) -> None:
        words = "".join(self.parts[self._mark :])
        self._mark = 0
        if words and not words.isspace():
            if link.block < 0:
                link.block = len(self.blocks)
            if len(link.text) < MAX_LINK_TEXT:
                link.text += words[:MAX_LINK_TEXT] + " "

    def image(self, src: str, alt: str, token: Token) -> None:
        link = self.link
        if len(self.images) < MAX_IMAGES:
            self.images.append(Image(src, alt, self.region, link))
        if link is not None:
            link.image = link.image or src
            link.alt = link.alt or alt
        if alt:
            line, col = self.position(token)
            if self.parts:  # the block that runs here comes first
                self._alts.append((alt, line, col))
            else:
                self.add(alt, _ALT, line, col)

    def absolute(self, url: str) -> str:
        """The absolute form of a link; cheap for the usual ones (`urljoin` costs microseconds each)."""
        known = self._urls.get(url)
        if known is not None:
            return known
        tidy = url.strip()
        if not (tidy.isascii() and tidy.isprintable()):
            tidy = clean(tidy.replace("\t", "").replace("\n", "").replace("\r", ""), MAX_URL)
        tidy = tidy[:MAX_URL]
        if tidy.startswith(_KEPT_SCHEMES):
            result = tidy
        else:
            try:
                if tidy[:1] == "/" and tidy[1:2] not in ("/", "\\") and "/." not in tidy:
                    result = self._root() + tidy
                elif tidy[:1] == "?":
                    result = self.base.partition("#")[0].partition("?")[0] + tidy
                elif tidy[:1] == "#":
                    result = self.base.partition("#")[0] + tidy
                elif tidy[:5].lower() == "data:":
                    result = ""
                else:
                    result = urljoin(self.base, tidy)
            except ValueError:  # an IPv6 literal or port that is none
                result = tidy
        self._urls[url] = result
        return result

    def rebase(self, href: str) -> None:
        """A `<base>`: only before any link was read, as the first one counts."""
        self.base = self.absolute(href)
        self._urls.clear()
        self._origin = ""

    def _root(self) -> str:
        if not self._origin:
            scheme, host, *_ = urlsplit(self.base)
            self._origin = f"{scheme}://{host}"
        return self._origin
