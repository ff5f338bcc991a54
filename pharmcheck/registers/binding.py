"""Does a record's web address name this site?

The record's host itself, with or without `www.`; an apex address also covers the names below it; a
subdomain covers only itself; an address with a path covers nothing, because the rest of that host is
somebody else's.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any
from urllib.parse import urlsplit

from pharmcheck.address import read_url, registrable_domain
from pharmcheck.errors import AddressError


def binds(web_address: str, host: str) -> bool:
    """Whether the web address of a register record names the site at `host` (A-labels)."""
    named = named_host(web_address)
    return named is not None and covers(named, host)


def named_host(web_address: str) -> str | None:
    """The host that a web address stands for, without `www.`; None when it stands for none."""
    try:
        parts = urlsplit(read_web_address(web_address))
    except AddressError:
        return None  # not one clean address: quarantined, never matched
    return None if parts.path.strip("/") or parts.query else _without_www(parts.hostname or "")


def read_web_address(text: str) -> str:
    """The one spelling of a register's web address.  Raises AddressError for what is not one clean address."""
    return read_url(text, admitted_hosts=ANY_NAME)


def covers(named: str, host: str) -> bool:
    """Whether an address that stands for `named` names the site at `host`."""
    return named == registrable_domain(named) == registrable_domain(host) or named == _without_www(host)


def possible_names(host: str) -> tuple[str, ...]:
    """The only hosts that a record can stand for and cover `host`: where an index has to look."""
    return tuple(dict.fromkeys((_without_www(host), registrable_domain(host))))


def _without_www(host: str) -> str:
    return host.removeprefix("www.")


class _AnyName(Collection[str]):
    """Every name with a dot in it, whatever its ending: a name we were sent to on purpose may stand in a register."""

    def __contains__(self, name: Any) -> bool:  # noqa: ANN401 - the protocol's signature
        return "." in name

    def __iter__(self) -> Iterator[str]:
        raise TypeError("nobody can list every name")

    def __len__(self) -> int:
        raise TypeError("nobody can count every name")


ANY_NAME = _AnyName()
"""For `admitted_hosts`, where a name is only compared and never visited."""
