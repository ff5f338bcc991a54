"""One answer of the live register behind NPPES (API version 2.1), for looking up a single number.

Pure: `lookup_url` says what to ask, `read_answer` reads what came back.  `refresh.live` does the asking.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pharmcheck.errors import RegisterFileError, UsageError
from pharmcheck.reading import clean
from pharmcheck.registers.importing import Source
from pharmcheck.registers.records import Record
from pharmcheck.registers.sources.cells import date_of, identifiers_of, text_of
from pharmcheck.registers.sources.nppes import PHARMACY, good_npi, numbers, phone_of, postcode_of

_MOST = 1 << 20  # bytes; the answer about one number has a few thousand
_EXPECTED = "an answer of the NPI registry"


@dataclass(frozen=True, slots=True)
class NpiAnswer:
    """How many providers have the number, and which of them are pharmacies."""

    found: int
    pharmacies: tuple[Record, ...]


def lookup_url(number: str, source: Source) -> str:
    """What to ask about one number.  Raises UsageError for one that cannot be an NPI: the API would not notice."""
    if not good_npi(number):
        raise UsageError(f"{clean(number, 40)!r} is not an NPI: it has ten digits, the last one a check digit.")
    if source.live_url is None:
        raise UsageError(f"{source.name}: no address is known where it answers about single numbers.")
    return source.live_url.replace("{number}", number)


def read_answer(body: bytes, source: Source) -> NpiAnswer:
    """The providers in an answer, of the old form (numbers as integers) or the new one (as text).

    Raises RegisterFileError, also for a complaint of the registry, which it sends as a success.
    """
    try:
        answer = json.loads(body[:_MOST])
    except (ValueError, RecursionError) as error:
        raise RegisterFileError(f"Expected {_EXPECTED}; found no JSON document.") from error
    answer = _mapping(answer)
    if complaints := [_said(each, "description") for each in _all(answer, "Errors")]:
        raise RegisterFileError(f"The NPI registry did not answer: {'; '.join(complaints)}")
    if not isinstance(answer.get("results"), list):
        raise RegisterFileError(f"Expected {_EXPECTED}; it has no results.")
    results = _all(answer, "results")
    records = (_record(result, source) for result in results)
    return NpiAnswer(len(results), tuple(record for record in records if record))


def _record(result: Mapping[str, Any], source: Source) -> Record | None:
    taxonomies, npi = _all(result, "taxonomies"), _said(result, "number")
    if _said(result, "enumeration_type") != "NPI-2" or not good_npi(npi):
        return None
    if not any(_said(each, "code").startswith(PHARMACY) for each in taxonomies):
        return None
    basic = _mapping(result.get("basic"))
    places = [each for each in _all(result, "addresses") if _said(each, "address_purpose") == "LOCATION"]
    place = places[0] if places else {}
    try:
        begins = date_of(_said(basic, "enumeration_date"), ("%m/%d/%Y",))
    except ValueError:
        begins = None
    name = _said(basic, "organization_name") or _said(basic, "name")
    others = [_said(each, "organization_name") for each in _all(result, "other_names")]
    lines = ("address_1", "address_2", "city", "state")
    return Record(
        register=source.name,
        entry_id=npi,
        name=name,
        country=source.country,
        web_addresses=(),
        status="active" if _said(basic, "status") in ("A", "") else "expired",
        identifiers=identifiers_of(
            numbers(
                npi,
                ((_said(each, "license"), _said(each, "state")) for each in taxonomies),
                ((_said(each, "identifier"), _said(each, "issuer")) for each in _all(result, "identifiers")),
            )
        ),
        postcode=postcode_of(_said(place, "postal_code")),
        other_names=tuple(dict.fromkeys(other for other in others if other and other != name)),
        address=", ".join(filter(None, (_said(place, line) for line in lines))) or None,
        phones=phone_of(_said(place, "telephone_number")),
        valid_from=begins,
    )


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _all(mapping: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    """The objects of a list; the API writes an empty one as "" sometimes."""
    value = mapping.get(key)
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _said(mapping: Mapping[str, Any], key: str) -> str:
    value = mapping.get(key)
    return text_of(str(value)) if isinstance(value, str) or type(value) is int else ""
