"""A small made-up register, and an importer of its own that keeps the promises of `Importer` and nothing more."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import IO, Any

import pytest

from pharmcheck.errors import RegisterFileError
from pharmcheck.refresh import Imported, import_file
from pharmcheck.registers import Entry, Identifier, Quarantined, Record, RegisterKind, Source, WarningEntry
from pharmcheck.settings import load_settings
from pharmcheck.store import Store

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)

SOURCE = Source(
    name="quay",
    kind=RegisterKind.REGISTER,
    country="GB",
    authority="Quay Register of Pharmacies",
    period=timedelta(days=31),
    url="https://register.example/list.csv",
    page="https://register.example/",
    importer="quay",
    schemes=("gb_gphc_premises",),
    complete=True,
    confidence="public-copy",
)


@dataclass(frozen=True)
class QuayImporter:
    """Reads lines of number,name,web[,warning]."""

    name: str = "quay"

    def read(self, file: IO[bytes], *, as_of: date | None) -> Iterator[Entry]:
        rows = csv.reader(codecs.getreader("utf-8")(file))
        if next(rows, None) != ["number", "name", "web"]:
            raise RegisterFileError("Expected the list of the Quay Register; this file has other columns.")
        for line, row in enumerate(rows, 2):
            if len(row) != 3:
                yield Quarantined(line, f"{len(row)} cells where there should be 3", ",".join(row))
            elif row[0] == "warning":
                yield WarningEntry("quay", "Quay Register", row[2], None)
            else:
                numbers = (Identifier("gb_gphc_premises", row[0]),)
                yield Record("quay", row[0], row[1], "GB", (row[2],) if row[2] else (), identifiers=numbers)


@pytest.fixture
def source() -> Source:
    return SOURCE


@pytest.fixture
def importer() -> QuayImporter:
    return QuayImporter()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(load_settings(tmp_path / "data")) as opened:
        yield opened


@pytest.fixture
def listing() -> Callable[..., bytes]:
    """The bytes of a list with so many pharmacies, each with a site of its own, and whatever lines more."""

    def make(pharmacies: int, *lines: str) -> bytes:
        rows = [f"1{n:06d},Pharmacy {n},https://www.shop{n}.example/" for n in range(pharmacies)]
        return "\n".join(["number,name,web", *rows, *lines, ""]).encode()

    return make


@pytest.fixture
def load(store: Store, tmp_path: Path, importer: QuayImporter) -> Callable[..., Imported]:
    """Imports bytes as the list of 1 November."""

    def call(content: bytes, as_of: date | None = date(2026, 11, 1), **more: Any) -> Imported:
        file = tmp_path / "list.csv"
        file.write_bytes(content)
        told = {"now": NOON, "force": False} | more
        changed = replace(SOURCE, **told.pop("source", {}))
        return import_file(store, changed, importer, file, as_of=as_of, **told)

    return call
