"""What a run of `bench.crowd` left behind, looked through: every address answered once, in store and reports.

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
_STORE = Path("data", "pharmcheck.sqlite3")
_PAGES = "SELECT coalesce(sum(pages), 0) FROM captures WHERE id IN (SELECT capture_id FROM verdicts)"


def count_done(file: Path) -> int:
    """How many checks of a store are done; none while there is no store."""
    try:
        with closing(_opened(file)) as store:
            return int(store.execute("SELECT count(*) FROM checks WHERE state = 'done'").fetchone()[0])
    except sqlite3.OperationalError:  # not there yet, or its tables are not
        return 0


def answers(folder: Path) -> dict[str, str]:
    """Which checks have an answer, and since when."""
    if not count_done(folder / _STORE):
        return {}
    with closing(_opened(folder / _STORE)) as store:
        return dict(store.execute("SELECT id, decided_at FROM checks WHERE state = 'done'"))


def done_ones(town: Town, folder: Path) -> bytearray:
    """A 1 for each address that is done.  Raises SystemExit when one has two answers."""
    found = bytearray(town.sites)
    with closing(_opened(folder / _STORE)) as store:
        for (host,) in store.execute("SELECT host FROM checks WHERE state = 'done'"):
            found[town.number(host) or 0] += 1
    if max(found) > 1:
        raise SystemExit(f"{sum(one > 1 for one in found)} addresses were done twice")
    return found


def note_run(folder: Path, taken: Run) -> None:
    """Keep what a run took beside what it did."""
    with (folder / _RUNS).open("a", encoding="utf-8") as opened:
        opened.write(json.dumps(asdict(taken)) + "\n")


def load_runs(folder: Path) -> list[Run]:
    """What earlier runs on this folder took."""
    if not (folder / _RUNS).exists():
        return []
    return [Run(**json.loads(line)) for line in (folder / _RUNS).read_text("utf-8").splitlines()]


def require_whole(town: Town, folder: Path, done: bytearray, pages: int) -> Iterator[str]:
    """What was found, in lines.  Raises SystemExit when something is missing or there twice."""
    with closing(_opened(folder / _STORE)) as store:
        states = dict(store.execute("SELECT state, count(*) FROM checks GROUP BY state"))
        hosts = store.execute("SELECT count(DISTINCT host) FROM checks").fetchone()[0]
        judged = store.execute("SELECT count(*) FROM verdicts").fetchone()[0]
        kept = store.execute(_PAGES).fetchone()[0]
        rows = dict(store.execute("SELECT kind, count(*) FROM batch_items GROUP BY kind"))
        said = dict(store.execute("SELECT category, count(*) FROM verdicts GROUP BY category"))
    wanted = {"done": sum(done), "queued": town.sites - sum(done)}
    if states != {state: count for state, count in wanted.items() if count} or (hosts, judged) != (
        town.sites, sum(done),
    ):  # fmt: skip
        raise SystemExit(f"{states}, {hosts} hosts, {judged} verdicts for {town.sites} addresses")
    if kept != pages:
        raise SystemExit(f"{kept} pages are archived, not {pages}")
    yield f"every address that is done has one verdict: {_told(said)}; {pages:,} pages archived"
    yield f"rows of the list: {_told(rows)}"
    files = sum(file.stat().st_size for file in (folder / "data").rglob("*") if file.is_file())
    yield f"data folder: {files / 1e6:,.0f} MB"
    yield _reports(town, folder, done, sum(rows.values()))


def _reports(town: Town, folder: Path, done: bytearray, rows: int) -> str:
    seen: Counter[str] = Counter()
    told, on_page = bytearray(town.sites), bytearray(town.sites)
    with (folder / "results.jsonl").open(encoding="utf-8") as opened:
        for line in opened:
            item = json.loads(line)
            seen["jsonl"] += 1
            if item["same_as_row"] is None and item["verdict"] is not None:
                told[town.number(item["verdict"]["address"]["host"]) or 0] += 1
    with (folder / "results.html").open(encoding="utf-8") as opened:
        for line in opened:
            for number in _HTML_NAME.findall(line):
                on_page[int(number)] = 1
    if told != done or any(one and not two for one, two in zip(done, on_page, strict=True)):
        raise SystemExit("results.jsonl or results.html: addresses without their answer, or with two")
    with (folder / "results.csv").open(encoding="utf-8-sig", newline="") as opened:
        seen["csv"] = sum(1 for _ in csv.reader(opened)) - 1
    seen["xlsx"] = _workbook_rows(folder / "results.xlsx")
    if seen["jsonl"] != rows or seen["csv"] != rows or seen["xlsx"] < rows:
        raise SystemExit(f"rows of the reports: {dict(seen)}, not {rows}")
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
