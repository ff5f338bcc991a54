"""Fold text so that rules meet one spelling: lower case, no accents, plain letters, quotes and dashes.

Folding keeps the length: character N of the folded text is character N of the original, so a hit can
be quoted in the words of the page.  That is why ß becomes one letter and not two.  Digits stay digits,
and a word that is wholly Cyrillic or Greek stays itself: only inside a word that has Latin letters too do
letters of those scripts stand for the Latin ones that they look like.
"""

from __future__ import annotations

import re
import unicodedata

_PLAIN = {
    "‘": "'", "’": "'", "‛": "'", "`": "'", "´": "'", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "‟": '"',
    "‐": "-", "‑": "-", "‒": "-", "–": "-", "—": "-", "−": "-", "\u00a0": " ", "\u202f": " ", "\u2009": " ",
    "ß": "s", "ẞ": "s", "æ": "a", "œ": "o", "ø": "o", "đ": "d", "ł": "l", "ı": "i", "İ": "i", "Æ": "a", "Œ": "o",
    "Ø": "o", "Đ": "d", "Ł": "l", "…": ".", "®": " ", "™": " ", "℮": "e",
    # Letters for phonetics, which Unicode does not call variants of the Latin ones.
    **dict(zip("ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘꞯʀꜱᴛᴜᴠᴡʏᴢɑɡɩȷ", "abcdefghijklmnopqrstuvwyzagij", strict=True)),
    # White letters on black, of which it does not either.
    **{chr(first + n): chr(ord("a") + n) for first in (0x1F150, 0x1F170) for n in range(26)},
}  # fmt: skip
_LATIN = (*range(0xC0, 0x250), *range(0x1E00, 0x1F00), *range(0xFF01, 0xFF5F))
_FANCY = (  # modifier, letterlike, parenthesised and circled, mathematical, squared; where one letter is meant
    *range(0x2B0, 0x2E5), *range(0x1D2C, 0x1DC0), *range(0x2070, 0x20A0), *range(0x2100, 0x2150),
    *range(0x249C, 0x24EA), *range(0x2C7C, 0x2C7E), *range(0x1D400, 0x1D800), *range(0x1F110, 0x1F14A),
)  # fmt: skip

_ALIKE = {
    **dict(zip("аАвВсСԁеЕёЁғһнНіІїЇјЈкКӏмМпоОрРԛгѕЅтТѵѴԝхХуУүҮьԍ", "aabbccdeeeefhhhiiiijjkklmmnooppqrssttvvwxxyyyybg",
               strict=True)),
    **dict(zip("αΑβΒϲϹεΕηΗιΙϳκΚΜμΝνοΟρΡτΤυΥχΧωγΖζ", "aabbcceenhiijkkmunvooppttuyxxwyzz", strict=True)),
}  # fmt: skip
"""Cyrillic and Greek letters by the Latin ones they look like; capitals may look like others than small letters."""


def _build_table() -> dict[int, str]:
    table = {ord(char): plain for char, plain in _PLAIN.items()}
    for code in _LATIN:
        base = unicodedata.normalize("NFKD", chr(code))[0]
        if code not in table and base != chr(code) and base.isascii():
            table[code] = base.lower()
    for code in _FANCY:
        letters = [char for char in unicodedata.normalize("NFKD", chr(code)) if char.isalpha()]
        if code not in table and len(letters) == 1 and letters[0] != chr(code):
            table[code] = letters[0].lower() if letters[0].isascii() else letters[0]
    return table


_TABLE = _build_table()
_ALIKE_TABLE = str.maketrans(_ALIKE)


_SPELT = str.maketrans("абвгдеёжзийклмнопрстуфхцчшщъыьэюя", "ABVGDEEJZIIKLMNOPRSTUFHCQWWXIXEUY")
_RUSSIAN = re.compile(r"[а-яё]")
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f£€]+")  # one class, one repeat: linear; money stays as it is
_LETTERS = re.compile(r"[^\W\d_]+")
_WORD = re.compile(r"\w+")  # one class, one repeat: linear
_BETWEEN = str.maketrans({chr(code): " " for code in range(0x80) if not _WORD.match(chr(code))})
_LATIN_LETTER = re.compile(r"[a-zA-Z]")


def fold(text: str) -> str:
    """Fold `text`; the result has the same length."""
    if text.isascii():
        return text.lower()
    # Most letters of most pages are plain; a table look-up for each of them would cost more than all rules together.
    # Often nothing but prices stands out; those are set aside for a moment (text from a page holds no controls).
    aside = text.replace("£", "\x02").replace("€", "\x03")
    if aside.isascii():
        return aside.lower().replace("\x02", "£").replace("\x03", "€")
    alike = False

    def plainly(match: re.Match[str]) -> str:
        nonlocal alike
        plain = match.group().translate(_TABLE)
        alike = alike or not (plain.isascii() or _ALIKE.keys().isdisjoint(plain))
        return plain

    plain = _BEYOND_ASCII.sub(plainly, text)
    if alike:
        plain = _LETTERS.sub(_in_one_script, plain)
    folded = plain.lower()
    if len(folded) != len(text):  # a few letters grow when lowered; keep those as they are
        folded = "".join(low if len(low := char.lower()) == 1 else char for char in plain)
    return folded


def words_in(folded: str) -> str:
    """The words of a folded text, each after one blank."""
    plain = folded.replace("£", " ").replace("€", " ")
    words = plain.translate(_BETWEEN).split() if plain.isascii() else _WORD.findall(plain)
    return f" {' '.join(words)}" if words else ""


def spell(folded: str) -> str:
    r"""Russian words in capitals, letter by letter, because `\b` and `[a-z]` of RE2 know ASCII only.

    Folded text has no capitals of its own, so that no Latin word looks like a Russian one.  Some letters share one, as
    й and и do in half of all typing; the length stays.
    """
    return folded.translate(_SPELT) if not folded.isascii() and _RUSSIAN.search(folded) else folded


def look_alike(folded: str) -> str:
    """Latin letters for the Cyrillic and Greek ones that look like them, in words of one script too.

    For names, where nobody reads Russian: a whole label of such letters is how one name passes for another.
    """
    return folded.translate(_ALIKE_TABLE)


def _in_one_script(match: re.Match[str]) -> str:
    word = match.group()
    return word.translate(_ALIKE_TABLE) if not word.isascii() and _LATIN_LETTER.search(word) else word


def joined_postcode(postcode: str) -> str:
    """A postcode as it is compared: without its gaps, in capitals."""
    return postcode.replace(" ", "").upper()
