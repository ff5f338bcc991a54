"""Which formats there are, and a report or a verdict written in one of them.

Each format is imported by those who want it: spreadsheets and paper cost more to load than everything else.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from pharmcheck.exports.report import Report
from pharmcheck.exports.stix import Source

MEDIA_TYPES: Mapping[str, str] = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "jsonl": "application/jsonl",
    "html": "text/html; charset=utf-8",
    "pdf": "application/pdf",
    "stix.json": "application/stix+json;version=2.1",
}
FORMATS = tuple(MEDIA_TYPES)


def form_of(name: str) -> str | None:
    """The format that the name of a file asks for."""
    return next((form for form in FORMATS if name.lower().endswith(f".{form}")), None)


def report_bytes(report: Report, form: str) -> Iterator[bytes]:
    """The file, a piece at a time.  `form` is one of `FORMATS`."""
    if form == "csv":
        from pharmcheck.exports.table import csv_lines  # noqa: PLC0415

        return csv_lines(report.items())
    if form == "jsonl":
        from pharmcheck.exports.jsonl import json_lines  # noqa: PLC0415

        return json_lines(report.items())
    if form == "xlsx":
        from pharmcheck.exports.workbook import workbook_bytes  # noqa: PLC0415

        return workbook_bytes(report)
    if form == "pdf":
        from pharmcheck.exports.paper import report_pdf  # noqa: PLC0415

        return report_pdf(report)
    if form == "stix.json":
        from pharmcheck.exports.stix_bundle import verdicts_bundle  # noqa: PLC0415

        return verdicts_bundle(_verdicts(report), report.source, f"list {report.batch.id} {report.made_at}")
    from pharmcheck.exports.printed import printed_bytes  # noqa: PLC0415

    return printed_bytes(report)


def verdict_bytes(document: dict[str, Any], form: str, source: Source, now: datetime) -> Iterator[bytes]:
    """One verdict as a file, a piece at a time.  `form` is `pdf` or `stix.json`."""
    if form == "pdf":
        from pharmcheck.exports.paper import verdict_pdf  # noqa: PLC0415

        return verdict_pdf(document, source, now)
    from pharmcheck.exports.stix_bundle import verdicts_bundle  # noqa: PLC0415

    return verdicts_bundle([document], source, f"verdict {document['address']['host']} {document['checked_at']}")


def _verdicts(report: Report) -> Iterator[dict[str, Any]]:
    """Each verdict once: rows of one site share it."""
    return (item["verdict"] for item in report.items() if item["verdict"] is not None and item["same_as_row"] is None)
