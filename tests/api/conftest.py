"""A service in memory: real store, real rules, a clock that the test turns; nobody does the checks unless asked to."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from pharmcheck.api import Service, make_app, make_service
from pharmcheck.capture import Policy
from pharmcheck.check import judge
from pharmcheck.model import Capture
from pharmcheck.registers import EMPTY_REGISTERS
from pharmcheck.ruleset import Ruleset, load_ruleset
from pharmcheck.settings import Settings
from pharmcheck.store import Scope, Store, new_check_id
from pharmcheck.web import add_pages
from pharmcheck.work import Workplace, keep
from tests.sites import WHEN, site

ROGUE = {
    "home": "# Sildenafil 100 mg\n$2.50\n! Add to cart",
    "faq": "# Questions\nNo prescription required for any order.",
}


@dataclass
class Clock:
    """The time of day, as the test says."""

    now: datetime = WHEN

    def __call__(self) -> datetime:
        return self.now

    def turn(self, **time: float) -> None:
        self.now += timedelta(**time)


@dataclass
class Desk:
    """A client of the service, and the service behind it."""

    client: httpx.AsyncClient
    service: Service
    clock: Clock
    app: Any

    async def post(self, path: str, body: Any = None, **more: Any) -> httpx.Response:
        return await self.client.post(path, json=body, **more)

    async def get(self, path: str, **more: Any) -> httpx.Response:
        return await self.client.get(path, **more)

    def bearer(self, *scopes: Scope) -> dict[str, str]:
        """The header of a new key."""
        _, secret = self.service.keys.create("test", scopes or (Scope.CHECK,), self.clock(), None)
        return {"Authorization": f"Bearer {secret}"}

    def keep(self, capture: Capture, **changes: Any) -> str:
        """Store a finished check, as the runner would; returns its id."""
        return keep_answer(self.service, capture, self.clock(), **changes)

    def from_address(self, address: str) -> httpx.AsyncClient:
        """Another caller."""
        transport = httpx.ASGITransport(self.app, client=(address, 1234))
        return httpx.AsyncClient(transport=transport, base_url="http://service.test")


@pytest.fixture(scope="session")
def ruleset() -> Ruleset:
    return load_ruleset()


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def desk(tmp_path: Path, ruleset: Ruleset) -> AsyncIterator[Desk]:
    async for made in open_desk(tmp_path, ruleset):
        yield made


@contextmanager
def open_service(folder: Path, ruleset: Ruleset, clock: Callable[[], datetime], **settings: Any) -> Iterator[Service]:
    """A service with these settings, whose checks nobody does."""
    chosen = Settings(data_dir=folder / "data", **settings)
    with Store.open(chosen) as store:
        place = Workplace(store, ruleset, Policy(), lambda: EMPTY_REGISTERS, clock)
        yield make_service(place, chosen, with_runner=False)


async def open_desk(folder: Path, ruleset: Ruleset, **settings: Any) -> AsyncIterator[Desk]:
    """A desk with these settings."""
    clock = Clock()
    with open_service(folder, ruleset, clock, **settings) as service:
        app = make_app(service, extend=add_pages)
        transport = httpx.ASGITransport(app, client=("203.0.113.7", 1234))
        async with httpx.AsyncClient(transport=transport, base_url="http://service.test") as client:
            yield Desk(client, service, clock, app)


def keep_answer(service: Service, capture: Capture, at: datetime, **changes: Any) -> str:
    """Judge a capture and store the finished check as the runner would; returns its id."""
    ruleset = service.place.ruleset
    judgement = judge(capture, ruleset, now=at, **changes)
    check_id = new_check_id()
    keep(service.store, capture, judgement, ruleset, check_id=check_id, created_at=at, decided_at=at)
    return check_id


def rogue(host: str = "pills.example.com") -> Capture:
    """A shop that says it loud."""
    return site(host, **ROGUE)


def problem(response: httpx.Response) -> dict[str, Any]:
    """A problem document, held to its form."""
    assert response.headers["content-type"] == "application/problem+json"
    document = json.loads(response.content)
    assert set(document) == {"type", "title", "status", "detail", "code", "errors", "request_id"}
    assert document["status"] == response.status_code
    assert document["request_id"] == response.headers["x-request-id"]
    return document
