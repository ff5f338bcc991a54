"""Floods against a service of its own on loopback: what they get, what they cost, and how others fare meanwhile.

    .venv/bin/python -m bench.floods [--count 10000] [--seconds 20]

Every flood comes from many addresses (127.1.x.y) and ends after `count` requests or `seconds`.  Meanwhile one caller
from 127.9.9.9 asks for a check and reads one, again and again; its times stand in the table, first without any flood.
Nobody does the checks: no name is looked up and no site visited.  Linux only: it reads memory from /proc.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import re
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

_AT_ONCE = 200  # of a flood; some hold their connections, and are many more
_OTHER, _OTHERS_PAUSE_S = "127.9.9.9", 0.02
_JSON = "Host: x\r\nContent-Type: application/json\r\n"
_PATIENCE_S = 30.0

Flood = Callable[["Line", int], Awaitable[str]]


class Line:
    """The way to the service."""

    def __init__(self, port: int, secret: str) -> None:
        self.port, self.key = port, f"Authorization: Bearer {secret}\r\n"

    async def open(self, source: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """A connection from one of loopback's addresses."""
        return await asyncio.open_connection("127.0.0.1", self.port, local_addr=(source, 0))

    async def ask(self, source: str, words: bytes) -> str:
        """The status of an answer, or what happened instead."""
        try:
            async with asyncio.timeout(_PATIENCE_S):
                reader, writer = await self.open(source)
                try:
                    writer.write(words)
                    head = await reader.readline()
                    return head.split()[1].decode() if head else "closed"
                finally:
                    writer.close()
        except TimeoutError:
            return "no answer"
        except OSError:
            return "cut off"


def post(path: str, body: str, more: str = "") -> bytes:
    """A request with JSON."""
    return (
        f"POST {path} HTTP/1.1\r\n{_JSON}{more}Content-Length: {len(body)}\r\nConnection: close\r\n\r\n{body}".encode()
    )


def get(path: str, more: str = "") -> bytes:
    """A request without a body."""
    return f"GET {path} HTTP/1.1\r\nHost: x\r\n{more}Connection: close\r\n\r\n".encode()


def source(number: int, addresses: int = 500) -> str:
    """One of the flood's addresses."""
    return f"127.1.{number % addresses // 250}.{number % 250 + 1}"


async def checks(line: Line, number: int) -> str:
    """Another site each time."""
    return await line.ask(source(number), post("/v1/checks", f'{{"url": "shop{number}.com"}}'))


async def one_site(line: Line, number: int) -> str:
    """The same site, each time by somebody else."""
    return await line.ask(source(number), post("/v1/checks", '{"url": "https://pills.com/a?b=1"}'))


async def names(line: Line, number: int) -> str:
    """Another name of the same site each time."""
    return await line.ask(source(number), post("/v1/checks", f'{{"url": "x{number}.variants.com"}}'))


async def keys(line: Line, number: int) -> str:
    """Another key each time."""
    return await line.ask(source(number), get("/v1/rules", f"Authorization: Bearer pc_live_{number:036d}\r\n"))


async def words(line: Line, number: int) -> str:
    """Methods, paths and queries that nobody knows."""
    return await line.ask(source(number), get(f"/{number}?{number}").replace(b"GET", b"M%d" % number, 1))


async def lists(line: Line, number: int) -> str:
    """Lists of 30 MB by nobody."""
    head = f"POST /v1/batches HTTP/1.1\r\n{_JSON}Content-Length: 30000000\r\n\r\n"
    return await line.ask(source(number), head.encode() + b" " * 300_000)


async def endless(line: Line, number: int) -> str:
    """Bodies without an end, sent as fast as they are taken."""
    try:
        reader, writer = await line.open(source(number))
    except OSError:
        return "cut off"
    writer.write(f"POST /v1/checks HTTP/1.1\r\n{_JSON}Transfer-Encoding: chunked\r\n\r\n".encode())
    answer = asyncio.create_task(reader.readline())
    try:
        async with asyncio.timeout(_PATIENCE_S):
            while not answer.done():
                writer.write(b"10000\r\n" + b" " * 0x10000 + b"\r\n")
                await writer.drain()
            return (await answer).split()[1].decode()
    except (OSError, TimeoutError, IndexError):
        return "cut off"
    finally:
        answer.cancel()
        writer.close()


async def listeners(line: Line, number: int) -> str:
    """Event streams of a check that waits, held open."""
    return await _held(line, number, get(f"/v1/checks/{LISTENED[0]}/events"))


async def slow(line: Line, number: int) -> str:
    """Half a head, and then nothing."""
    return await _held(line, number, b"GET / HTTP/1.1\r\nHost:")


async def deaf(line: Line, number: int) -> str:
    """Many answers asked for, none read."""
    return await _held(line, number, get("/v1/openapi.json").replace(b"Connection: close\r\n", b"") * 20, reads=False)


async def _held(line: Line, number: int, said: bytes, *, reads: bool = True) -> str:
    try:
        reader, writer = await line.open(source(number, 100))
        writer.write(said)
        try:
            async with asyncio.timeout(_PATIENCE_S):
                if not reads:
                    reader._transport.pause_reading()  # type: ignore[attr-defined]  # noqa: SLF001 - no public way not to read
                    await asyncio.sleep(_PATIENCE_S)
                head = await reader.readline()
                if head.split()[1:2] == [b"200"]:
                    await reader.read()
                    return "200, ended"
                return head.split()[1].decode() if head else "ended by us"
        finally:
            writer.close()
    except TimeoutError:
        return "held"
    except OSError:
        return "cut off"


LISTENED: list[str] = []
FLOODS: tuple[tuple[Flood, int], ...] = (
    (checks, _AT_ONCE), (one_site, _AT_ONCE), (names, _AT_ONCE), (keys, _AT_ONCE), (words, _AT_ONCE), (lists, 50),
    (endless, 50), (listeners, 900), (slow, 900), (deaf, 300),
)  # fmt: skip


async def others(line: Line, stop: asyncio.Event) -> tuple[list[float], Counter[str]]:
    """How somebody else fares: seconds for a check and a look at it."""
    times, said = list[float](), Counter[str]()
    for number in count():
        if stop.is_set():
            return times, said
        begun = time.perf_counter()
        said[await line.ask(_OTHER, post("/v1/checks", f'{{"url": "honest{number % 50}.org"}}', line.key))] += 1
        said[await line.ask(_OTHER, get("/v1/verdicts/honest1.org", line.key))] += 1
        times.append(time.perf_counter() - begun)
        await asyncio.sleep(_OTHERS_PAUSE_S)
    raise AssertionError


async def run(line: Line, flood: Flood | None, at_once: int, most: int, seconds: float) -> Counter[str]:
    """One flood, until it has asked often or long enough."""
    end, numbers, said = time.monotonic() + seconds, iter(range(most)), Counter[str]()
    if flood is None:
        await asyncio.sleep(3)
        return said

    async def one() -> None:
        for number in numbers:
            said[await flood(line, number)] += 1
            if time.monotonic() > end:
                return

    await asyncio.gather(*(one() for _ in range(at_once)))
    return said


@asynccontextmanager
async def service(folder: str) -> AsyncIterator[tuple[Line, int]]:
    """The service as `pharmcheck serve` runs it, in a process of its own, but nobody does the checks."""
    process = subprocess.Popen(  # noqa: S603, ASYNC220 - our own
        [sys.executable, "-m", "bench.floods_app", folder], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    assert process.stdout is not None  # noqa: S101 - asked for above
    try:
        port, secret = process.stdout.readline().decode().split()
        yield Line(int(port), secret), process.pid
    finally:
        process.kill()
        process.wait()


def memory(pid: int, name: str = "VmRSS") -> int:
    """Megabytes that a process holds, or held at most since it was asked to forget."""
    found = re.search(rf"{name}:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    return int(found[1]) // 1024 if found else 0


def forget_highest(pid: int) -> None:
    """Let the highest mark of a process begin anew."""
    Path(f"/proc/{pid}/clear_refs").write_text("5")


async def main() -> None:
    """Print a line a flood."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seconds", type=float, default=20.0)
    wanted = parser.parse_args()
    print(f"{os.cpu_count()} cores; at most {wanted.count:,} requests or {wanted.seconds:g} s a flood")
    print(f"{'flood':<10}{'requests':>9}{'MB before':>10}{'most':>6}{'others ms':>10}{'95 %':>7}{'failed':>7}  answers")
    with TemporaryDirectory() as folder:
        async with service(folder) as (line, pid):
            LISTENED.append(await _a_check(line))
            for flood, at_once in ((None, 0), *FLOODS):
                before = memory(pid)
                forget_highest(pid)
                stop = asyncio.Event()
                other = asyncio.create_task(others(line, stop))
                said = await run(line, flood, at_once, wanted.count, wanted.seconds)
                stop.set()
                times, told = await other
                failed = sum(number for status, number in told.items() if status not in ("200", "202", "404"))
                print(
                    f"{flood.__name__ if flood else 'none':<10}{said.total():>9,}{before:>10}{memory(pid, 'VmHWM'):>6}"
                    f"{1000 * statistics.median(times):>10.0f}{1000 * sorted(times)[-1 - len(times) // 20]:>7.0f}"
                    f"{failed:>7}  " + ", ".join(f"{status} × {number:,}" for status, number in said.most_common()),
                    flush=True,
                )  # fmt: skip


async def _a_check(line: Line) -> str:
    reader, writer = await line.open(_OTHER)
    writer.write(post("/v1/checks", '{"url": "listened.org"}'))
    found = re.search(rb'"id":"([0-9a-f]{32})"', await reader.read())
    writer.close()
    assert found is not None  # noqa: S101 - a fresh service takes a check
    return found[1].decode()


if __name__ == "__main__":
    asyncio.run(main())
