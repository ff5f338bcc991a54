"""The vocabulary of the shipped lists, and pages made on the spot."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from pharmcheck.model import Page, PageRole, Reading
from pharmcheck.reading import Vocabulary, read

LISTS = Path(__file__).parents[2] / "rules" / "lists"
HTML = (("content-type", "text/html; charset=utf-8"),)


def make_page(
    body: str | bytes,
    url: str = "https://shop.example/",
    role: PageRole = PageRole.OTHER,
    headers: tuple[tuple[str, str], ...] = HTML,
    *,
    truncated: bool = False,
) -> Page:
    raw = body.encode("utf-8", "surrogatepass") if isinstance(body, str) else body
    digest = hashlib.sha256(raw).hexdigest()
    return Page(url, role, 200, headers, raw, digest, datetime(2026, 11, 1, tzinfo=UTC), truncated)


def load(name: str) -> dict:
    with (LISTS / f"{name}.yaml").open(encoding="utf-8") as file:
        return yaml.load(file, Loader=yaml.BaseLoader)  # noqa: S506 - BaseLoader makes strings only


@pytest.fixture(scope="session")
def vocabulary() -> Vocabulary:
    return Vocabulary.from_lists(load("licence_formats"), load("seals"), load("shop_words"))


@pytest.fixture(scope="session")
def page() -> Callable[..., Page]:
    return make_page


@pytest.fixture(scope="session")
def reading(vocabulary: Vocabulary) -> Callable[..., Reading]:
    def _read(body: str | bytes, **about: object) -> Reading:
        return read(make_page(body, **about), vocabulary)

    return _read
