"""The bulk file of NPPES: eleven gigabytes of CSV in a zip, of which one row in ninety is a pharmacy.

Read as a stream.  Only lines that hold the beginning of a pharmacy's taxonomy code are taken apart at all.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from datetime import date
from typing import IO

from pharmcheck.errors import RegisterFileError
from pharmcheck.registers.importing import Entry, Quarantined, Source
from pharmcheck.registers.records import Record
from pharmcheck.registers.sources.cells import date_of, identifiers_of, is_test_row, text_of
from pharmcheck.registers.sources.nppes import PHARMACY, good_npi, numbers, phone_of, postcode_of
from pharmcheck.registers.sources.opening import MAX_LINE, head_of, is_zip, member_of, refuse_unless_text
from pharmcheck.registers.sources.rows import quoted

EXPECTED = "the full or weekly file of NPPES (npidata_pfile_….csv, or the zip that holds it)"
_MEMBER = r"npidata_pfile_[0-9-]+\.csv$"
_TAXONOMIES = 15
_OTHERS = 50
_PIECE = 1 << 20
_DATES = ("%m/%d/%Y",)


class _Header:
    """Where the columns stand that we read."""

    def __init__(self, names: Sequence[str]) -> None:
        self.width = len(names)
        self._at = {name.strip(): n for n, name in enumerate(names)}
        self.npi = self._column("NPI")
        self.kind = self._column("Entity Type Code")
        self.name = self._column("Provider Organization Name (Legal Business Name)")
        self.other_name = self._at.get("Provider Other Organization Name")
        place = "Provider Business Practice Location Address"
        self.address = [
            self._column("Provider First Line Business Practice Location Address"),
            self._at.get("Provider Second Line Business Practice Location Address"),
            self._column(f"{place} City Name"),
            self._column(f"{place} State Name"),
        ]
        self.postcode = self._column(f"{place} Postal Code")
        self.phone = self._at.get(f"{place} Telephone Number")
        self.begins = self._at.get("Provider Enumeration Date")
        self.ended = self._column("NPI Deactivation Date")
        self.returned = self._column("NPI Reactivation Date")
        self.taxonomies = self._series("Healthcare Provider Taxonomy Code", _TAXONOMIES)
        self.licences = self._series("Provider License Number", _TAXONOMIES)
        self.states = self._series("Provider License Number State Code", _TAXONOMIES)
        self.others = self._series("Other Provider Identifier", _OTHERS)
        self.issuers = self._series("Other Provider Identifier Issuer", _OTHERS)
        self._column("Healthcare Provider Taxonomy Code_1")

    def _column(self, name: str) -> int:
        if name not in self._at:
            raise RegisterFileError(f"Expected {EXPECTED}; this table has no column “{name}”.")
        return self._at[name]

    def _series(self, name: str, most: int) -> list[int | None]:
        return [self._at.get(f"{name}_{n}") for n in range(1, most + 1)]


def read(file: IO[bytes], source: Source, _as_of: date | None) -> Iterator[Entry]:
    """Yield every pharmacy of the file."""
    with ExitStack() as stack:
        head = head_of(file)
        if is_zip(head):
            file = stack.enter_context(member_of(file, _MEMBER, EXPECTED))
            head = head_of(file)
        refuse_unless_text(head, EXPECTED)
        lines = _lines(file)
        header = _header(next(lines))
        marker = PHARMACY.encode()
        for number, line in enumerate(lines, 2):
            if marker in line:
                yield from _entries(number, line, header, source)


def _header(line: bytes) -> _Header:
    try:
        return _Header(next(csv.reader([_text(line).removeprefix("\ufeff")]), []))
    except csv.Error as error:
        raise RegisterFileError(f"Expected {EXPECTED}; its first line is no header ({error}).") from error


def _lines(file: IO[bytes]) -> Iterator[bytes]:
    """Lines without their ends; a hundred million calls of `readline` would cost more than the rest."""
    rest = b""
    while piece := file.read(_PIECE):
        lines = (rest + piece).split(b"\n")
        rest = lines.pop()
        if len(rest) > MAX_LINE:
            raise RegisterFileError(f"Expected {EXPECTED}; a line has more than {MAX_LINE:,} bytes.")
        yield from lines
    yield rest


def _text(line: bytes) -> str:
    try:
        return line.decode("utf-8").rstrip("\r")
    except UnicodeDecodeError:
        return line.decode("cp1252", "replace").rstrip("\r")


def _entries(number: int, line: bytes, header: _Header, source: Source) -> Iterator[Entry]:
    try:
        cells = next(csv.reader([_text(line)]))
    except csv.Error as error:
        yield Quarantined(number, f"the row could not be taken apart ({error})", quoted([_text(line)]))
        return
    if len(cells) != header.width:
        yield Quarantined(number, f"the row has {len(cells)} cells, its header {header.width}", quoted(cells))
        return

    def cell(at: int | None) -> str:
        return text_of(cells[at]) if at is not None and cells[at] else ""

    if cell(header.kind) != "2" or not any(cell(at).startswith(PHARMACY) for at in header.taxonomies):
        return
    npi, name = cell(header.npi), cell(header.name)
    if not good_npi(npi):
        yield Quarantined(number, "the NPI has a wrong check digit", quoted([npi, name]))
        return
    if not name or is_test_row(name):
        yield Quarantined(number, "a test row" if name else "the row has no name", quoted([npi, name]))
        return
    try:
        begins, ended, returned = (date_of(cell(at), _DATES) for at in (header.begins, header.ended, header.returned))
    except ValueError as error:
        yield Quarantined(number, f"“{error}” is not a date as this register writes them", quoted([npi, name]))
        return
    gone = ended is not None and (returned is None or returned < ended)
    licences = ((cell(at), cell(state)) for at, state in zip(header.licences, header.states, strict=True))
    others = ((cell(at), cell(issuer)) for at, issuer in zip(header.others, header.issuers, strict=True))
    other_name = cell(header.other_name)
    yield Record(
        register=source.name,
        entry_id=npi,
        name=name,
        country=source.country,
        web_addresses=(),
        status="expired" if gone else "active",
        identifiers=identifiers_of(numbers(npi, licences, others)),
        postcode=postcode_of(cell(header.postcode)),
        other_names=(other_name,) if other_name and other_name != name else (),
        address=", ".join(filter(None, map(cell, header.address))) or None,
        phones=phone_of(cell(header.phone)),
        valid_from=begins,
        valid_to=ended if gone else None,
    )
