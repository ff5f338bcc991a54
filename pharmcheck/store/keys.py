"""Keys of the service: made once, shown once, kept as a hash.

`pc_live_` + 30 characters of chance + 6 of checksum, as GitHub does it: secret scanners recognise one without asking
us, and a mistyped key is told from an unknown one without a look-up.
"""

from __future__ import annotations

import hashlib
import secrets
import string
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from pharmcheck.store.store import Store
from pharmcheck.store.tables import api_keys

PREFIX = "pc_live_"
_LETTERS = string.digits + string.ascii_uppercase + string.ascii_lowercase
_RANDOM, _CHECK = 30, 6  # 30 of 62 letters are 178 bits
_SHOWN = len(PREFIX) + 4
_USE_NOTED_EVERY = timedelta(minutes=1)  # a write for each request would cost more than the request


class Scope(StrEnum):
    """What a key may do."""

    CHECK = "check"  # ask for checks, read verdicts, with the limits of a key
    BATCH = "batch"  # hand in lists
    ADMIN = "admin"  # opt sites out


@dataclass(frozen=True, slots=True)
class Key:
    """A key as it is kept; the secret itself is not."""

    id: str
    name: str
    shown: str
    scopes: frozenset[Scope]
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None

    def valid(self, now: datetime) -> bool:
        """Whether it opens anything today."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


class Keys:
    """The keys of one store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def create(self, name: str, scopes: Iterable[Scope], now: datetime, expires_at: datetime | None) -> tuple[Key, str]:
        """A new key and its secret, which nobody can be shown again.  Raises StoreError."""
        secret = _new_secret()
        identifier = secrets.token_hex(8)
        key = Key(identifier, name, secret[:_SHOWN], frozenset(scopes), now, expires_at, None, None)
        row = {
            "id": key.id,
            "name": key.name,
            "shown": key.shown,
            "sha256": _digest(secret),
            "scopes": " ".join(sorted(key.scopes)),
            "created_at": now,
            "expires_at": expires_at,
        }
        with self._store.transaction(writes=True) as connection:
            connection.execute(sa.insert(api_keys).values(row))
        return key, secret

    def find(self, secret: str, now: datetime) -> Key | None:
        """The valid key with this secret; notes that it was used.  The look-up is by hash, so it tells no timing."""
        if not well_formed(secret):
            return None
        query = sa.select(api_keys).where(api_keys.c.sha256 == _digest(secret))
        with self._store.transaction() as connection:
            row = connection.execute(query).first()
        key = _to_key(row) if row else None
        if key is None or not key.valid(now):
            return None
        if key.last_used_at is None or now - key.last_used_at >= _USE_NOTED_EVERY:
            with self._store.transaction(writes=True) as connection:
                connection.execute(sa.update(api_keys).where(api_keys.c.id == key.id).values(last_used_at=now))
        return key

    def all(self) -> Iterator[Key]:
        """Every key, oldest first, those that open nothing any more too."""
        with self._store.transaction() as connection:
            rows = connection.execute(sa.select(api_keys).order_by(api_keys.c.created_at)).all()
        return (_to_key(row) for row in rows)

    def revoke(self, identifier: str, now: datetime) -> bool:
        """Close a key for good.  False when there is none that is open."""
        with self._store.transaction(writes=True) as connection:
            changed = connection.execute(
                sa.update(api_keys)
                .where(api_keys.c.id == identifier, api_keys.c.revoked_at.is_(None))
                .values(revoked_at=now)
            )
        return bool(changed.rowcount)


def well_formed(secret: str) -> bool:
    """Whether a text can be one of our keys at all."""
    body = secret.removeprefix(PREFIX)
    if body == secret or len(body) != _RANDOM + _CHECK or not body.isascii() or not body.isalnum():
        return False
    return _checksum(body[:_RANDOM]) == body[_RANDOM:]


def _new_secret() -> str:
    body = "".join(secrets.choice(_LETTERS) for _ in range(_RANDOM))
    return f"{PREFIX}{body}{_checksum(body)}"


def _checksum(body: str) -> str:
    value, letters = zlib.crc32(body.encode()), []
    for _ in range(_CHECK):
        value, place = divmod(value, len(_LETTERS))
        letters.append(_LETTERS[place])
    return "".join(letters)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _to_key(row: sa.Row[Any]) -> Key:
    scopes = frozenset(Scope(scope) for scope in row.scopes.split())
    return Key(row.id, row.name, row.shown, scopes, row.created_at, row.expires_at, row.revoked_at, row.last_used_at)
