"""How fast a stored verdict is answered over HTTP, against a bare framework answer of the same size in the same run.

    .venv/bin/python -m bench.api [--seconds S] [--rounds N]

Three servers on loopback, one process each, asked by turns by one client process that only counts bytes: our service
asked for a verdict by domain, the same framework (FastAPI) answering ready bytes from memory, and the layer below it
(Starlette).  Ratios of one run count; absolute numbers are this machine's.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import socket
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import uvicorn
from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bench.judging import make_capture
from bench.machine import cpu_s
from pharmcheck.api import make_app, make_service
from pharmcheck.capture import Policy
from pharmcheck.check import judge
from pharmcheck.document import to_json, verdict_document
from pharmcheck.registers import EMPTY_REGISTERS
from pharmcheck.ruleset import load_ruleset
from pharmcheck.settings import Settings
from pharmcheck.store import Store, new_check_id
from pharmcheck.work import Workplace, keep

_CONNECTIONS = 32
BARE, OURS = "FastAPI, ready bytes", "pharmcheck, verdict by domain"
_HOST = "bench-rogue-1.example.com"


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--seconds", type=float, default=2.0)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    results = measure(options.seconds, options.rounds)
    print(f"{_CONNECTIONS} connections, {options.rounds} rounds of {options.seconds} s each")
    bare = _by_cpu(results[BARE])
    print(f"\n{'':32}{'answers/s':>12}{'p50 ms':>9}{'p99 ms':>9}{'per s of CPU':>14}{'to FastAPI':>12}")
    for name, rounds in results.items():
        rate, p50, p99, _ = (statistics.median(values) for values in zip(*rounds, strict=True))
        by_cpu = _by_cpu(rounds)
        print(f"{name:32}{rate:12.0f}{1000 * p50:9.2f}{1000 * p99:9.2f}{by_cpu:14.0f}{by_cpu / bare:12.2f}")
    return 0


Round = tuple[float, float, float, float]
"""Answers a second, the median and 99th percentile of their times, answers a second of the server's CPU."""


def rates(seconds: float, rounds: int) -> dict[str, float]:
    """Answers a second of CPU of each server: what else runs on the machine takes none of it."""
    return {name: _by_cpu(found) for name, found in measure(seconds, rounds).items()}


def _by_cpu(rounds: list[Round]) -> float:
    return statistics.median(by_cpu for *_, by_cpu in rounds)


def measure(seconds: float, rounds: int) -> dict[str, list[Round]]:
    """Ask each server in each round."""
    with tempfile.TemporaryDirectory() as folder:
        body = _fill(Path(folder))
        servers = {
            "Starlette, ready bytes": (_starlette, (body,)),
            BARE: (_fastapi, (body,)),
            OURS: (_pharmcheck, (folder,)),
        }
        results: dict[str, list[Round]] = {name: [] for name in servers}
        running = {name: _start(make, args) for name, (make, args) in servers.items()}
        try:
            for _ in range(rounds):
                for name, (process, port) in running.items():
                    before = cpu_s(process.pid or 0)
                    answers, rate, p50, p99 = asyncio.run(_ask(port, seconds))
                    results[name].append((rate, p50, p99, answers / (cpu_s(process.pid or 0) - before)))
        finally:
            for process, _ in running.values():
                process.terminate()
                process.join()
    return results


def _fill(folder: Path) -> bytes:
    """A store with one verdict, and its document."""
    ruleset = load_ruleset()
    now = datetime.now(UTC)
    capture = make_capture("rogue", 1)
    judgement = judge(capture, ruleset, now=now)
    document = to_json(verdict_document(judgement.verdict, ruleset))
    with Store.open(Settings(data_dir=folder)) as store:
        keep(store, capture, judgement, ruleset, check_id=new_check_id(), created_at=now, decided_at=now)
    return document.encode()


def _pharmcheck(folder: str) -> object:
    settings = Settings(data_dir=Path(folder), reads_per_minute=10**9)
    ruleset = load_ruleset()
    place = Workplace(
        store=Store.open(settings),
        ruleset=ruleset,
        policy=Policy(),
        registers=lambda: EMPTY_REGISTERS,
        clock=lambda: datetime.now(UTC),
    )
    return make_app(make_service(place, settings, with_runner=False))


def _fastapi(body: bytes) -> object:
    app = FastAPI(openapi_url=None)

    @app.get("/v1/verdicts/{domain}")
    async def verdict(domain: str) -> Response:  # noqa: ARG001 - the bare answer
        return Response(body, media_type="application/json")

    return app


def _starlette(body: bytes) -> object:
    async def verdict(request: Request) -> Response:  # noqa: ARG001 - the bare answer
        return Response(body, media_type="application/json")

    return Starlette(routes=[Route("/v1/verdicts/{domain}", verdict)])


def _start(make: Callable[..., object], args: tuple[object, ...]) -> tuple[multiprocessing.process.BaseProcess, int]:
    context = multiprocessing.get_context("spawn")
    listener = socket.socket(proto=socket.IPPROTO_TCP)  # without it asyncio sets no TCP_NODELAY: 40 ms an answer
    listener.bind(("127.0.0.1", 0))
    listener.listen(512)
    process = context.Process(target=_serve, args=(make, args, listener), daemon=True)
    process.start()
    port = listener.getsockname()[1]
    _wait(port)
    return process, port


def _serve(make: Callable[..., object], args: tuple[object, ...], listener: socket.socket) -> None:
    config = uvicorn.Config(make(*args), log_config=None, access_log=False, server_header=False)
    uvicorn.Server(config).run(sockets=[listener])


def _wait(port: int) -> None:
    """Until the server answers; the listener is open before it, so the first request simply waits."""
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        connection.sendall(_request())
        connection.recv(1)


def _request() -> bytes:
    return f"GET /v1/verdicts/{_HOST} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()


class _Asker(asyncio.Protocol):
    """One connection: asks, counts bytes until the answer is whole, asks again."""

    def __init__(self, until: float, spent: list[float], done: asyncio.Future[None]) -> None:
        self._until, self._spent, self._done = until, spent, done
        self._left, self._head, self._asked = 0, b"", 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - TCP gives one
        self._transport = transport
        self._ask()

    def _ask(self) -> None:
        self._asked = time.perf_counter()
        if self._asked >= self._until:
            self._transport.close()
            if not self._done.done():
                self._done.set_result(None)
            return
        self._head, self._left = b"", -1
        self._transport.write(_REQUEST)

    def data_received(self, data: bytes) -> None:
        if self._left < 0:
            self._head += data
            end = self._head.find(b"\r\n\r\n")
            if end < 0:
                return
            head = self._head[:end].lower()
            if b" 200 " not in head[:20]:
                raise SystemExit(f"the server answered {head[:60]!r}")
            length = int(head.split(b"content-length:", 1)[1].split(b"\r\n", 1)[0])
            self._left = length - (len(self._head) - end - 4)
        else:
            self._left -= len(data)
        if self._left == 0:
            self._spent.append(time.perf_counter() - self._asked)
            self._ask()


_REQUEST = _request()


async def _ask(port: int, seconds: float) -> tuple[int, float, float, float]:
    """Answers, those of a second, and the median and 99th percentile of their times."""
    loop = asyncio.get_running_loop()
    spent: list[float] = []
    begin = time.perf_counter()
    ends = [loop.create_future() for _ in range(_CONNECTIONS)]
    for end in ends:
        await loop.create_connection(lambda end=end: _Asker(begin + seconds, spent, end), "127.0.0.1", port)
    await asyncio.gather(*ends)
    took = time.perf_counter() - begin
    ordered = sorted(spent)
    return len(ordered), len(ordered) / took, ordered[len(ordered) // 2], ordered[int(len(ordered) * 0.99)]


if __name__ == "__main__":
    sys.exit(main())
