"""The web-address cell of a register: one or several clean addresses, or none at all and a reason.

People type these cells.  `http//:shop.cz`, an e-mail address, `https://www. shop.cz` cut in two: whoever repairs them
guesses which site a register names, and a guess verifies somebody.  So a cell with one bad part is quarantined whole.
"""

from __future__ import annotations

import re

from pharmcheck.address import at_or_below, host_of, read_url, registrable_domain
from pharmcheck.errors import AddressError
from pharmcheck.reading import clean
from pharmcheck.registers.binding import named_host
from pharmcheck.registers.sources.cells import is_blank

MAX_CELL = 2_000  # characters
_MAX_ADDRESSES = 20  # in one cell
_BETWEEN = re.compile(r"[,;|\s]+")
# U+2010 and U+2011 come from typesetting and stand in no name that can be registered.
_HYPHENS = str.maketrans("\u2010\u2011", "--")
_REASONS = {
    "credentials": "is an e-mail address or has a user name in it",
    "single_label": "names no site: its host has no ending such as .com",
    "scheme": "does not begin as a web address does",
    "not_public": "is not on the public web",
    "special_use": "is not on the public web",
    "numeric_host": "is a number, not a name",
    "port": "has a port that web sites do not use",
}
# Hosts where everybody has pages.  A register entry that names one of them bare means a page on it, not the host.
_SHARED = frozenset(
    "facebook.com fb.com instagram.com linkedin.com twitter.com x.com youtube.com tiktok.com wa.me t.me whatsapp.com "
    "google.com google.cz google.de google.co.uk goo.gl g.page bit.ly linktr.ee amazon.com ebay.com etsy.com "
    "wikipedia.org yelp.com seznam.cz firmy.cz mapy.cz webnode.cz webnode.com wixsite.com".split()
)


def read_web_cell(cell: str) -> tuple[tuple[str, ...], str | None]:
    """The addresses in a cell, each once, in the one spelling of `read_url`; or why the cell cannot be used."""
    text = clean(cell, MAX_CELL + 1).translate(_HYPHENS)
    if is_blank(text):
        return (), None
    if len(text) > MAX_CELL:
        return (), "the cell is too long for web addresses"
    parts = [part for part in _BETWEEN.split(text) if part]
    if len(parts) > _MAX_ADDRESSES:
        return (), f"the cell has more than {_MAX_ADDRESSES} parts"
    urls: dict[str, None] = {}
    for part in parts:
        try:
            url = read_url(part, admitted_hosts=_sample(part))
        except AddressError as error:
            which = f"“{part[:80]}”" if len(parts) > 1 else "it"
            return (), f"{which} {_REASONS.get(error.code, 'is not one clean address')}"
        nobodys = _nobodys(url)
        if nobodys:
            return (), nobodys
        urls[url] = None
    return tuple(urls), None


def _sample(part: str) -> frozenset[str]:
    """Names under .example lead nowhere (RFC 2606), so that a register of samples may hold them."""
    host = host_of(part if "://" in part else f"https://{part}")
    return frozenset({host}) if at_or_below(host, "example") else frozenset()


def _nobodys(url: str) -> str | None:
    """Why the host of an address is not the site of one pharmacy."""
    host = host_of(url)
    if "." not in host.removeprefix("www."):
        return f"“{host}” {_REASONS['single_label']}"
    if host.replace(".", "").isdecimal() or ":" in host:
        return f"“{host}” is a number, which may be another site tomorrow"
    if registrable_domain(f"name.{host}") == f"name.{host}":
        return f"“{host}” is a platform or a public ending, not one site"
    if named_host(url) and host.removeprefix("www.") in _SHARED:
        return f"“{host}” belongs to everybody who has a page there"
    return None
