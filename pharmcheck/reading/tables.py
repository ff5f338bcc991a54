"""Rows of the tables of a web page, cell by cell, for lists that an authority publishes as a page.

One linear pass over tokens, as for pages (`markup.py`); what a reader does not see is skipped.  A cell knows the
addresses that its links lead to, because such lists often write a name and link the shop.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from turbohtml import Token, TokenType, tokenize

from pharmcheck.reading.text import MAX_TEXT, clean

MAX_NESTED = 30  # tables within tables; deeper ones are read as text
MAX_SPAN = 100  # columns or rows that one cell may cover
MAX_CELLS = 1_000  # of one row
_number = re.compile("[0-9]{1,6}")
_SILENT = frozenset("script style template noscript textarea select title iframe noframes noembed".split())
_SPACES = frozenset("br p div li h1 h2 h3 h4 dd dt".split())  # words on either side of these stand apart


class Cell(NamedTuple):
    """What a cell says, and where its links lead."""

    text: str = ""
    links: tuple[str, ...] = ()


class TableRow(NamedTuple):
    """One row of one table; cells that span rows or columns stand in each of them."""

    table: int
    cells: tuple[Cell, ...]


@dataclass(slots=True)
class _Table:
    number: int
    cells: list[Cell] = field(default_factory=list)
    hanging: dict[int, tuple[int, Cell]] = field(default_factory=dict)  # column → rows left, and what hangs there
    parts: list[str] | None = None  # of the open cell
    links: list[str] = field(default_factory=list)
    span: tuple[int, int] = (1, 1)
    open_row: bool = False

    def open_cell(self, token: Token) -> None:
        self.close_cell()
        self.open_row = True
        self.parts, self.links = [], []
        self.span = _span(token.attr("colspan")), _span(token.attr("rowspan"))

    def close_cell(self) -> None:
        if self.parts is None:
            return
        cell = Cell(clean("".join(self.parts), MAX_TEXT), tuple(dict.fromkeys(self.links)))
        self.parts = None
        columns, rows = self.span
        for _ in range(columns):
            self._fill()
            if len(self.cells) >= MAX_CELLS:
                return
            if rows > 1:
                self.hanging[len(self.cells)] = rows - 1, cell
            self.cells.append(cell)

    def close_row(self) -> Iterator[TableRow]:
        self.close_cell()
        if not self.open_row:
            return
        self._fill()
        cells, self.cells, self.open_row = tuple(self.cells), [], False
        yield TableRow(self.number, cells)

    def _fill(self) -> None:
        """Put what hangs down from rows above."""
        while (hung := self.hanging.pop(len(self.cells), None)) is not None and len(self.cells) < MAX_CELLS:
            left, cell = hung
            if left > 1:
                self.hanging[len(self.cells)] = left - 1, cell
            self.cells.append(cell)


def table_rows(source: str) -> Iterator[TableRow]:
    """Every row of every table, in the order in which the rows end.  Never raises."""
    stack: list[_Table] = []
    count = depth = 0
    tokens = iter(tokenize(source))
    for token in tokens:
        tag, start = token.tag, token.type is TokenType.START_TAG
        if tag == "table" and start:
            depth += 1
            if depth <= MAX_NESTED:
                count += 1
                stack.append(_Table(count))
        elif tag == "table" and depth:
            if depth <= MAX_NESTED:
                yield from stack.pop().close_row()
            depth -= 1
        elif tag in _SILENT:
            if start and not token.self_closing:
                _skip(tokens, tag)
        elif stack:
            yield from _inside(stack[-1], token, tag)
    while stack:
        yield from stack.pop().close_row()


def _inside(table: _Table, token: Token, tag: str | None) -> Iterator[TableRow]:
    start = token.type is TokenType.START_TAG
    if tag is None:
        if table.parts is not None and token.type is TokenType.TEXT:
            table.parts.append(token.data or "")
    elif tag == "tr":
        yield from table.close_row()
        table.open_row = start
    elif tag in ("td", "th"):
        if start:
            table.open_cell(token)
        else:
            table.close_cell()
    elif tag == "a" and start and table.parts is not None:
        href = clean(token.attr("href") or "", MAX_TEXT)
        if href:
            table.links.append(href)
    elif table.parts is not None and tag in _SPACES:
        table.parts.append(" ")


def _skip(tokens: Iterator[Token], tag: str | None) -> None:
    for token in tokens:
        if token.tag == tag and token.type is TokenType.END_TAG:
            return


def _span(value: str | None) -> int:
    return min(max(int(value), 1), MAX_SPAN) if value and _number.fullmatch(value) else 1
