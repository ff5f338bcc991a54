"""What a run of `bench.crowd` left behind, looked through: every address answered once, in the store and in the reports.

Looks past pharmcheck's own code, with sqlite3 and the standard library, a row at a time.
"""

from __future__ import annotations

import csv
import json
import re
import sqlite3
import zipfile
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict
from pathlib import Path

from bench.crowd_town import Town
from bench.processes import Run

_HTML_NAME = re.compile(r"shop([0-9]{6})\[\.\]example")
_PIECE = 1 << 20
_RUNS = "runs.jsonl"


def done(file: Path) -> int:
    """How many checks of a store are done; none while there is no store."""
    try:
        with closing(_opened(file)) as store:
            return int(store.execute("SELECT count(*) FROM checks WHERE state = 'done'").fetchone()[0])
    except sqlite3.OperationalError:  # not there yet, or its tables are not
        return 0


def answers(folder: Path) -> dict[str, str]:
    """Which checks have an answer, and since when."""
    with closing(_opened(folder / "data" / "pharmcheck.sqlite3")) as store:
        return dict(store.execute("SELECT id, decided_at FROM checks WHERE state = 'done'"))


def note_run(folder: Path, taken: Run) -> None:
    """Keep what a run took beside what it did."""
    with (folder / _RUNS).open("a", encoding="utf-8") as opened:
        opened.write(json.dumps(asdict(taken)) + "\n")


def load_runs(folder: Path) -> list[Run]:
    """What earlier runs on this folder took."""
    if not (folder / _RUNS).exists():
        return []
    return [Run(**json.loads(line)) for line in (folder / _RUNS).read_text("utf-8").splitlines()]


def require_whole(town: Town, folder: Path, pages: int) -> Iterator[str]:
    """What was found, in lines.  Raises SystemExit when something is missing or there twice."""
    with closing(_opened(folder / "data" / "pharmcheck.sqlite3")) as store:
        states = dict(store.execute("SELECT state, count(*) FROM checks GROUP BY state"))
        hosts = store.execute("SELECT count(DISTINCT host) FROM checks").fetchone()[0]
        judged = store.execute("SELECT count(*) FROM verdicts").fetchone()[0]
        kept = store.execute("SELECT sum(pages) FROM captures").fetchone()[0]
        rows = dict(store.execute("SELECT kind, count(*) FROM batch_items GROUP BY kind"))
        said = dict(store.execute("SELECT category, count(*) FROM verdicts GROUP BY category"))
    if states != {"done": town.sites} or hosts != town.sites or judged != town.sites:
        raise SystemExit(f"{states}, {hosts} hosts, {judged} verdicts for {town.sites} addresses")
    if kept != pages:
        raise SystemExit(f"{kept} pages are archived, not {pages}")
    yield f"every address has one verdict: {_told(said)}; {pages:,} pages archived"
    yield f"rows of the list: {_told(rows)}"
    files = sum(file.stat().st_size for file in (folder / "data").rglob("*") if file.is_file())
    yield f"data folder: {files / 1e6:,.0f} MB"
    yield _reports(town, folder, sum(rows.values()))


def _reports(town: Town, folder: Path, rows: int) -> str:
    seen: Counter[str] = Counter()
    told = bytearray(town.sites)
    with (folder / "results.jsonl").open(encoding="utf-8") as opened:
        for line in opened:
            item = json.loads(line)
            seen["jsonl"] += 1
            if item["same_as_row"] is None and item["verdict"] is not None:
                told[town.number(item["verdict"]["address"]["host"]) or 0] += 1
    if set(told) != {1}:
        raise SystemExit(f"results.jsonl: {told.count(0)} addresses without an answer, or some twice")
    with (folder / "results.csv").open(encoding="utf-8-sig", newline="") as opened:
        seen["csv"] = sum(1 for _ in csv.reader(opened)) - 1
    seen["xlsx"] = _workbook_rows(folder / "results.xlsx")
    if seen["jsonl"] != rows or seen["csv"] != rows or seen["xlsx"] < rows:
        raise SystemExit(f"rows of the reports: {dict(seen)}, not {rows}")
    on_page = bytearray(town.sites)
    with (folder / "results.html").open(encoding="utf-8") as opened:
        for line in opened:
            for number in _HTML_NAME.findall(line):
                on_page[int(number)] = 1
    if not all(on_page):
        raise SystemExit(f"results.html: {on_page.count(0)} addresses are missing")
    sizes = {form: (folder / f"results.{form}").stat().st_size / 1e6 for form in ("csv", "xlsx", "jsonl", "html")}
    return f"reports of {rows:,} rows: {', '.join(f'{form} {size:.1f} MB' for form, size in sizes.items())}"


def _workbook_rows(file: Path) -> int:
    """Rows of all sheets."""
    found = 0
    with zipfile.ZipFile(file) as book:
        for name in book.namelist():
            if not name.startswith("xl/worksheets/"):
                continue
            with book.open(name) as sheet:
                rest = b""
                while piece := sheet.read(_PIECE):
                    found += (rest + piece).count(b"<row ")
                    rest = piece[-4:]
    return found


def _told(counts: dict[str, int]) -> str:
    return ", ".join(f"{count:,} {name}" for name, count in sorted(counts.items()))


def _opened(file: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=30)
