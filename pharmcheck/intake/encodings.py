"""Bytes → text, whatever program saved them: a mark at the beginning, else UTF-8, else the code page of Windows."""

from __future__ import annotations

import codecs

from pharmcheck.errors import ListFileError

_MARKS = (  # the longer first: UTF-32 begins like UTF-16
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_LOOKED_AT = 4_096
_WINDOWS = "cp1252"


def decode(body: bytes, encoding: str | None = None) -> tuple[str, str]:
    """The text, and the name of its encoding.  `encoding` wins over all signs.  Raises ListFileError."""
    if encoding is not None:
        try:
            return body.decode(encoding, "replace").removeprefix("\ufeff"), encoding
        except LookupError:
            raise ListFileError(f"There is no encoding “{encoding}”; write utf-8, cp1252, cp1251 or another.") from None
    for mark, name in _MARKS:
        if body.startswith(mark):
            return body[len(mark) :].decode(name, "replace"), name
    wide = _unmarked_utf16(body)
    if wide is not None:
        return body.decode(wide, "replace"), wide
    try:
        return body.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        # Line by line: lists that were pasted together mix both.
        return "".join(map(_line, body.splitlines(keepends=True))), f"utf-8 or {_WINDOWS}"


def _unmarked_utf16(body: bytes) -> str | None:
    """Text in Western letters has a NUL in every other byte."""
    head = body[:_LOOKED_AT]
    half = max(1, len(head) // 2)
    low, high = head[0::2].count(0), head[1::2].count(0)
    if high * 10 > half * 7 and low * 10 < half:
        return "utf-16-le"
    if low * 10 > half * 7 and high * 10 < half:
        return "utf-16-be"
    return None


def _line(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode(_WINDOWS, "replace")
