"""Servers that behave badly on purpose: a wall, a drip, a bomb, a flood and a redirect into our own network.

Each ends when its visitor hangs up or the street closes; none sends anything that harms a browser.
"""

from __future__ import annotations

import asyncio
import zlib
from functools import lru_cache

from pharmcheck.demo.pages import Answer, Site

DRIP_EVERY_S = 0.3  # well inside every per-read time limit: only a total deadline ends it
_BOMB_BYTES = 64 << 20
_FLOOD = b"<p>Page is loading, please wait.</p>\n" * 400
_METADATA = b"http://169.254.169.254/latest/meta-data/"  # where cloud machines keep their own keys


def wall(site: Site, target: str) -> Answer:
    """The interstitial for every page; only robots.txt and pictures come through."""
    answer = site.answer(target)
    if answer.content_type.startswith("text/html"):
        status = 403 if target == "/" else 503
        return Answer(status, answer.content_type, site.answers["/"].body)
    return answer


async def tarpit(site: Site, target: str, writer: asyncio.StreamWriter) -> bool:
    """Answer like a hostile server.  False when `target` is none of the traps."""
    if target == "/":
        await _drip(site.answers["/"].body, writer)
    elif target == "/products":
        await _bomb(writer)
    elif target == "/catalogue":
        await _flood(writer)
    elif target == "/order":
        writer.write(b"HTTP/1.1 302 Found\r\nLocation: " + _METADATA + b"\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()
    else:
        return False
    return True


async def _drip(body: bytes, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: 900000\r\n\r\n")
    for at in range(900_000):
        writer.write(body[at % len(body) :][:1])
        await writer.drain()
        await asyncio.sleep(DRIP_EVERY_S)


async def _bomb(writer: asyncio.StreamWriter) -> None:
    bomb = _bomb_bytes()
    head = (
        f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: gzip\r\nContent-Length: {len(bomb)}\r\n\r\n"
    )
    writer.write(head.encode() + bomb)
    await writer.drain()


@lru_cache(maxsize=1)
def _bomb_bytes() -> bytes:
    packer = zlib.compressobj(9, wbits=31)
    step = b" " * (1 << 20)
    return b"".join(packer.compress(step) for _ in range(_BOMB_BYTES >> 20)) + packer.flush()


async def _flood(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n")
    chunk = f"{len(_FLOOD):x}\r\n".encode() + _FLOOD + b"\r\n"
    while not writer.is_closing():
        writer.write(chunk)
        await writer.drain()
        await asyncio.sleep(0)  # drain alone does not let others run while the buffer has room
