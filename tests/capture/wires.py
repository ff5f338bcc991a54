"""Networks for tests of the guard: one that is scripted, and a watch over every real way out of the process."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpcore
import pytest

PUBLIC = "93.184.215.14"
OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"


class Wire(httpcore.AsyncNetworkBackend):
    """Notes where somebody wants to go, lets them arrive, and answers the n-th request with the n-th answer."""

    def __init__(self, answers: Sequence[bytes] = ()) -> None:
        self.dialled: list[tuple[str, int]] = []
        self.requests: list[bytes] = []
        self.answers = list(answers)

    async def connect_tcp(self, host: str, port: int, *args: Any, **kwargs: Any) -> httpcore.AsyncNetworkStream:
        self.dialled.append((host, port))
        return _Stream(self, (host, port))

    def addresses(self) -> set[str]:
        """Every address that saw a packet."""
        return {address for address, _ in self.dialled}


class _Stream(httpcore.AsyncNetworkStream):
    def __init__(self, wire: Wire, place: tuple[str, int]) -> None:
        self._wire, self._place, self._pending = wire, place, b""

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109
        if buffer:
            self._wire.requests.append(buffer)
            self._pending = self._wire.answers.pop(0) if self._wire.answers else OK

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109
        data, self._pending = self._pending[:max_bytes], self._pending[max_bytes:]
        return data

    async def aclose(self) -> None:
        pass

    async def start_tls(self, *args: Any, **kwargs: Any) -> httpcore.AsyncNetworkStream:
        return self

    def get_extra_info(self, info: str) -> Any:
        return self._place if info == "server_addr" else None


class Answers:
    """A resolver: the n-th look-up of a name gets its n-th answer, the last one for ever.  Others get the default."""

    def __init__(self, listed: Mapping[str, Sequence[Sequence[str]]], default: Sequence[str] = (PUBLIC,)) -> None:
        self._listed = {name: list(rows) for name, rows in listed.items()}
        self._default = default
        self.asked: list[str] = []

    async def resolve(self, host: str) -> Sequence[str]:
        self.asked.append(host)
        rows = self._listed.get(host, [self._default])
        answer = rows.pop(0) if len(rows) > 1 else rows[0]
        if not answer:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return answer


@contextmanager
def watched() -> Iterator[list[tuple[str, Any]]]:
    """Note every real connect and look-up of this process while it goes its way: (what, where)."""
    seen: list[tuple[str, Any]] = []

    def noting(name: str, real: Callable[..., Any], at: int) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            seen.append((name, args[at]))
            return real(*args, **kwargs)

        return call

    with pytest.MonkeyPatch.context() as patch:
        for name in ("connect", "connect_ex", "sendto"):
            at = -1 if name == "sendto" else 1
            patch.setattr(socket.socket, name, noting(name, getattr(socket.socket, name), at))
        patch.setattr(socket, "getaddrinfo", noting("getaddrinfo", socket.getaddrinfo, 0))
        loop = asyncio.BaseEventLoop
        patch.setattr(loop, "getaddrinfo", noting("loop.getaddrinfo", loop.getaddrinfo, 1))
        yield seen


class Rerouted(httpcore.AnyIOBackend):  # type: ignore[misc]
    """The real network, with the ports of the web moved to where a test server listens."""

    def __init__(self, ports: Mapping[int, int]) -> None:
        super().__init__()
        self._ports = ports

    async def connect_tcp(self, host: str, port: int, *args: Any, **kwargs: Any) -> httpcore.AsyncNetworkStream:
        return await super().connect_tcp(host, self._ports.get(port, port), *args, **kwargs)


@dataclass
class Seen:
    """One request as a server saw it: at which of its addresses, for which name and path, as the n-th of a visitor."""

    address: str
    host: str
    path: str
    turn: int


@dataclass
class Site:
    """A server on loopback for one test: what it was asked, and how often somebody came to the door."""

    answer: Callable[[Seen], bytes | None]  # None: hang up without a word
    seen: list[Seen] = field(default_factory=list)
    visitors: int = 0

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.visitors += 1
        turn = 0
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                lines = head.decode().split("\r\n")
                names = [line[5:].strip() for line in lines if line.lower().startswith("host:")]
                place = writer.get_extra_info("sockname")[0]
                turn += 1
                self.seen.append(Seen(place, names[0], lines[0].split(" ")[1], turn))
                said = self.answer(self.seen[-1])
                if said is None:
                    break
                writer.write(said)
                await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    @asynccontextmanager
    async def open_at(self, address: str, context: ssl.SSLContext | None = None, port: int = 0) -> AsyncIterator[int]:
        """Serve at `address` while the block runs; gives the port."""
        server = await asyncio.start_server(self._talk, address, port, ssl=context)
        try:
            yield server.sockets[0].getsockname()[1]
        finally:
            server.close()
            await server.wait_closed()
            await asyncio.sleep(0)


def page(body: str, *headers: str, status: str = "200 OK") -> bytes:
    """A well-formed answer that keeps the connection open."""
    lines = [f"HTTP/1.1 {status}", "Content-Type: text/html", f"Content-Length: {len(body)}", *headers]
    return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()
