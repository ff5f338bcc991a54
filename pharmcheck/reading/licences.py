"""Licence, registration and company numbers printed beside a label.  Claims: a copied number looks as good."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from importlib import import_module

from pharmcheck.model import BlockKind, LicenceClaim
from pharmcheck.reading.lines import Lines
from pharmcheck.reading.patterns import Match, compile_text
from pharmcheck.reading.vocabulary import LicenceFormat, Vocabulary

MAX_CLAIMS = 100
_LABELS = 500  # blocks with a label that are looked at
_WINDOW = 70  # characters after a label that may hold its number
_BARE = 12  # fewer words than this after a label: its number may stand in the next cell
_TRIES = 12  # places in the window where a number may begin
# What may stand between label and number; another sentence may not.
_starts = compile_text(r"(?:^|[^\pL\pN])([A-Za-z]{0,4}[#(/ .-]{0,2}\d|[A-Za-z]{1,5}[ .#-]?\d)")
_opening = compile_text(r"^[^\pL\pN]*(?:(?i:number|nummer|num|nr|no|n|id)[^\pL\pN]+)*")
_digit = re.compile("[0-9]").search
_ABBREVIATIONS = frozenset(("no", "nr", "n", "num", "lic", "reg", "co", "ltd", "d", "p", "b", "c", "st", ""))
_NO_FORM = ("unspecified", "us_state_license")  # too many forms to call one wrong
_bad_number = compile_text(r"^[^\pL\pN]{0,4}(?:(?i:no|nr|number|nummer|id|num|n)[^\pL\pN]{1,4})?(\d[\d ./-]{1,18}\d)")
_strip = str.maketrans("", "", " .-/")


def find_licences(lines: Lines, vocabulary: Vocabulary) -> tuple[LicenceClaim, ...]:
    """Every claim of a page, each once."""
    found: dict[tuple[str, str], LicenceClaim] = {}
    for i in lines.hits(vocabulary.labels)[:_LABELS]:
        block = lines.blocks[i]
        if block.kind is BlockKind.META:
            continue
        text = block.text
        at = 0
        for _ in range(20):
            match = vocabulary.label.search(text, at)
            if match is None:
                break
            at = match.end(1)
            for claim in _claims(lines, i, match, vocabulary):
                found.setdefault((claim.scheme, claim.number), claim)
            if len(found) >= MAX_CLAIMS:
                return tuple(found.values())
    return _without_doubles(list(found.values()))


def _claims(lines: Lines, i: int, match: Match, vocabulary: Vocabulary) -> list[LicenceClaim]:
    text = lines.blocks[i].text
    window, block = text[match.end(1) : match.end(1) + _WINDOW], i
    if not _digit(window) and len(window) < _BARE and i + 1 < len(lines.blocks):
        window, block = f"{window} {lines.blocks[i + 1].text[:_WINDOW]}", i + 1  # a label cell and its number cell
    window = _sentence(window)
    label = match.group(1)
    formats = vocabulary.formats_by_label.get(label.lower(), ())
    claims = [claim for entry in formats if (claim := _claim(entry, label, window, block))]
    if not claims and formats:
        bad = _bad_number.search(window)
        if bad and len(formats) == 1 and formats[0].id not in _NO_FORM:
            number = bad.group(1).translate(_strip)
            claims = [LicenceClaim(formats[0].id, label, number, formats[0].country, well_formed=False, block=block)]
    return claims


def _sentence(window: str) -> str:
    """The window up to the end of its sentence; the point of "No." ends none."""
    at = window.find(". ", 1)
    while at > 0:
        word = window[:at].rpartition(" ")[2].lower().strip("(,;:")
        if word not in _ABBREVIATIONS:
            return window[:at]
        at = window.find(". ", at + 1)
    return window


def _claim(entry: LicenceFormat, label: str, window: str, block: int) -> LicenceClaim | None:
    """The first number in the window that has the entry's form."""
    for start in _places(window):
        match = entry.printed.search(window[start:])
        if match is None:
            continue
        shown = match.group(0)
        while shown and not entry.number.search(shown):  # the printed form takes one character too many
            shown = shown[:-1]
        if shown and _digit(shown):
            good = None if entry.id in _NO_FORM else well_formed(entry, shown)
            return LicenceClaim(entry.id, label, normalise(shown), entry.country, good, block)
    return None


def _places(window: str) -> list[int]:
    """Where in the window a number may begin: after the label's own punctuation, and wherever digits begin."""
    opening = _opening.search(window)
    places = [opening.end()] if opening else []
    for place in _starts.finditer(window):
        places += [place.start(1), place.end(1) - 1]
        if len(places) > _TRIES:
            break
    return list(dict.fromkeys(places))


def _without_doubles(claims: list[LicenceClaim]) -> tuple[LicenceClaim, ...]:
    """One number under several labels: the unspecified one goes when a named scheme has it."""
    named = {claim.number for claim in claims if claim.scheme != "unspecified"}
    return tuple(claim for claim in claims if claim.scheme != "unspecified" or claim.number not in named)


def normalise(number: str) -> str:
    """A number without spaces, dots and hyphens, in capitals."""
    return number.upper().translate(_strip) if not number.startswith("1-") else number


def well_formed(entry: LicenceFormat, number: str) -> bool:
    """Whether a number has the form and the checksum of its scheme."""
    return bool(entry.number.search(number)) and _checker(entry.checksum)(normalise(number))


@lru_cache(maxsize=64)
def _checker(name: str) -> Callable[[str], bool]:
    if name.startswith("stdnum:"):
        module = import_module(f"stdnum.{name.removeprefix('stdnum:')}")
        return lambda number: bool(module.is_valid(number))
    return _CHECKS[name]


def _luhn(number: str) -> bool:
    digits = [int(char) for char in reversed(number)]
    return (sum(digits[::2]) + sum(sum(divmod(digit * 2, 10)) for digit in digits[1::2])) % 10 == 0


def _dea(number: str) -> bool:
    d = [int(ch) for ch in number[2:]]
    return (d[0] + d[2] + d[4] + 2 * (d[1] + d[3] + d[5])) % 10 == d[6]


def _ik(number: str) -> bool:
    """Digits 3 to 8 weighted 2,1,2,1,2,1, digit sums added, modulo 10, is digit 9."""
    total = 0
    for place, digit in enumerate(int(ch) for ch in number[2:8]):
        value = digit * (2 if place % 2 == 0 else 1)
        total += value // 10 + value % 10
    return total % 10 == int(number[8])


_CHECKS: dict[str, Callable[[str], bool]] = {
    "none": lambda _number: True,
    "luhn": lambda number: number.isdecimal() and _luhn(number),
    "luhn_80840": lambda number: number.isdecimal() and _luhn(f"80840{number}"),
    "finess": lambda number: not number.isdecimal() or _luhn(number),  # Corsica (2A, 2B): rule unknown
    "dea": _dea,
    "ik_de": _ik,
}
