"""Ascending whole numbers as few bits: the distances between them, Golomb coded with a power of two (Rice).

A distance is a quotient in unary (ones, then a zero) and a remainder in `remainder_bits` bits, highest bit first.
`extension/source/golomb.js` reads the same; `extension/vectors.json` holds both to it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeGuard

from pharmcheck.errors import UsageError

MOST_REMAINDER_BITS = 40  # far above any list of ours, far below where JavaScript's numbers lose digits
_CHUNK_BITS = 1 << 14


def encode(values: Sequence[int], remainder_bits: int) -> bytes:
    """`values`, ascending, as bits; the last byte is filled up with zeros."""
    out = bytearray()
    held, bits, before = 0, 0, 0
    for value in values:
        quotient, remainder = divmod(value - before, 1 << remainder_bits)
        before = value
        held = held << (quotient + 1) | (((1 << quotient) - 1) << 1)
        held = held << remainder_bits | remainder
        bits += quotient + 1 + remainder_bits
        if bits >= _CHUNK_BITS:  # a few hundred values at a time: one long number would be copied for each of them
            rest = bits % 8
            out += (held >> rest).to_bytes(bits // 8, "big")
            held, bits = held & ((1 << rest) - 1), rest
    filled = -bits % 8
    return bytes(out + (held << filled).to_bytes((bits + filled) // 8, "big"))


def decode(coded: bytes, count: object, remainder_bits: object) -> list[int]:
    """The `count` values that `coded` holds.  Raises UsageError when it holds fewer, or these are no numbers for it."""
    if not (_is_whole(count, 8 * len(coded)) and _is_whole(remainder_bits, MOST_REMAINDER_BITS)):
        raise UsageError("The list does not say how it is to be read.")
    bits = _bits(coded)
    values, before = [], 0
    try:
        for _ in range(count):
            quotient = 0
            while next(bits):
                quotient += 1
            remainder = 0
            for _ in range(remainder_bits):
                remainder = remainder << 1 | next(bits)
            before += quotient << remainder_bits | remainder
            values.append(before)
    except StopIteration:
        raise UsageError("The list ends before all its values were read.") from None
    return values


def best_remainder_bits(values: Sequence[int]) -> int:
    """How many bits of remainder make these values shortest."""
    if not values:
        return 0
    guess = min((values[-1] // len(values)).bit_length(), MOST_REMAINDER_BITS)
    near = range(max(0, guess - 3), min(MOST_REMAINDER_BITS, guess + 1) + 1)
    return min(near, key=lambda bits: coded_bits(values, bits))


def coded_bits(values: Sequence[int], remainder_bits: int) -> int:
    """How many bits `values` take."""
    total, before = len(values) * (1 + remainder_bits), 0
    for value in values:
        total += (value - before) >> remainder_bits
        before = value
    return total


def _is_whole(value: object, most: int) -> TypeGuard[int]:
    return type(value) is int and 0 <= value <= most


def _bits(coded: bytes) -> Iterator[int]:
    for byte in coded:
        for place in range(7, -1, -1):
            yield byte >> place & 1
