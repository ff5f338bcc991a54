"""Importers: one for any table with a map of its columns, and one file for each register that is no plain table.

Pure: bytes in, entries out, lazily.  Where the bytes come from and what is kept of them is decided elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from typing import IO

from pharmcheck.errors import UsageError
from pharmcheck.registers.importing import Entry, Importer, Source
from pharmcheck.registers.sources import nppes_us, table

__all__ = ["IMPORTERS", "find_source", "importer_for"]

Reader = Callable[[IO[bytes], Source, date | None], Iterator[Entry]]
IMPORTERS: dict[str, Reader] = {"table": table.read, "nppes_us": nppes_us.read}
"""By the name that `rules/lists/registers.yaml` uses."""


class _Bound:
    """An importer that knows its source."""

    def __init__(self, source: Source) -> None:
        self.name, self._source = source.importer, source

    def read(self, file: IO[bytes], *, as_of: date | None) -> Iterator[Entry]:
        return IMPORTERS[self.name](file, self._source, as_of)


def importer_for(source: Source) -> Importer:
    """What reads the files of `source`.  Raises UsageError where there is nothing to read them with."""
    if source.importer not in IMPORTERS:
        where = f"; look it up yourself at {source.page}" if source.page else ""
        raise UsageError(
            f"{source.authority} publishes no file that can be read without a map of its columns{where}, "
            "or bring a file and a map (docs/registers.md)."
        )
    return _Bound(source)


def find_source(sources: Iterable[Source], name: str) -> Source:
    """The source of this name.  Raises UsageError, naming those that there are."""
    by_name = {source.name: source for source in sources}
    if name not in by_name:
        readable = ", ".join(sorted(known.name for known in by_name.values() if known.importer))
        raise UsageError(f"There is no register named {name!r}; those that can be loaded: {readable}.")
    return by_name[name]
