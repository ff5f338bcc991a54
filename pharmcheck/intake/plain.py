"""Text: an address a line, or lines in which addresses stand.  Lines that begin with # are remarks."""

from __future__ import annotations

import io
from collections.abc import Iterator
from functools import partial

from pharmcheck.intake.rows import ListFile, TableRow


def read_text(text: str, encoding: str) -> ListFile:
    """The file as rows of one cell."""
    return ListFile("text", encoding, ("",), partial(_rows, text), free=True)


def _rows(text: str) -> Iterator[TableRow]:
    for line, said in enumerate(io.StringIO(text), 1):
        if not said.startswith("#"):
            yield TableRow(0, line, (said.strip("\ufeff\r\n"),))
