"""Rows of a table, whatever it came in: CSV of any usual kind, an XLSX workbook, a table of a web page.

A row is cells by column name.  Where the header stands is found by the names that must be in it, so that preambles,
other tables of a page and other sheets pass by; a file in which it stands nowhere is refused.  Rows that do not fit
their header are quarantined.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import islice, zip_longest
from operator import itemgetter
from typing import IO

from pharmcheck.errors import RegisterFileError, WorkbookError
from pharmcheck.reading import MAX_PAGE, clean
from pharmcheck.reading.patterns import Pattern, compile_text
from pharmcheck.reading.tables import table_rows as page_tables
from pharmcheck.reading.text import decode_bytes
from pharmcheck.registers.columns import Columns
from pharmcheck.registers.importing import Quarantined
from pharmcheck.registers.sources.opening import archive_of, head_of, is_markup, is_zip, lines_of, member_of, page_of
from pharmcheck.registers.sources.raw import RawRow
from pharmcheck.workbooks import is_xlsx, read_xlsx

HREF = "@href"
"""A column “Shop” of a web page has a second one, “Shop@href”: where the links in its cells lead."""
_DELIMITERS = ",;\t|¬"  # the last one is what the NHS once used
_LOOKED_AT = 60  # rows of a table in which its header may stand: preambles have a dozen lines
_SHOWN = 12  # column names in a refusal
_LACKING = 4  # missing ones in a refusal
_FIRST = 4  # cells of a bad row that are shown: number and name stand early, names of persons do not
_BEGINNING = 40  # characters of a cell that may have swallowed its neighbours
_QUOTE = 200  # characters of a bad row that are shown
Rows = Callable[[], Iterator[RawRow]]  # a table that can be read again from its beginning


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its line (its number, where there are no lines) and its cells by folded column name."""

    line: int
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Found:
    """The form that a file has, and the columns under its header."""

    form: Columns
    names: tuple[str, ...]


def folded(name: str) -> str:
    """A column name, or a cell that is looked up, as it is compared."""
    return clean(name, 300).casefold()


def quoted(cells: Iterable[str]) -> str:
    """A bad row or cell as it is shown: cleaned and shortened."""
    return clean(" | ".join(cell[:_QUOTE] for cell in islice(cells, _FIRST) if cell), _QUOTE)


def table_rows(file: IO[bytes], forms: Sequence[Columns], expected: str) -> Iterator[tuple[Columns, Row | Quarantined]]:
    """Every row below the header of the first of `forms` that the file has.  Raises RegisterFileError."""
    with ExitStack() as stack:
        nearest: tuple[int, str] | None = None
        for rows in _tables(file, forms, expected, stack):
            found, miss = _look(rows(), forms)
            if found is not None:
                yield from ((found.form, row) for row in _below(rows(), found))
                return
            nearest = min(filter(None, (nearest, miss)), key=itemgetter(0), default=None)
        head = head_of(file)
        kind = page_of(head) if is_markup(head) else "another table"
        raise RegisterFileError(f"Expected {expected}; found {kind}: {nearest[1] if nearest else 'it has no rows'}.")


def _tables(file: IO[bytes], forms: Sequence[Columns], expected: str, stack: ExitStack) -> Iterator[Rows]:
    """The ways in which the file may be a table."""
    head = head_of(file)
    if is_zip(head):
        with archive_of(file, expected) as archive:
            workbook = is_xlsx(archive)
        if workbook:
            yield _workbook(file, expected)
            return
        file = stack.enter_context(member_of(file, forms[0].member, expected))
        head = head_of(file)
    if is_markup(head):
        yield partial(_page_rows, file, expected)
        return
    given = {form.delimiter for form in forms}
    for delimiter in given if "" not in given else _DELIMITERS:
        yield partial(_delimited, file, expected, delimiter, forms[0].encoding)


def _delimited(file: IO[bytes], expected: str, delimiter: str, encoding: str) -> Iterator[RawRow]:
    reader = csv.reader(lines_of(file, expected, fallback=encoding), delimiter=delimiter)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:  # a quotation mark that nobody closes swallows rows up to a limit
            yield RawRow(line, (), torn=f"lines {line} to {reader.line_num} could not be taken apart ({error})")
        else:
            yield RawRow(line, cells)


def _workbook(file: IO[bytes], expected: str) -> Rows:
    def rows() -> Iterator[RawRow]:
        try:
            yield from (RawRow(row.line, row.cells, ragged=True, table=row.sheet) for row in read())
        except WorkbookError as error:
            raise RegisterFileError(f"Expected {expected}; {error}.") from error

    try:
        _, read = read_xlsx(file)
    except WorkbookError as error:
        raise RegisterFileError(f"Expected {expected}; {error}.") from error
    return rows


def _page_rows(file: IO[bytes], expected: str) -> Iterator[RawRow]:
    file.seek(0)
    body = file.read(MAX_PAGE + 1)
    if len(body) > MAX_PAGE:
        raise RegisterFileError(f"Expected {expected}; the web page has more than {MAX_PAGE >> 20} MB; save it as CSV.")
    for line, (table, cells) in enumerate(page_tables(decode_bytes(body).text), 1):
        yield RawRow(
            line, [cell.text for cell in cells], [" ".join(cell.links) for cell in cells], ragged=True, table=table
        )


def _look(rows: Iterator[RawRow], forms: Sequence[Columns]) -> tuple[_Found | None, tuple[int, str] | None]:
    """The first header that fits a form; else the nearest miss, as its distance and a sentence."""
    nearest: tuple[int, str] | None = None
    opening: list[Sequence[str]] = []
    table, seen = -1, 0
    for row in rows:
        if row.table != table:
            table, seen = row.table, 0
        seen += 1
        if seen > _LOOKED_AT:
            if not row.table:
                break  # a text is one table
            continue
        if row.torn or not any(map(str.strip, row.cells)):
            continue
        if not row.cells[0].startswith("#"):
            opening.append(row.cells)
        names = tuple(folded(cell) for cell in row.cells)
        known = (*names, *(name + HREF for name in names)) if row.hrefs else names
        for form in (form for form in forms if form.width is None):
            missing = form.missing(known)
            if not missing:
                return _Found(form, names), None
            has = ", ".join(name for name in names[:_SHOWN] if name)
            lacks = ", ".join(missing[:_LACKING]) + (" and others" if len(missing) > _LACKING else "")
            miss = len(missing), f"it has no column {lacks}; it has {clean(has, _QUOTE)}"
            nearest = min(nearest, miss, key=itemgetter(0)) if nearest else miss
    for form in (form for form in forms if form.width is not None):
        if _fits(form, opening):
            return _Found(form, tuple(str(n + 1) for n in range(form.width or 0))), None
        nearest = nearest or (99, f"its rows have not the {form.width} columns, or not the contents, that belong there")
    return None, nearest


def _fits(form: Columns, rows: Sequence[Sequence[str]]) -> bool:
    """Whether most rows of a table without header have the form's width and contents."""
    good = sum(len(row) == form.width and not _misfit(form, dict(_numbered(row))) for row in rows)
    return good * 2 > len(rows)


def _numbered(cells: Sequence[str]) -> Iterator[tuple[str, str]]:
    return ((str(number), cell) for number, cell in enumerate(cells, 1))


def _below(rows: Iterator[RawRow], found: _Found) -> Iterator[Row | Quarantined]:
    """The rows below the found header, in every table and sheet that has it: lists come by state, or by letter."""
    width, form = len(found.names), found.form
    table = 0 if form.width else -1
    for row in rows:
        cells = row.cells
        if _is_header(cells, found.names):
            table = row.table
        elif row.table != table:
            continue
        elif row.torn:
            yield Quarantined(row.line, row.torn, quoted(cells))
        elif not any(map(str.strip, cells)) or (form.width and cells[0].startswith("#")):
            continue
        elif any(map(str.strip, cells[width:])) or (len(cells) < width and not row.ragged):
            reason = f"the row has {len(cells)} cells, its header {width}"
            yield Quarantined(row.line, reason, quoted(cell[:_BEGINNING] for cell in cells))
        else:
            by_name = _named(found.names, cells)
            if row.hrefs:
                by_name.update((name + HREF, href) for name, href in _named(found.names, row.hrefs).items())
            misfit = _misfit(form, by_name)
            if misfit:
                yield Quarantined(
                    row.line, f"column “{misfit}” has not the form that it has in this register", quoted(cells)
                )
            else:
                yield Row(row.line, by_name)


def _named(names: Sequence[str], cells: Sequence[str]) -> dict[str, str]:
    """Cells by name; of two columns with one name the first counts, and cells that are not there are empty."""
    named: dict[str, str] = {}
    for name, cell in zip_longest(names, cells[: len(names)], fillvalue=""):
        named.setdefault(name, cell)
    return named


def _is_header(cells: Sequence[str], names: Sequence[str]) -> bool:
    return len(cells) == len(names) and folded(cells[0]) == names[0] and tuple(map(folded, cells)) == tuple(names)


def _misfit(form: Columns, cells: Mapping[str, str]) -> str:
    """The column whose cell has not the form that it must have."""
    for name, pattern in form.patterns.items():
        if not _form(pattern).search(cells.get(name, "").strip()):
            return name
    return ""


@lru_cache(maxsize=64)
def _form(pattern: str) -> Pattern:
    return compile_text(f"^(?:{pattern})$")
