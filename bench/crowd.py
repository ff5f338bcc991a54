"""A list of an office from the messy file to the reports, as `pharmcheck batch` does it; Scrapy on the same pages.

    .venv/bin/python -m bench.crowd [--sites N] [--mix MIX] [--page-bytes N] [--at-once N] [--kill] [--minutes N]

Every address has a registrable domain of its own and is looked at as in life: guard, TLS with a verified certificate,
robots.txt, planning, a second and an insecure look, judging, archive, store.  Nothing leaves loopback.  Of a hundred
addresses on such a list few are shops: forty are dead, five answer 404, fifteen are parked, ten are empty without
scripts, thirty are shops of one to four pages of 12 KB.  That is an assumption, so it is an option: `--mix 8:100` makes
all of them shops of eight pages.  Only pages that came count as pages; what the dead cost us counts too.

The command runs as an officer runs it, in a process of its own, from the file to CSV, XLSX, JSONL and HTML; counted is
all its CPU, its start, its reports and its children included.  Every process is to stay below 400 MB.  Scrapy then gets
the same addresses and fetches the same pages; another number of pages or bytes is an error.  `--kill` ends the command
with kill -9 in the middle, runs it again, and looks that nothing is lost or done twice.  `--minutes` ends it with
Ctrl-C; figures are then of what was done.  With `--folder`, a bench that was ended goes on there.  Linux only.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from bench import crowd_results, processes
from bench.crowd_town import MIX, Town
from bench.machine import describe

MOST_MB = 400
FORMS = ("csv", "xlsx", "jsonl", "html")
_STALLED_S = 60.0  # without one more answer, somebody reading should know
_LINE_S = 30.0
_FINE = (0, 1, 3)  # what `pharmcheck batch` says of verdicts
_INTERRUPTED = 130


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--sites", type=int, default=1_000)
    parser.add_argument("--mix", default=MIX, help="what a hundred addresses are")
    parser.add_argument("--page-bytes", type=int, default=Town.page_bytes, help="of a page of a shop, before gzip")
    parser.add_argument("--at-once", type=int, default=16, help="sites side by side, ours and Scrapy's")
    parser.add_argument("--kill", action="store_true", help="kill -9 in the middle, and go on")
    parser.add_argument("--minutes", type=float, help="Ctrl-C after so long")
    parser.add_argument("--folder", type=Path, help="where store and reports stay")
    options = parser.parse_args()
    # Whoever was started behind a shell's & ignores Ctrl-C, and so would those whom we start.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    town = Town(options.sites, options.mix, options.page_bytes)
    print(describe("httpx", "Scrapy"))
    print(f"load {os.getloadavg()[0]:.1f}; {town.sites:,} addresses; {town.described()}", flush=True)
    with ExitStack() as stack:
        folder = options.folder or Path(stack.enter_context(TemporaryDirectory(prefix="crowd-")))
        folder.mkdir(parents=True, exist_ok=True)
        return measure(town, folder, options.at_once, kill=options.kill, minutes=options.minutes).tell()


class Result(NamedTuple):
    """What it came to."""

    sites: int
    pages: int
    ours: list[processes.Run]
    theirs: processes.Run | None  # Scrapy's, where it is installed

    @property
    def cpu_s(self) -> float:
        return sum(run.cpu_s for run in self.ours)

    @property
    def peak_mb(self) -> float:
        """Of the largest of all processes."""
        return max(run.peak_mb for run in self.ours)

    def tell(self) -> int:
        """Print it; returns how many aims are missed."""
        sizes = sorted((size for run in self.ours for size in run.peaks.values()), reverse=True)
        wall_s = sum(run.wall_s for run in self.ours)
        print(f"pharmcheck: {self.cpu_s:,.0f} s of CPU in {wall_s:,.0f} s, in {len(self.ours)} runs")
        print(f"{len(sizes)} processes of it; the largest had {', '.join(f'{size:.0f}' for size in sizes[:5])} MB")
        missed = self.peak_mb >= MOST_MB
        print(f"memory: {self.peak_mb:.0f} MB, {'missed' if missed else 'met'} (below {MOST_MB} MB)")
        rate, addresses = self.pages / self.cpu_s, self.sites / self.cpu_s
        print(f"visited, judged, kept, reported: {rate:.1f} pages and {addresses:.1f} addresses a second of CPU")
        if self.theirs is not None:
            other = self.pages / self.theirs.cpu_s
            print(f"Scrapy, fetching the same only: {other:.1f} pages a second of CPU, {self.theirs.peak_mb:.0f} MB")
            print(f"ratio: {rate / other:.2f}, {'met' if rate >= other else 'missed'} (at least 1)")
            missed += rate < other
        return missed


def measure(town: Town, folder: Path, at_once: int, *, kill: bool = False, minutes: float | None = None) -> Result:
    """Everything.  Raises SystemExit when something is not as it must be."""
    rows = town.write_list(folder / "list.csv")
    answering, pages = town.page_counts()
    print(f"list.csv: {rows:,} rows; {answering:,} sites answer, with {pages:,} pages; {at_once} sites at once\n")
    with _served(town, folder) as served:
        runs = _our_runs(town, folder, served.ports, at_once, kill=kill, minutes=minutes)
        ours, done = served.told(), crowd_results.done_ones(town, folder)
        theirs, fetched = _scrapy(town, folder, served, at_once, done)
    answering, pages = town.page_counts(done)
    if sum(done) == town.sites and len(runs) == 1 + kill:  # else pages were asked for by visits that broke off
        asked, wanted = (ours["pages"], ours["bytes"]), fetched or (pages, ours["bytes"])
        _require("pages that we asked for, and their bytes", asked, wanted)
        if not kill:
            _require("requests for these pages", ours["requests"], pages)
    for line in crowd_results.require_whole(town, folder, done, pages):
        print(f"  {line}", flush=True)
    return Result(sum(done), pages, runs, theirs)


class _Served:
    """The sites, and what was asked of them."""

    def __init__(self, town: Town, folder: Path) -> None:
        command = [sys.executable, "-m", "bench.crowd_server", town.told, str(folder)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)  # noqa: S603
        self.ports = self._line()

    def told(self) -> dict[str, int]:
        """Pages that were asked for since the last time."""
        assert self._process.stdin is not None  # noqa: S101 - for the type checker
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        return self._line()

    def close(self) -> None:
        self._process.communicate()

    def _line(self) -> dict[str, int]:
        assert self._process.stdout is not None  # noqa: S101
        found: dict[str, int] = json.loads(self._process.stdout.readline())
        return found


@contextmanager
def _served(town: Town, folder: Path) -> Iterator[_Served]:
    with closing(_Served(town, folder)) as served:
        yield served


def _our_runs(
    town: Town, folder: Path, ports: dict[str, int], at_once: int, *, kill: bool, minutes: float | None
) -> list[processes.Run]:
    """The command until it is done; with `kill`, killed in the middle and begun again."""
    out = [part for form in FORMS for part in ("--out", str(folder / f"results.{form}"))]
    command = [
        sys.executable, "-m", "bench.crowd_command", town.told, json.dumps(ports),
        "batch", str(folder / "list.csv"), *out, "--data-dir", str(folder / "data"), "--sites-at-once", str(at_once),
        "--allow-network", "127.0.0.0/8", "--ca-file", str(folder / "ca.pem"),
    ]  # fmt: skip
    runs = crowd_results.load_runs(folder)
    before = crowd_results.answers(folder)
    ends = time.monotonic() + 60 * minutes if minutes is not None else float("inf")
    if kill:
        runs.append(_run(command, folder, _Progress(town, folder, kill_at=town.sites // 2), 0.5))
        if runs[-1].code != -signal.SIGKILL:
            raise SystemExit("The list was done before it could be killed; take more sites.")
        before = crowd_results.answers(folder)
    if before:
        print(f"killed with {len(before):,} answers; the same command again", flush=True)
    runs.append(_run(command, folder, _Progress(town, folder, ends=ends), 5.0))
    if runs[-1].code not in (*_FINE, *([_INTERRUPTED] if time.monotonic() > ends else [])):
        raise SystemExit(f"pharmcheck ended with {runs[-1].code}")
    after = crowd_results.answers(folder)
    _require("answers from before the kill that still stand", {key: after.get(key) for key in before}, before)
    return runs


def _run(command: list[str], folder: Path, watch: _Progress, every_s: float) -> processes.Run:
    """The command, and a note of what it took: whatever ends this bench, the same one goes on where it stopped."""
    taken = processes.Run()
    try:
        return processes.run(command, taken, watch=watch, every_s=every_s)
    finally:
        crowd_results.note_run(folder, taken)


class _Progress:
    """How far it is, a line now and then; a stall is said.  Says when it is time to end it, and how."""

    def __init__(self, town: Town, folder: Path, *, kill_at: int | None = None, ends: float = float("inf")) -> None:
        self._town, self._file = town, folder / "data" / "pharmcheck.sqlite3"
        self._kill_at, self._ends = kill_at, ends
        self._begun = self._last_line = self._moved = time.monotonic()
        self._done, self._ended = 0, False

    def __call__(self, pid: int) -> int:
        """The signal to send."""
        done, now = crowd_results.count_done(self._file), time.monotonic()
        if done != self._done or done == self._town.sites or self._ended:  # then it writes its reports
            self._moved = now
        self._done = done
        if now - self._last_line >= _LINE_S:
            self._last_line = now
            memory = f"{processes.memory_mb(pid, 'VmRSS'):.0f} MB, peak {processes.memory_mb(pid, 'VmHWM'):.0f} MB"
            words = f"; no answer for {now - self._moved:.0f} s" if now - self._moved > _STALLED_S else ""
            print(f"  {now - self._begun:5.0f} s: {done:,} of {self._town.sites:,} done; {memory}{words}", flush=True)
        if self._kill_at is not None and done >= self._kill_at:
            return signal.SIGKILL
        if now > self._ends and not self._ended:
            self._ended = True
            return signal.SIGINT
        return 0


def _scrapy(
    town: Town, folder: Path, served: _Served, at_once: int, done: bytearray
) -> tuple[processes.Run | None, tuple[int, int] | None]:
    """Scrapy on the same addresses; what it took, and how many pages and bytes there were to fetch."""
    if not find_spec("scrapy"):
        print("Scrapy is not installed: uv sync --group bench")
        return None, None
    (folder / "done").write_bytes(done)
    command = [
        sys.executable, "-m", "bench.crowd_scrapy", town.told, json.dumps(served.ports), str(at_once),
        str(folder / "done"),
    ]  # fmt: skip
    with (folder / "scrapy.json").open("w+b") as told:
        run = processes.run(command, processes.Run(), stdout=told)
        told.seek(0)
        found = json.loads(told.read() or b"{}")
    print(f"Scrapy: {run.cpu_s:,.0f} s of CPU in {run.wall_s:,.0f} s; {found}", flush=True)
    answering, pages = town.page_counts(done)
    _require("addresses without an answer, by Scrapy", found.get("unanswered"), sum(done) - answering)
    _require("pages, by Scrapy", found["pages"], pages)
    seen = served.told()
    _require("pages and bytes that Scrapy was served", (seen["pages"], seen["bytes"]), (found["pages"], found["bytes"]))
    return run, (found["pages"], found["bytes"])


def _require(what: str, found: object, wanted: object) -> None:
    if found != wanted:
        raise SystemExit(f"{what}: {str(found)[:200]}, not {str(wanted)[:200]}")


if __name__ == "__main__":
    sys.exit(main())
