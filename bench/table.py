"""What the main jobs cost, in one table: each a ratio to something well known, taken in the same run.

    .venv/bin/python -m bench.table [--replay 1000 50000] [--sites 100000] [--workers]

About five minutes.  Scrapy is in the dependency group `bench` (`uv sync --group bench`); without it its rows are
missing.  The replay of 50,000 captures takes half an hour more, nearly all of it to fill the store; a list of 100,000
addresses takes an hour (`bench.crowd`); workers need the development dependencies and take five minutes.
"""

from __future__ import annotations

import argparse
import gc
import os
import statistics
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import redirect_stdout
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from bench import api, crowd, fetching, judging, replaying, scale
from bench.crowd_town import Town
from bench.machine import describe
from pharmcheck.model import Capture, PageRole
from pharmcheck.ruleset import load_ruleset

_ROUNDS = 7
_TEN = (*((f"/products/{number}", PageRole.PRODUCT) for number in range(9)), ("/", PageRole.HOME))
_IN_FLIGHT = 50


class Row(NamedTuple):
    """One line of the table."""

    what: str
    ours: str
    peer: str
    ratio: float
    aim: str = ""

    def __str__(self) -> str:
        return f"{self.what:46}{self.ours:>22}  {self.peer:34}{self.ratio:8.2f}  {self.aim}"


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--replay", type=int, nargs="+", default=list(replaying.SIZES), metavar="CAPTURES")
    parser.add_argument("--sites", type=int, default=500, help="addresses of the list")
    parser.add_argument("--workers", action="store_true", help="1, 2 and 4 worker processes as well")
    options = parser.parse_args()
    print(describe("turbohtml", "selectolax", "httpx", "Scrapy", "FastAPI", "uvicorn"))
    print(f"load {os.getloadavg()[0]:.1f} at the start\n")
    print(f"{'':46}{'ours':>22}  {'against':34}{'ratio':>8}  aim", flush=True)
    parts: list[Callable[[], Iterator[Row]]] = [
        _judging, _fetching, lambda: _crowd(options.sites), lambda: _replaying(options.replay), _look_up, _memory,
    ]  # fmt: skip
    for part in parts:
        for row in part():
            print(row, flush=True)
    if options.workers:
        print()
        scale.table(quick=True)
    return 0


def _judging() -> Iterator[Row]:
    """Judging against a bare parse of the same bytes."""
    ruleset = load_ruleset()
    gc.freeze()  # as `pharmcheck check` does
    kinds: dict[str, Sequence[Capture]] = {
        "judge one page of a shop": [judging.make_capture("rogue", 1, _TEN[-1:])],
        "judge a shop of ten pages": [judging.make_capture("rogue", 1, _TEN)],
        **{f"judge {kind}, six pages": captures for kind, captures in judging.sites(ruleset).items()},
    }
    for what, captures in kinds.items():
        measured = judging.jobs(captures, ruleset)
        jobs = {name: measured[name] for name in (judging.LIMIT, judging.JUDGE)}
        times = judging.cpu_times(jobs, _ROUNDS)
        # The least of each: whatever else runs on the machine only ever adds.
        limit, judged = (min(times[name]) / len(captures) for name in jobs)
        yield Row(what, f"{1000 * judged:.1f} ms", f"parse (lexbor): {1000 * limit:.2f} ms", judged / limit, "3")


def _fetching() -> Iterator[Row]:
    """Pages a second of CPU: fetched and judged by us, fetched only by Scrapy."""
    if find_spec("scrapy") is None:
        return
    with fetching.bench() as sites:
        costs: dict[str, list[float]] = {name: [] for name in (fetching.JUDGED, fetching.SCRAPY)}
        for _ in range(3):
            for name, found in costs.items():
                result = sites.run(name, "quick", fetching.SIZES, 20, 10, 3)
                found.append(20 * len(fetching.SIZES) / result["cpu_s"])
    ours, theirs = (statistics.median(found) for found in costs.values())
    yield Row(
        "visit, judge", f"{ours:.0f} pages/CPU s", f"Scrapy, fetch only: {theirs:.0f}", ours / theirs, "1, then 2"
    )


def _crowd(sites: int) -> Iterator[Row]:
    """A list of mostly dead, parked and empty addresses from the file to its reports; Scrapy fetches the same."""
    with TemporaryDirectory(prefix="crowd-") as name, redirect_stdout(sys.stderr):
        found = crowd.measure(Town(sites), Path(name), at_once=16)
    if found.theirs is None:
        return
    ours, theirs = found.pages / found.cpu_s, found.pages / found.theirs.cpu_s
    what = f"list of {sites:,} addresses, {found.peak_mb:.0f} MB"
    yield Row(what, f"{ours:.0f} pages/CPU s", f"Scrapy, fetch only: {theirs:.0f}", ours / theirs, "1, below 400 MB")


def _replaying(sizes: Sequence[int]) -> Iterator[Row]:
    """Stored captures judged again, by how many there are."""
    costs = [replaying.measure(size) for size in sizes]
    for cost in costs:
        yield Row(
            f"replay of {cost.captures:,} captures, {cost.peak_mb:.0f} MB",
            f"{1000 / cost.each_ms:.0f} /s and core",
            f"cost of each, to {costs[0].captures:,}",
            cost.each_ms / costs[0].each_ms,
            "flat: 1",
        )


def _look_up() -> Iterator[Row]:
    """A stored verdict over HTTP against ready bytes."""
    rates = api.rates(seconds=1.0, rounds=5)
    ours, bare = rates[api.OURS], rates[api.BARE]
    yield Row("look up a verdict", f"{ours:.0f} /CPU s", f"FastAPI, ready bytes: {bare:.0f}", ours / bare, "0.7")


def _memory() -> Iterator[Row]:
    """What a site in flight takes, judging included: growth of the process beyond one alone."""
    with fetching.bench() as sites:
        alone, many = (
            sites.run(fetching.JUDGED, "slow", fetching.SIZES, number, number, 0)["peak"] / 1e6
            for number in (1, _IN_FLIGHT)
        )
    each = (many - alone) / (_IN_FLIGHT - 1)
    size = sum(fetching.SIZES.values()) / 1e6
    yield Row(
        f"{_IN_FLIGHT} sites in flight, {many:.0f} MB",
        f"{each:.2f} MB a site",
        f"its pages: {size:.2f} MB",
        each / size,
    )


if __name__ == "__main__":
    sys.exit(main())
