"""Send one message through the guarded door, to an address that a person of ours registered.

Only https, and nowhere else than there: a redirect is a refusal.  What the receiver answers beyond its status is never
read, so it may be of any length.  A failure is a result here, as everywhere in this room.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
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
from pharmcheck.model import FetchOutcome

_TOO_SLOW = "The receiver did not answer in time."


@dataclass(frozen=True, slots=True)
class Posted:
    """How it went; FETCHED means that the receiver took it.  `FAULTS` says whose fault a failure was."""

    outcome: FetchOutcome
    status: int | None  # None when nothing was answered
    detail: str  # one sentence of ours
    elapsed_ms: int


async def post(
    url: str,
    body: bytes,
    headers: Mapping[str, str],
    policy: Policy,
    *,
    deadline_s: float,
    resolver: Resolver | None = None,
) -> Posted:
    """POST `body` as JSON to `url` (canonical), all within `deadline_s` seconds, once.

    Raises nothing for the network; cancellation passes through.
    """
    begun = time.monotonic()
    status: int | None = None
    outcome, detail = FetchOutcome.REFUSED_BY_US, "Messages go over https only."
    if url.startswith("https:"):
        wire = Wire(policy, GuardedBackend(policy, resolver or SystemResolver()))
        alarm = asyncio.timeout(deadline_s)
        try:
            async with alarm, wire.ask(url, _headers(url, headers, policy), body) as answer:
                status = answer.status
                outcome, detail = _meaning(status)
        except Ended as end:
            outcome, detail = end.outcome, end.detail.replace("The site", "The receiver")
        except Refused as error:
            outcome, detail = FetchOutcome.REFUSED_BY_US, str(error)
        except Unresolved as error:
            outcome, detail = FetchOutcome.DNS_FAILED, str(error)
        except NotConnected as error:
            outcome, detail = FetchOutcome.CONNECT_FAILED, str(error)
        except HandshakeFailed as error:
            outcome, detail = FetchOutcome.TLS_FAILED, error.reason
        except TimeoutError:
            outcome, detail = FetchOutcome.TIMED_OUT, _TOO_SLOW
        finally:
            await wire.aclose()
        if alarm.expired() and status is None:  # whatever the stack made of being stopped
            outcome, detail = FetchOutcome.TIMED_OUT, _TOO_SLOW
    return Posted(outcome, status, detail, max(0, round(1000 * (time.monotonic() - begun))))


def _meaning(status: int) -> tuple[FetchOutcome, str]:
    if 200 <= status < 300:  # noqa: PLR2004 - the numbers are the meaning
        return FetchOutcome.FETCHED, "The receiver took it."
    if 300 <= status < 400:  # noqa: PLR2004 - likewise
        return (
            FetchOutcome.HTTP_ERROR,
            "The receiver sends us elsewhere; a message goes where it was meant to, or nowhere.",
        )
    return FetchOutcome.HTTP_ERROR, f"The receiver answered with status {status}."


def _headers(url: str, more: Mapping[str, str], policy: Policy) -> list[tuple[bytes, bytes]]:
    headers = {
        "Host": urlsplit(url).netloc,
        "User-Agent": policy.user_agent,
        "Accept": "*/*",
        "Accept-Encoding": "identity",
        "Content-Type": "application/json",
        **more,
    }
    return [(name.encode(), value.encode("ascii")) for name, value in headers.items()]
