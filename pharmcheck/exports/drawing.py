"""A sheet of paper that text is drawn on: one font, a few sizes, page numbers.  The only importer of fpdf.

The font comes from a package and knows Latin, Greek and Cyrillic letters.  A letter that it does not know is written
as its number, and the sheet says so: a box in its place would hide that there was one.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import fontpkg_noto_sans
from fontTools.ttLib import TTFont
from fpdf import FPDF
from fpdf.enums import XPos, YPos

from pharmcheck import __version__
from pharmcheck.exports.cells import calm
from pharmcheck.exports.stix import Source

_FONT: Path = fontpkg_noto_sans.ROOT / "files" / "NotoSans[wdth,wght].ttf"
_NAME = "body"
_MARGIN, _INDENT = 18.0, 6.0  # millimetres
_TITLE, _HEADING, _TEXT, _SMALL = 16.0, 12.0, 9.5, 8.0  # points
_MOST_TOLD = 8  # letters of one run that the font does not know
_NOT_TOLD = "Letters that the font of this document does not know stand as numbers in [U+…]."


class Sheet:
    """A document in the making."""

    def __init__(self, title: str, made_at: datetime, source: Source) -> None:
        self._pdf = pdf = _Numbered(format="A4")
        self._unknown = False
        pdf.set_title(calm(title))
        pdf.set_lang("en")
        pdf.set_producer(f"pharmcheck {__version__}")
        pdf.set_author(calm(source.operator))
        pdf.set_creation_date(made_at.astimezone(UTC))
        pdf.add_font(_NAME, "", _FONT)
        pdf.set_margin(_MARGIN)
        pdf.set_auto_page_break(auto=True, margin=_MARGIN)
        pdf.foot = f"TLP:{source.tlp.upper()} · written {made_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
        pdf.add_page()

    def title(self, text: str) -> None:
        """What it is about."""
        self._write(text, _TITLE, after=2.0)

    def heading(self, text: str) -> None:
        """A part begins."""
        self._pdf.ln(3)
        self._write(text, _HEADING, after=1.0)

    def fact(self, name: str, told: str) -> None:
        """Something with its name."""
        self._write(f"{name}: {told}", _TEXT)

    def line(self, text: str) -> None:
        """A paragraph."""
        self._write(text, _TEXT, after=1.0)

    def quote(self, text: str) -> None:
        """Words that were found somewhere."""
        self._write(f"“{text}”", _TEXT, indent=2 * _INDENT)

    def small(self, text: str) -> None:
        """Where it stood, and the like."""
        self._write(text, _SMALL, indent=_INDENT)

    def bytes(self) -> bytes:
        """The document."""
        if self._unknown:
            self._pdf.ln(3)
            self._write(_NOT_TOLD, _SMALL)
        return bytes(self._pdf.output())

    def _write(self, text: str, size: float, *, indent: float = 0.0, after: float = 0.0) -> None:
        drawn = drawable(calm(text))
        self._unknown = self._unknown or drawn != calm(text)
        self._pdf.set_font(_NAME, size=size)
        self._pdf.set_x(_MARGIN + indent)
        self._pdf.multi_cell(0, size * 0.5, drawn or " ", new_x=XPos.LMARGIN, new_y=YPos.NEXT, align="L")
        if after:
            self._pdf.ln(after)


class _Numbered(FPDF):
    """Pages with a line at their foot."""

    foot = ""

    def footer(self) -> None:
        self.set_y(-12)
        self.set_font(_NAME, size=_SMALL)
        self.cell(0, 5, f"{self.foot} · page {self.page_no()}", align="C")


def drawable(text: str) -> str:
    """The same text, with letters that the font does not know as numbers."""
    known = _known()
    return re.sub(
        r"[^\x20-\x7e]+",
        lambda run: "".join(piece if is_known else _numbers(piece) for is_known, piece in _split(run[0], known)),
        text,
    )


def _split(run: str, known: frozenset[int]) -> list[tuple[bool, str]]:
    parts: list[tuple[bool, str]] = []
    for letter in run:
        is_known = ord(letter) in known
        if parts and parts[-1][0] == is_known:
            parts[-1] = (is_known, parts[-1][1] + letter)
        else:
            parts.append((is_known, letter))
    return parts


def _numbers(letters: str) -> str:
    told = " ".join(f"U+{ord(letter):04X}" for letter in letters[:_MOST_TOLD])
    more = f" and {len(letters) - _MOST_TOLD} more" if len(letters) > _MOST_TOLD else ""
    return f"[{told}{more}]"


@cache
def _known() -> frozenset[int]:
    with TTFont(_FONT, lazy=True) as font:
        return frozenset(font.getBestCmap())
