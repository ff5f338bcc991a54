"""Whether what a seller says of its country holds together: its street, its telephone, its prices.

Where a site is hosted, who registered it and how it is written say nothing here.
"""

from __future__ import annotations

from collections.abc import Iterator

from pharmcheck.model import EvidenceKind
from pharmcheck.ruleset.answers import ABSENT, Answer, inconclusive, not_applicable, present, say
from pharmcheck.ruleset.facts.registry import fact
from pharmcheck.ruleset.site import Site

_CURRENCIES = {
    "GB": "GBP", "CH": "CHF", "US": "USD", "CA": "CAD", "AU": "AUD", "NZ": "NZD", "IN": "INR",
    "PL": "PLN", "CZ": "CZK", "SE": "SEK", "DK": "DKK", "NO": "NOK",
}  # fmt: skip
_EURO = frozenset("AT BE DE ES FI FR IE IT NL PT SK".split())
_TAKES_EURO = _EURO | {"CH", "PL", "CZ", "SE", "DK", "NO"}  # their shops price for neighbours too
_LEAST_PRICES = 3


@fact
def country_conflict(site: Site) -> Answer:
    """The seller's streets are in one country; its telephones, or its prices, belong to others only."""
    if not site.sells:
        return not_applicable("the site was not seen to sell medicines")
    streets = {
        address.country
        for page in site.pages
        for address in page.reading.contacts.addresses
        if address.country and address.kind == "street" and address.owner != "other"
    }
    if not streets:
        return inconclusive("no street address with its country was read")
    signs = [sign for sign in (_phones(site, streets), _prices(site, streets)) if sign]
    return present(*(say(EvidenceKind.PAGE, sign) for sign in signs), country=_listed(streets)) if signs else ABSENT


def _phones(site: Site, streets: set[str]) -> str:
    """Numbers without a country's code are read as those of the site's own country, and never disagree."""
    countries = {phone.country for page in site.pages for phone in page.reading.contacts.phones if phone.country}
    if not countries or countries & streets:
        return ""
    return f"Every telephone number is one of {_listed(countries)}, every street is in {_listed(streets)}."


def _prices(site: Site, streets: set[str]) -> str:
    prices = [o.currency for page in site.pages for o in page.reading.offers if o.currency]
    used = set(prices)
    if len(prices) < _LEAST_PRICES or used & {code for country in streets for code in _money_of(country)}:
        return ""
    if not all(country in _CURRENCIES or country in _EURO for country in streets):
        return ""  # a country whose money we do not know
    return f"Every price is in {_listed(used)}, every street is in {_listed(streets)}."


def _money_of(country: str) -> Iterator[str]:
    if country in _CURRENCIES:
        yield _CURRENCIES[country]
    if country in _TAKES_EURO:
        yield "EUR"


def _listed(words: set[str]) -> str:
    return ", ".join(sorted(words))
