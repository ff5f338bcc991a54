"""Results of a list read back with the standard readers: every row, nothing that acts, no address to click."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path

import pypdf
import pytest
from python_calamine import CalamineWorkbook

from pharmcheck.check import judge
from pharmcheck.exports import FORMATS, Report, make_report, report_bytes
from pharmcheck.exports import workbook as xlsx
from pharmcheck.intake import read_list
from pharmcheck.lists import hand_in
from pharmcheck.ruleset import load_ruleset
from pharmcheck.settings import load_settings
from pharmcheck.store import Batches, CheckQueue, Drafts, QueueName, Store
from pharmcheck.work import keep
from tests.messy_lists import messy_workbook
from tests.sites import site

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
ROGUE = {
    "home": "# Sildenafil 100 mg\n$2.50\n! Add to cart\n=HYPERLINK(1) \u202e\x1b[31m <script>alert(1)</script> {{7*7}}",
    "faq": "# Questions\nNo prescription required for any order, =1+1 https://evil.example.com/.",
}
ACTIVE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]")
WILD = [
    "=cmd|' /C calc'!A1", "+1", "-2+3", "@SUM(1)", "\t=1", "＝1", "<img src=x onerror=alert(1)>", "\x1b[2Jshop",
    "{{7*7}}", "javascript:alert(1)",
]  # fmt: skip


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Report]:
    """Of a messy list, with everything that a stranger could write into it, and one answer."""
    ruleset = load_ruleset()
    body = messy_workbook(100)[0]
    with Store.open(load_settings(tmp_path_factory.mktemp("report"))) as store:
        wild = "Site\nshop0.com\n" + "\n".join(WILD)
        for handed in (read_list(body), read_list(wild.encode())):
            identifier = hand_in(store, handed, "me", None, "=list.xlsx", NOON)
        Drafts(store).start(identifier, NOON)
        queue = CheckQueue(store, only_batch=identifier)
        for job in queue.claim(QueueName.BATCH, 1, "x", NOON, NOON - datetime(2026, 11, 20, 11, tzinfo=UTC)):
            capture = replace(site(job.address.host, **ROGUE), address=job.address)
            keep(
                store, capture, judge(capture, ruleset, now=NOON), ruleset,
                check_id=job.id, created_at=NOON, decided_at=NOON, batch_id=identifier,
            )  # fmt: skip
        yield make_report(store, Batches(store).get(identifier), NOON)


def written(report: Report, form: str) -> bytes:
    return b"".join(report_bytes(report, form))


def test_the_table_holds_every_row_and_no_formula(report: Report) -> None:
    """As the csv module reads it; a mark at its beginning tells spreadsheets that it is UTF-8."""
    body = written(report, "csv")
    rows = list(csv.reader(io.StringIO(body.decode("utf-8-sig"))))

    assert body.startswith(b"\xef\xbb\xbf")
    assert len(rows) == 1 + report.batch.rows
    assert [cell for row in rows for cell in row if cell.lstrip(" ")[:1] in tuple("=+-@\t\r＝＋－＠")] == []
    assert not ACTIVE.search("".join(cell for row in rows for cell in row))


def test_the_workbook_holds_every_row_and_no_formula(report: Report) -> None:
    """Four sheets as another reader sees them; no formula, no link, no macro in any part."""
    body = written(report, "xlsx")
    book = CalamineWorkbook.from_filelike(io.BytesIO(body))

    assert book.sheet_names == ["Summary", "Items", "Reasons", "Not checked"]
    items = book.get_sheet_by_name("Items").to_python()
    assert len(items) == 1 + report.batch.rows
    by_name = dict(zip(items[0], items[2], strict=True))
    assert (by_name["host"], by_name["category"], by_name["score"] >= 0) == ("shop0[.]com", "danger", True)
    assert len(book.get_sheet_by_name("Reasons").to_python()) > 1
    texts = [cell for name in book.sheet_names for row in book.get_sheet_by_name(name).to_python() for cell in row]
    assert [text for text in texts if isinstance(text, str) and text[:1] in tuple("=+-@")] == []
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        sheets = [archive.read(name) for name in archive.namelist() if name.startswith("xl/worksheets/")]
        assert not any(b"<f>" in part or b"hyperlink" in part for part in sheets)
        assert not any("vba" in name or "external" in name.lower() for name in archive.namelist())


def test_a_full_sheet_says_so(report: Report, monkeypatch: pytest.MonkeyPatch) -> None:
    """The format has an end; nothing is lost without a word."""
    monkeypatch.setattr(xlsx, "MOST_ROWS", 3)
    rows = CalamineWorkbook.from_filelike(io.BytesIO(written(report, "xlsx"))).get_sheet_by_name("Items").to_python()

    assert len(rows) == 4
    assert "the JSON lines hold the rest" in rows[-1][0]


def test_json_lines_hold_everything_as_it_is(report: Report) -> None:
    """Whole verdicts and addresses that can be used, and no character that a terminal obeys."""
    text = written(report, "jsonl").decode()
    lines = [json.loads(line) for line in text.splitlines()]

    assert [line["row"] for line in lines] == list(range(1, report.batch.rows + 1))
    assert lines[1]["verdict"]["address"]["host"] == "shop0.com"
    assert {"\x1b[2Jshop", "=cmd|' /C calc'!A1"} & {line["input"] for line in lines}
    assert not ACTIVE.search(text)


class _Page(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[str] = []
        self.words: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [name for name, _ in attrs]

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def test_the_page_is_for_paper_and_nothing_on_it_acts(report: Report) -> None:
    """No script, link, picture or handler; words of strangers are words; addresses cannot be clicked."""
    page = _Page(written(report, "html").decode())
    text = " ".join(page.words)

    assert not {"script", "a", "img", "iframe", "form", "link"} & set(page.tags)
    assert not [name for name in page.attributes if name.startswith("on") or name in ("href", "src")]
    assert "shop0[.]com" in text
    assert "<img src=x onerror=alert(1)>" in text
    assert "{{7*7}}" in text
    assert "http://" not in text
    assert "https://" not in text
    assert "=list.xlsx" in text


def test_a_list_on_paper_and_for_exchange_tells_the_same(report: Report) -> None:
    """The shop that was found is named, the words of strangers are letters, and only the verdict is exchanged."""
    paper = pypdf.PdfReader(io.BytesIO(written(report, "pdf")))
    text = " ".join(page.extract_text() for page in paper.pages)
    objects = json.loads(written(report, "stix.json"))["objects"]

    assert "shop0[.]com" in text
    assert "<img src=x onerror=alert(1)>" in text
    assert "https://" not in text
    assert [one["pattern"] for one in objects if one["type"] == "indicator"] == ["[domain-name:value = 'shop0.com']"]


@pytest.mark.parametrize("form", FORMATS)
def test_a_report_of_a_list_that_was_not_begun_is_one_too(tmp_path: Path, form: str) -> None:
    """Somebody may print the hand-in."""
    with Store.open(load_settings(tmp_path)) as store:
        identifier = hand_in(store, read_list(messy_workbook(40)[0]), "me", None, "list", NOON)
        assert b"".join(report_bytes(make_report(store, Batches(store).get(identifier), NOON), form))
