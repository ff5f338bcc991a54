"""Bytes to text, and the one border at which text from a page is cleaned.

Undecodable bytes survive decoding as lone surrogates, so that text and bytes stay in step and
evidence can point back into the archived body; `clean` turns each of them into U+FFFD.  Nothing
that leaves this room has met only half of the border: no NUL, control, surrogate or invisible mark.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from dataclasses import dataclass

import re2

from pharmcheck.model import Page

MAX_PAGE = 5 * 1024 * 1024  # bytes; capture stops there, a foreign archive may not have
LATIN = "[ -~À-ɏḀ-ỿ]"
MARKS = "[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"  # for any letter
MAX_TEXT = 8_000  # characters of one string; a longer run of text becomes several blocks
_HEAD = 4_096  # bytes in which a page may declare its charset: a browser looks at 1,024 and a little beyond

# What a browser reads (WHATWG labels), without the encodings that serve only to hide markup (UTF-7, ISO-2022, HZ).
_CHARSETS = {
    **dict.fromkeys(("utf-8", "utf8", "unicode-1-1-utf-8", "unicode11utf8"), "utf-8"),
    **dict.fromkeys(
        ("iso-8859-1", "iso8859-1", "latin1", "latin-1", "l1", "ascii", "us-ascii", "iso_8859-1"), "cp1252"
    ),
    **dict.fromkeys(("windows-1252", "cp1252", "x-cp1252", "ansi_x3.4-1968"), "cp1252"),
    **{f"windows-{n}": f"cp{n}" for n in (1250, 1251, 1253, 1254, 1255, 1256, 1257, 1258, 874)},
    **{f"cp{n}": f"cp{n}" for n in (1250, 1251, 1253, 1254, 1255, 1256, 1257, 1258, 866)},
    **{f"iso-8859-{n}": f"iso8859-{n}" for n in (2, 3, 4, 5, 6, 7, 8, 10, 13, 14, 15, 16)},
    **dict.fromkeys(("iso-8859-9", "latin5"), "cp1254"),
    **dict.fromkeys(("iso-8859-11", "tis-620"), "cp874"),
    **dict.fromkeys(("shift_jis", "shift-jis", "sjis", "windows-31j", "ms_kanji"), "cp932"),
    **dict.fromkeys(("gb2312", "gbk", "gb18030", "x-gbk", "gb_2312-80"), "gb18030"),
    **dict.fromkeys(("euc-kr", "ks_c_5601-1987", "windows-949", "korean"), "cp949"),
    "euc-jp": "euc_jp",
    "big5": "big5hkscs",
    "big5-hkscs": "big5hkscs",
    "koi8-r": "koi8-r",
    "koi8-u": "koi8-u",
    "macintosh": "mac-roman",
    "ibm866": "cp866",
}
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_UTF16 = {"utf-16": "utf-16-le", "utf-16le": "utf-16-le", "utf-16be": "utf-16-be"}
_BINARY = (
    b"%PDF-",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"PK\x03\x04",
    b"\x1f\x8b",
    b"Rar!",
    b"RIFF",
    b"\x00\x00\x01\x00",
)
_TEXTUAL = ("text/", "html", "xml", "unknown")

# Marks that a reader does not see but that split words: soft hyphen, zero-width and bidi marks, fillers, tags,
# variation selectors, what is no character at all; with them control characters that white space folding leaves behind.
_INVISIBLE = (
    *(*range(0x09), *range(0x0E, 0x1C), *range(0x7F, 0x85), *range(0x86, 0xA0), 0xAD, 0x34F, 0x61C, 0x115F, 0x1160),
    *(0x17B4, 0x17B5, *range(0x180B, 0x1810), *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070)),
    *(*range(0xFE00, 0xFE10), 0xFEFF, *range(0xFFF0, 0xFFFC), *range(0x1BCA0, 0x1BCA4)),
    *(*range(0x1D173, 0x1D17B), *range(0xE0000, 0xE1000)),
    *(*range(0xFDD0, 0xFDF0), *(plane + low for plane in range(0, 0x110000, 0x10000) for low in (0xFFFE, 0xFFFF))),
)
INVISIBLE = frozenset(map(chr, _INVISIBLE))
_BEYOND = 0x10000  # the basic plane ends here
BLANK = frozenset("\u2800\u3164\uffa0")  # letters by name that every font shows as a gap
_TABLE: dict[int, str | None] = {
    **dict.fromkeys(_INVISIBLE),
    **dict.fromkeys(map(ord, BLANK), " "),
    **dict.fromkeys(range(0xD800, 0xE000), "\ufffd"),
}
# Two classes: `re` looks a character of the first up in a bitmap, which it cannot do beyond the basic plane.
_PLANE = "".join((*BLANK, *(chr(code) for code in _INVISIBLE if code < _BEYOND)))
_suspect = re.compile(f"[{re.escape(_PLANE)}\ud800-\udfff]").search
_NONE = "".join(f"{chr(plane + 0xFFFE)}-{chr(plane + 0xFFFF)}" for plane in range(0x10000, 0x110000, 0x10000))
_suspect_beyond = re.compile(f"[\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff{_NONE}]").search
# Printable text of only these characters is clean: none is invisible, combines, or has another form in NFC.
_unusual = re.compile("[^ -\u02ff\u2010-\u2027\u2030-\u205e\u20a0-\u20bf]").search
_PRINTABLE = bytes(range(0x20, 0x7F))
_SHORT = 100
# NFC sorts a run of combining marks in quadratic time: 64,000 of them take 5 seconds, a page of them hours.  Unicode's
# own limit (UAX 15, stream-safe text) is 30 in a row, far above what any language writes.
_piled = re2.compile(r"(\pM{30})\pM+").sub
# A mark that makes no letter with its own is drawn over it, to cross out or to garble words that stay readable.
_marked = re.compile(MARKS).search
_unmark = re2.compile(f"({LATIN}){MARKS}+").sub
_SILENT = re.compile(rb"<!--.*?(?:-->|\Z)|<(script|style|title)\b.*?(?:</\1|\Z)", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Decoded:
    """The text of a page, and how it was found: `text` begins at byte `skipped` (a byte order mark)."""

    text: str
    charset: str
    skipped: int
    problem: str | None


def clean(raw: str, limit: int = MAX_TEXT) -> str:
    """One string as a reader sees it: white space folded, invisible marks gone, NFC, at most `limit` characters."""
    text = " ".join(raw.split())
    if text.isascii():
        if not text.isprintable():
            text = " ".join(text.translate(_TABLE).split())
    else:
        if _suspect(text) or _suspect_beyond(text):
            text = " ".join(text.translate(_TABLE).split())
        if not unicodedata.is_normalized("NFC", text):
            text = unicodedata.normalize("NFC", _piled(r"\1", text))
        if _marked(text):
            text = " ".join(_unmark(r"\1", text).split())
    return text if len(text) <= limit else text[:limit].rstrip()


def is_plain(text: str) -> bool:
    """Whether a reader sees these characters as they are (white space apart); "no" may be wrong, "yes" is not."""
    return text.isprintable() and (text.isascii() or _unusual(text) is None)


def fold(raw: str, limit: int | None = None) -> str:
    """What `clean` gives (without a limit unless one is set), at a quarter of its cost for what most text is."""
    text = raw.strip()
    # Deleting what is printable is twice as fast as asking a long text whether it is.
    if text.isascii() and (text.isprintable() if len(text) < _SHORT else not text.encode().translate(None, _PRINTABLE)):
        if "  " in text:
            text = " ".join(text.split())
    else:
        text = " ".join(raw.split())
        if not is_plain(text):
            text = clean(text, len(text) * 4)
    if limit is not None and len(text) > limit:
        return text[:limit].rstrip()
    return text


def decode(page: Page) -> Decoded:
    """The text of a page by byte order mark, HTTP charset, declaration in the page, else by trying UTF-8.

    A charset outside the allow-list is reported and then treated as undeclared.  Bytes beyond `MAX_PAGE` do not exist.
    """
    header = next((value for name, value in page.headers if name == "content-type"), "")
    return decode_bytes(page.body[:MAX_PAGE], header)


def decode_bytes(body: bytes, header: str = "") -> Decoded:
    """The text of a document that came with this `content-type`, or with none."""
    problem = _not_text(body, header)
    if problem:
        return Decoded("", "binary", 0, problem)
    for bom, charset in _BOMS:
        if body.startswith(bom):
            return Decoded(_lossless(body[len(bom) :], charset), charset, len(bom), None)
    named = _charset_of(header)
    http = _CHARSETS.get(named) or _UTF16.get(named)
    if http:
        return Decoded(_lossless(body, http), http, 0, None)
    declared = _declared(body)
    if declared in _UTF16:  # WHATWG: a page that can say so in ASCII is not UTF-16
        declared = "utf-8"
    known = _CHARSETS.get(declared)
    if known:
        return Decoded(_lossless(body, known), known, 0, None)
    text, charset = _guess(body)
    unknown = clean(named or declared, 40)
    return Decoded(text, charset, 0, f"unknown charset {unknown}" if unknown else None)


def _declared(body: bytes) -> str:
    """The charset that the page itself declares, folded; "" when it declares none.

    Only the head of a page is looked at, and nothing that a browser would not take for markup there: bs4 searches
    comments and scripts, too, and needs quadratic time for a flood of `<meta `.
    """
    head = _SILENT.sub(b" ", body[:_HEAD])
    if b"charset" not in head.lower() and b"encoding" not in head.lower():
        return ""
    from bs4.dammit import EncodingDetector  # noqa: PLC0415 - takes 0.2 s, which a page with an HTTP charset saves

    declared = EncodingDetector.find_declared_encoding(head, is_html=True, search_entire_document=True)
    return (declared or "").strip().lower()


def _not_text(body: bytes, header: str) -> str | None:
    media = clean(header.partition(";")[0], 80).lower()
    if media and not any(word in media for word in _TEXTUAL) and body[:512].lstrip()[:1] != b"<":
        return f"not text: {media}"
    if body.startswith(_BINARY):
        return "not text: binary content"
    return None


def _charset_of(header: str) -> str:
    _, _, rest = header.lower().partition("charset=")
    return rest.partition(";")[0].strip(" \t\"'")[:40]


def _lossless(body: bytes, charset: str) -> str:
    try:
        return body.decode(charset, "surrogateescape")
    except UnicodeDecodeError:  # the escape knows no bytes below 0x80, which UTF-16 and the East Asian sets can refuse
        return body.decode(charset, "replace")


def _guess(body: bytes) -> tuple[str, str]:
    text = body.decode("utf-8", "surrogateescape")
    bad = 0 if text.isascii() else len(text) - len(body.decode("utf-8", "ignore"))
    # One byte in ten wrong: a slip or a cut in a UTF-8 page.  More: it never was one.
    if bad and bad * 10 > len(body) - len(text) + bad:
        return _lossless(body, "cp1252"), "cp1252"
    return text, "utf-8"
