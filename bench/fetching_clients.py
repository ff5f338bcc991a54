"""The clients that `bench.fetching` measures, one in a process of its own.  Started by it, not by hand.

Each reads the pages of many sites, one page of a site after the other, and prints one JSON line: CPU seconds (user
and system) without start and warm-up, bytes of the pages read, and the peak of memory.
"""

from __future__ import annotations

import asyncio
import gc
import ipaddress
import json
import resource
import sys
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import httpcore
import httpx

from bench.machine import peak_mb
from pharmcheck.address import parse_address
from pharmcheck.capture import Policy, capture_site
from pharmcheck.capture.fetch import Fetcher
from pharmcheck.capture.guard import SystemResolver
from pharmcheck.capture.polite import Gate
from pharmcheck.capture.tls import verifying_context
from pharmcheck.model import Capture, FetchOutcome, PageRole


@dataclass(frozen=True)
class Task:
    """What to read, as `bench.fetching` says it."""

    domain: str
    ca_file: str
    port: int
    plain_port: int
    paths: list[str]
    warm_up: int  # sites read before the clock starts
    sites: int
    at_once: int

    def hosts(self) -> tuple[list[str], list[str]]:
        """The names for the warm-up and for the measurement."""
        names = [f"s{number}.{self.domain}" for number in range(self.warm_up + self.sites)]
        return names[: self.warm_up], names[self.warm_up :]

    def urls(self, host: str) -> list[str]:
        return [f"https://{host}:{self.port}{path}" for path in self.paths]


class Meter:
    """CPU and bytes since `start`."""

    def __init__(self) -> None:
        self.start()

    def start(self) -> None:
        self.read = 0
        self._cpu, self._clock = _cpu_s(), time.monotonic()

    def report(self) -> None:
        """Print the line."""
        cpu, elapsed = _cpu_s() - self._cpu, time.monotonic() - self._clock
        print(json.dumps({"cpu_s": cpu, "elapsed_s": elapsed, "bytes": self.read, "peak": peak_mb() * 2**20}))


def _cpu_s() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


class _Loopback(httpcore.AnyIOBackend):
    """Every name lives here: what a look-up costs is nobody's figure."""

    async def connect_tcp(self, host: str, port: int, **more: Any) -> httpcore.AsyncNetworkStream:  # noqa: ANN401, ARG002
        return await super().connect_tcp("127.0.0.1", port, **more)


def _bare_httpx(task: Task, meter: Meter) -> Callable[[str], Awaitable[None]]:
    """Bare: httpx as it comes, with a client per site and one TLS context for all."""
    context = verifying_context(task.ca_file)

    async def read(host: str) -> None:
        async with httpx.AsyncClient(verify=context) as client:
            client._transport._pool._network_backend = _Loopback()  # noqa: SLF001 - httpx has no door for it
            for url in task.urls(host):
                response = await client.get(url)
                meter.read += len(response.content)

    return read


def _our_fetcher(task: Task, meter: Meter) -> Callable[[str], Awaitable[None]]:
    """A `Fetcher` per site: guard, gate, limits, digests, facts of the handshake."""
    gate = Gate(time.monotonic)

    async def read(host: str) -> None:
        policy = _policy(task, {(host, task.port): ("127.0.0.1", task.port)})
        async with Fetcher(policy, SystemResolver(), now=_now, clock=time.monotonic, gate=gate) as fetcher:
            for url in task.urls(host):
                page = (await fetcher.fetch(url, PageRole.OTHER)).page
                meter.read += len(page.body) if page else 0

    return read


async def _nothing(_: Capture) -> None:
    """A visit alone."""


def _our_visit(
    task: Task, meter: Meter, after: Callable[[Capture], Awaitable[None]] = _nothing
) -> Callable[[str], Awaitable[None]]:
    """`capture_site` on the same pages, which it has to find: robots.txt, planning, a second and an insecure look."""
    gate = Gate(time.monotonic)

    async def read(host: str) -> None:
        places = {(host, 443): ("127.0.0.1", task.port), (host, 80): ("127.0.0.1", task.plain_port)}
        policy = replace(_policy(task, places), page_budget=len(task.paths))
        address = parse_address(host, admitted_hosts=policy.admitted_hosts)
        capture = await capture_site(address, policy, now=_now, gate=gate)
        if any(attempt.outcome is not FetchOutcome.FETCHED for attempt in capture.attempts):
            raise SystemExit(f"not everything was read: {[attempt.detail for attempt in capture.attempts]}")
        if {page.url for page in capture.pages} != {f"https://{host}{path}" for path in task.paths}:
            raise SystemExit(f"other pages were read: {[page.url for page in capture.pages]}")
        meter.read += sum(len(page.body) for page in capture.pages)
        await after(capture)

    return read


def _our_judged_visit(task: Task, meter: Meter) -> Callable[[str], Awaitable[None]]:
    """The same visit, and what a check does with it: judged, in a thread of its own."""
    from pharmcheck.check import judge  # noqa: PLC0415 - rules would count among the memory of the other clients
    from pharmcheck.ruleset import load_ruleset  # noqa: PLC0415

    ruleset = load_ruleset()
    gc.freeze()  # as the service does

    async def judged(capture: Capture) -> None:
        await asyncio.to_thread(judge, capture, ruleset, now=_now())

    return _our_visit(task, meter, judged)


def _policy(task: Task, places: dict[tuple[str, int], tuple[str, int]]) -> Policy:
    network = ipaddress.ip_network("127.0.0.0/8")
    # Without the icon, which no other client asks for.
    return Policy(resolve=places, allowed_networks=(network,), ca_file=task.ca_file, min_interval_s=0.0, icons=False)


def _now() -> datetime:
    return datetime.now(UTC)


async def _crowd(read: Callable[[str], Awaitable[None]], hosts: Iterable[str], at_once: int) -> None:
    """All sites, `at_once` of them at a time."""
    left = iter(hosts)

    async def work(left: Iterator[str]) -> None:
        for host in left:
            await read(host)

    await asyncio.gather(*(work(left) for _ in range(at_once)))


async def _measure(client: Callable[[Task, Meter], Callable[[str], Awaitable[None]]], task: Task) -> None:
    meter = Meter()
    read = client(task, meter)
    warm_up, hosts = task.hosts()
    await _crowd(read, warm_up, 1)
    meter.start()
    await _crowd(read, hosts, task.at_once)
    meter.report()


_CLIENTS = {"httpx": _bare_httpx, "fetcher": _our_fetcher, "visit": _our_visit, "judged": _our_judged_visit}

if __name__ == "__main__":
    asyncio.run(_measure(_CLIENTS[sys.argv[1]], Task(**json.loads(sys.argv[2]))))
