"""Who may come to the desk, and who is there.  A session's secret is kept as a hash only, like that of a key."""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from pharmcheck.errors import UsageError
from pharmcheck.store.passwords import is_password
from pharmcheck.store.store import Store
from pharmcheck.store.tables_people import officers, sessions
from pharmcheck.store.writing import put_one_new

WORKING_DAY = timedelta(hours=12)
"""How long a session lasts: a desk that was left open closes by itself."""
PREFIX = "officer-"
"""Of the id of a person, so that nobody takes it for that of a key."""
_NAME = re.compile(r"[a-z0-9][a-z0-9._@+-]{0,63}")


class Role(StrEnum):
    """What a person may do at the desk."""

    READER = "reader"  # see
    OFFICER = "officer"  # and hand in lists, and review
    ADMIN = "admin"  # and manage people and opt-outs, and answer owners


@dataclass(frozen=True, slots=True)
class Officer:
    """A person as kept, without the password."""

    id: str
    name: str
    role: Role
    has_password: bool
    created_at: datetime
    disabled_at: datetime | None


class Officers:
    """The people of one desk."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def add(self, name: str, role: Role, password: str | None, now: datetime) -> Officer:
        """A new person; `password` is hashed already, None for whom only a proxy names.  Raises UsageError."""
        wanted = name_of(name)
        if wanted is None:
            raise UsageError(
                "A name has up to 64 letters a–z, digits and . _ @ + -, and begins with a letter or digit."
            )
        identifier = f"{PREFIX}{secrets.token_hex(8)}"
        row = {
            "id": identifier, "name": wanted, "role": role.value, "password": password,
            "created_at": now, "disabled_at": None,
        }  # fmt: skip
        with self._store.transaction(writes=True) as connection:
            if not put_one_new(connection, officers, row):
                raise UsageError(f"There is somebody named {wanted} already.")
        return Officer(identifier, wanted, role, password is not None, now, None)

    def all(self) -> list[Officer]:
        """Everybody, by name, those who were disabled too."""
        with self._store.transaction() as connection:
            rows = connection.execute(sa.select(officers).order_by(officers.c.name)).all()
        return [_to_officer(row) for row in rows]

    def named(self, name: str) -> Officer | None:
        """The person with this name, unless disabled."""
        wanted = name_of(name)
        row = self._row(officers.c.name == wanted) if wanted else None
        return _to_officer(row) if row is not None and row.disabled_at is None else None

    def set_password(self, name: str, password: str) -> bool:
        """Another password, hashed already; ends every session.  False when there is nobody with this name."""
        return self._change(name, password=password)

    def set_role(self, name: str, role: Role) -> bool:
        """Another role, at once.  False when there is nobody with this name."""
        return self._change(name, role=role.value)

    def disable(self, name: str, now: datetime) -> bool:
        """Let somebody in no more, at once.  What they said and handed in stays."""
        return self._change(name, disabled_at=now)

    def enable(self, name: str) -> bool:
        """Let somebody in again."""
        return self._change(name, disabled_at=None)

    def sign_in(self, name: str, password: str, now: datetime) -> str | None:
        """The secret of a new session; None for a wrong name or password, or a person who was disabled."""
        wanted = name_of(name)
        row = self._row(officers.c.name == wanted) if wanted else None
        allowed = row is not None and row.disabled_at is None
        if not is_password(password, row.password if row is not None and allowed else None):
            return None
        secret = secrets.token_urlsafe(32)
        assert row is not None  # noqa: S101 - nobody's password is never right
        session = {
            "sha256": _digest(secret),
            "officer_id": row.id,
            "created_at": now,
            "expires_at": now + WORKING_DAY,
        }
        with self._store.transaction(writes=True) as connection:
            connection.execute(sa.delete(sessions).where(sessions.c.expires_at <= now))
            connection.execute(sa.insert(sessions).values(session))
        return secret

    def of_session(self, secret: str, now: datetime) -> Officer | None:
        """Whose session this is.  The look-up is by hash, so it tells no timing."""
        query = (
            sa.select(officers)
            .join(sessions, sessions.c.officer_id == officers.c.id)
            .where(sessions.c.sha256 == _digest(secret), sessions.c.expires_at > now, officers.c.disabled_at.is_(None))
        )
        with self._store.transaction() as connection:
            row = connection.execute(query).first()
        return _to_officer(row) if row else None

    def sign_out(self, secret: str) -> None:
        """End a session."""
        with self._store.transaction(writes=True) as connection:
            connection.execute(sa.delete(sessions).where(sessions.c.sha256 == _digest(secret)))

    def _row(self, which: sa.ColumnElement[bool]) -> sa.Row[Any] | None:
        with self._store.transaction() as connection:
            return connection.execute(sa.select(officers).where(which)).first()

    def _change(self, name: str, **values: str | datetime | None) -> bool:
        """Change a person, and end the sessions, since they were begun by somebody with other rights."""
        wanted = name_of(name)
        with self._store.transaction(writes=True) as connection:
            found = connection.execute(sa.select(officers.c.id).where(officers.c.name == wanted)).scalar()
            if found is None:
                return False
            connection.execute(sa.update(officers).where(officers.c.id == found).values(values))
            connection.execute(sa.delete(sessions).where(sessions.c.officer_id == found))
        return True


def name_of(text: str) -> str | None:
    """The name that a text means; None when it is none."""
    wanted = text.strip().lower()
    return wanted if _NAME.fullmatch(wanted) else None


def at_one_desk(owner: str, other: str) -> bool:
    """Whether two owners see each other's lists: all people of a desk do; a key sees its own."""
    return owner == other or (owner.startswith(PREFIX) and other.startswith(PREFIX))


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def _to_officer(row: sa.Row[Any]) -> Officer:
    has_password = row.password is not None
    return Officer(row.id, row.name, Role(row.role), has_password, row.created_at, row.disabled_at)
