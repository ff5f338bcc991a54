"""How to reach whoever runs the page: addresses, phones, e-mail, messengers, each found next door."""

from __future__ import annotations

from pharmcheck.address import host_of
from pharmcheck.model import Contacts, Link
from pharmcheck.reading import mails, messengers, phones
from pharmcheck.reading.addresses import find_addresses
from pharmcheck.reading.lines import Lines

PATTERNS = (*phones.PATTERNS, *mails.PATTERNS, *messengers.PATTERNS)  # what every page is asked
_COUNTRY = 2  # letters of a country code
_BY_LANGUAGE = dict(
    pair.split(":") for pair in ("de:DE fr:FR es:ES it:IT nl:NL cs:CZ pl:PL pt:PT sv:SE da:DK no:NO ").split()
)
_BY_SUFFIX = dict(
    pair.split(":")
    for pair in (
        "uk:GB de:DE at:AT ch:CH fr:FR es:ES it:IT nl:NL ie:IE ca:CA au:AU cz:CZ pl:PL pt:PT se:SE no:NO dk:DK "
        "fi:FI be:BE in:IN us:US nz:NZ "
    ).split()
)
# Names on a page that nothing else places: last guesses for a number without its country.
_BY_NAME = {
    "United Kingdom": "GB",
    "Ireland": "IE",
    "Australia": "AU",
    "New Zealand": "NZ",
    "India": "IN",
    "₹": "IN",
}


def home_countries(url: str, html_lang: str, language: str | None) -> tuple[str, ...]:
    """Countries a page seems to be from: by its suffix, its `lang` region, its language."""
    suffix = host_of(url).rpartition(".")[2]
    region = html_lang.replace("_", "-").rpartition("-")[2].upper() if "-" in html_lang.replace("_", "-") else ""
    guesses = (_BY_SUFFIX.get(suffix), region if len(region) == _COUNTRY else None, _BY_LANGUAGE.get(language or ""))
    return tuple(dict.fromkeys(country for country in guesses if country))


def find_contacts(lines: Lines, links: list[Link], home: tuple[str, ...]) -> Contacts:
    """Everything on one page that says how to reach somebody."""
    addresses = find_addresses(lines, home)
    printed = tuple(item.country for item in addresses if item.country)
    direct = [link for link in links if link.url[:4] != "http" or mails.VEILED in link.url]
    words = "" if home or printed else "\n".join(lines.places)
    named = tuple(code for name, code in _BY_NAME.items() if name in words)
    regions = tuple(dict.fromkeys((*home[:1], *printed, *home, *named, "US")))
    return Contacts(
        addresses=addresses,
        phones=phones.find_phones(lines, direct, regions),
        emails=mails.find_mails(lines, direct),
        handles=messengers.find_handles(lines, links, regions),
    )
