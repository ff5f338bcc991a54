"""CPU time of a fetched request, against bare httpx and Scrapy on the same pages; memory of a site in flight.

    .venv/bin/python -m bench.fetching [--quick] [--rounds N]

One server process on loopback, TLS, keep-alive, gzip; every name on one address.  Each client runs in a process of
its own, one after the other in each round, on the very same bytes; counted is its CPU time, user and system, without
its start.  The machine is noisy: read the ratios, which are taken within a round.  Scrapy is in the dependency group
`bench` (`uv sync --group bench`); without it the rest is printed.

Imports nothing of pharmcheck: a child's peak of memory starts from its parent's.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bench.machine import describe

DOMAIN = "bench.example.com"
# What the planner chooses of a home page that links to all of these, in this order; sizes in bytes before gzip.
SIZES = {
    "/": 100_000, "/products/1": 80_000, "/prescription-policy": 25_000, "/contact": 20_000,
    "/imprint": 20_000, "/about": 40_000, "/terms": 60_000, "/faq": 50_000,
}  # fmt: skip
# Pages of `Policy.max_body`; two, and the second look at the first, are all that `Policy.byte_budget` has room for.
LARGE_SIZES = dict.fromkeys([*SIZES][:2], 5 << 20)
_AIM = 1.3  # times the CPU of bare httpx
_AT_ONCE = 25
_WARM_UP = 3
_CLIENTS = {
    "bare httpx, a client a site": ("bench.fetching_clients", "httpx"),
    "our Fetcher": ("bench.fetching_clients", "fetcher"),
    "our whole visit": ("bench.fetching_clients", "visit"),
    "Scrapy": ("bench.fetching_scrapy",),
    "our whole visit, judged": ("bench.fetching_clients", "judged"),
}
_BASE, _OURS, _VISIT, SCRAPY, JUDGED = _CLIENTS


class _Bench:
    """The server, and clients that are sent to it."""

    def __init__(self, folder: Path) -> None:
        self.ca_file = str(folder / "ca.pem")
        self._server = subprocess.Popen(  # noqa: S603 - our own
            [sys.executable, "-m", "bench.fetching_server", str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.about = json.loads(self._tell(""))

    def close(self) -> None:
        self._server.communicate()

    def forget(self) -> None:
        """The requests so far are nobody's."""
        self._tell("\n")

    def run(self, client: str, shop: str, sizes: dict[str, int], sites: int, at_once: int, warm_up: int) -> Any:  # noqa: ANN401
        """What the client printed, and `requests` per site.  Raises SystemExit when it did not read what it should."""
        task = {
            "domain": DOMAIN,
            "ca_file": self.ca_file,
            "port": self.about["ports"][shop],
            "plain_port": self.about["ports"]["plain"],
            "paths": [*sizes],
            "warm_up": warm_up,
            "sites": sites,
            "at_once": at_once,
        }
        command = [sys.executable, "-m", *_CLIENTS[client], json.dumps(task)]
        result = json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)  # noqa: S603 - our own
        result["requests"] = int(self._tell("\n")) / (warm_up + sites)
        if result["bytes"] != sites * sum(sizes.values()):
            raise SystemExit(f"{client} read {result['bytes']} bytes, not {sites * sum(sizes.values())}")
        if client not in (_VISIT, JUDGED) and result["requests"] != len(sizes):
            raise SystemExit(f"{client} sent {result['requests']} requests a site, not {len(sizes)}")
        return result

    def _tell(self, line: str) -> str:
        assert self._server.stdin is not None  # noqa: S101 - for the type checker
        assert self._server.stdout is not None  # noqa: S101
        self._server.stdin.write(line)
        self._server.stdin.flush()
        return self._server.stdout.readline()


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--quick", action="store_true", help="one short round, no memory: does it run?")
    parser.add_argument("--rounds", type=int, default=4)
    options = parser.parse_args()
    print(describe("httpx", "httpcore", "anyio", "sniffio", "Scrapy", "Twisted"))
    with bench() as sites:
        if options.quick:
            _cpu(sites, rounds=1, sites=10)
        else:
            _cpu(sites, options.rounds, sites=30)
            _memory(sites)
    return 0


@contextmanager
def bench() -> Iterator[_Bench]:
    """The server, until the end."""
    with TemporaryDirectory(prefix="pharmcheck-bench-") as folder:
        sites = _Bench(Path(folder))
        try:
            yield sites
        finally:
            sites.close()


def _cpu(place: _Bench, rounds: int, sites: int) -> None:
    clients = [_BASE, _OURS, _VISIT, *([SCRAPY] if find_spec("scrapy") else [])]
    costs: dict[str, list[float]] = {client: [] for client in clients}  # ms of CPU a request, by round
    requests = {}
    for _ in range(rounds):
        for client in clients:
            result = place.run(client, "quick", SIZES, sites, _AT_ONCE, _WARM_UP)
            requests[client] = result["requests"]
            costs[client].append(1000 * result["cpu_s"] / (sites * result["requests"]))
    print(
        f"\nCPU a request: {rounds} rounds of {sites} sites, {_AT_ONCE} at once; {len(SIZES)} pages a site, one by one"
    )
    print(f"on one connection; {sum(SIZES.values()) / 1000:.0f} KB a site, {place.about['wire'] / 1000:.0f} KB as sent")
    head = f"{'':30}{'requests a site':>16}{'ms, median':>12}{'min':>7}{'max':>7}"
    print(f"{head}{'ratio to bare httpx':>22}{'min':>7}{'max':>7}")
    for client in clients:
        ratios = _ratios(costs, client, _BASE)
        row = f"{client:30}{requests[client]:16.0f}{statistics.median(costs[client]):12.2f}"
        row += f"{min(costs[client]):7.2f}{max(costs[client]):7.2f}"
        print(f"{row}{statistics.median(ratios):22.2f}{min(ratios):7.2f}{max(ratios):7.2f}")
    reached = statistics.median(_ratios(costs, _OURS, _BASE))
    print(f"aim: our Fetcher at most {_AIM} times bare httpx: {reached:.2f}, {'met' if reached <= _AIM else 'missed'}")
    if SCRAPY in costs:
        ratios = _ratios(costs, _OURS, SCRAPY)
        print(f"our Fetcher against Scrapy: {statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})")
    else:
        print("Scrapy is not installed: uv sync --group bench")


def _ratios(costs: dict[str, list[float]], client: str, base: str) -> list[float]:
    return [one / other for one, other in zip(costs[client], costs[base], strict=True)]


def _memory(place: _Bench) -> None:
    print("\nmemory of whole visits, all sites at once: peak of the process, and its growth a site after the first")
    for shop, sizes, numbers in (("slow", SIZES, (50, 200)), ("large", LARGE_SIZES, (20,))):
        alone = place.run(_VISIT, shop, sizes, 1, 1, 0)["peak"]
        what = f"{len(sizes)} pages, {sum(sizes.values()) / 1e6:.1f} MB"
        print(f"{'1 site of ' + what:40}{alone / 1e6:8.0f} MB")
        for number in numbers:
            peak = place.run(_VISIT, shop, sizes, number, number, 0)["peak"]
            growth = (peak - alone) / (number - 1)
            print(f"{f'{number} sites':40}{peak / 1e6:8.0f} MB{growth / 1e6:10.2f} MB a site")


if __name__ == "__main__":
    sys.exit(main())
