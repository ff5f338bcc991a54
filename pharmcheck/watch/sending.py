"""Send messages that are due: signed, through the guarded door, again and again for about a day.

A receiver that says 410 Gone, or takes nothing through all tries, is switched off, with the reason for its owner.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import platform
import secrets
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Self

import structlog

from pharmcheck.capture import Policy, Posted, post
from pharmcheck.errors import StoreError, UsageError
from pharmcheck.model import FAULTS, Fault, FetchOutcome
from pharmcheck.settings import Settings
from pharmcheck.store import Deliveries, Letter, Store, Tried, Watches
from pharmcheck.watch.messages import MOST_CHANGES, message
from pharmcheck.watch.sealing import Seal
from pharmcheck.watch.signing import signature

RETRIES = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=8),
    timedelta(hours=8),
)
"""Before each try but the first: those of Standard Webhooks, cut to a day, as long as a receiver may be down over night
and somebody still notices on the page."""

GATHERED = timedelta(minutes=15)
"""What changes within so long goes out as one message: a list that is looked through makes no stream of them."""

DEADLINE_S = 15.0  # of one try, everything included; the specification asks for 15 to 30
LEASE = timedelta(seconds=90)  # of one message that is being sent: six times what that may take
_AT_ONCE = 10  # receivers
_FOR_S = 60.0  # of one call; what is left is due at the next
_JITTER = 0.2  # of a wait: receivers that failed together are not all asked together again
_GONE = 410

_log = structlog.get_logger("pharmcheck.watch")


@dataclass(frozen=True, slots=True)
class Sender:
    """What sending needs."""

    store: Store
    policy: Policy
    data_dir: Path
    public_url: str | None
    clock: Callable[[], datetime]
    deadline_s: float = DEADLINE_S

    @classmethod
    def of(cls, settings: Settings, store: Store, policy: Policy, clock: Callable[[], datetime]) -> Self:
        """As the settings say."""
        public_url = str(settings.public_url) if settings.public_url else None
        return cls(store, policy, settings.data_dir, public_url, clock)


async def send_due(sender: Sender, *, gather: timedelta = GATHERED) -> int:
    """Make messages of what changed, and send what is due; returns how many tries that were.  Raises StoreError.

    Cancelled, or killed, it loses nothing: what was under way is sent again under the same id.
    """
    deliveries = Deliveries(sender.store)
    holder = f"{platform.node()[:32]}:{os.getpid()}:{secrets.token_hex(4)}"
    await asyncio.to_thread(deliveries.announce, sender.clock(), gather, MOST_CHANGES)
    count, begun = 0, time.monotonic()
    while time.monotonic() - begun < _FOR_S:
        letters = await asyncio.to_thread(deliveries.claim, holder, sender.clock(), LEASE, _AT_ONCE)
        if not letters:
            break
        count += len(letters)
        try:
            ends = await asyncio.gather(*(_send(sender, letter, holder) for letter in letters), return_exceptions=True)
        except asyncio.CancelledError:
            with suppress(StoreError):  # then the leases run out
                await asyncio.to_thread(deliveries.give_back, [letter.id for letter in letters], holder, sender.clock())
            raise
        for end in ends:
            if end is not None:  # its lease runs out, and it is sent again
                raise end
    return count


def again_at(letter: Letter, now: datetime) -> datetime | None:
    """When a message is tried again that just failed; None when that was the last try."""
    if letter.tries > len(RETRIES):
        return None
    wait = RETRIES[letter.tries - 1]
    chance = int.from_bytes(hashlib.sha256(f"{letter.id} {letter.attempt}".encode()).digest()[:4]) / 2**32
    return now + wait * (1 + _JITTER * chance)


async def _send(sender: Sender, letter: Letter, holder: str) -> None:
    at = sender.clock()
    try:
        posted = await _post(sender, letter, at)
    except UsageError as error:  # the key of the secrets is not there: our fault, and none of the receiver's
        posted = Posted(FetchOutcome.REFUSED_BY_US, None, str(error), 0)
    fault = FAULTS[posted.outcome]
    now = sender.clock()
    outcome = posted.outcome.value
    tried = Tried(letter.attempt, at, outcome, posted.status, fault.value, posted.detail, posted.elapsed_ms)
    next_try = None if fault is Fault.NOBODY or posted.status == _GONE else again_at(letter, now)
    why = None
    if posted.status == _GONE:
        why = "The receiver said that it is gone for good (410)."
    elif fault is not Fault.NOBODY and next_try is None:
        why = f"A message could not be delivered in {letter.tries} tries. The last: {posted.detail}"
    await asyncio.to_thread(
        Deliveries(sender.store).finish, letter, holder, tried, now, again_at=next_try, disable_why=why
    )
    _log.info("webhook.tried", delivery=letter.id, attempt=letter.attempt, outcome=outcome,
              status=posted.status)  # fmt: skip


async def _post(sender: Sender, letter: Letter, at: datetime) -> Posted:
    secret = await asyncio.to_thread(Seal(sender.data_dir).open, letter.sealed)
    changes = await asyncio.to_thread(Watches(sender.store).between, letter.batch_id, letter.first, letter.last)
    body = message(letter, changes, sender.public_url)
    headers = signature(secret, letter.id, at, body)
    return await post(letter.url, body, headers, sender.policy, deadline_s=sender.deadline_s)
