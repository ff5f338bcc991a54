"""Any table, read by a map of its columns.

What each column means is data: `rules/lists/registers.yaml` for the registers that we know, a file of the operator for
others.  A cell that cannot be read is quarantined, the row with it where its meaning hangs on the cell.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import IO

from pharmcheck.address import host_of
from pharmcheck.registers.binding import named_host
from pharmcheck.registers.columns import Choice, Columns
from pharmcheck.registers.importing import Entry, Quarantined, Source
from pharmcheck.registers.records import Record, RegisterKind, WarningEntry
from pharmcheck.registers.sources.cells import date_of, identifiers_of, is_test_row, phones_of, text_of
from pharmcheck.registers.sources.rows import Row, folded, quoted, table_rows
from pharmcheck.registers.sources.web_cells import read_web_cell

_WARNS = (RegisterKind.WARNING, RegisterKind.PRIVATE_WARNING)


class _BadRowError(Exception):
    """A row that cannot be used; the reason is for people."""


def read(file: IO[bytes], source: Source, as_of: date | None) -> Iterator[Entry]:
    """Yield the entries of a table."""
    for columns, row in table_rows(file, source.columns, f"a file of {source.authority}"):
        if isinstance(row, Quarantined):
            yield row
        elif not columns.keep or _kept(row, columns):
            view = _View(row, columns)
            try:
                yield from (_warnings if source.kind in _WARNS else _record)(view, source, as_of)
            except _BadRowError as bad:
                yield Quarantined(row.line, str(bad), view.shown())


def _kept(row: Row, columns: Columns) -> bool:
    assert columns.keep is not None  # noqa: S101 - the caller has looked
    said = " ".join(row.cells.get(name, "") for name in columns.keep.columns).casefold()
    return any(word in said for word in columns.keep.words)


class _View:
    """A row through its map."""

    def __init__(self, row: Row, columns: Columns) -> None:
        self.line, self._cells, self._columns = row.line, row.cells, columns

    def all(self, name: str) -> list[str]:
        """Every cell of a field that says something."""
        return [text for column in self._columns.fields.get(name, ()) if (text := text_of(self._cells.get(column, "")))]

    def one(self, name: str) -> str:
        """The first cell of a field that says something, or ""."""
        return next(iter(self.all(name)), "")

    def shown(self) -> str:
        """The row as a quarantine shows it: what names the entry, and nothing that a map leaves out."""
        return quoted([self.one("id"), self.one("name"), *self.web_cells()])

    def web_cells(self) -> list[str]:
        """The cells with web addresses, as they stand."""
        return [cell for column in self._columns.fields.get("web", ()) if (cell := self._cells.get(column, ""))]

    def numbers(self) -> Iterator[tuple[str, str]]:
        """Scheme and number of every identifier."""
        for scheme, columns in self._columns.identifiers.items():
            yield from ((scheme, text_of(self._cells.get(column, ""))) for column in columns)

    def day(self, name: str) -> date | None:
        """The date of a field."""
        said = self.one(name)
        try:
            return date_of(said, self._columns.dates)
        except ValueError:
            raise _BadRowError(f"“{said}” is not a date as this register writes them") from None

    def choice(self, name: str) -> str | None:
        """What the row says of a status and the like; None where the map does not say."""
        choice = self._columns.choices.get(name)
        if choice is None or choice.always is not None:
            return choice.always if choice else None
        said = next((cell for column in choice.columns if (cell := folded(self._cells.get(column, "")))), "")
        meaning = choice.values.get(said, choice.otherwise)
        if meaning is None:
            raise _BadRowError(f"the map does not know the {name.replace('_', ' ')} “{said}”")
        return meaning

    def places(self) -> tuple[str, ...]:
        """Where the entry may sell: each country that the cell names."""
        choice = self._columns.choices.get("jurisdictions") or Choice()
        if choice.always is not None:
            return tuple(choice.always.split())
        said = [folded(part) for column in choice.columns for part in self._cells.get(column, "").split(",")]
        return tuple(dict.fromkeys(choice.values[part] for part in said if part in choice.values))

    def web(self) -> tuple[tuple[str, ...], str | None, str]:
        """The web addresses, or why they cannot be used, and what stood there."""
        cells = self.web_cells()
        return *read_web_cell(" ".join(cells)), quoted(cells)


def _record(view: _View, source: Source, as_of: date | None) -> Iterator[Entry]:
    names = view.all("name")
    if any(map(is_test_row, names)):
        raise _BadRowError("a test row")
    web, reason, said = view.web()
    if reason:
        yield Quarantined(view.line, f"web address: {reason}", said)
    name = names[0] if names else ""
    entry_id = view.one("id") or next(map(host_of, web), "") or name
    if not entry_id:
        raise _BadRowError("the row has neither a number nor a name nor a web address")
    begins, ends = view.day("valid_from"), view.day("valid_to")
    if begins and as_of and begins > as_of:
        raise _BadRowError(f"the entry begins on {begins}, after the date of the file")
    status = view.choice("status") or "active"
    if status == "active" and ends and as_of and ends < as_of:
        status = "expired"
    country = view.choice("country") or source.country
    online = view.choice("online_sale")
    yield Record(
        register=source.name,
        entry_id=entry_id,
        name=name or entry_id,
        country=country,
        web_addresses=web,
        status=status,
        identifiers=identifiers_of(view.numbers()),
        postcode=view.one("postcode") or None,
        online_sale=None if online is None else online == "yes",
        jurisdictions=view.places(),
        other_names=tuple(dict.fromkeys(other for other in [*names[1:], *view.all("other_names")] if other != name)),
        address=", ".join(dict.fromkeys(view.all("address"))) or None,
        phones=phones_of(view.all("phone"), country),
        valid_from=begins,
        valid_to=ends,
    )


def _warnings(view: _View, source: Source, _as_of: date | None) -> Iterator[Entry]:
    """One warning for each site that a row names.  A page on a host condemns nobody else on it."""
    web, reason, said = view.web()
    if reason or not web:
        raise _BadRowError(f"web address: {reason}" if reason else "the row names no site")
    link, _ = read_web_cell(view.one("link"))
    for url in web:
        domain = named_host(url)
        if domain:
            yield WarningEntry(source.name, source.authority, domain, view.day("listed_on"), next(iter(link), None))
        else:
            yield Quarantined(view.line, "a page on a site that belongs to others, perhaps; it condemns no host", said)
