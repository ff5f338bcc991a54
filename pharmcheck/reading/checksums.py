"""Check digits of licence and company numbers.  A number that passes may still be anybody's."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from importlib import import_module

UNKNOWN = "unknown"
"""The checksum of a scheme with too many forms to call one wrong."""
_SIREN = 9  # digits of the company; five more make its establishment


@lru_cache(maxsize=128)
def checker(name: str) -> Callable[[str], bool]:
    """The check called `name` in `rules/lists/licence_formats.yaml`; it takes a normalised number."""
    if name.startswith("stdnum:"):
        module = import_module(f"stdnum.{name.removeprefix('stdnum:')}")
        return lambda number: bool(module.is_valid(number))
    return _CHECKS[name]


def _luhn(number: str) -> bool:
    digits = [int(char) for char in reversed(number)]
    return (sum(digits[::2]) + sum(sum(divmod(digit * 2, 10)) for digit in digits[1::2])) % 10 == 0


def _dea_digits(number: str) -> bool:
    d = [int(ch) for ch in number]
    return (d[0] + d[2] + d[4] + 2 * (d[1] + d[3] + d[5])) % 10 == d[6]


def _ik(number: str) -> bool:
    """Digits 3 to 8 weighted 2,1,2,1,2,1, digit sums added, modulo 10, is digit 9."""
    total = 0
    for place, digit in enumerate(int(ch) for ch in number[2:8]):
        value = digit * (2 if place % 2 == 0 else 1)
        total += value // 10 + value % 10
    return total % 10 == int(number[8])


_CHECKS: dict[str, Callable[[str], bool]] = {
    UNKNOWN: lambda _number: True,
    "none": lambda _number: True,
    "luhn": lambda number: number.isdecimal() and _luhn(number),
    "luhn_80840": lambda number: number.isdecimal() and _luhn(f"80840{number}"),
    "finess": lambda number: not number.isdecimal() or _luhn(number),  # Corsica (2A, 2B): rule unknown
    "siret": lambda number: checker("stdnum:fr.siren" if len(number) == _SIREN else "stdnum:fr.siret")(number),
    "dea": lambda number: _dea_digits(number[2:]),
    "dea_digits": _dea_digits,
    "ik_de": _ik,
}
