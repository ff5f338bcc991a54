"""Reading files of our own making as an import would."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import date

import pytest

from pharmcheck.registers import Entry, Quarantined, Record, Source, WarningEntry
from pharmcheck.registers.sources import find_source, importer_for
from pharmcheck.ruleset import load_ruleset

AS_OF = date(2026, 11, 1)


class Harvest:
    """What an importer found, sorted by kind."""

    def __init__(self, entries: list[Entry]) -> None:
        self.records = [entry for entry in entries if isinstance(entry, Record)]
        self.warnings = [entry for entry in entries if isinstance(entry, WarningEntry)]
        self.quarantined = [entry for entry in entries if isinstance(entry, Quarantined)]


Read = Callable[..., Harvest]


@pytest.fixture(scope="session")
def sources() -> tuple[Source, ...]:
    return load_ruleset().sources


@pytest.fixture
def read(sources: tuple[Source, ...]) -> Read:
    """Read bytes, or text, as the file of a source: one of the list by its name, or a `Source`."""

    def harvest(source: str | Source, content: str | bytes, as_of: date | None = AS_OF) -> Harvest:
        known = find_source(sources, source) if isinstance(source, str) else source
        body = content.encode() if isinstance(content, str) else content
        return Harvest(list(importer_for(known).read(io.BytesIO(body), as_of=as_of)))

    return harvest


def zipped(**members: bytes) -> bytes:
    """A zip archive; two underscores in a name stand for a dot."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in members.items():
            archive.writestr(name.replace("__", "."), body)
    return packed.getvalue()


@pytest.fixture
def pack() -> Callable[..., bytes]:
    return zipped
