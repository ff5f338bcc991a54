"""The results of one list, in whatever format somebody wants them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pharmcheck.explain import catalogue
from pharmcheck.exports.items import item_document
from pharmcheck.exports.stix import Source
from pharmcheck.store import Batch, Batches, Store

MEDIA_TYPES: Mapping[str, str] = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "jsonl": "application/jsonl",
    "html": "text/html; charset=utf-8",
    "pdf": "application/pdf",
    "stix.json": "application/stix+json;version=2.1",
}
FORMATS = tuple(MEDIA_TYPES)
_NOBODY = Source()

KINDS: Mapping[str, str] = {
    "accepted": "Taken as they stand",
    "repaired": "Repaired",
    "duplicate": "Of a site that stands further up",
    "ignored": "Without an address",
    "needs_person": "For a person to look at",
}
"""What became of the rows, in words."""

CATEGORIES = (
    "danger", "caution", "unverified", "could_not_check", "verified_elsewhere", "verified", "not_a_pharmacy",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Report:
    """What a file is made of."""

    batch: Batch
    categories: Mapping[str, int]  # sites by verdict
    items: Callable[[], Iterator[dict[str, Any]]]  # every row, again and again
    made_at: datetime
    source: Source = _NOBODY  # whose it is, for those formats that leave the house

    def facts(self) -> list[tuple[str, str]]:
        """The run in words and figures."""
        batch = self.batch
        state = "complete" if batch.state == "done" else f"{batch.state}: {batch.done} of {batch.total} sites are done"
        found = [
            ("List", batch.name or "–"),
            ("Run", batch.id),
            ("State", state),
            ("SHA-256 of what was handed in", batch.upload_sha256 or "–"),
            ("Handed in", f"{batch.created_at:%Y-%m-%d %H:%M} UTC"),
            ("Written", f"{self.made_at:%Y-%m-%d %H:%M} UTC"),
            ("Medicine would be sent to", batch.destination or "not said"),
            ("Addresses found in", "; ".join(batch.intake.get("found_in", ())) or "–"),
        ]
        found += [
            ("Sheet without addresses", f"{sheet['sheet']}: {sheet['rows']} rows")
            for sheet in batch.intake.get("passed_by", ())
        ]
        return found

    def counts(self) -> list[tuple[str, str, int]]:
        """Sites by verdict: category, words, how many."""
        words = catalogue("en")
        return [
            (category, str(words[f"category.{category}.label"]), self.categories.get(category, 0))
            for category in CATEGORIES
        ]

    def rows(self) -> list[tuple[str, str, int]]:
        """Rows by what became of them: kind, words, how many."""
        return [(kind, words, self.batch.kinds.get(kind, 0)) for kind, words in KINDS.items()]


def make_report(store: Store, batch: Batch, now: datetime, source: Source = _NOBODY) -> Report:
    """The report of a list as it stands."""
    batches = Batches(store)
    items = lambda: map(item_document, batches.all_items(batch.id, now))  # noqa: E731 - asked again and again
    return Report(batch, batches.categories(batch.id, now), items, now, source)


def form_of(name: str) -> str | None:
    """The format that the name of a file asks for."""
    return next((form for form in FORMATS if name.lower().endswith(f".{form}")), None)


def report_bytes(report: Report, form: str) -> Iterator[bytes]:
    """The file, a piece at a time.  `form` is one of `FORMATS`."""
    if form == "csv":
        from pharmcheck.exports.table import csv_lines  # noqa: PLC0415 - each format is paid for by those who want it

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
