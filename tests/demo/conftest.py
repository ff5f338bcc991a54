"""One open street for all tests of a worker, and a way to ask it what the real fetcher would."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from pharmcheck.capture.fetch import Fetched, Fetcher
from pharmcheck.capture.guard import Policy, SystemResolver
from pharmcheck.capture.polite import Gate
from pharmcheck.demo import Street, policy_for, start_street
from pharmcheck.model import PageRole, TlsFacts
from tests.yardstick import PATIENCE_S

Fetch = Callable[..., tuple[Fetched, dict[str, TlsFacts]]]


@pytest.fixture(scope="session")
def street() -> Iterator[Street]:
    with start_street() as opened:
        yield opened


@pytest.fixture
def fetch(street: Street) -> Fetch:
    """Fetch one address of the street: what came, and what its handshakes showed."""

    def ask(url: str, fetch_deadline_s: float = PATIENCE_S) -> tuple[Fetched, dict[str, TlsFacts]]:
        return asyncio.run(_ask(url, replace(policy_for(street), fetch_deadline_s=fetch_deadline_s)))

    return ask


async def _ask(url: str, policy: Policy) -> tuple[Fetched, dict[str, TlsFacts]]:
    gate = Gate(time.monotonic)
    fetcher = Fetcher(policy, SystemResolver(), now=lambda: datetime.now(UTC), clock=time.monotonic, gate=gate)
    async with fetcher:
        return await fetcher.fetch(url, PageRole.OTHER), fetcher.tls
