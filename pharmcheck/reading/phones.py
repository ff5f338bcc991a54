"""Telephone and fax numbers, as E.164 with their country.

A row of digits is a phone only where something says so: a `tel:` link, a leading `+`, a word such as
"phone" before it, the North American way of writing, or the trunk zero of the page's own country.  Prices, sizes,
dates and the numbers of companies and licences are not.  RE2 finds the candidates; only those, and few, are
parsed: the matcher that comes with phonenumbers tries every row of digits on a page (up to 65,535 of them).
"""

# ruff: noqa: E501 - a pattern in one line can be read beside a number

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import chain
from urllib.parse import unquote

import phonenumbers

from pharmcheck.model import BlockKind, Link, Phone
from pharmcheck.reading.lines import Lines
from pharmcheck.reading.patterns import compile_lines, compile_text, latin
from pharmcheck.reading.text import clean

MAX_PHONES = 30
_MAX_BLOCKS = 500  # looked into; more is a flood
_MAX_CANDIDATES = 60  # phonenumbers costs 50–100 µs each
_WORDS = (
    r"tel|ph|t[ée]l|t[ée]l[ée]phone|phone|phones|call|calls|calling|dial|fon|telefon|telefonnummer|telefonnr|telefonisch|hotline|helpline|fax|telefax|t[ée]l[ée]copie|faks|mobile|mobil|mobiel|mob|"
    r"toll[- ]free|tel[ée]fono|m[oó]vil|llame|ll[aá]menos|cellulare|cell|numero verde|num[ée]ro vert|telefoon|telefoonnummer|bel|bellen|gsm|telefone|tfno|telf|tlf|tfn|ring|rufen|anrufen|ruf|notruf|"
    r"appelez|appeler|portable|contact|kontakt|whatsapp|viber|sms|text|infolinia|infolinka|zadzwo[nń]|kom|kom[oó]rka|volejte|telefonn[ií]|telefonie|telefonu|telefonem|kundtj[aä]nst|v[aä]xel|servicenummer|bestellhotline|reception|switchboard"
)
_DIGITS = r"\(?\+? ?\d[\d ().\-–/]{5,22}\d"
_PHONE = (
    rf"(\+ ?\(?\d[\d ().\-–/]{{6,22}}\d|\b00[1-9][\d ().\-–/]{{7,20}}\d|(?i:\b(?:{_WORDS}))(?:[^A-Za-zÀ-ž\d+(\n][^\d+(\n]{{0,4}}[^\d+(\n.!?]{{0,32}})?{_DIGITS}|"
    r"\(\d{3}\) ?\d{3}[-. ]\d{4}\b|\b(?:1[-. ])?[2-9]\d{2}[-.][2-9]\d{2}[-.]\d{4}\b|\b1?-?8(?:00|33|44|55|66|77|88)[-. ]\d{3}[-. ]\d{4}\b)"
)
_phone_bytes = compile_lines(_PHONE)
_phone = compile_text(_PHONE)
_TRUNK = r"(\(0\d{1,4}\)[ /-]{0,3}\d[\d \-–/.]{3,12}\d\b|\b0\d{1,5}(?: ?[/–-] ?|[ .])\d[\d \-–/.]{3,12}\d\b)"
_trunk_bytes = compile_lines(_TRUNK)
_trunk = compile_text(_TRUNK)
_TRUNK_ZERO = frozenset(("AT", "AU", "BE", "CH", "DE", "FR", "GB", "IE", "IN", "IT", "NL", "NZ", "SE"))
_more = compile_text(rf"^ ?(?:o|y|or|u\.|und|oder|e|et|ou|and|a|i|en|of|och|lub|nebo|[,/;|·&–-]) ?({_DIGITS})")
_number = compile_text(rf"{_DIGITS}(?: ?(?i:ext|x)\.? ?\d{{1,5}})?")
_label_bytes = compile_lines(latin(rf"(?i)^((?:{_WORDS})[^A-Za-z\d\n]{{0,6}})$"))
# What is no phone: a time of day, a date, a Belgian company number; and what another kind of number's name precedes.
_no_phone = compile_text(
    r"^\d{1,2}[.:h]\d{2} ?[-–/] ?\d{1,2}[.:h]\d{2}|^(?:19|20)\d{2}[./-]\d{2}[./-]\d{2}|^[01]\d{3}\.\d{3}\.\d{3}$"
)
_other_number = compile_text(
    r"(?i)(?:krs|nip|regon|ičo?|dič|hr[ab]|iban|bic|vat|ust-?id\w*|uid|ik|pzn|ean|isbn|siret|siren|rcs|iva|cif|nif|org|kvk|btw|bce|bcr|kbo|acn|abn|npi|fn|konto|účtu|dataset|order|batch|lot|ref|invoice|licen[cs]e|reg)(?:[^\pL\d]|nr|no|num\w*|n°|number|č|č\.){0,6}$"
)
_NEXT = 40  # characters that hold a number
_LABEL = 24  # characters before a number that may name another kind of number
# Ways of writing that no other country has.
_FRENCH = compile_text(r"^0[1-9](?:[ .]\d\d){4}$")
_AMERICAN = compile_text(r"^(?:1[-. ]?)?\(?[2-9]\d{2}\)?[-. ] ?\d{3}[-. ]\d{4}$")
_LEAST = 9  # digits of a number that no word announces: "06.2015 09" has eight
_COUNTRY = 2  # letters of a country code
PATTERNS = (_phone_bytes, _label_bytes, _trunk_bytes)  # what every page is asked


def find_phones(lines: Lines, links: list[Link], regions: tuple[str, ...]) -> tuple[Phone, ...]:
    """The numbers of a page, each once; a number without its country is one of `regions`, likeliest first."""
    found: dict[str, Phone] = {}
    for text, block in list(_candidates(lines, links, regions).items())[:_MAX_CANDIDATES]:
        parsed = e164(text, regions)
        if parsed is not None and len(found) < MAX_PHONES:
            found.setdefault(parsed[0], Phone(*parsed, text, block))
    return tuple(found.values())


@lru_cache(maxsize=1024)  # the phone in the foot of every page of a site
def e164(text: str, regions: tuple[str, ...]) -> tuple[str, str | None] | None:
    """The number in E.164 and its country; None where it is a number of none of the regions."""
    text = f"+{text[2:]}" if text.startswith("00") else text
    if text.startswith(("+", "(+")):
        regions = ("ZZ",)
    elif _FRENCH.search(text):
        regions = (*regions[:1], "FR", *regions[1:])
    elif _AMERICAN.search(text) and "US" in regions:
        regions = ("US", *regions)
    for region in regions:
        try:
            number = phonenumbers.parse(text, region)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(number):
            country = phonenumbers.region_code_for_number(number)
            written = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
            return written, country if country and len(country) == _COUNTRY else None
    return None


def _candidates(lines: Lines, links: list[Link], regions: tuple[str, ...]) -> dict[str, int]:
    """What may be a number, with its block, the surest first."""
    candidates: dict[str, int] = {}
    for said, before, block in chain(_linked(links), _said(lines), _labelled(lines), _national(lines, regions)):
        number = said.strip()
        if not _no_phone.search(number) and not _other_number.search(before[-_LABEL:]):
            candidates.setdefault(number, block)
        if len(candidates) >= _MAX_CANDIDATES:
            break
    return candidates


def _linked(links: list[Link]) -> Iterator[tuple[str, str, int]]:
    for link in links:
        if link.url.startswith(("tel:", "callto:")):
            yield clean(unquote(link.url.partition(":")[2]), _NEXT).strip("/"), "", link.block


def _said(lines: Lines) -> Iterator[tuple[str, str, int]]:
    """After a plus sign or a word, or written in the North American way."""
    for i in lines.hits(_phone_bytes)[:_MAX_BLOCKS]:
        block = lines.blocks[i]
        if block.kind in (BlockKind.TITLE, BlockKind.META):
            continue
        for match in _phone.finditer(block.text):
            number = _number.search(match.group(1))
            if number:
                yield number.group(0), block.text[: match.start(1)], i
                more = _more.search(block.text[match.end(1) :][:_NEXT])
                if more:
                    yield more.group(1), "", i


def _labelled(lines: Lines) -> Iterator[tuple[str, str, int]]:
    """In the cell or line below the word."""
    for i in lines.hits(_label_bytes)[:_MAX_BLOCKS]:
        if i + 1 < len(lines.blocks):
            number = _number.search(lines.blocks[i + 1].text[:_NEXT])
            if number and number.start() == 0:
                yield number.group(0), "", i + 1


def _national(lines: Lines, regions: tuple[str, ...]) -> Iterator[tuple[str, str, int]]:
    """With the trunk zero of the likeliest region, in a form that is valid there."""
    if regions[0] not in _TRUNK_ZERO:
        return
    for i in lines.hits(_trunk_bytes)[:_MAX_CANDIDATES]:
        text = lines.blocks[i].text
        for match in _trunk.finditer(text):
            number = match.group(1)
            if sum(map(str.isdigit, number)) >= _LEAST and e164(number, regions[:1]):
                yield number, text[: match.start(1)], i
