"""Where the addresses stand, told by what is in the columns and never by what the header calls them.

The column with the most different sites wins: a column of links to where somebody found a site names the same few
hosts over and over.  Columns that come near it hold addresses too.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from pharmcheck.address import known_ending
from pharmcheck.errors import ListFileError
from pharmcheck.intake.rows import ListFile, TableRow, filled

_DOT = r"(?:\.|\s?\[\.\]\s?|\s?\(\.\)\s?|\s?\{\.\}\s?|\s?[\[({]dot[\])}]\s?|\\\.|\^\.)"
_NAME = re.compile(
    rf"(?<![@\w.-])((?:[\w-]{{1,63}}{_DOT}){{1,8}}([^\W\d_]{{2,24}}|xn--[\w-]{{2,59}}))(?![\w@])", re.IGNORECASE
)
_SCHEME = re.compile(r"\b(?:h(?:tt|xx|\*\*)ps?|htt\[p\]s?)\s?[\[:]", re.IGNORECASE)
_LOOKED_AT = 500  # characters of a cell
_SHARE = 0.5  # of a further column's cells that must be addresses, and of these that must be different sites
_NEAR = 0.3  # of the best column's different sites that a further column must have
_TITLE_ROWS = 50


@dataclass(slots=True)
class _Seen:
    """What one column holds."""

    filled: int = 0
    addresses: int = 0
    hosts: set[str] = field(default_factory=set)

    @property
    def of_addresses(self) -> bool:
        """Whether most of its cells are addresses."""
        return self.addresses >= _SHARE * self.filled > 0


@dataclass(frozen=True, slots=True)
class Columns:
    """Where the addresses of one table stand."""

    chosen: tuple[int, ...]  # the best first; empty when there are none
    header: str  # what stands above the first of them, "" if nothing does
    first_line: int  # of the first row with an address
    titles: frozenset[str]  # what stands above, folded: a header may come again
    others: frozenset[int] = frozenset()  # columns of other addresses: where somebody found a site, say

    def label(self, width: int = 40) -> str:
        """For people: B (“Website”)."""
        names = " and ".join(letters(column) for column in self.chosen)
        return f"{names} (“{self.header[:width]}”)" if self.header else names


def choose_columns(file: ListFile, admitted: Collection[str], wanted: str | None = None) -> dict[int, Columns]:
    """The columns of each table that has addresses.  `wanted` is a letter, a number or a header.  Raises ListFileError.

    Reads the whole file once.
    """
    if file.free:
        return {0: _lines(file, admitted)}
    seen: dict[int, defaultdict[int, _Seen]] = {}
    heads: dict[int, list[TableRow]] = defaultdict(list)
    firsts: dict[tuple[int, int], int] = {}
    for row in filled(file.rows()):
        columns = seen.setdefault(row.table, defaultdict(_Seen))
        if len(heads[row.table]) < _TITLE_ROWS:
            heads[row.table].append(row)
        for column in range(max(len(row.cells), 1 + max(row.links, default=-1))):
            cell = row.cells[column] if column < len(row.cells) else ""
            if cell.strip() or column in row.links:
                _count(columns[column], cell, row.links.get(column, ""), admitted)
                if columns[column].addresses:
                    firsts.setdefault((row.table, column), row.line)
    found = {}
    for table, columns in seen.items():
        chosen = _pick(columns, heads[table], wanted)
        others = frozenset(column for column in columns if column not in chosen and columns[column].of_addresses)
        found[table] = _columns(table, chosen, others, heads[table], firsts)
    found = {table: columns for table, columns in found.items() if columns.chosen}
    if wanted is not None and not found:
        raise ListFileError(f"There is no column “{wanted}”; give its letter, its number or its header.")
    return found


def hosts_in(text: str, admitted: Collection[str] = ()) -> Iterator[str]:
    """What looks like a name of a site, for counting; not judged."""
    for match in _NAME.finditer(text[:_LOOKED_AT]):
        if known_ending(match[2]) or match[1].lower() in admitted:
            yield re.sub(_DOT, ".", match[1]).lower().removeprefix("www.")


def letters(column: int) -> str:
    """A column's name, as spreadsheet programs write it."""
    name = ""
    number = column + 1
    while number:
        number, rest = divmod(number - 1, 26)
        name = chr(65 + rest) + name
    return name


def _count(seen: _Seen, cell: str, link: str, admitted: Collection[str]) -> None:
    seen.filled += 1
    hosts = set(hosts_in(link or cell, admitted))
    if hosts or _SCHEME.search(cell[:_LOOKED_AT]):
        seen.addresses += 1
        seen.hosts |= hosts or {cell[:100]}


def _pick(columns: dict[int, _Seen], head: list[TableRow], wanted: str | None) -> tuple[int, ...]:
    if wanted is not None:
        named = _named(wanted, head)
        return (named,) if named is not None else ()
    order = sorted(columns, key=lambda column: (-len(columns[column].hosts), column))
    if not order or not columns[order[0]].hosts:
        return ()
    least = max(2.0, _NEAR * len(columns[order[0]].hosts))
    near = [
        column
        for column in order[1:]
        if len(columns[column].hosts) >= max(least, _SHARE * columns[column].addresses) and columns[column].of_addresses
    ]
    return (order[0], *near)


def _named(wanted: str, head: list[TableRow]) -> int | None:
    said = wanted.strip()
    for row in head:
        for column, cell in enumerate(row.cells):
            if cell.strip().casefold() == said.casefold():
                return column
    if said.isascii() and said.isdigit() and 0 < int(said[:5]) <= 16_384:  # noqa: PLR2004 - columns of a sheet
        return int(said) - 1
    if re.fullmatch(r"[A-Za-z]{1,3}", said):
        number = 0
        for letter in said.upper():
            number = number * 26 + ord(letter) - 64
        return number - 1
    return None


def _lines(file: ListFile, admitted: Collection[str]) -> Columns:
    """Text has one column; what stands above its first address is a title all the same."""
    above: list[str] = []
    for row in filled(file.rows()):
        seen = _Seen()
        _count(seen, row.cells[0], "", admitted)
        if seen.addresses or len(above) == _TITLE_ROWS:
            return Columns((0,), "", row.line if seen.addresses else 0, frozenset(text.casefold() for text in above))
        above.append(_cell(row, 0))
    return Columns((0,), "", 0, frozenset())


def _columns(
    table: int,
    chosen: tuple[int, ...],
    others: frozenset[int],
    head: list[TableRow],
    firsts: dict[tuple[int, int], int],
) -> Columns:
    if not chosen:
        return Columns((), "", 0, frozenset())
    first = min((firsts[table, column] for column in chosen if (table, column) in firsts), default=0)
    above = [_cell(row, chosen[0]) for row in head if row.line < first]
    titles = Counter(text for text in above if text)
    return Columns(chosen, above[-1] if above else "", first, frozenset(text.casefold() for text in titles), others)


def _cell(row: TableRow, column: int) -> str:
    return " ".join(row.cells[column].split()) if column < len(row.cells) else ""
