"""Hand a few bytes to a service that the operator chose, and take its answer: through the guarded door, under limits.

For authorities that give timestamps.  No redirect is followed: whoever was chosen answers, or nobody.
"""

from __future__ import annotations

import asyncio
from urllib.parse import urlsplit

from pharmcheck.capture.guard import (
    GuardedBackend,
    HandshakeFailed,
    NotConnected,
    Policy,
    Refused,
    Resolver,
    SystemResolver,
    Unresolved,
)
from pharmcheck.capture.responses import Ended
from pharmcheck.capture.wire import Wire

_OK = 200


class NotAnswered(Exception):  # noqa: N818 - named for what happened
    """No usable answer came; the text is one sentence."""


async def enquire(
    url: str,
    body: bytes,
    content_type: str,
    policy: Policy,
    *,
    most_bytes: int,
    deadline_s: float = 20.0,
    resolver: Resolver | None = None,
) -> bytes:
    """POST `body` to `url` (canonical) and return the body of the answer.  Raises NotAnswered."""
    headers = {
        "Host": urlsplit(url).netloc,
        "User-Agent": policy.user_agent,
        "Accept": "*/*",
        "Accept-Encoding": "identity",
        "Content-Type": content_type,
        "Content-Length": str(len(body)),
    }
    wire = Wire(policy, GuardedBackend(policy, resolver or SystemResolver()))
    received = bytearray()
    try:
        async with asyncio.timeout(deadline_s):
            told = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
            async with wire.ask(url, told, body) as answer:
                if answer.status != _OK:
                    raise NotAnswered(f"The service answered with status {answer.status}.")
                async for piece in answer.pieces():
                    received += piece
                    if len(received) > most_bytes:
                        raise NotAnswered("The service sends more than such an answer takes.")
    except Ended as end:
        raise NotAnswered(end.detail) from end
    except (Refused, Unresolved, NotConnected, HandshakeFailed) as error:
        raise NotAnswered(str(error)) from error
    except TimeoutError:
        raise NotAnswered("The service did not answer in time.") from None
    finally:
        await wire.aclose()
    return bytes(received)
