"""The XML inside a workbook, read piece by piece: no tree, no entities, nothing from elsewhere.

A DOCTYPE is refused whole: no program that makes workbooks writes one, and all bombs of XML need one.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Mapping
from typing import NoReturn
from xml.parsers import expat

from pharmcheck.errors import WorkbookError

_PIECE = 1 << 18
Start = Callable[[str, Mapping[str, str]], None]


def read_part(
    archive: zipfile.ZipFile,
    name: str,
    start: Start,
    end: Callable[[str], None] | None = None,
    text: Callable[[str], None] | None = None,
) -> None:
    """Tell the handlers what stands in one part; names come without their namespace's prefix.  Raises WorkbookError."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse
    parser.StartElementHandler = lambda tag, given: start(
        _bare(tag), {_bare(key): value for key, value in given.items()}
    )
    if end is not None:
        closing = end
        parser.EndElementHandler = lambda tag: closing(_bare(tag))
    if text is not None:
        parser.CharacterDataHandler = text
    try:
        with archive.open(name) as opened:
            while piece := opened.read(_PIECE):
                parser.Parse(piece, False)  # noqa: FBT003 - expat's own signature
            parser.Parse(b"", True)  # noqa: FBT003
    except (expat.ExpatError, LookupError, ValueError) as error:  # the last two: an encoding that nobody knows
        raise WorkbookError("the workbook is broken") from error


def _refuse(*_: object) -> NoReturn:
    raise WorkbookError("the workbook holds a document type, which no spreadsheet program writes")


def _bare(name: str) -> str:
    return name.rpartition(":")[2]
