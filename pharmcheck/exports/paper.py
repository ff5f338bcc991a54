"""A list, or one verdict, as PDF for a file or a court.

Text is drawn and nothing is interpreted: no markup is read, no address fetched, no link, script or attachment made.
Addresses are defanged, for viewers make links of what looks like one.  The same report makes the same bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from itertools import islice
from typing import Any

from pharmcheck.address.defanging import defang
from pharmcheck.explain import catalogue
from pharmcheck.exports.cells import calm, defang_all
from pharmcheck.exports.drawing import Sheet
from pharmcheck.exports.printed import rows, sections
from pharmcheck.exports.report import Report
from pharmcheck.exports.stix import Source

_MOST_WHOLE, _MOST_LINES = 1_000, 10_000  # sites of one kind; a line takes a millisecond, and nobody reads more
_MOST_CHARS = 2_000
_PIECE = 1 << 16


def report_pdf(report: Report) -> Iterator[bytes]:
    """A list: what to act on first, whole; the others in a line each; then the rows to look at."""
    sheet = Sheet(f"Report of {report.batch.name or 'a list'}", report.made_at, report.source)
    sheet.title(f"Report: {calm(report.batch.name or 'a list of sites')}")
    for name, told in report.facts():
        sheet.fact(name, told)
    sheet.heading("Sites by verdict")
    for _, words, count in report.counts():
        sheet.fact(words, f"{count:,}")
    for _, words, count, whole, sites in sections(report):
        sheet.heading(f"{words}: {count:,}")
        most = _MOST_WHOLE if whole else _MOST_LINES
        for site in islice(sites, most):
            _site(sheet, site, whole=whole)
        if count > most:
            sheet.line(f"… and {count - most:,} more; the table holds them all.")
    sheet.heading("Rows without an answer")
    found = list(islice(rows(report), _MOST_LINES + 1))
    for row in found[:_MOST_LINES]:
        after = f" → {row['after']}" if row["after"] else ""
        sheet.line(f"Line {row['line']}, {row['kind']}: {row['input']}{after}. {row['why']}")
    if not found:
        sheet.line("There are none.")
    if len(found) > _MOST_LINES:
        sheet.line("… and more; the table holds them all.")
    return _pieces(sheet)


def verdict_pdf(document: Mapping[str, Any], source: Source, made_at: datetime) -> Iterator[bytes]:
    """One verdict: the answer, its reasons with their quotations and sources, and what was not checked."""
    address, words = document["address"], catalogue("en")
    hosts = (address["host"], address["registrable_domain"])

    def shown(text: str | None) -> str:
        return defang((text or "")[:_MOST_CHARS], *hosts)

    host = defang_all(address["host"])
    sheet = Sheet(f"Verdict about {host}", made_at, source)
    sheet.title(f"{words['category.' + document['category'] + '.label']}: {host}")
    for name, told in _facts(document):
        sheet.fact(name, told)
    sheet.heading("Why")
    for reason in document["reasons"]:
        _reason(sheet, reason, shown)
    if not document["reasons"]:
        sheet.line(document["reason_code"].replace("_", " "))
    sheet.heading("What buying advice asks for")
    for name, criterion in document["criteria"].items():
        sheet.fact(f"{name}: {criterion['outcome'].replace('_', ' ')}", shown(criterion["detail"]))
    if document.get("records"):
        sheet.heading("What registers say")
    for entry in document.get("records", ()):
        dated = f", as of {entry['snapshot_date']}" if entry["snapshot_date"] else ""
        ties = "names this site" if entry["names_site"] else "does not name this site"
        sheet.line(shown(f"{entry['authority']}{dated}: entry {entry['entry_id']}, {entry['holder']}, "
                         f"{entry['status']}; it {ties}."))  # fmt: skip
    sheet.heading("Not checked")
    for item in document["not_checked"]:
        sheet.line(shown(f"{item['what']}: {item['why']}"))
    if not document["not_checked"]:
        sheet.line("Everything that was wanted could be read.")
    return _pieces(sheet)


def _facts(document: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    registers = ", ".join(f"{state['name']} ({state['snapshot_date'] or '?'})" for state in document["registers"])
    yield "Reason", document["reason_code"].replace("_", " ")
    yield "Seen", document["checked_at"]
    yield "Holds until", document["valid_until"]
    yield "Score", "none" if document["score"] is None else f"{document['score']} of 100"
    yield "Read", f"{document['coverage']} % of the pages that were wanted"
    yield "Medicine would be sent to", document["destination"] or "not said"
    yield "Rules", document["ruleset"]
    yield "Registers", registers or "none was loaded"
    yield "Archived bytes", document["capture_id"] or "–"


def _reason(sheet: Sheet, reason: Mapping[str, Any], shown: Callable[[str | None], str]) -> None:
    sheet.line(f"{reason['rule']} (version {reason['rule_version']}, {reason['severity']}): {shown(reason['message'])}")
    for proof in reason["evidence"]:
        sheet.quote(shown(proof["quote"]))
        where = [shown(proof["url"])] if proof["url"] else []
        where += [f"SHA-256 of the page {proof['page_sha256']}"] if proof["page_sha256"] else []
        if where:
            sheet.small("; ".join(where))
    if reason["sources"]:
        sheet.small("That it matters, says: " + "; ".join(told["title"] for told in reason["sources"]))


def _site(sheet: Sheet, site: Mapping[str, Any], *, whole: bool) -> None:
    score = "" if site["score"] is None else f", score {site['score']}"
    sheet.line(f"{site['host']} ({site['reason']}{score}; line {site['line']}, seen {site['checked_at']})")
    for reason in site["reasons"] if whole else ():
        sheet.small(reason["message"])
        for quote, url in reason["quotes"]:
            sheet.quote(f"{quote} [{url}]" if url else quote)
        if reason["sources"]:
            sheet.small(f"That it matters, says: {reason['sources']}")


def _pieces(sheet: Sheet) -> Iterator[bytes]:
    data = sheet.bytes()
    return (data[start : start + _PIECE] for start in range(0, len(data), _PIECE))
