"""A store with answers of every kind, and builds of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from pharmcheck.classlists import Built, Shelf, Wish, build
from pharmcheck.settings import Settings
from pharmcheck.store import Store
from tests.store.conftest import look, settings, store  # noqa: F401 - fixtures

NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))


@pytest.fixture
def shelf(settings: Settings) -> Shelf:  # noqa: F811 - the fixture
    return Shelf(settings.data_dir)


@pytest.fixture
def make(store: Store, shelf: Shelf) -> Callable[..., Built]:  # noqa: F811 - the fixture
    """Builds an edition of what the store holds."""

    def make_it(at: datetime = NOON, *, draw: Any = None, key: Ed25519PrivateKey = KEY, **wish: Any) -> Built:
        more = {"draw": draw} if draw else {}
        return build(store, shelf, Wish(key, **wish), at, **more)

    return make_it
