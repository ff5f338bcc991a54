"""Workbooks, XLSX and ODS: what the cells show and where they lead."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping

from pharmcheck.intake.rows import ListFile, TableRow
from pharmcheck.workbooks import CellLink, cell_links, read_ods, read_xlsx


def read_xlsx_list(file: io.BytesIO) -> ListFile:
    """Every sheet.  Raises WorkbookError."""
    names, read = read_xlsx(file)
    links: dict[tuple[int, int], dict[int, CellLink]] = {}
    for (sheet, line, column), link in cell_links(file, len(names)).items():
        links.setdefault((sheet, line), {})[column] = link

    def rows() -> Iterator[TableRow]:
        for row in read():
            # Empty columns before the first used one are put back, so that A is A.
            cells = [""] * row.first_column + row.cells
            yield _with_links(row.sheet, row.line, cells, links.get((row.sheet, row.line), {}))

    return ListFile("xlsx", f"{len(names)} sheet{'s' if len(names) > 1 else ''}", tuple(names), rows)


def read_ods_list(file: io.BytesIO) -> ListFile:
    """Every sheet.  Raises WorkbookError."""
    held = read_ods(file)
    names = tuple(dict.fromkeys(row.sheet for row in held)) or ("",)
    numbers = {name: number for number, name in enumerate(names)}

    def rows() -> Iterator[TableRow]:
        for row in held:
            yield TableRow(numbers[row.sheet], row.line, row.cells, _web(row.links))

    return ListFile("ods", f"{len(names)} sheet{'s' if len(names) > 1 else ''}", names, rows)


def _with_links(sheet: int, line: int, cells: list[str], links: Mapping[int, CellLink]) -> TableRow:
    unsaved = frozenset(column for column, link in links.items() if link.unsaved)
    return TableRow(sheet, line, cells, _web({column: link.url for column, link in links.items()}), unsaved)


def _web(links: Mapping[int, str]) -> dict[int, str]:
    """Those that lead to the web: not to a mailbox, not within the workbook."""
    return {column: url for column, url in links.items() if url.lower().startswith(("http:", "https:"))}
