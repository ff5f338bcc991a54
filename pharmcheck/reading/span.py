"""From a quote back to the archived bytes: where exactly do these words stand?

The source is read again from the block's place, piece by piece, keeping for every visible character
where in the source it came from.  Only for quotes that become evidence, so it may cost a little.
"""

from __future__ import annotations

import re
import unicodedata

from turbohtml import TokenType, tokenize

from pharmcheck.model import Block, Page
from pharmcheck.reading.markup import SPLITS
from pharmcheck.reading.text import INVISIBLE, Decoded, decode

_REACH = 64_000  # characters of source after the block's start in which the quote must stand
_newline = re.compile(r"\r\n?|\n")
_RAW = frozenset(("script", "style", "iframe", "noembed"))
_BOUNDARY = "\x00"  # never part of a cleaned quote

Piece = tuple[str, int, int]  # visible text of one character or none, start and end in the source


def locate(page: Page, block: Block, quote: str) -> tuple[int, int] | None:
    """Byte offsets of `quote` in `page.body`; None when it does not stand there in one piece."""
    if not quote or block.line < 1:
        return None
    decoded = decode(page)
    start = _offset(decoded.text, block.line, block.col)
    if start is None:
        return None
    source = decoded.text[start : start + _REACH]
    span = _match(_visible(source), quote)
    if span is None and source.startswith("<"):  # words from an attribute: alt, value, content
        span = _match(_inside_tag(source), quote)
    if span is None:
        return None
    return _to_bytes(page.body, decoded, start + span[0], start + span[1])


def _offset(text: str, line: int, col: int) -> int | None:
    """Offset of a line and column as the tokenizer counts them: CR, LF and CRLF are one newline each."""
    at = 0
    if line > 1:
        for n, match in enumerate(_newline.finditer(text), start=2):
            if n == line:
                at = match.end()
                break
        else:
            return None
    return at + col if at + col <= len(text) else None


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
            elif tag in SPLITS:
                pieces.append((_BOUNDARY, at, at))
        elif kind is TokenType.END_TAG:
            tag = token.tag or ""
            if tag == skip:
                skip = ""
            elif tag in SPLITS:
                pieces.append((_BOUNDARY, at, at))
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
        elif chars and not shown.isascii() and _joins(chars[-1], shown):
            joined = unicodedata.normalize("NFC", chars[-1] + shown)
            if len(joined) <= len(chars[-1]):
                chars[-1], ends[-1] = joined, end
                continue
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
    if char.isspace():
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
