"""Phones and e-mail addresses; addresses are found next door.

A row of digits is a phone only where something says so: a `tel:` link, a leading `+`, a word such as
"phone" before it, or the North American way of writing.  Prices, sizes, dates and numbers of licences are not.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from urllib.parse import unquote

import phonenumbers

from pharmcheck.address import host_of
from pharmcheck.model import BlockKind, Contacts, Email, Link, Phone
from pharmcheck.reading.addresses import find_addresses
from pharmcheck.reading.lines import Lines
from pharmcheck.reading.patterns import compile_lines, compile_text, latin
from pharmcheck.reading.text import clean

MAX_PHONES = 30
MAX_EMAILS = 50
_MAX_CANDIDATES = 60  # phonenumbers costs 50–100 µs each
_WORDS = (
    r"tel|ph|t[ée]l[ée]phone|telephone|phone|phones|call|calls|calling|fon|telefon|telefonnummer|hotline|helpline|whatsapp|fax|mobile|mob|"
    r"toll[- ]free|free|number|us|tel[ée]fono|m[oó]vil|llame|telefoon|bel|telefone|tfno|tlf|ring|rufen|appelez|contact"
)
_DIGITS = r"\(?\+? ?\d[\d ().\-–/]{5,22}\d"
_PHONE = (
    rf"(\+ ?\d[\d ().\-–/]{{6,22}}\d|(?i:\b(?:{_WORDS})\b)[^\d+(\n]{{0,25}}{_DIGITS}|"
    r"\(\d{3}\) ?\d{3}[-. ]\d{4}\b|\b(?:1[-. ])?[2-9]\d{2}[-.][2-9]\d{2}[-.]\d{4}\b)"
)
_phone_bytes = compile_lines(_PHONE)
_phone = compile_text(_PHONE)
_number = compile_text(rf"{_DIGITS}(?: ?(?i:ext|x)\.? ?\d{{1,5}})?")
_label_bytes = compile_lines(latin(rf"(?i)^((?:{_WORDS})[^A-Za-z\d\n]{{0,6}})$"))
_EMAIL = r"([A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,4})"
_MASKED = (
    r"(?i)([a-z0-9._+-]{2,40}) ?(?:[(\[{<] ?(?:at|ät|arroba|chez|@) ?[)\]}>]| at ) ?"
    r"([a-z0-9-]{2,60}(?:\.[a-z0-9-]{2,60})*)"
    r" ?(?:[(\[{<] ?(?:dot|punkt|point|punto|\.) ?[)\]}>]| dot ) ?([a-z]{2,12})\b"
)
_email_bytes = compile_lines(_EMAIL)
_email = compile_text(_EMAIL)
_masked_bytes = compile_lines(_MASKED)
_masked = compile_text(_MASKED)
PATTERNS = (_phone_bytes, _label_bytes, _email_bytes, _masked_bytes)  # what every page is asked
_COUNTRY = 2  # letters of a country code
_VEILED = "/cdn-cgi/l/email-protection#"
_VEILS = ("@", "(", "[", "{", " dot ")
_FILES = frozenset(("png", "jpg", "jpeg", "gif", "webp", "svg", "css", "js", "ico"))
_BY_LANGUAGE = dict(
    pair.split(":") for pair in ("de:DE fr:FR es:ES it:IT nl:NL cs:CZ pl:PL pt:PT sv:SE da:DK nb:NO ").split()
)
_BY_SUFFIX = dict(
    pair.split(":")
    for pair in (
        "uk:GB de:DE at:AT ch:CH fr:FR es:ES it:IT nl:NL ie:IE ca:CA au:AU cz:CZ pl:PL pt:PT se:SE no:NO dk:DK "
        "fi:FI be:BE in:IN us:US nz:NZ "
    ).split()
)


def home_countries(url: str, html_lang: str, language: str | None) -> tuple[str, ...]:
    """Countries a page seems to be from: by its suffix, its `lang` region, its language."""
    suffix = host_of(url).rpartition(".")[2]
    region = html_lang.replace("_", "-").rpartition("-")[2].upper() if "-" in html_lang.replace("_", "-") else ""
    guesses = (_BY_SUFFIX.get(suffix), region if len(region) == _COUNTRY else None, _BY_LANGUAGE.get(language or ""))
    return tuple(dict.fromkeys(country for country in guesses if country))


def find_contacts(lines: Lines, links: list[Link], home: tuple[str, ...]) -> Contacts:
    """Addresses, phones and e-mail addresses of one page."""
    addresses = find_addresses(lines, home)
    links = [link for link in links if link.url[:4] != "http" or _VEILED in link.url]
    printed = tuple(item.country for item in addresses if item.country)
    regions = tuple(dict.fromkeys((*home[:1], *printed, *home, "US")))
    return Contacts(addresses, _phones(lines, links, regions), _emails(lines, links))


def _phones(lines: Lines, links: list[Link], regions: tuple[str, ...]) -> tuple[Phone, ...]:
    found: dict[str, Phone] = {}
    for text, block in list(_candidates(lines, links).items())[:_MAX_CANDIDATES]:
        parsed = _parsed(text, regions)
        if parsed is not None and len(found) < MAX_PHONES:
            found.setdefault(parsed[0], Phone(*parsed, text, block))
    return tuple(found.values())


def _candidates(lines: Lines, links: list[Link]) -> dict[str, int]:
    candidates: dict[str, int] = {}
    for link in links:
        if link.url.startswith("tel:"):
            candidates.setdefault(clean(unquote(link.url[4:]), 40), link.block)
    for i in lines.hits(_phone_bytes):
        block = lines.blocks[i]
        if block.kind in (BlockKind.TITLE, BlockKind.META):
            continue
        for match in _phone.finditer(block.text):
            number = _number.search(match.group(1))
            if number:
                candidates.setdefault(number.group(0).strip(), i)
            if len(candidates) >= _MAX_CANDIDATES:
                break
    for i in lines.hits(_label_bytes):
        if i + 1 < len(lines.blocks):
            number = _number.search(lines.blocks[i + 1].text[:40])
            if number and number.start() == 0:
                candidates.setdefault(number.group(0).strip(), i + 1)
    return candidates


@lru_cache(maxsize=1024)  # the phone in the foot of every page of a site
def _parsed(text: str, regions: tuple[str, ...]) -> tuple[str, str | None] | None:
    """The number in E.164 and its country."""
    for region in (None,) if text.startswith("+") else regions:
        try:
            number = phonenumbers.parse(text, region)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(number):
            country = phonenumbers.region_code_for_number(number)
            e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
            return e164, country if country and len(country) == _COUNTRY else None
    return None


def _emails(lines: Lines, links: list[Link]) -> tuple[Email, ...]:
    found: dict[str, Email] = {}
    for said, block in _addresses(lines, links):
        address = said.strip(".-").lower()
        ending = address.rpartition(".")[2]
        if ending not in _FILES and not ending.isdigit():
            found.setdefault(address, Email(address, block))
        if len(found) >= MAX_EMAILS:
            break
    return tuple(found.values())


def _addresses(lines: Lines, links: list[Link]) -> Iterator[tuple[str, int]]:
    """E-mail addresses in links, in plain words, and written round a robot: name (at) shop (dot) com."""
    for link in links:
        if link.url.startswith("mailto:"):
            yield from ((match.group(1), link.block) for match in _email.finditer(clean(unquote(link.url[7:]), 200)))
        elif _VEILED in link.url:
            unveiled = _unveiled(link.url.rpartition("#")[2])
            yield from ((match.group(1), link.block) for match in _email.finditer(unveiled))
    for i in lines.hits(_email_bytes):
        yield from ((match.group(1), i) for match in _email.finditer(lines.blocks[i].text))
    for i in lines.hits(_masked_bytes):
        for match in _masked.finditer(lines.blocks[i].text):
            if any(mark in match.group(0).lower() for mark in _VEILS):
                yield f"{match.group(1)}@{match.group(2)}.{match.group(3)}", i


def _unveiled(veiled: str) -> str:
    """Cloudflare's veil over an e-mail address: every byte XORed with the first."""
    try:
        key, *rest = bytes.fromhex(veiled[:200])
    except ValueError:
        return ""
    return "".join(chr(byte ^ key) for byte in rest)
