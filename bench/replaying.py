"""CPU time and memory of judging stored captures again, for stores of several sizes: does a capture cost the same?

    .venv/bin/python -m bench.replaying [--sizes 500 2000] [--store DATA_DIR]

A store is filled with small captures, each of a site of its own; then a process of its own does what `pharmcheck
replay` does, without printing.  Filling 50,000 takes about ten minutes; nothing that comes after depends on it.
`--store` takes the oldest captures of a store that is there, such as the one that `bench.crowd --folder` leaves.
"""

from __future__ import annotations

import argparse
import gc
import hashlib
import json
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from bench.machine import peak_mb
from pharmcheck.address import parse_address
from pharmcheck.check import judge
from pharmcheck.cli.replay import Replayed, replay_all
from pharmcheck.model import Capture, Page, PageRole
from pharmcheck.ruleset import load_ruleset
from pharmcheck.settings import Settings
from pharmcheck.store import Store, new_check_id
from pharmcheck.work import keep

SIZES = (500, 2_000)
_WHEN = datetime(2026, 1, 1, tzinfo=UTC)
_PATHS = {"/": PageRole.HOME, "/faq": PageRole.FAQ, "/contact": PageRole.CONTACT}
_TEXT = "<p>Orders that reach us before two leave on the same day. Ask us when you take other medicines, too.</p>" * 20


class Cost(NamedTuple):
    """What replaying a whole store took."""

    captures: int
    cpu_s: float
    peak_mb: float

    @property
    def each_ms(self) -> float:
        return 1000 * self.cpu_s / self.captures


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=list(SIZES))
    parser.add_argument("--store", type=Path, help="a data folder with enough captures")
    parser.add_argument("--step", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.step:
        step, folder = options.step
        print(json.dumps(_STEPS[step](Path(folder), options.sizes[0])))
        return 0
    print(f"{'captures':>9}{'CPU ms each':>13}{'a second and core':>19}{'to the first':>14}{'peak MB':>9}")
    costs: list[Cost] = []
    for cost in (measure(size, options.store) for size in options.sizes):
        costs.append(cost)
        ratio = cost.each_ms / costs[0].each_ms
        print(f"{cost.captures:9,}{cost.each_ms:13.2f}{1000 / cost.each_ms:19.0f}{ratio:14.2f}{cost.peak_mb:9.0f}")
    return 0


def measure(captures: int, store: Path | None = None) -> Cost:
    """Fill a store, unless there is one, and replay it, each in a process of its own."""
    if store is not None:
        return Cost(captures, *_run("replay", str(store), captures))
    with TemporaryDirectory(prefix="pharmcheck-bench-") as folder:
        _ = _run("fill", folder, captures)
        cpu_s, peak = _run("replay", folder, captures)
        return Cost(captures, cpu_s, peak)


def _run(step: str, folder: str, captures: int) -> Sequence[float]:
    command = [sys.executable, "-m", "bench.replaying", "--sizes", str(captures), "--step", step, folder]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True)  # noqa: S603 - ourselves
    found: list[float] = json.loads(done.stdout)
    return found


def _fill(folder: Path, captures: int) -> list[float]:
    ruleset = load_ruleset()
    with Store.open(Settings(data_dir=folder)) as store:
        judgement = judge(_capture(0), ruleset, now=_WHEN)
        for number in range(captures):
            capture = _capture(number)
            verdict = replace(judgement.verdict, address=capture.address, checked_at=capture.finished_at)
            keep(
                store, capture, replace(judgement, verdict=verdict), ruleset,
                check_id=new_check_id(), created_at=_WHEN, decided_at=_WHEN,
            )  # fmt: skip
    return []


def _replay(folder: Path, captures: int) -> list[float]:
    ruleset = load_ruleset()
    gc.freeze()  # as `pharmcheck replay` does
    with Store.open(Settings(data_dir=folder)) as store:
        judge(_capture(0), ruleset, now=_WHEN)  # what is made once for a process is nobody's figure
        start = time.process_time()
        kept = islice(store.verdicts(), captures)
        judged = sum(isinstance(result, Replayed) for result in replay_all(kept, store, ruleset, None))
        spent = time.process_time() - start
    if judged != captures:
        raise SystemExit(f"{judged} captures were judged, not {captures}")
    return [spent, peak_mb()]


def _capture(number: int) -> Capture:
    """A shop of three pages, no two the same."""
    host = f"shop{number}.example.com"
    at = _WHEN + timedelta(seconds=number)
    pages = []
    for path, role in _PATHS.items():
        links = "".join(f'<a href="{one}">{one}</a>' for one in _PATHS)
        offer = f"<h1>Sildenafil {number} mg</h1><p>$ 2.50</p><button>Add to cart</button>"
        body = f"<!doctype html><html lang=en><title>Shop {number}</title>{links}{offer}{_TEXT}".encode()
        digest = hashlib.sha256(body).hexdigest()
        headers = (("content-type", "text/html; charset=utf-8"),)
        pages.append(Page(f"https://{host}{path}", role, 200, headers, body, digest, at, truncated=False))
    return Capture(parse_address(host), (), tuple(pages), (), at, at)


_STEPS = {"fill": _fill, "replay": _replay}

if __name__ == "__main__":
    sys.exit(main())
