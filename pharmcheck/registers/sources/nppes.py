"""What the bulk file and the live answers of NPPES, the US register of health-care providers, have in common.

NPPES holds what providers say of themselves: that a pharmacy exists under a number, never which web site is its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from stdnum import luhn

from pharmcheck.reading.licences import normalise

PHARMACY = "3336"  # taxonomy codes of pharmacies begin so
_ISSUERS = re.compile(r"ncpdp|nabp", re.IGNORECASE)
_NCPDP = re.compile(r"[0-9]{7}")
_LICENCE = re.compile(r"(?=.*[0-9]).{3,25}")  # "NA", "PENDING" and "0" are no numbers
_NANP = re.compile(r"1?([2-9][0-9]{2}[2-9][0-9]{6})")


def good_npi(number: str) -> bool:
    """Whether a number has ten digits and the check digit of an NPI: Luhn over 80840 and the number."""
    return len(number) == 10 and number[0] in "12" and bool(luhn.is_valid(f"80840{number}"))  # noqa: PLR2004 - digits


def numbers(
    npi: str, licences: Iterable[tuple[str, str]], others: Iterable[tuple[str, str]]
) -> Iterator[tuple[str, str]]:
    """Schemes and numbers of an entry, from its state licences (number, state) and other identifiers (number, issuer).

    A licence stands twice, bare and behind the letters of its state: shops print it either way.
    """
    yield "us_npi", npi
    for licence, state in licences:
        number = normalise(licence)
        if _LICENCE.fullmatch(number):
            yield "us_state_license", number
            if state and not number.startswith(state.upper()):
                yield "us_state_license", state.upper() + number
    for number, issuer in others:
        if _ISSUERS.search(issuer) and _NCPDP.fullmatch(number):
            yield "us_ncpdp", number


def postcode_of(digits: str) -> str | None:
    """A ZIP code; the register writes nine digits without their hyphen."""
    digits = digits.strip()
    return f"{digits[:5]}-{digits[5:]}" if len(digits) == 9 and digits.isdecimal() else digits or None  # noqa: PLR2004 - digits


def phone_of(number: str) -> tuple[str, ...]:
    """A telephone number of the North American plan in E.164.

    By its form alone: the register has a hundred thousand, and asking phonenumbers would take as long as all the rest.
    """
    match = _NANP.fullmatch("".join(filter(str.isdecimal, number)))
    return (f"+1{match[1]}",) if match else ()
