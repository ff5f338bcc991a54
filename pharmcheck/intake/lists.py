"""A list as it was handed in: what it is, and its entries as often as somebody wants to go through them."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from pharmcheck.address import IPNetwork
from pharmcheck.errors import ListFileError, WorkbookError
from pharmcheck.intake.cells import Reader
from pharmcheck.intake.columns import Columns, choose_columns
from pharmcheck.intake.entries import Entry, Sorter
from pharmcheck.intake.opening import open_list
from pharmcheck.intake.rows import MAX_ROWS, ListFile, TableRow, filled


@dataclass(frozen=True, slots=True)
class IntakeList:
    """A list that was opened and whose columns are chosen."""

    sha256: str  # of the bytes that were handed in
    size: int
    file: ListFile
    columns: dict[int, Columns]
    passed_by: tuple[tuple[str, int], ...]  # sheets without any address, and their rows
    reader: Reader

    @property
    def format(self) -> str:
        """csv, text, json, xlsx or ods."""
        return self.file.format

    @property
    def found_in(self) -> tuple[str, ...]:
        """In which columns the addresses stand, for people; nothing for text."""
        if self.file.free:
            return ()
        several = len(self.file.tables) > 1
        return tuple(
            f"{self.file.tables[table]}: column {columns.label()}" if several else f"column {columns.label()}"
            for table, columns in sorted(self.columns.items())
        )

    def table_name(self, table: int) -> str:
        """The name of a sheet; "" in a file without sheets."""
        return self.file.tables[table] if table < len(self.file.tables) else ""

    def entries(self) -> Iterator[Entry]:
        """Every row that says something.  Raises ListFileError."""
        sorter = Sorter(self.reader, self.columns)
        try:
            for row in filled(self.file.rows()):
                yield from sorter.entries(row)
                if sorter.full:
                    raise ListFileError(f"The list has more than {MAX_ROWS:,} addresses; split it.")
        except WorkbookError as error:
            raise ListFileError(f"The workbook cannot be read: {error}.") from error


def read_list(
    body: bytes,
    *,
    column: str | None = None,
    encoding: str | None = None,
    admitted_hosts: Collection[str] = frozenset(),
    allowed_networks: Collection[IPNetwork] = (),
) -> IntakeList:
    """Open a list and find its addresses.

    `column` names where they stand (a letter, a number or a header) and `encoding` how a text was saved, for files
    that give no sign of it.  Raises ListFileError for a file that is too large, an attack, or no list at all.
    """
    file = open_list(body, encoding)
    try:
        columns = choose_columns(file, admitted_hosts, column)
        passed_by = _passed_by(file, columns)
    except WorkbookError as error:
        raise ListFileError(f"The workbook cannot be read: {error}.") from error
    reader = Reader(admitted_hosts, allowed_networks)
    return IntakeList(hashlib.sha256(body).hexdigest(), len(body), file, columns, passed_by, reader)


def read_texts(
    texts: Sequence[str],
    sha256: str,
    *,
    admitted_hosts: Collection[str] = frozenset(),
    allowed_networks: Collection[IPNetwork] = (),
) -> IntakeList:
    """The same for texts that a program sent one by one."""

    def rows() -> Iterator[TableRow]:
        for line, text in enumerate(texts, 1):
            yield TableRow(0, line, (text,))

    file = ListFile("json", "", ("",), rows, free=True)
    columns = choose_columns(file, admitted_hosts)
    size = sum(map(len, texts))
    return IntakeList(sha256, size, file, columns, (), Reader(admitted_hosts, allowed_networks))


def _passed_by(file: ListFile, columns: dict[int, Columns]) -> tuple[tuple[str, int], ...]:
    if len(columns) == len(file.tables):
        return ()
    rows = Counter(row.table for row in filled(file.rows()) if row.table not in columns and row.line)
    return tuple((file.tables[table], count) for table, count in sorted(rows.items()))
