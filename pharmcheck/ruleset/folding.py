"""Fold text so that rules meet one spelling: lower case, no accents, plain quotes and dashes.

Folding keeps the length: character N of the folded text is character N of the original, so a hit can
be quoted in the words of the page.  That is why ß becomes one letter and not two.
"""

from __future__ import annotations

import re
import unicodedata

_PLAIN = {
    "‘": "'", "’": "'", "‛": "'", "`": "'", "´": "'", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "‟": '"',
    "‐": "-", "‑": "-", "‒": "-", "–": "-", "—": "-", "−": "-", "\u00a0": " ", "\u202f": " ", "\u2009": " ",
    "ß": "s", "ẞ": "s", "æ": "a", "œ": "o", "ø": "o", "đ": "d", "ł": "l", "ı": "i", "İ": "i", "Æ": "a", "Œ": "o",
    "Ø": "o", "Đ": "d", "Ł": "l", "…": ".", "®": " ", "™": " ",
}  # fmt: skip


def _build_table() -> dict[int, str]:
    table = {ord(char): plain for char, plain in _PLAIN.items()}
    for code in (*range(0xC0, 0x250), *range(0x1E00, 0x1F00), *range(0xFF01, 0xFF5F)):
        char = chr(code)
        if code in table:
            continue
        base = unicodedata.normalize("NFKD", char)[0]
        if base != char and base.isascii():
            table[code] = base.lower()
    return table


_TABLE = _build_table()


_BEYOND_ASCII = re.compile(r"[^\x00-\x7f£€]+")  # one class, one repeat: linear; money stays as it is


def fold(text: str) -> str:
    """Fold `text`; the result has the same length."""
    if text.isascii():
        return text.lower()
    # Most letters of most pages are plain; a table look-up for each of them would cost more than all rules together.
    # Often nothing but prices stands out; those are set aside for a moment (text from a page holds no controls).
    aside = text.replace("£", "\x02").replace("€", "\x03")
    if aside.isascii():
        return aside.lower().replace("\x02", "£").replace("\x03", "€")
    plain = _BEYOND_ASCII.sub(_plain, text)
    folded = plain.lower()
    if len(folded) != len(text):  # a few letters grow when lowered; keep those as they are
        folded = "".join(low if len(low := char.lower()) == 1 else char for char in plain)
    return folded


def _plain(match: re.Match[str]) -> str:
    return match.group().translate(_TABLE)
