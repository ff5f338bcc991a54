"""What is kept, and for how long."""

from __future__ import annotations

from datetime import timedelta

import pytest

from pharmcheck.errors import StoreError
from pharmcheck.settings import Settings
from pharmcheck.store import Pruning, Store
from pharmcheck.store.archive import path_of
from tests.store.conftest import NOON


@pytest.fixture
def pruning(store: Store, settings: Settings) -> Pruning:
    return Pruning(store, settings.data_dir)


def kept(store: Store, look, *hosts: str) -> list[str]:
    ids = []
    for day, host in enumerate(hosts):
        check, capture, judgement, document = look(host, NOON + timedelta(days=day))
        store.save(check, capture, judgement, document)
        found = store.get_check(check.id)
        assert found is not None
        assert found.capture_id is not None
        ids.append(found.capture_id)
    return ids


def test_old_captures_go_and_their_verdicts_stay(store: Store, settings: Settings, pruning: Pruning, look) -> None:
    """The bytes are gone from the disk, the digest stays, and asking for the bytes says when they went."""
    old, new = kept(store, look, "old.example.com", "new.example.com")
    done = pruning.prune(NOON + timedelta(days=10, hours=1), timedelta(days=9, hours=12), 10**9)

    assert done.captures == 1
    assert not path_of(settings.data_dir, old).exists()
    assert path_of(settings.data_dir, new).exists()
    assert store.latest("example.com", "old.example.com", None) is not None
    assert store.capture_digest(old) is not None
    with pytest.raises(StoreError, match="deleted on 2026-11-30"):
        store.load_capture(old)
    assert pruning.prune(NOON + timedelta(days=10, hours=1), timedelta(days=9, hours=12), 10**9).captures == 0


def test_over_the_budget_the_oldest_go_first(store: Store, settings: Settings, pruning: Pruning, look) -> None:
    """As many as it takes, no more."""
    ids = kept(store, look, *(f"shop{number}.example.com" for number in range(5)))
    sizes = [path_of(settings.data_dir, identifier).stat().st_size for identifier in ids]
    pruning.prune(NOON + timedelta(days=6), timedelta(days=90), sum(sizes[3:]) + 10)

    assert [path_of(settings.data_dir, identifier).exists() for identifier in ids] == [False] * 3 + [True] * 2


def test_a_site_is_forgotten_whole_and_nobody_else_is(store: Store, settings: Settings, pruning: Pruning, look) -> None:
    """Rows and bytes; another site's stay."""
    (mine,) = kept(store, look, "shop.example.com")
    (other,) = kept(store, look, "shop.example.org")

    assert pruning.forget("example.com") == 1
    assert not path_of(settings.data_dir, mine).exists()
    assert store.latest("example.com", "shop.example.com", None) is None
    assert path_of(settings.data_dir, other).exists()
    assert store.latest("example.org", "shop.example.org", None) is not None
    assert store.findings_of("0" * 32) == []
