"""From a quote back to the archived bytes: where exactly do these words stand?

Most quotes stand in one run of plain text: there a plain search is exact.  Else the source is read again from the
block's place, piece by piece, keeping for every visible character where in the source it came from; no further
than a quote of that length can reasonably reach, as it costs half a microsecond a character.
"""

from __future__ import annotations

import re
import unicodedata
from array import array
from collections.abc import Sequence
from functools import lru_cache

from turbohtml import TokenType, tokenize

from pharmcheck.model import Block, Page
from pharmcheck.reading.markup import SPLITS
from pharmcheck.reading.text import BLANK, INVISIBLE, LATIN, MARKS, Decoded, decode, is_plain

_REACH = 64_000  # characters of source after the block's start in which the quote must stand
_NEAR, _FAR = (2, 300), (20, 4_000)  # first and last try: so many times the words, and so many characters more
_EDGE = 80  # the end of a stretch cut somewhere: a cut entity or tag may look like text there
_CLOSED = 8  # tags that may close at the end of a quote
_HELD = 1_000_000  # bytes of a page whose text is worth holding until the next quote
_newline = re.compile(r"\r\n?|\n")
_tag_name = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]{0,20})(?=[\s/>])").match
_drawn_over = re.compile(LATIN + MARKS).fullmatch
_RAW = frozenset(("script", "style", "iframe"))
_BOUNDARY = "<>"  # longer than any character of a page
# What a tag puts between words: the end of a block, or a gap in one that may go on.
_BETWEEN = dict.fromkeys(SPLITS, _BOUNDARY) | dict.fromkeys(("br", "rt", "rp"), " ")

Piece = tuple[str, int, int]  # visible text of one character or none, start and end in the source


def locate(page: Page, block: Block, quote: str) -> tuple[int, int] | None:
    """Byte offsets of `quote` in `page.body`; None when it does not stand there in one piece."""
    if not quote or block.line < 1:
        return None
    decoded, starts = _held(page) if len(page.body) <= _HELD else _decoded(page)
    text = decoded.text
    if block.line > len(starts) or starts[block.line - 1] + block.col > len(text):
        return None
    start = starts[block.line - 1] + block.col
    span = _in_plain_text(text, start, quote) or _in_markup(text, start, block, quote)
    if span is None:
        return None
    return _to_bytes(page.body, decoded, start + span[0], start + span[1])


def _decoded(page: Page) -> tuple[Decoded, Sequence[int]]:
    """The text of a page and where its lines start, as the tokenizer counts: CR, LF and CRLF are one newline each."""
    decoded = decode(page)
    starts = array("I", (0,))  # four bytes a line: a page of nothing but newlines has five million
    starts.extend(match.end() for match in _newline.finditer(decoded.text))
    return decoded, starts


_held = lru_cache(maxsize=16)(_decoded)  # a site has a dozen pages, and evidence jumps between them


def _in_plain_text(text: str, start: int, quote: str) -> tuple[int, int] | None:
    """The quote in the text that begins here, when that text shows exactly as it is written."""
    stop = text.find("<", start, start + _REACH)
    if stop < 0:
        stop = min(len(text), start + _REACH)
    at = text.find(quote, start, stop)
    if at < 0:
        return None
    end = at + len(quote)
    run = text[start : min(end + 1, stop)]  # with the character behind the quote, which may join it
    if "&" in run or "  " in run or not is_plain(run):
        return None
    return (at - start, end - start) if end < stop or _nothing_joins(text, stop) else None


def _nothing_joins(text: str, at: int) -> bool:
    """Whether surely no combining character follows after the tags that begin here."""
    for _ in range(_CLOSED):
        tag = _tag_name(text, at)
        if tag is None:
            char = text[at : at + 1]
            return char.isascii() and char not in ("<", "&", "\x00")
        if tag.group(2).lower() in SPLITS:
            return True
        at = tag.end() + 1
        if not tag.group(1) or text[at - 1 : at] != ">":
            return False
    return False


def _in_markup(text: str, start: int, block: Block, quote: str) -> tuple[int, int] | None:
    """The quote between tags, entities and folded white space, else in an attribute of the tag that begins here."""
    needed = block.text.find(quote) + len(quote)
    for times, more in (_NEAR, _FAR):
        reach = min(times * max(needed, len(quote)) + more, _REACH)
        source = text[start : start + reach]
        cut = start + reach < len(text) and reach < _REACH
        span = _match(_visible(source), quote)
        if span is not None and not (cut and span[1] > reach - _EDGE):
            return span
        if span is None and source.startswith("<"):  # words from an attribute: alt, value, content
            span = _match(_inside_tag(source), quote)
            if span is not None:
                return span
    return None


def _visible(source: str) -> list[Piece]:
    """Every visible character of a stretch of markup with its place, and a boundary where a block ends."""
    lines = [0, *(match.end() for match in _newline.finditer(source))]
    pieces: list[Piece] = []
    skip = ""
    for token in tokenize(source, resolve_references=False, capture_source=True):
        kind = token.type
        at = lines[token.line - 1] + token.col
        if kind is TokenType.TEXT:
            if not skip:
                _add_text(pieces, token.data or "", source, at)
        elif kind is TokenType.CHARACTER_REFERENCE:
            if not skip:
                _add_reference(pieces, token.data or "", at, at + len(token.source or ""), source)
        elif kind is TokenType.START_TAG:
            tag = token.tag or ""
            if tag in _RAW:
                skip = tag
            elif tag in _BETWEEN:
                pieces.append((_BETWEEN[tag], at, at))
        elif kind is TokenType.END_TAG:
            tag = token.tag or ""
            if tag == skip:
                skip = ""
            elif tag in _BETWEEN:
                pieces.append((_BETWEEN[tag], at, at))
    return pieces


def _add_text(pieces: list[Piece], data: str, source: str, at: int) -> None:
    """Text as it stands.  The tokenizer shows CRLF as one newline and joins text around a stray end tag."""
    for char in data:
        if char == "\n" and source.startswith("\r\n", at):
            pieces.append((char, at, at + 2))
            at += 2
            continue
        if source[at : at + 1] != char and not (char == "\n" and source[at : at + 1] == "\r"):
            found = source.find(char, at)
            if found < 0:
                return
            at = found
        pieces.append((char, at, at + 1))
        at += 1


def _add_reference(pieces: list[Piece], data: str, start: int, end: int, source: str) -> None:
    if "\r" in source[start:end]:
        return
    pieces.extend((char, start, end) for char in data)


def _inside_tag(source: str) -> list[Piece]:
    """The characters of the first tag, references decoded, as if it were text."""
    for token in tokenize(source, capture_source=True):
        length = len(token.source or "")
        return _visible_attribute(source[1:length], 1)
    return []


def _visible_attribute(words: str, shift: int) -> list[Piece]:
    shown = words.replace("<", "\x01").replace(">", "\x01")  # a tag's inside must not open tags
    return [(char, start + shift, end + shift) for char, start, end in _visible(shown)]


def _match(pieces: list[Piece], quote: str) -> tuple[int, int] | None:
    """Fold and clean the pieces as the border does, then look the quote up."""
    chars: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for char, start, end in pieces:
        shown = _cleaned(char)
        if not shown:
            continue
        if shown == " ":
            if chars and chars[-1] == " ":
                continue
        elif chars and not shown.isascii():
            if _joins(chars[-1], shown):
                joined = unicodedata.normalize("NFC", chars[-1] + shown)
                if len(joined) <= len(chars[-1]):
                    chars[-1], ends[-1] = joined, end
                    continue
            if _drawn_over(chars[-1] + shown) and "".join(chars[-2:]) not in (" ", "\n "):
                continue  # a mark that makes no letter is not part of the text, unless a block begins with it
        chars.append(shown if shown.isascii() else unicodedata.normalize("NFC", shown))
        starts.append(start)
        ends.append(end)
    text = "".join(chars)
    at = text.find(quote)
    if at < 0:
        return None
    if len(text) != len(chars):  # a character that NFC writes as several
        places = [i for i, piece in enumerate(chars) for _ in piece]
        return starts[places[at]], ends[places[at + len(quote) - 1]]
    return starts[at], ends[at + len(quote) - 1]


def _cleaned(char: str) -> str:
    if char == _BOUNDARY:
        return "\n"
    if char.isspace() or char in BLANK:
        return " "
    if char in INVISIBLE:
        return ""
    return "\ufffd" if "\ud800" <= char <= "\udfff" else char


def _joins(before: str, char: str) -> bool:
    """Whether NFC may merge a character into the one before it."""
    return before not in " \n" and (unicodedata.combining(char) > 0 or "\u1161" <= char <= "\u11ff")


def _to_bytes(body: bytes, decoded: Decoded, start: int, end: int) -> tuple[int, int] | None:
    """Character offsets to byte offsets; None where the charset does not encode back to these very bytes."""
    try:
        before = decoded.text[:start].encode(decoded.charset, "surrogateescape")
        words = decoded.text[start:end].encode(decoded.charset, "surrogateescape")
    except UnicodeError:
        return None
    first = decoded.skipped + len(before)
    last = first + len(words)
    return (first, last) if body[decoded.skipped : last] == before + words else None
