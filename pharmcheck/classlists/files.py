"""A class list as a file: one line of JSON that says what it is, the names as bits or keys, and a signature over both.

    {"format":"pharmcheck.list/1","kind":"base","name":"danger","version":…}⏎ …bytes… 64 bytes of Ed25519

A *base* holds all names of a class, Golomb coded.  A *change* holds, as keys of eight bytes, what was added and what
was taken away since the base that it names.  Versions are whole numbers that never go back.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pharmcheck.classlists.golomb import best_remainder_bits, decode, encode
from pharmcheck.classlists.keys import key_of, slot_of
from pharmcheck.classlists.signing import SIGNATURE_BYTES
from pharmcheck.errors import UsageError

FORMAT = "pharmcheck.list/1"
KEY_BYTES = 8


@dataclass(frozen=True, slots=True)
class Edition:
    """What all files of one build say alike."""

    version: int
    made: datetime
    listed: int  # names in all classes together, among which a look-up by prefix hides
    range_bits: int


@dataclass(frozen=True, slots=True)
class Base:
    """What a base list holds, read back."""

    header: dict[str, Any]
    slots: tuple[int, ...]

    def holds(self, name: str) -> bool:
        """Whether the list seems to hold a name."""
        return slot_of(key_of(bytes.fromhex(self.header["salt"]), name), self.header["count"]) in self.slots


def slots_of(salt: bytes, names: Collection[str]) -> list[int]:
    """The places of `names` in their list, ascending.  Two names may share one."""
    return sorted({slot_of(key_of(salt, name), len(names)) for name in names})


def base_content(name: str, edition: Edition, salt: bytes, count: int, slots: Sequence[int]) -> bytes:
    """A base list, unsigned; `count` names went into `slots`."""
    bits = best_remainder_bits(slots)
    header = {
        "salt": salt.hex(), "count": count, "coded": len(slots), "remainder_bits": bits,
    }  # fmt: skip
    return _header("base", name, edition, header) + encode(slots, bits)


def change_content(
    name: str, edition: Edition, base_version: int, salt: bytes, added: Collection[str], removed: Collection[str]
) -> bytes:
    """A change list, unsigned."""
    header = {"base": base_version, "added": len(added), "removed": len(removed)}
    return _header("change", name, edition, header) + _keys(salt, added) + _keys(salt, removed)


def read_base(whole: bytes) -> Base:
    """A base list from its file; whether it is signed is another question.  Raises UsageError."""
    header, payload = read_header(whole)
    if header.get("kind") != "base":
        raise UsageError("This is not a base list.")
    return Base(header, tuple(decode(payload, header.get("coded"), header.get("remainder_bits"))))


def read_header(whole: bytes) -> tuple[dict[str, Any], bytes]:
    """What a file says it is, and its bytes between that line and the signature.  Raises UsageError."""
    line, _, payload = whole[:-SIGNATURE_BYTES].partition(b"\n")
    try:
        header = json.loads(line)
    except (ValueError, RecursionError):
        raise UsageError("This is not a class list.") from None
    if not isinstance(header, dict) or header.get("format") != FORMAT:
        raise UsageError("This is not a class list of a kind that we know.")
    return header, payload


def _header(kind: str, name: str, edition: Edition, more: dict[str, Any]) -> bytes:
    said = {
        "format": FORMAT,
        "kind": kind,
        "name": name,
        "version": edition.version,
        "made": edition.made.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "listed": edition.listed,
        "range_bits": edition.range_bits,
        **more,
    }
    return json.dumps(said, separators=(",", ":"), sort_keys=True).encode("ascii") + b"\n"


def _keys(salt: bytes, names: Iterable[str]) -> bytes:
    return b"".join(key.to_bytes(KEY_BYTES, "big") for key in sorted(key_of(salt, name) for name in names))
