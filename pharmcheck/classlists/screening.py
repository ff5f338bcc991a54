"""What a list must not say: before it goes out it is asked for all names that many visit or that a register names."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping

from pharmcheck.classlists.files import slots_of
from pharmcheck.classlists.keys import SALT_BYTES, key_of, names_asked, slot_of
from pharmcheck.classlists.ranges import Entry
from pharmcheck.errors import UsageError
from pharmcheck.model import Category

_MOST_SALTS = 64
"""With a million names asked, one salt in seventeen collides somewhere; 64 in a row that do are a fault of ours."""


def held_back(
    entries: Mapping[str, Entry], registered: Collection[str], popular: Collection[str], cleared: Collection[str]
) -> list[str]:
    """Names whose warning a person has to look at first: one mistake about them would reach very many people.

    A popular name with any warning; a registered pharmacy in danger, though its register had its say already.
    `cleared` have been looked at.
    """
    warned = {Category.DANGER: [*registered, *popular], Category.CAUTION: [*popular]}
    return sorted(
        {
            name
            for category, hosts in warned.items()
            for host in hosts
            for name in names_asked(host)
            if name in entries and entries[name].category == category and name not in cleared
        }
    )


def everything_asked(hosts: Iterable[str], listed: Iterable[str]) -> set[str]:
    """What browsers ask for when people visit these hosts and the listed names, with `www.` and without."""
    return {name for host in (*hosts, *listed) for name in (*names_asked(host), f"www.{host}")}


def false_hits(salt: bytes, names: Collection[str], asked: Collection[str]) -> list[str]:
    """Which of the names asked for seem to stand in the list of `names` and do not."""
    slots, members = set(slots_of(salt, names)), set(names)
    count = len(names)
    return sorted(name for name in asked if name not in members and slot_of(key_of(salt, name), count) in slots)


def choose_salt(names: Collection[str], asked: Collection[str], draw: Callable[[int], bytes]) -> tuple[bytes, int]:
    """A salt with which no name asked for is taken for a listed one, and how many were thrown away before."""
    for thrown in range(_MOST_SALTS):
        salt = draw(SALT_BYTES)
        if not false_hits(salt, names, asked):
            return salt, thrown
    raise UsageError("No salt was found with which the list accuses nobody wrongly; is the file of popular names huge?")
