"""Cells of registers, cleaned: text, telephone numbers, dates, numbers of a scheme, and rows that are only tests."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime

from pharmcheck.reading import clean
from pharmcheck.reading.licences import normalise
from pharmcheck.reading.patterns import compile_text
from pharmcheck.reading.phones import e164
from pharmcheck.registers.records import Identifier

MAX_CELL = 300  # characters; the longest names of pharmacies have a hundred
_BLANK = frozenset(("", "-", "--", "–", "—", "n/a", "na", "none", "null", "nil", "."))
_BETWEEN_PHONES = re.compile(r"[,;|]|\s/\s")
_MAX_PHONES = 10
# Whoever keeps a register tries it out in the open.  Test Valley is a place in England.
_test = compile_text(r"(?i)^\W*(?:test(?:ing|ov\w*)?|zkouška|dummy)(?:[\W_\d]|$)")
_place = compile_text(r"(?i)^test (?:valley|way|road|lane)\b")


def is_blank(text: str) -> bool:
    """Whether a cell says nothing, in one of the ways in which people write that."""
    return text.casefold() in _BLANK


def text_of(cell: str) -> str:
    """What a cell says, cleaned at the border; "" for one that says nothing."""
    text = clean(cell, MAX_CELL)
    return "" if is_blank(text) else text


def is_test_row(name: str) -> bool:
    """Whether a row stands in the register only because somebody tried it out."""
    return bool(_test.search(name)) and not _place.search(name)


def phones_of(cells: Iterable[str], country: str | None) -> tuple[str, ...]:
    """Telephone numbers in E.164; what is no number of the country is left out."""
    found: dict[str, None] = {}
    for cell in cells:
        for part in _BETWEEN_PHONES.split(clean(cell, MAX_CELL))[:_MAX_PHONES]:
            number = e164(part.strip(), (country or "ZZ",)) if part.strip() else None
            if number:
                found[number[0]] = None
    return tuple(found)


def identifiers_of(numbers: Iterable[tuple[str, str]]) -> tuple[Identifier, ...]:
    """Numbers of their schemes, normalised as page claims are, each once."""
    return tuple(dict.fromkeys(Identifier(scheme, normalise(number)) for scheme, number in numbers if number))


def date_of(text: str, formats: Iterable[str]) -> date | None:
    """The date that a cell says, in ISO or one of the formats.  Raises ValueError when it says something else."""
    if not text:
        return None
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        for form in formats:
            try:
                return datetime.strptime(text, form).date()  # noqa: DTZ007 - a day, not a moment
            except ValueError:
                continue
    raise ValueError(text)
