"""How a published file becomes entries: what every importer promises, and what a source says about itself.

An importer reads one form of file and yields what it finds, lazily and in the file's order.  It opens nothing, fetches
nothing and keeps nothing; whether its harvest may replace what is loaded is decided elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import IO, Protocol

from pharmcheck.registers.columns import Columns
from pharmcheck.registers.records import Record, RegisterKind, WarningEntry


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A row, or one cell of a row, that is never matched: counted and shown instead."""

    line: int  # in the file, from 1; of a table without lines, the row
    reason: str  # a short sentence: what is wrong with it
    text: str  # what stood there, cleaned and shortened


Entry = Record | WarningEntry | Quarantined


class Importer(Protocol):
    """Reads one form of published file.  Small state at most: a file may hold millions of rows."""

    name: str

    def read(self, file: IO[bytes], *, as_of: date | None) -> Iterator[Entry]:
        """Yield the entries of `file`.  Raises RegisterFileError when it is a file of another kind."""
        ...


@dataclass(frozen=True, slots=True)
class Source:
    """A register or list that can be loaded, as `rules/lists/registers.yaml` describes it."""

    name: str  # e.g. sukl_cz
    kind: RegisterKind
    country: str | None  # ISO 3166-1 alpha-2 of the authority
    authority: str
    period: timedelta  # how often the source publishes
    url: str | None  # where the file can be fetched; None: somebody brings it
    page: str | None  # where a person can look the register up
    importer: str  # name of the importer that reads it
    live_url: str | None = None  # where the publisher answers about one number at a time, written {number}
    columns: tuple[Columns, ...] = ()  # the forms that a table may have, for the generic importer
    marks_online_sale: bool = False
    complete: bool = False
    schemes: tuple[str, ...] = ()
    large: bool = False  # never fetched unless named
    terms: str = ""  # what its publisher allows
    confidence: str = "unconfirmed"  # until somebody has seen the address answer
    note: str = ""
