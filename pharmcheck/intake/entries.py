"""Rows → entries: each address once, each other row with the reason why nothing of it is checked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from pharmcheck.address import host_of
from pharmcheck.intake.cells import Found, Piece, Reader
from pharmcheck.intake.columns import Columns, hosts_in, letters
from pharmcheck.intake.rows import MAX_ROWS, TableRow
from pharmcheck.model import Address

_SHOWN = 300  # characters of a cell or row that an entry repeats


class Kind(StrEnum):
    """What became of a row."""

    ACCEPTED = "accepted"
    REPAIRED = "repaired"  # checked as something else than what stood there; both are shown
    DUPLICATE = "duplicate"  # of a site that stands further up; shares its check
    IGNORED = "ignored"
    NEEDS_PERSON = "needs_person"


@dataclass(frozen=True, slots=True)
class Entry:
    """One address of the list, or one row without."""

    number: int  # from 1, in the order of the file
    table: int  # which sheet, from 0
    line: int  # row of the sheet, from 1
    kind: Kind
    text: str  # what stood there
    address: Address | None = None
    duplicate_of: int | None = None  # `number` of the entry whose check this one shares
    reason: str = ""  # why nothing is checked
    note: str = ""  # something to know about what is checked


_KINDS = {Found.AS_IT_STANDS: Kind.ACCEPTED, Found.MENDED: Kind.REPAIRED}
_IGNORED = (Found.WORDS, Found.MAILBOX, Found.NOTHING)
_REMARKS = (*_IGNORED, Found.SLIP)


@dataclass(slots=True)
class Sorter:
    """Makes entries of the rows of one list, in their order."""

    reader: Reader
    columns: dict[int, Columns]
    _count: int = 0
    _sites: dict[str, tuple[int, int, str]] = field(default_factory=dict)  # site → number, line and URL of its first

    def entries(self, row: TableRow) -> Iterator[Entry]:
        """What becomes of a row; nothing of a row in a table without addresses."""
        columns = self.columns.get(row.table)
        if columns is None or not row.line:
            return
        if row.torn:
            yield self._entry(row, Kind.NEEDS_PERSON, "", reason=row.torn)
            return
        sites: set[str] = set()
        remarks: list[Piece] = []
        for column in columns.chosen:
            for piece, note in self._cell(row, column):
                if piece.address is None:
                    remarks.append(piece)
                elif (site := site_of(piece.address.host)) not in sites:
                    sites.add(site)
                    yield self._checked(row, piece, note)
        refused = [piece for piece in remarks if piece.found is Found.REFUSED]
        if not sites and not refused:
            yield self._without(row, columns, remarks)
        for piece in refused:
            yield self._entry(row, Kind.NEEDS_PERSON, piece.text, reason=piece.reason)

    def _cell(self, row: TableRow, column: int) -> Iterator[tuple[Piece, str]]:
        """The pieces of a cell, with what its link says beside."""
        text = row.cells[column] if column < len(row.cells) else ""
        link = row.links.get(column, "")
        if column in row.unsaved and not link:
            yield Piece(Found.REFUSED, text, reason="A formula whose result was not saved; open and save the file."), ""
            return
        pieces = self.reader.pieces(text)
        shown = {site_of(piece.address.host) for piece in pieces if piece.address is not None}
        led = self.reader.pieces(link)[:1] if link else []
        target = led[0].address if led else None
        if target is None or site_of(target.host) in shown:
            yield from ((piece, "") for piece in pieces)
            return
        if not shown:
            words = f"The cell shows “{text.strip()[:60]}”; this is where its link leads." if text.strip() else ""
            yield Piece(Found.MENDED, text.strip() or link, target), words
            return
        elsewhere = f"The cell shows this address, but its link leads to {target.display_host}."
        yield from ((piece, elsewhere if piece.address is not None else "") for piece in pieces)
        yield Piece(Found.MENDED, link, target), f"The link behind “{text.strip()[:60]}”, which shows another site."

    def _checked(self, row: TableRow, piece: Piece, note: str) -> Entry:
        address = piece.address
        assert address is not None  # noqa: S101 - for the type checker
        first = self._sites.get(site_of(address.host))
        if first is None:
            entry = self._entry(row, _KINDS[piece.found], piece.text, address=address, note=note)
            self._sites[site_of(address.host)] = (entry.number, row.line, address.url)
            return entry
        number, line, url = first
        if url != address.url and not note and _page(url) != _page(address.url):
            note = f"Another page of the site in row {line}; that row's page is where the look begins."
        return self._entry(row, Kind.DUPLICATE, piece.text, address=address, duplicate_of=number, note=note)

    def _without(self, row: TableRow, columns: Columns, remarks: list[Piece]) -> Entry:
        """A row without an address."""
        text = next((piece.text for piece in remarks), "")
        whole = text or " | ".join(cell.strip() for cell in row.cells if cell.strip())
        if row.line < columns.first_line and all(piece.found in _REMARKS for piece in remarks):
            return self._entry(row, Kind.IGNORED, whole, reason="A title or header: it stands above the first address.")
        if text and " ".join(text.split()).casefold() in columns.titles:
            return self._entry(row, Kind.IGNORED, text, reason="The header again.")
        if not remarks:
            for column, cell in enumerate(row.cells):
                if column not in (*columns.chosen, *columns.others) and next(
                    hosts_in(cell, self.reader.admitted_hosts), None
                ):
                    where = f"The cell for the address is empty, but one stands in column {letters(column)}."
                    return self._entry(row, Kind.NEEDS_PERSON, cell.strip(), reason=where)
            return self._entry(row, Kind.IGNORED, whole, reason="The cell for the address is empty.")
        kind = Kind.NEEDS_PERSON if remarks[0].found is Found.SLIP else Kind.IGNORED
        return self._entry(row, kind, text, reason=remarks[0].reason)

    def _entry(self, row: TableRow, kind: Kind, text: str, **more: object) -> Entry:
        self._count += 1
        return Entry(self._count, row.table, row.line, kind, text[:_SHOWN], **more)  # type: ignore[arg-type]

    @property
    def full(self) -> bool:
        """Whether a list may not have more entries."""
        return self._count >= MAX_ROWS


def site_of(host: str) -> str:
    """What counts as one site of a list: the host, with or without `www.`, as for registers."""
    return host.removeprefix("www.")


def _page(url: str) -> str:
    return url.partition(host_of(url))[2].rstrip("/")
