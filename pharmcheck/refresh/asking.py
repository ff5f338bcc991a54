"""What the registers say about one domain or number, which of them could say more, and how they stand."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from pharmcheck.address import parse_address
from pharmcheck.reading.licences import normalise
from pharmcheck.registers import Record, RegisterKind, RegisterLookup, Snapshot, Source, WarningEntry
from pharmcheck.registers.binding import ANY_NAME
from pharmcheck.store import LoadedRegister

_ENDING = re.compile(r"\.[^\W\d_][\w-]+(?=[:/?#]|\s*$)")  # of a name; numbers of registers have digits there, or no dot
_COUNTRY_OF = {"uk": "GB"}  # the other endings of countries are their codes


@dataclass(frozen=True, slots=True)
class Answer:
    """What is known about one domain or number."""

    asked: str  # as it was looked up: a host, or a number without blanks
    is_domain: bool
    records: tuple[tuple[Snapshot, Record], ...]
    warnings: tuple[tuple[Snapshot, WarningEntry], ...]
    searched: tuple[Snapshot, ...]
    not_loaded: tuple[Source, ...]  # registers that could say more


def lookup(asked: str, registers: RegisterLookup, sources: Iterable[Source]) -> Answer:
    """Look a domain up by name, or a number in every scheme.  Raises AddressError for what is neither."""
    snapshots = {snapshot.name: snapshot for snapshot in registers.snapshots()}
    not_loaded = tuple(source for source in sources if source.name not in snapshots)
    records: Iterable[Record]
    warnings: Iterable[WarningEntry] = ()
    is_domain = "//" in asked or bool(_ENDING.search(asked)) or not any(map(str.isdecimal, asked))
    if is_domain:
        address = parse_address(asked, admitted_hosts=ANY_NAME)
        asked = address.host
        records, warnings = registers.naming(asked), registers.warnings(asked, address.registrable_domain)
        not_loaded = _likely(not_loaded, asked.rpartition(".")[2])
    else:
        asked = normalise(asked.strip())
        records = registers.numbered("unspecified", asked)
        not_loaded = _likely(tuple(source for source in not_loaded if source.kind is RegisterKind.REGISTER), "")
    return Answer(
        asked,
        is_domain,
        tuple((snapshots[record.register], record) for record in records),
        tuple((snapshots[entry.register], entry) for entry in warnings),
        tuple(snapshots.values()),
        not_loaded,
    )


@dataclass(frozen=True, slots=True)
class Standing:
    """How a register stands today; one of `loaded` and `source` is there, mostly both."""

    name: str
    country: str | None
    authority: str
    loaded: LoadedRegister | None
    source: Source | None
    age: timedelta | None  # since the source's own date
    fresh: bool  # its records may verify a site today
    fresh_until: date | None  # the last day on which they may


def standing(loaded: Iterable[LoadedRegister], sources: Iterable[Source], today: date) -> tuple[Standing, ...]:
    """Every register that is loaded or could be, by name."""
    held = {register.snapshot.name: register for register in loaded}
    known = {source.name: source for source in sources}
    return tuple(_standing(name, held.get(name), known.get(name), today) for name in sorted({*held, *known}))


def _standing(name: str, loaded: LoadedRegister | None, source: Source | None, today: date) -> Standing:
    about = loaded.snapshot if loaded is not None else source
    assert about is not None  # noqa: S101 - for the type checker: the name came from one of them
    as_of, until = (loaded.snapshot.as_of, loaded.snapshot.fresh_until) if loaded is not None else (None, None)
    age = today - as_of if as_of is not None else None
    fresh = loaded is not None and loaded.snapshot.fresh(today)
    return Standing(name, about.country, about.authority, loaded, source, age, fresh, until)


def _likely(not_loaded: tuple[Source, ...], ending: str) -> tuple[Source, ...]:
    """Those of the country whose ending a name has, else all that can be loaded."""
    country = _COUNTRY_OF.get(ending, ending.upper())
    ours = tuple(source for source in not_loaded if source.country == country)
    return ours or tuple(source for source in not_loaded if source.importer)
