"""Checks, captures and judgements of made-up shops, as small as the store allows."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from pharmcheck.capture import capture_id
from pharmcheck.model import (
    Address,
    Capture,
    Category,
    Check,
    CheckState,
    Direction,
    Evidence,
    EvidenceKind,
    Finding,
    Judgement,
    Outcome,
    Page,
    PageRole,
    Severity,
    Verdict,
)
from pharmcheck.settings import Settings, load_settings
from pharmcheck.store import Store, new_check_id

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)

Look = tuple[Check, Capture, Judgement, str]


def make_address(host: str = "shop.example.com") -> Address:
    return Address(host, f"https://{host}/", host, host, ".".join(host.split(".")[-2:]))


def make_capture(host: str = "shop.example.com", at: datetime = NOON, body: bytes = b"<p>Hello</p>") -> Capture:
    page = Page(f"https://{host}/", PageRole.HOME, 200, (), body, hashlib.sha256(body).hexdigest(), at, truncated=False)
    return Capture(make_address(host), (), (page,), (), at, at + timedelta(seconds=2))


def make_finding(quote: str = "No prescription needed.", **changes: Any) -> Finding:
    proof = Evidence(EvidenceKind.PAGE, quote, "https://shop.example.com/", "0" * 64, 3, 26)
    finding = Finding(
        "RX001", 3, Outcome.PRESENT, Direction.RISK, Severity.CRITICAL, "prescription", 40, (proof,), effect="convict"
    )
    return replace(finding, **changes)


def settings_for(folder: Path, url: str | None = None) -> Settings:
    return load_settings(folder).model_copy(update={"database_url": url and SecretStr(url)})


@pytest.fixture(params=["sqlite", "postgresql"])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """Where the store lives: every test of it runs on both databases."""
    url = request.getfixturevalue("postgres_url") if request.param == "postgresql" else None
    return settings_for(tmp_path / "data", url)


@pytest.fixture
def sqlite_settings(tmp_path: Path) -> Settings:
    """For what only a file can suffer."""
    return settings_for(tmp_path / "data")


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    with Store.open(settings) as opened:
        yield opened


@pytest.fixture
def look() -> Callable[..., Look]:
    """Makes a finished check of one shop: what `Store.save` takes."""

    def make(
        host: str = "shop.example.com",
        at: datetime = NOON,
        category: Category = Category.DANGER,
        destination: str | None = None,
        document: str | None = None,
        **finding: Any,
    ) -> Look:
        capture = make_capture(host, at)
        reason = "blocked" if category is Category.COULD_NOT_CHECK else "rx_without_prescription"
        found = make_finding(**finding)
        verdict = Verdict(
            address=capture.address,
            category=category,
            reason_code=reason,
            score=None if category is Category.COULD_NOT_CHECK else 6,
            coverage=50,
            criteria=(),
            reasons=(found,),
            proofs=(),
            not_checked=(),
            overlays=(),
            destination=destination,
            checked_at=capture.finished_at,
            valid_until=capture.finished_at + timedelta(days=7),
            ruleset="2026.11.0+ab12cd34",
            registers=(),
            capture_id=capture_id(capture),
        )
        check = Check(
            id=new_check_id(),
            address=capture.address,
            capture_id=verdict.capture_id,
            verdict=verdict,
            state=CheckState.DONE,
            error_code=None,
            batch_id=None,
            created_at=at,
            decided_at=at + timedelta(seconds=3),
            valid_until=verdict.valid_until,
        )
        text = document if document is not None else f'{{"category":"{category.value}"}}'
        return check, capture, Judgement(verdict, (found,)), text

    return make
