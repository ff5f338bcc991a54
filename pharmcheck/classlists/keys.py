"""What a name becomes in a list, and which names a browser asks for when it stands on a host.

A list knows a site by its registrable domain; a verdict about a host below one is listed under that host.  A browser
asks for its host and every name above it, so it needs no copy of the Public Suffix List: what stands between a
registrable domain and its host is in no list, and no public suffix ever is (`covers_strangers`).
"""

from __future__ import annotations

import hashlib
import ipaddress

from pharmcheck.address import registrable_domain

SALT_BYTES = 16
FALSE_HIT_BITS = 24
"""A name that is in no list seems to be with a chance of 2^-24: 10,000 people who open 100 sites a day see one wrong
answer in 17 days at most (field survey, section 2.3); at 2^-14 they would see sixty a day."""
_RANGE_LABEL = b"pharmcheck range\0"


def key_of(salt: bytes, name: str) -> int:
    """64 bits that stand for a name in the lists with this salt."""
    return int.from_bytes(hashlib.sha256(salt + name.encode("ascii")).digest()[:8], "big")


def slot_of(key: int, count: int) -> int:
    """A key, brought evenly into the space of a list of `count` names."""
    return key * (count << FALSE_HIT_BITS) >> 64


def range_hash(name: str) -> bytes:
    """What a name is in the look-up by prefix: the same for every version, so that answers can be cached."""
    return hashlib.sha256(_RANGE_LABEL + name.encode("ascii")).digest()


def listed_name(host: str) -> str:
    """The name under which a verdict about `host` is listed: without `www.`, unless others stand below the rest."""
    bare = host.removeprefix("www.")
    return host if "." not in bare or covers_strangers(bare) else bare


def covers_strangers(name: str) -> bool:
    """Whether sites of others stand below this name, so that no list may hold it."""
    return registrable_domain(f"x.{name}") == f"x.{name}"


def names_asked(host: str) -> tuple[str, ...]:
    """The names that a browser asks for, nearest first."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        labels = host.rstrip(".").split(".")
        return tuple(".".join(labels[start:]) for start in range(max(1, len(labels) - 1)))
    return (host,)
