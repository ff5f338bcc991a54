"""A row of a table before anybody knows its columns: what the readers of CSV, workbooks and web pages agree on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RawRow:
    """One row."""

    line: int  # from 1; in a workbook or a page the number of the row in its table
    cells: Sequence[str]
    hrefs: Sequence[str] = ()  # of a web page: where the links of each cell lead, apart by spaces
    torn: str = ""  # why it could not be read to its end
    ragged: bool = False  # in this kind of table a row may be shorter than its header
    table: int = 0  # which sheet or table of the file
