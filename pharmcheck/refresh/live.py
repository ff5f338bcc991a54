"""Ask a register about one number at its publisher's, now.  Nothing is kept: what it says verifies nobody.

One register answers so: the US one of health-care providers, whose file is too large for most who have one question.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from pharmcheck.address import read_url
from pharmcheck.capture import Fetcher, Gate, Policy, Resolver, SystemResolver
from pharmcheck.errors import RefreshError
from pharmcheck.model import PageRole
from pharmcheck.reading.licences import normalise
from pharmcheck.registers import Record, Source
from pharmcheck.registers.sources.nppes_answer import lookup_url, read_answer

LIVE = "nppes_us"
"""The register that can be asked."""


@dataclass(frozen=True, slots=True)
class LiveAnswer:
    """What the publisher says about one number."""

    number: str
    source: Source
    asked_at: datetime
    found: int  # providers with this number, pharmacies or not
    records: tuple[Record, ...]  # the pharmacies among them


async def ask_live(
    number: str, source: Source, policy: Policy, *, now: Callable[[], datetime], resolver: Resolver | None = None
) -> LiveAnswer:
    """Ask about `number` through the guarded door.

    Raises UsageError for a number that cannot be one of this register's, RefreshError when the publisher could not
    be asked, RegisterFileError when its answer is none.
    """
    number = normalise(number.strip())
    url = read_url(
        lookup_url(number, source), admitted_hosts=policy.admitted_hosts, allowed_networks=policy.allowed_networks
    )
    clock = time.monotonic
    async with Fetcher(policy, resolver or SystemResolver(), now=now, clock=clock, gate=Gate(clock)) as fetcher:
        fetched = await fetcher.fetch(url, PageRole.OTHER)
    page, attempt = fetched.page, fetched.attempt
    if page is None or page.truncated:
        raise RefreshError(f"{source.name} could not be asked: {attempt.detail}")
    if not all(hop.url.startswith("https:") for hop in attempt.hops):
        raise RefreshError(f"{source.name} could not be asked: its answer came without encryption.")
    answer = read_answer(page.body, source)
    return LiveAnswer(number, source, now(), answer.found, answer.pharmacies)
