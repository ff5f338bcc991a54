"""Whether a site prints what a register entry says of a pharmacy: its name, its number, its address."""

from __future__ import annotations

import re

from pharmcheck.model import PostalAddress
from pharmcheck.registers import Record
from pharmcheck.ruleset.folding import fold
from pharmcheck.ruleset.lookalikes import words_of_name
from pharmcheck.ruleset.site import Site

_NAME_CHARS = 8  # a shorter name stands in other words by chance
_TELLING = 5  # letters of a word that is worth comparing
_word = re.compile(r"[^\W_]+").findall


def copied_parts(site: Site, record: Record) -> tuple[str, ...]:
    """Which of `name`, `number` and `address` of an entry the site prints."""
    parts = []
    names = [fold(name) for name in (record.name, *record.other_names)]
    telling = [name for name in names if len(name) >= _NAME_CHARS and words_of_name(name, site.lists["lookalikes"])]
    if any(name in page.folded for name in telling for page in site.pages):
        parts.append("name")
    numbers = {held.number for held in record.identifiers}
    if any(claim.number in numbers for page in site.pages for claim in page.reading.licence_claims):
        parts.append("number")
    if any(_agrees(found, record) for page in site.pages for found in page.reading.contacts.addresses):
        parts.append("address")
    return tuple(parts)


def sits_elsewhere(site: Site, record: Record) -> bool:
    """Whether the site prints street addresses of its own, and each has another postcode than the entry."""
    own = [
        _joined(found.postcode)
        for page in site.pages
        for found in page.reading.contacts.addresses
        if found.postcode and found.kind == "street" and found.owner != "other"
    ]
    return bool(own) and bool(record.postcode) and _joined(record.postcode or "") not in own


def _agrees(found: PostalAddress, record: Record) -> bool:
    """The same postcode, and the same street; a postcode with letters in it is a street by itself."""
    if not (found.postcode and record.postcode) or _joined(found.postcode) != _joined(record.postcode):
        return False
    if record.address is None:
        return not _joined(record.postcode).isdigit()
    ours, theirs = (
        {word for word in _word(fold(text)) if word.isdigit() or len(word) >= _TELLING}
        for text in (found.text, record.address)
    )
    shared = ours & theirs
    return any(word.isdigit() for word in shared) and any(not word.isdigit() for word in shared)


def _joined(postcode: str) -> str:
    return "".join(_word(postcode)).upper()
