"""A list of sites checked from the paste to the report, as the service does it, against Scrapy fetching the same pages.

    .venv/bin/python -m bench.crowd [--sites N]

Sites on loopback over TLS, eight pages each, each under a name of its own.  The list is handed in, the rows are worked
on by one shift in one process, with SQLite as it comes, and the report is written.  Pages a second of CPU are those of
the process that works: claiming, visiting, judging, keeping and archiving.  Every process is to stay below 400 MB.
100,000 sites take about three hours of CPU and 40 GB of archives; memory does not depend on the number (docs).
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from importlib.util import find_spec
from ipaddress import ip_network
from pathlib import Path
from tempfile import TemporaryDirectory

from bench import fetching
from bench.machine import describe, peak_mb
from pharmcheck.capture import Policy
from pharmcheck.capture.polite import Gate
from pharmcheck.exports import make_report, report_bytes
from pharmcheck.intake import read_list
from pharmcheck.lists import hand_in
from pharmcheck.ruleset import load_ruleset
from pharmcheck.settings import Settings
from pharmcheck.shift import Pace, Shift
from pharmcheck.store import Batches, Drafts, QueueName, Store
from pharmcheck.workplaces import workplace

_MOST_MB = 400
_OWNER = "bench"
_AT_ONCE = 10


class _Town(Mapping[tuple[str, int], tuple[str, int]]):
    """Every name under one domain lives on loopback; none is listed, however many there are."""

    def __init__(self, ports: Mapping[str, int]) -> None:
        self._ports = {443: ports["quick"], 80: ports["plain"]}

    def __getitem__(self, place: tuple[str, int]) -> tuple[str, int]:
        host, port = place
        if not host.endswith(f".{fetching.DOMAIN}"):
            raise KeyError(place)
        return "127.0.0.1", self._ports[port]

    def __iter__(self) -> Iterator[tuple[str, int]]:
        return iter(())

    def __len__(self) -> int:
        return 0

    def __bool__(self) -> bool:
        return True


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--sites", type=int, default=200)
    parser.add_argument("--step", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.step:
        step, folder, about = options.step
        print(json.dumps(_STEPS[step](Path(folder), options.sites, json.loads(about))))
        return 0
    print(describe("httpx", "Scrapy"))
    pages = options.sites * len(fetching.SIZES)
    print(f"{options.sites:,} sites, {pages:,} pages, {_AT_ONCE} sites at once\n")
    with fetching.bench() as place, TemporaryDirectory(prefix="pharmcheck-bench-") as folder:
        about = json.dumps({"ports": place.about["ports"], "ca_file": place.ca_file})
        spent, peaks = {}, {}
        for step in _STEPS:
            command = [
                sys.executable,
                "-m",
                "bench.crowd",
                "--sites",
                str(options.sites),
                "--step",
                step,
                folder,
                about,
            ]
            done = subprocess.run(command, stdout=subprocess.PIPE, check=True)  # noqa: S603 - ourselves
            spent[step], peaks[step] = json.loads(done.stdout.splitlines()[-1])  # after what it logged
            print(f"{step:30}{spent[step]:8.1f} s of CPU, peak {peaks[step]:.0f} MB", flush=True)
        rate = pages / spent["work"]
        print(f"visited, judged, kept: {rate:.0f} pages a second of CPU")
        if find_spec("scrapy"):
            place.forget()
            fetched = place.run(fetching.SCRAPY, "quick", fetching.SIZES, options.sites, _AT_ONCE, 3)
            theirs = pages / fetched["cpu_s"]
            print(f"Scrapy, fetching only: {theirs:.0f} pages a second of CPU, peak {fetched['peak'] / 1e6:.0f} MB")
            print(f"ratio: {rate / theirs:.2f}")
    return int(max(peaks.values()) > _MOST_MB)


def _hand_in(folder: Path, sites: int, _: Mapping[str, object]) -> None:
    rows = "\n".join(f"https://s{number}.{fetching.DOMAIN}/" for number in range(sites))
    handed = read_list(f"Website\n{rows}\n".encode())
    with Store.open(Settings(data_dir=folder)) as store:
        draft = hand_in(store, handed, _OWNER, None, "list.csv", datetime.now(UTC))
        Drafts(store).start(draft, datetime.now(UTC))


def _work(folder: Path, sites: int, about: Mapping[str, object]) -> None:
    ports, ca_file = about["ports"], about["ca_file"]
    assert isinstance(ports, dict)  # noqa: S101 - of our own making
    policy = Policy(
        resolve=_Town(ports),
        allowed_networks=(ip_network("127.0.0.0/8"),),
        ca_file=str(ca_file),
        min_interval_s=0.0,
        page_budget=len(fetching.SIZES),
    )
    ruleset = load_ruleset()
    gc.freeze()  # as the service does
    with Store.open(Settings(data_dir=folder)) as store:
        place = workplace(store, ruleset, policy, Gate(time.monotonic))
        asyncio.run(Shift(place, _AT_ONCE, Pace(), (QueueName.BATCH,)).work(wait=False))
        (batch,) = Batches(store).of_owner(_OWNER)
        read = [verdict.score for verdict in store.verdicts() if json.loads(verdict.document)["coverage"] > 0]
        if len(read) != sites:
            raise SystemExit(f"{len(read)} of {sites} sites were read: {Batches(store).states(batch.id)}")


def _report(folder: Path, _sites: int, _: Mapping[str, object]) -> None:
    with Store.open(Settings(data_dir=folder)) as store:
        (batch,) = Batches(store).of_owner(_OWNER)
        for form in ("csv", "xlsx"):
            if not sum(map(len, report_bytes(make_report(store, batch, datetime.now(UTC)), form))):
                raise SystemExit(f"the report as {form} is empty")


def _measured(
    step: Callable[[Path, int, Mapping[str, object]], None],
) -> Callable[[Path, int, Mapping[str, object]], tuple[float, float]]:
    """CPU seconds of the process, without its start, and its peak of memory."""

    def run(folder: Path, sites: int, about: Mapping[str, object]) -> tuple[float, float]:
        before = _cpu_s()
        step(folder, sites, about)
        return _cpu_s() - before, peak_mb()

    return run


def _cpu_s() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


_STEPS = {"hand in": _measured(_hand_in), "work": _measured(_work), "report": _measured(_report)}

if __name__ == "__main__":
    sys.exit(main())
