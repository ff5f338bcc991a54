"""The look-up by prefix: names that share the first bits of their hash stand in one bucket, and one asks for buckets.

Whoever sees the question learns that it was about one of at least a hundred listed names.  All buckets of an edition
have the same number of bytes, so that the length of an encrypted answer tells no more.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from pharmcheck.classlists.keys import range_hash

FEWEST_NAMES = 100
"""Listed names of a bucket, at least: the size of a crowd that the field survey found right (section 2.3)."""
MOST_BITS = 16
ALL = "all"
"""The prefix of no bits, while there are too few names for two buckets."""
ROW_HASH_BYTES = 10  # beyond any chance of two names being taken for one


@dataclass(frozen=True, slots=True)
class Entry:
    """What is said about a listed name."""

    category: str
    reason_code: str
    rules: tuple[str, ...]  # those of the main reasons
    checked_on: date


def bits_for(names: Iterable[str]) -> int:
    """The longest prefix whose smallest bucket still holds enough of these names."""
    heads = [int.from_bytes(range_hash(name)[:2], "big") for name in names]
    bits = 0
    while bits < MOST_BITS and len(heads) >= FEWEST_NAMES << (bits + 1):
        counts = Counter(head >> (MOST_BITS - bits - 1) for head in heads)
        if len(counts) < 2 << bits or min(counts.values()) < FEWEST_NAMES:
            break
        bits += 1
    return bits


def prefix_of(name: str, bits: int) -> str:
    """The first bits of a name's hash, as zeros and ones."""
    whole = int.from_bytes(range_hash(name)[:2], "big")
    return f"{whole >> (MOST_BITS - bits):0{bits}b}" if bits else ALL


def buckets(entries: Mapping[str, Entry], bits: int, version: int) -> Iterator[tuple[str, bytes]]:
    """Every prefix with its answer; all answers have the same length."""
    rows: dict[str, list[dict[str, object]]] = defaultdict(list)
    for name, entry in entries.items():
        row: dict[str, object] = {
            "hash": range_hash(name)[:ROW_HASH_BYTES].hex(),
            "category": entry.category,
            "reason_code": entry.reason_code,
            "rules": entry.rules,
            "checked_on": entry.checked_on.isoformat(),
        }
        rows[prefix_of(name, bits)].append(row)
    prefixes = [f"{number:0{bits}b}" for number in range(1 << bits)] if bits else [ALL]
    longest = max(len(_answer(rows[prefix], bits, version, "")) for prefix in prefixes)
    for prefix in prefixes:
        bare = len(_answer(rows[prefix], bits, version, ""))
        yield prefix, _answer(rows[prefix], bits, version, _padding(prefix, version, longest - bare))


def nothing(bits: int, version: int) -> bytes:
    """The answer to a prefix shorter than today's: whoever asks has an old list, or none was ever made."""
    return _answer([], bits, version, "")


def _answer(rows: list[dict[str, object]], bits: int, version: int, padding: str) -> bytes:
    ordered = sorted(rows, key=lambda row: str(row["hash"]))
    said = {"version": version, "bits": bits, "rows": ordered, "padding": padding}
    return json.dumps(said, separators=(",", ":")).encode("ascii")


def _padding(prefix: str, version: int, length: int) -> str:
    """Characters that hardly shrink when a proxy compresses; the same whenever they are made."""
    return hashlib.shake_128(f"{version} {prefix}".encode()).hexdigest(length // 2 + 1)[:length]
