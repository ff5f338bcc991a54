"""Serves one site: HTTP/1.1 over TLS on its own loopback address, and a plain port that redirects to it.

Just enough HTTP for our fetcher, curl and a browser.  GET and HEAD only; a request for another name gets 421.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from functools import partial
from http import HTTPStatus

from pharmcheck.capture.callers import Callers
from pharmcheck.demo import trouble
from pharmcheck.demo.cases import Behaviour, Case
from pharmcheck.demo.pages import Answer, Site

_IDLE_S = 30.0  # a visitor who says nothing for so long is gone
_HEAD_BYTES = 1 << 16
_HANDSHAKE_S = 10.0
_GOODBYE_S = 1.0  # for the TLS close; asyncio's own 30 s would hold the street open

Answerer = Callable[["_Request", asyncio.StreamWriter], Awaitable[bool]]


class _Request:
    """The first line and the host of a request."""

    def __init__(self, head: bytes) -> None:
        first, *lines = head.decode("latin-1").split("\r\n")
        self.method, self.target, _ = [*first.split(" "), "", "", ""][:3]
        fields = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        self.host = fields.get("host", "").partition(":")[0].lower()
        self.from_search = "google." in fields.get("referer", "")
        self.keeps_alive = fields.get("connection", "").lower() != "close"


class SiteServer:
    """The two listeners of one site.  Belongs to one event loop."""

    def __init__(self, case: Case, site: Site, context: ssl.SSLContext) -> None:
        self._case, self._site, self._context = case, site, context
        self._servers: list[asyncio.Server] = []
        self._visitors = Callers()

    async def start(self, address: str) -> dict[tuple[str, int], tuple[str, int]]:
        """Listen on `address`; returns where (host, 443) and (host, 80) really are.  Raises OSError."""
        try:
            secure = await asyncio.start_server(
                self._on(self._serve),
                address,
                0,
                limit=_HEAD_BYTES,
                ssl=self._context,
                ssl_handshake_timeout=_HANDSHAKE_S,
                ssl_shutdown_timeout=_GOODBYE_S,
            )
            self._servers.append(secure)
            self._servers.append(await asyncio.start_server(self._on(self._redirect), address, 0, limit=_HEAD_BYTES))
        except OSError:
            await self.stop()
            raise
        ports = [server.sockets[0].getsockname()[1] for server in self._servers]
        return {(self._case.host, 443): (address, ports[0]), (self._case.host, 80): (address, ports[1])}

    async def stop(self) -> None:
        """Close the listeners and every conversation."""
        await self._visitors.close(*self._servers)
        self._servers.clear()

    def _on(self, answer: Answerer) -> Callable[[asyncio.StreamReader, asyncio.StreamWriter], None]:
        return self._visitors.answered_by(partial(_converse, answer))

    async def _serve(self, request: _Request, writer: asyncio.StreamWriter) -> bool:
        if request.host != self._case.host:
            return await _send(writer, request, Answer(421, "text/plain", b"No such site on this address.\n"))
        if request.method not in {"GET", "HEAD"}:
            return await _send(writer, request, Answer(405, "text/plain", b"This sample shop takes no orders.\n"))
        if self._case.behaviour is Behaviour.TARPIT and await trouble.tarpit(self._site, request.target, writer):
            return False
        if self._case.behaviour is Behaviour.WALL:
            return await _send(writer, request, trouble.wall(self._site, request.target))
        searchers = self._case.searchers if request.from_search and request.target == "/" else ""
        if searchers.startswith("https:"):
            return await _send(writer, request, Answer(302, "text/plain", b""), (("Location", searchers),))
        return await _send(writer, request, self._site.answer(searchers or request.target))

    async def _redirect(self, request: _Request, writer: asyncio.StreamWriter) -> bool:
        location = f"https://{self._case.host}{request.target}"
        return await _send(writer, request, Answer(301, "text/plain", b""), (("Location", location),))


async def _converse(answer: Answerer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        keeps_alive = True
        while keeps_alive:
            async with asyncio.timeout(_IDLE_S):
                request = _Request(await reader.readuntil(b"\r\n\r\n"))
            keeps_alive = await answer(request, writer) and request.keeps_alive
        writer.close()
        await writer.wait_closed()
    except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
        writer.transport.abort()  # visitors hang up, break TLS and talk nonsense; to a shop that is weather


async def _send(
    writer: asyncio.StreamWriter, request: _Request, answer: Answer, more: tuple[tuple[str, str], ...] = ()
) -> bool:
    fields = (
        ("Server", "sample-high-street"),
        ("Content-Type", answer.content_type),
        ("Content-Length", str(len(answer.body))),
        ("Cache-Control", "no-store"),
        *more,
    )
    head = f"HTTP/1.1 {answer.status} {HTTPStatus(answer.status).phrase}\r\n"
    head += "".join(f"{name}: {value}\r\n" for name, value in fields)
    writer.write(head.encode("latin-1") + b"\r\n" + (b"" if request.method == "HEAD" else answer.body))
    await writer.drain()
    return True
