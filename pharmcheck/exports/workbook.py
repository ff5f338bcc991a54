"""A list as an XLSX workbook: summary, items, reasons, not checked.  Every cell is text or a number, none a formula."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from typing import IO, Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from pharmcheck.address.defanging import defang
from pharmcheck.exports.cells import COLUMNS, cells, defang_all, defuse, host_of_item
from pharmcheck.exports.report import Report

MOST_ROWS = 1_048_575  # below the header: what a sheet of the format holds
_PIECE = 1 << 18
_NUMBERS = frozenset({"row", "line", "score", "coverage", "same_as_row"})
_REASONS = (
    "row",
    "host",
    "category",
    "rule",
    "severity",
    "message",
    "kind",
    "quote",
    "where",
    "page_sha256",
    "sources",
)
_NOT_CHECKED = ("row", "line", "kind", "input or host", "what", "why")
_OPTIONS = {
    "constant_memory": True,  # rows go to the disk as they come
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "nan_inf_to_errors": True,
}


def workbook_bytes(report: Report) -> Iterator[bytes]:
    """The file; it is whole before its first piece comes."""
    with tempfile.TemporaryFile() as file:
        _write(report, file)
        file.seek(0)
        while piece := file.read(_PIECE):
            yield piece


def _write(report: Report, file: IO[bytes]) -> None:
    book = xlsxwriter.Workbook(file, _OPTIONS)
    bold = book.add_format({"bold": True})
    summary = _Sheet(book.add_worksheet("Summary"), (), bold, (38, 70))
    items = _Sheet(book.add_worksheet("Items"), COLUMNS, bold, (7, 12, 7, 12, 40, 32, 18, 24, 7, 9, 60, 60))
    reasons = _Sheet(book.add_worksheet("Reasons"), _REASONS, bold, (7, 32, 18, 10, 10, 60, 10, 60, 50))
    not_checked = _Sheet(book.add_worksheet("Not checked"), _NOT_CHECKED, bold, (7, 7, 14, 40, 40, 60))
    for what, said in report.facts():
        summary.put([what, said])
    for title, counts in (("Sites by verdict", report.counts()), ("Rows of the list", report.rows())):
        summary.put([])
        summary.put([title, ""], bold)
        for _, words, count in counts:
            summary.put([words, count])
    for item in report.items():
        items.put([_number(name, text) for name, text in zip(COLUMNS, cells(item), strict=True)])
        for row in _reasons(item):
            reasons.put(row)
        for row in _not_checked(item):
            not_checked.put(row)
    for sheet in (items, reasons, not_checked):
        sheet.end()
    book.close()


class _Sheet:
    """Rows one below the other, as long as there is room."""

    def __init__(self, sheet: Worksheet, header: Sequence[str], bold: Format, widths: Sequence[int]) -> None:
        self._sheet, self._row, self._columns = sheet, 0, len(header)
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width)
        if header:
            sheet.freeze_panes(1, 0)
            self.put(list(header), bold)

    def put(self, values: Sequence[str | int | None], form: Format | None = None) -> None:
        if self._row > MOST_ROWS:
            return
        if self._row == MOST_ROWS and self._columns:
            values = ["The sheet is full; the JSON lines hold the rest."]
        for column, value in enumerate(values):
            if isinstance(value, int):
                self._sheet.write_number(self._row, column, value, form)
            elif value:
                self._sheet.write_string(self._row, column, defuse(value), form)
        self._row += 1

    def end(self) -> None:
        """Let readers filter by every column."""
        self._sheet.autofilter(0, 0, max(0, self._row - 1), self._columns - 1)


def _number(name: str, text: str) -> str | int:
    return int(text) if name in _NUMBERS and text.isdigit() else text


def _reasons(item: dict[str, Any]) -> Iterator[list[str | int | None]]:
    verdict = item["verdict"]
    if verdict is None or item["same_as_row"] is not None:
        return
    host = verdict["address"]["host"]
    for reason in verdict["reasons"]:
        sources = "; ".join(source["title"] for source in reason["sources"])
        proofs: list[dict[str, Any]] = reason["evidence"] or [{}]
        for proof in proofs:
            yield [
                item["row"], defang_all(host), verdict["category"], reason["rule"], reason["severity"],
                defang(reason["message"], host), proof.get("kind"), defang(proof.get("quote") or "", host),
                defang(proof.get("url") or "", host), proof.get("page_sha256"), sources,
            ]  # fmt: skip


def _not_checked(item: dict[str, Any]) -> Iterator[list[str | int | None]]:
    """Rows of which nothing was checked, and what of a site was not."""
    where = [item["row"], item["line"], item["kind"]]
    if item["check_id"] is None:
        yield [*where, defang_all(item["input"]), "the row", item["problem"] or item["note"] or "Not in line yet."]
        return
    if item["same_as_row"] is not None:
        return
    verdict = item["verdict"]
    if verdict is None:
        yield [*where, defang_all(host_of_item(item)), "the site", item["error_code"] or item["state"] or ""]
        return
    host = verdict["address"]["host"]
    for entry in verdict["not_checked"]:
        yield [*where, defang_all(host), defang(entry["what"], host), defang(entry["why"], host)]
