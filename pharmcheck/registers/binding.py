"""Does a record's web address name this site?

The record's host itself, with or without `www.`; an apex address also covers the names below it; a
subdomain covers only itself; an address with a path covers nothing, because the rest of that host is
somebody else's.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from pharmcheck.address import host_of, read_url, registrable_domain
from pharmcheck.errors import AddressError


def binds(web_address: str, host: str) -> bool:
    """Whether the web address of a register record names the site at `host` (A-labels)."""
    asked = _without_www(host)
    # A name that we have been sent to on purpose may stand in a register too, whatever its ending.
    admitted = frozenset({host, asked, f"www.{asked}", registrable_domain(asked)})
    try:
        url = read_url(web_address, admitted_hosts=admitted)
    except AddressError:
        return False  # not one clean address: quarantined, never matched
    parts = urlsplit(url)
    if parts.path.strip("/") or parts.query:
        return False
    named = _without_www(host_of(url))
    if named == asked:
        return True
    is_apex = named == registrable_domain(named)
    return is_apex and asked.endswith("." + named) and registrable_domain(asked) == named


def _without_www(host: str) -> str:
    return host.removeprefix("www.")
