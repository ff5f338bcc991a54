"""Keys: shown once, kept as a hash, closed at once."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from pharmcheck.errors import StoreError
from pharmcheck.settings import Settings
from pharmcheck.store import Keys, Scope, Store
from pharmcheck.store.keys import PREFIX, well_formed
from pharmcheck.store.tables import metadata
from tests.store.conftest import NOON


@pytest.fixture
def keys(store: Store) -> Keys:
    return Keys(store)


def test_a_key_opens_what_its_scopes_say_until_it_expires(keys: Keys) -> None:
    """The secret finds its key; a day later it does not."""
    key, secret = keys.create("desk", [Scope.CHECK, Scope.BATCH], NOON, NOON + timedelta(days=1))
    assert secret.startswith(PREFIX)
    found = keys.find(secret, NOON)
    assert found is not None
    assert (found.id, found.scopes) == (key.id, {Scope.CHECK, Scope.BATCH})
    assert keys.find(secret, NOON + timedelta(days=1)) is None


def test_the_database_holds_no_usable_key(keys: Keys, store: Store, settings: Settings) -> None:
    """Somebody who reads the file, or every row, cannot ask in anybody's name."""
    _, secret = keys.create("desk", [Scope.CHECK], NOON, None)
    held = [path.read_bytes() for path in Path(settings.data_dir).iterdir() if path.is_file()]
    with store.transaction() as connection:
        held += [repr(connection.execute(sa.select(table)).all()).encode() for table in metadata.sorted_tables]
    assert any(key.shown.encode() in content for key in keys.all() for content in held)
    for content in held:
        assert secret.encode() not in content
        assert secret[12:30].encode() not in content


def test_a_mistyped_key_is_told_without_the_database(keys: Keys) -> None:
    """The last six characters are a checksum."""
    _, secret = keys.create("desk", [Scope.CHECK], NOON, None)
    assert well_formed(secret)
    for wrong in (secret[:-1], secret + "a", secret.replace(PREFIX, "pc_test_"), "", PREFIX, secret.swapcase()):
        assert not well_formed(wrong)
        assert keys.find(wrong, NOON) is None


def test_a_revoked_key_opens_nothing_at_once(keys: Keys) -> None:
    """And cannot be revoked twice."""
    key, secret = keys.create("desk", [Scope.CHECK], NOON, None)
    assert keys.revoke(key.id, NOON)
    assert not keys.revoke(key.id, NOON)
    assert keys.find(secret, NOON) is None


def test_the_last_use_is_noted_once_a_minute(keys: Keys) -> None:
    """A write for each request would cost more than the request."""
    _, secret = keys.create("desk", [Scope.CHECK], NOON, None)
    keys.find(secret, NOON)
    keys.find(secret, NOON + timedelta(seconds=30))
    assert next(keys.all()).last_used_at == NOON
    keys.find(secret, NOON + timedelta(seconds=61))
    assert next(keys.all()).last_used_at == NOON + timedelta(seconds=61)


def test_the_hash_is_unique(keys: Keys, store: Store) -> None:
    """Two keys with one secret cannot be."""
    keys.create("desk", [Scope.CHECK], NOON, None)
    twice = "INSERT INTO api_keys SELECT 'x', name, shown, sha256, scopes, created_at, NULL, NULL, NULL FROM api_keys"
    with pytest.raises(StoreError), store.transaction(writes=True) as connection:
        connection.execute(sa.text(twice))
