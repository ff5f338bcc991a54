"""Licence, registration and company numbers printed beside a label.  Claims: a copied number looks as good.

A number belongs to the label nearest before it.  Digits alone are anybody's: short ones count only right behind their
label, and what stands behind "phone" or "fax" never does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from pharmcheck.model import BlockKind, LicenceClaim, Link
from pharmcheck.reading.checksums import UNKNOWN, checker
from pharmcheck.reading.lines import Lines
from pharmcheck.reading.patterns import Match, compile_text
from pharmcheck.reading.vocabulary import LicenceFormat, Vocabulary

MAX_CLAIMS = 100
_LABELS = 500  # blocks with a label that are looked at
_IN_BLOCK = 20  # labels of one block
_WINDOW = 70  # characters after a label that may hold its number
_BARE = 12  # fewer words than this after a label: its number may stand in the next cell
_TRIES = 12  # places in the window where a number may begin
_SHORT = 7  # fewer digits than this, and nothing but digits, are a year or a house number elsewhere
_LEAST = 4  # digits of what is called a number of the wrong form; fewer are "24/7"
# What may stand between label and number; another sentence may not.
_starts = compile_text(r"(?:^|[^\pL\pN])((?:(?i:no|nr|n)\.?)?\d|[A-Za-z]{1,5}[.#(/ -]{0,2}\d)")
_opening = compile_text(r"^[^\pL\pN]*(?:(?i:number|nummer|num|nr|no|n|id)[^\pL\pN]+)*")
_tight = compile_text(
    r"(?i)(?:^[^\pL\pN]*|(?:^|[^\pL])(?:no|nr|n|nº|num|number|nummer|numer|número|numero|numéro|číslo|id|code|reg|"
    r"registration|licen[cs]e|permit|is|ist|est|es|under|with)[^\pL\pN]*)$"
)
_phone = compile_text(
    r"(?i)(?:^|[^\pL])(?:tele\pL*|t[ée]l[ée]?\pL*|phone|fax|call|mobile?|whatsapp|hotline|ring)(?:$|[^\pL])"
)
_digit = re.compile("[0-9]").search
_ABBREVIATIONS = frozenset(("no", "nr", "n", "num", "lic", "reg", "co", "ltd", "d", "p", "b", "c", "st", ""))
_bad_number = compile_text(r"^[^\pL\pN]{0,4}(?:(?i:no|nr|number|nummer|id|num|n)[^\pL\pN]{1,4})?(\d[\d ./-]{1,18}\d)")
_strip = str.maketrans("", "", " .-/")

Found = dict[tuple[int, int], list[LicenceClaim]]  # by block and the place where the number ends


def find_licences(lines: Lines, links: Sequence[Link], vocabulary: Vocabulary) -> tuple[LicenceClaim, ...]:
    """Every claim of a page, each once."""
    found: dict[tuple[str, str], LicenceClaim] = {}
    for claim in (*_printed(lines, vocabulary), *_linked(links, vocabulary)):
        found.setdefault((claim.scheme, claim.number), claim)
        if len(found) >= MAX_CLAIMS:
            break
    return _without_doubles(list(found.values()))


def _printed(lines: Lines, vocabulary: Vocabulary) -> Iterator[LicenceClaim]:
    for i in lines.hits(vocabulary.labels)[:_LABELS]:
        block = lines.blocks[i]
        if block.kind is BlockKind.META:
            continue
        nearest: Found = {}
        at = 0
        for _ in range(_IN_BLOCK):
            match = vocabulary.label.search(block.text, at)
            if match is None:
                break
            at = match.end(1)
            for place, claims in _claims(lines, i, match, vocabulary).items():
                if place not in nearest or any(claim.scheme != "unspecified" for claim in claims):
                    nearest[place] = claims
        for claims in nearest.values():
            yield from claims


def _claims(lines: Lines, i: int, match: Match, vocabulary: Vocabulary) -> Found:
    """What stands behind one label."""
    text, end, block = lines.blocks[i].text, match.end(1), i
    window = text[end : end + _WINDOW]
    if not _digit(window) and len(window) < _BARE and i + 1 < len(lines.blocks):
        window, block = f"{window} {lines.blocks[i + 1].text[:_WINDOW]}", i + 1  # a label cell and its number cell
        end = -len(window)
    window = _sentence(window)
    phone = _phone.search(window)
    window = window[: phone.start()] if phone else window
    label = match.group(1)
    formats = vocabulary.formats_by_label.get(label.lower(), ())
    found: Found = {}
    places = _places(window) if _digit(window) else []
    for entry in formats if places else ():
        claim, stop = _claim(entry, label, window, places, block, vocabulary.vat_words) or (None, 0)
        if claim:
            found.setdefault((block, end + stop), []).append(claim)
    if not found and len(formats) == 1 and formats[0].checksum != UNKNOWN:
        bad = _bad_number.search(window)
        number = bad.group(1).translate(_strip) if bad else ""
        if len(number) >= _LEAST:
            claim = LicenceClaim(
                formats[0].id, label, number, formats[0].country, well_formed=False, block=block, kind=formats[0].kind
            )
            found[block, end + bad.end(1)] = [claim]
    return found


def _sentence(window: str) -> str:
    """The window up to the end of its sentence; the point of "No." ends none."""
    at = window.find(". ", 1)
    while at > 0:
        word = window[:at].rpartition(" ")[2].lower().strip("(,;:")
        if word not in _ABBREVIATIONS:
            return window[:at]
        at = window.find(". ", at + 1)
    return window


def _claim(
    entry: LicenceFormat, label: str, window: str, places: Sequence[int], block: int, vat_words: frozenset[str]
) -> tuple[LicenceClaim, int] | None:
    """The first number in the window that has the entry's form, and where it ends."""
    for start in places:
        match = entry.printed.search(window[start:])
        if match is None:
            continue
        shown = match.group(0)
        while shown and not entry.number.search(shown):  # the printed form takes one character too many
            shown = shown[:-1]
        if not shown or not _digit(shown):
            continue
        if shown.isdecimal() and len(shown) < _SHORT and not _tight.search(window[:start]):
            continue
        good = None if entry.checksum == UNKNOWN else well_formed(entry, shown)
        named = entry.prefix and shown.upper().startswith(entry.prefix)
        if good is False and label.lower() in vat_words and not named:
            continue  # any country's number stands behind such a word
        claim = LicenceClaim(entry.id, label, bare(entry, shown), entry.country, good, block, entry.kind)
        return claim, start + len(shown)
    return None


def _places(window: str) -> list[int]:
    """Where in the window a number may begin: after the label's own punctuation, and wherever digits begin."""
    opening = _opening.search(window)
    places = [opening.end()] if opening else []
    for place in _starts.finditer(window):
        places.append(place.start(1))
        word = window[place.start(1) : place.end(1) - 1]
        if not word.isalpha() or word.lower() in _ABBREVIATIONS:  # digits glued to letters are no number of their own
            places.append(place.end(1) - 1)
        if len(places) > _TRIES:
            break
    return list(dict.fromkeys(places))


def _linked(links: Sequence[Link], vocabulary: Vocabulary) -> Iterator[LicenceClaim]:
    """Numbers in the addresses of links to a register's own entries."""
    pages: dict[str, Link] = {}
    for link in links:
        pages.setdefault(link.url, link)
    for match in vocabulary.entries.finditer("\n".join(pages).encode()):
        link = pages[match.group(1).decode()]
        for entry in vocabulary.formats:
            found = entry.link.search(link.url) if entry.link else None
            if found:
                number = found.group(1)
                number = number.lower() if entry.kind == "listing" else normalise(number)
                label = link.text[:_WINDOW] or "link"
                yield LicenceClaim(entry.id, label, number, entry.country, True, link.block, entry.kind)  # noqa: FBT003


def _without_doubles(claims: list[LicenceClaim]) -> tuple[LicenceClaim, ...]:
    """One number under several labels: the unspecified one goes when a named scheme has it."""
    named = {claim.number for claim in claims if claim.scheme != "unspecified"}
    return tuple(claim for claim in claims if claim.scheme != "unspecified" or claim.number not in named)


def normalise(number: str) -> str:
    """A number without spaces, dots and hyphens, in capitals: how registers and claims are compared."""
    return number.upper().translate(_strip) if not number.startswith("1-") else number


def bare(entry: LicenceFormat, printed: str) -> str:
    """A printed number as its scheme counts it: without the letters before it, filled to its length."""
    match = entry.number.search(printed)
    return normalise(match.group(1) if match else printed).zfill(entry.pad)


def well_formed(entry: LicenceFormat, number: str) -> bool:
    """Whether a number, as printed, has the form and the checksum of its scheme."""
    return bool(entry.number.search(number)) and checker(entry.checksum)(bare(entry, number))
