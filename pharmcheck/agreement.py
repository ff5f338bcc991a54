"""A register entry beside what a site prints: name, address, number, phone, web address.

For people to look at.  Agreement proves that such a pharmacy exists and never that this site is it: a clone copies all
of it.  Judges nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from pharmcheck.address import host_of
from pharmcheck.model import Agreement, Comparison, LicenceClaim, PostalAddress, Reading
from pharmcheck.registers import Record, binds
from pharmcheck.ruleset.folding import fold, joined_postcode

_WORDS = re.compile(r"\w+")
_NUMBERS = re.compile(r"\d+")
_TAIL = re.compile(r"[,(]")  # "Harbour Pharmacy (Tidemouth) Ltd": shops seldom print what stands behind it
_WORDS_LEAST = 2  # "Pharmacy" alone stands on every page


def compare(record: Record, host: str, readings: Sequence[Reading]) -> tuple[Comparison, ...]:
    """What the entry says and the site prints, where the entry says something at all."""
    addresses = [found for reading in readings for found in reading.contacts.addresses if found.owner != "other"]
    rows = (
        _name(record, readings),
        _address(record, addresses),
        _number(record, [claim for reading in readings for claim in reading.licence_claims]),
        _phone(record, [phone.e164 for reading in readings for phone in reading.contacts.phones]),
        _web_address(record, host),
    )
    return tuple(row for row in rows if row)


def _row(what: str, register: str, same: str | None, other: str | None) -> Comparison:
    if same is not None:
        return Comparison(what, register, same, Agreement.SAME)
    return Comparison(what, register, other, Agreement.NOT_PRINTED if other is None else Agreement.DIFFERENT)


def _name(record: Record, readings: Sequence[Reading]) -> Comparison:
    spellings = {" ".join(_WORDS.findall(fold(name))): name for name in _spellings(record)}
    same = next((spellings[found] for text in _texts(readings) for found in spellings if f" {found} " in text), None)
    declared = (one.name for reading in readings for one in reading.structured.organisations if one.name)
    return _row("name", record.name, same, next(declared, None))


def _spellings(record: Record) -> Iterator[str]:
    for name in (record.name, *record.other_names):
        yield name
        short = _TAIL.split(name)[0].strip()
        if len(_WORDS.findall(short)) >= _WORDS_LEAST:
            yield short


def _texts(readings: Iterable[Reading]) -> Iterator[str]:
    for reading in readings:
        for block in reading.blocks:
            yield f" {' '.join(_WORDS.findall(fold(block.text)))} "


def _address(record: Record, printed: Sequence[PostalAddress]) -> Comparison | None:
    told = " ".join(part for part in (record.address, record.postcode) if part)
    if not told:
        return None
    same = next((found.text for found in printed if same_place(record, found)), None)
    return _row("address", told, same, printed[0].text if printed else None)


def same_place(record: Record, found: PostalAddress) -> bool:
    """The same postcode, and no house number that contradicts it."""
    if not record.postcode or not found.postcode or joined_postcode(record.postcode) != joined_postcode(found.postcode):
        return False
    theirs, ours = set(_NUMBERS.findall(record.address or "")), set(_NUMBERS.findall(found.street or ""))
    return not theirs or not ours or bool(theirs & ours)


def _number(record: Record, claims: Sequence[LicenceClaim]) -> Comparison | None:
    if not record.identifiers:
        return None
    for held in record.identifiers:
        for claim in claims:
            if claim.number == held.number and claim.scheme in (held.scheme, "unspecified"):
                return _row("number", held.number, claim.number, None)
    schemes = {claim.scheme: claim.number for claim in reversed(claims)}
    held = next((one for one in record.identifiers if one.scheme in schemes), record.identifiers[0])
    return _row("number", held.number, None, schemes.get(held.scheme))


def _phone(record: Record, printed: Sequence[str]) -> Comparison | None:
    if not record.phones:
        return None
    same = next((phone for phone in printed if phone in record.phones), None)
    return _row("phone", same or record.phones[0], same, printed[0] if printed else None)


def _web_address(record: Record, host: str) -> Comparison | None:
    if not record.web_addresses:
        return None
    names = any(binds(web, host) for web in record.web_addresses)
    told = next((web for web in record.web_addresses if binds(web, host)), record.web_addresses[0])
    return _row("web_address", host_of(told) if not names and host_of(told) else told, host if names else None, host)
