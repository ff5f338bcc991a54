"""A list of 100,000 rows: reading it, keeping it, putting it in line, claiming from it, writing its results.

    .venv/bin/python -m bench.desk [--rows N]

Each step runs in a process of its own, so that its memory is its own.  Answers are one made-up verdict for all sites,
written past the judging: what is measured is the desk, not the visits.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import platform
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import xlsxwriter

from pharmcheck.changes import Answer, compare
from pharmcheck.exports import FORMATS, make_report, report_bytes
from pharmcheck.intake import read_list
from pharmcheck.lists import hand_in
from pharmcheck.settings import load_settings
from pharmcheck.store import Batches, CheckQueue, Drafts, QueueName, Store

_NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
_CLAIMS = 500


def main() -> int:
    """Measure every step."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--step", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.step:
        step, folder = options.step
        _STEPS[step](Path(folder), options.rows)
        return 0
    print(f"{platform.platform()}, Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}")
    with tempfile.TemporaryDirectory() as name:
        _write_lists(Path(name), options.rows)
        for step in _STEPS:
            again = [sys.executable, "-m", "bench.desk", "--rows", str(options.rows), "--step", step, name]
            if subprocess.run(again, check=False).returncode:  # noqa: S603 - ourselves
                return 1
    return 0


def _write_lists(folder: Path, rows: int) -> None:
    """The same list as CSV and as XLSX: a header, a tenth defanged, a tenth doubled, a hundredth unreadable."""
    book = xlsxwriter.Workbook(folder / "list.xlsx", {"constant_memory": True, "strings_to_urls": False})
    sheet = book.add_worksheet()
    with (folder / "list.csv").open("w", encoding="utf-8", newline="") as opened:
        out = csv.writer(opened, delimiter=";")
        header = ["No", "Complaint", "Website", "Remark"]
        out.writerow(header)
        sheet.write_row(0, 0, header)
        for number in range(1, rows):
            row = [str(number), f"Complaint {number}", _cell(number), "They sent nothing."]
            out.writerow(row)
            sheet.write_row(number, 0, row)
    book.close()


def _cell(number: int) -> str:
    if number % 100 == 0:
        return f"apotheke {number}"
    if number % 10 == 1:
        return f"hxxps://shop{number}[.]com/"
    return f"https://www.shop{number - 1 if number % 10 == 2 else number}.com/offers?page={number}"


def _read(form: str) -> Callable[[Path, int], None]:
    def step(folder: Path, rows: int) -> None:
        start = time.perf_counter()
        handed = read_list((folder / f"list.{form}").read_bytes())
        kinds = Counter(entry.kind.value for entry in handed.entries())
        _tell(f"read {form}, every row sorted", rows, start, f"{dict(kinds)}")

    return step


def _keep(folder: Path, rows: int) -> None:
    handed = read_list((folder / "list.csv").read_bytes())
    with Store.open(load_settings(folder)) as store:
        start = time.perf_counter()
        identifier = hand_in(store, handed, "bench", None, "list.csv", _NOW)
        _tell("keep as a draft (reading included)", rows, start)
        start = time.perf_counter()
        Drafts(store).start(identifier, _NOW)
        _tell("put in line", rows, start)


def _claim(folder: Path, _rows: int) -> None:
    with Store.open(load_settings(folder)) as store:
        (batch,) = Batches(store).of_owner("bench")
        for title, queue in (
            ("claim", CheckQueue(store)),
            ("claim of one list", CheckQueue(store, only_batch=batch.id)),
        ):
            start = time.perf_counter()
            for number in range(_CLAIMS):
                queue.claim(QueueName.BATCH, 1, f"bench:{number}", _NOW, timedelta(minutes=1))
            _tell(title, _CLAIMS, start)
        start = time.perf_counter()
        Batches(store).states(batch.id)
        _tell("one look at how far it is", 1, start)


def _answer(folder: Path, rows: int) -> None:
    """One verdict for all, of the size of a real one."""
    proof = {
        "kind": "page",
        "url": "https://shop.com/",
        "page_sha256": "9f" * 32,
        "start": 1,
        "end": 2,
        "quote": "q" * 200,
    }
    reason = {"rule": "RX001", "rule_version": 1, "severity": "critical", "message": "It says so. " * 10,
              "evidence": [proof, proof], "sources": [{"title": "Somebody", "url": None}]}  # fmt: skip
    document = json.dumps({
        "address": {"input": "", "url": "https://shop.com/", "host": "shop.com", "registrable_domain": "shop.com"},
        "category": "danger", "reason_code": "rx_without_prescription", "score": 6, "coverage": 83,
        "reasons": [reason, reason], "proofs": [], "overlays": [], "destination": None,
        "not_checked": [{"what": "https://shop.com/terms", "why": "The site answered too slowly."}] * 2,
        "checked_at": "2026-11-20T12:00:00Z", "valid_until": "2026-12-20T12:00:00Z", "ruleset": "bench",
    })  # fmt: skip
    with Store.open(load_settings(folder)):
        pass
    with sqlite3.connect(folder / "pharmcheck.sqlite3") as held:
        held.execute("UPDATE checks SET state = 'done', decided_at = created_at")
        held.execute(
            "INSERT INTO verdicts SELECT id, NULL, registrable_domain, host, NULL, 'danger', 'rx_without_prescription',"
            " 6, 1, 'bench', created_at, created_at, created_at, ?, NULL, 0 FROM checks",
            (document,),
        )
    print(f"{'(a verdict of ' + str(len(document)) + ' bytes for every site)':44}{rows:12,}", flush=True)


def _write(form: str) -> Callable[[Path, int], None]:
    def step(folder: Path, rows: int) -> None:
        with Store.open(load_settings(folder)) as store:
            (batch,) = Batches(store).of_owner("bench")
            start, size = time.perf_counter(), 0
            for piece in report_bytes(make_report(store, batch, _NOW), form):
                size += len(piece)
            _tell(f"write {form}", rows, start, f"{size / 1e6:,.0f} MB")

    return step


def _compare(folder: Path, rows: int) -> None:
    with Store.open(load_settings(folder)) as store:
        batches = Batches(store)
        (batch,) = batches.of_owner("bench")
        start = time.perf_counter()
        sites = (Answer(*site) for site in batches.sites(batch.id, _NOW))
        counts = Counter(
            one.change.value for one in compare(list(sites), (Answer(*s) for s in batches.sites(batch.id, _NOW)))
        )
        _tell("compare with itself", rows, start, f"{dict(counts)}")


def _tell(title: str, rows: int, start: float, more: str = "") -> None:
    seconds = time.perf_counter() - start
    # Not getrusage's: a process inherits that from the one that started it.
    status = Path("/proc/self/status")
    memory = f"{int(status.read_text().partition('VmHWM:')[2].split()[0]) >> 10} MB" if status.exists() else "unknown"
    out = io.StringIO()
    out.write(f"{title:44}{rows / seconds:12,.0f} rows/s{seconds:9.2f} s, peak {memory}  {more}")
    print(out.getvalue(), flush=True)


_STEPS: dict[str, Callable[[Path, int], None]] = {
    "read-csv": _read("csv"),
    "read-xlsx": _read("xlsx"),
    "keep": _keep,
    "claim": _claim,
    "answer": _answer,
    **{f"write-{form}": _write(form) for form in FORMATS},
    "compare": _compare,
}

if __name__ == "__main__":
    raise SystemExit(main())
