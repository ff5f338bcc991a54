"""CSV of any usual delimiter.  A file in which no delimiter makes columns is none; its lines are read as text."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from functools import partial

from pharmcheck.intake.rows import ListFile, TableRow

_DELIMITERS = ",;\t|"
_NAMES = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
_SAMPLE = 200  # lines
_SAMPLE_CHARS = 1 << 16
_ENOUGH = 0.6  # of the sample's rows have one and the same number of columns
_LEAST = 2  # lines: one alone may be anything
_EXCEL = re.compile(r"sep=([,;|\t])\r?\n", re.IGNORECASE)


def read_delimited(text: str, encoding: str) -> ListFile | None:
    """The file as a table, if it is one."""
    said = _EXCEL.match(text)
    delimiter = said[1] if said else _delimiter(text)
    if delimiter is None:
        return None
    return ListFile("csv", f"{encoding}, {_NAMES[delimiter]}", ("",), partial(_rows, text, delimiter))


def _delimiter(text: str) -> str | None:
    """The delimiter that makes the most rows of one width."""
    lines = [line for line in text[:_SAMPLE_CHARS].splitlines(keepends=True)[:_SAMPLE] if line.strip()]
    if len(lines) < _LEAST:
        return None
    best: tuple[float, int] = (_ENOUGH, 0)
    found = None
    for delimiter in _DELIMITERS:
        if delimiter == "," and _prose(lines):
            continue
        widths: Counter[int] = Counter()
        try:
            widths.update(len(row) for row in csv.reader(lines, delimiter=delimiter) if row)
        except csv.Error:
            continue
        wide = {width: count for width, count in widths.items() if width > 1}
        if not wide:
            continue
        width, count = max(wide.items(), key=lambda item: (item[1], item[0]))
        score = (count / widths.total(), width)
        if score > best:
            best, found = score, delimiter
    return found


def _prose(lines: list[str]) -> bool:
    """Whether commas stand as in sentences, with a space behind them."""
    text = "".join(lines)
    return text.count(", ") * 2 > text.count(",")


def _rows(text: str, delimiter: str) -> Iterator[TableRow]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    line = 0
    while True:
        line += 1  # records, as a spreadsheet program counts: a cell may hold several lines
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:  # a quotation mark that nobody closes swallows rows up to a limit
            yield TableRow(0, line, (), torn=f"It cannot be taken apart ({error}); look for a stray quotation mark.")
        else:
            yield TableRow(0, line, cells)
