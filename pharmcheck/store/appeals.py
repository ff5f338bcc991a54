"""What owners of sites ask, and what they are told: an appeal is a word among the reviews; its text is private.

Whoever has the link sees the answer; only its hash is kept, as with keys.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from pharmcheck.reviewing import Action, Word
from pharmcheck.store.records import StoredVerdict
from pharmcheck.store.reviews import insert, row_of, to_word, words
from pharmcheck.store.store import Store
from pharmcheck.store.tables_people import appeals, reviews
from pharmcheck.store.writing import put_one_new

MOST_OPEN = 3
"""Appeals about one host that may wait at a time: the fourth says nothing new, and a flood would bury the others."""
OWNER = "owner"
"""The role of whoever asks.  Nobody has checked that it is the owner."""


@dataclass(frozen=True, slots=True)
class Appeal:
    """What somebody asked, with the answer once there is one."""

    word: Word
    text: str
    email: str | None
    answer: Word | None


class Appeals:
    """The appeals of one store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def ask(self, seen: StoredVerdict, text: str, email: str | None, now: datetime) -> str | None:
        """Note an appeal; returns the secret of its link.  None when enough of them wait already."""
        secret = secrets.token_urlsafe(24)
        with self._store.transaction(writes=True) as connection:
            if len(self._open(connection, reviews.c.host == seen.host, MOST_OPEN)) >= MOST_OPEN:
                return None
            identifier = insert(connection, row_of(seen, Action.APPEAL, OWNER, "", now))
            row = {"review_id": identifier, "sha256": _digest(secret), "text": text, "email": email}
            connection.execute(sa.insert(appeals).values(row))
        return secret

    def of_secret(self, secret: str) -> Appeal | None:
        """The appeal with this link."""
        return self._find(appeals.c.sha256 == _digest(secret))

    def get(self, identifier: int) -> Appeal | None:
        """One appeal."""
        return self._find(appeals.c.review_id == identifier)

    def open(self, most: int) -> list[Word]:
        """Appeals without an answer, the oldest first."""
        with self._store.transaction() as connection:
            return self._open(connection, sa.true(), most)

    def answer(
        self,
        appeal: Appeal,
        action: Action,
        *,
        reason: str,
        role: str,
        officer_id: str,
        new_check_id: str | None,
        now: datetime,
    ) -> bool:
        """Note the one answer.  False when somebody was quicker."""
        word = appeal.word
        row = {
            "check_id": word.check_id, "registrable_domain": word.domain, "host": word.host, "action": action.value,
            "seen_category": word.seen_category, "seen_reason": word.seen_reason, "reason": reason, "role": role,
            "officer_id": officer_id, "at": now, "answers": word.id, "new_check_id": new_check_id,
        }  # fmt: skip
        with self._store.transaction(writes=True) as connection:
            return put_one_new(connection, reviews, row)

    def _find(self, which: sa.ColumnElement[bool]) -> Appeal | None:
        with self._store.transaction() as connection:
            row = connection.execute(sa.select(appeals).where(which)).first()
            if row is None:
                return None
            asked = connection.execute(words().where(reviews.c.id == row.review_id)).one()
            answer = connection.execute(words().where(reviews.c.answers == row.review_id)).first()
        return Appeal(to_word(asked), row.text, row.email, to_word(answer) if answer else None)

    def _open(self, connection: sa.Connection, which: sa.ColumnElement[bool], most: int) -> list[Word]:
        answer = reviews.alias()
        query = (
            words()
            .where(reviews.c.action == Action.APPEAL.value, which, ~sa.exists().where(answer.c.answers == reviews.c.id))
            .order_by(reviews.c.id)
            .limit(most)
        )
        return [to_word(row) for row in connection.execute(query)]


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
