"""Column types and comparisons that SQLite and PostgreSQL both have, and that clean what they keep.

What we read from pages is bounded and cleaned long before it comes here; the column types clean once more, because one
NUL or half a surrogate pair in one quote must not lose a whole verdict.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, DateTime, String, Text, Tuple, TypeDecorator, literal, tuple_
from sqlalchemy.engine import Dialect

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_REPLACEMENT = "\ufffd"


class CleanText(TypeDecorator[str]):
    """Text of any length that every database can hold: NUL and lone surrogates become U+FFFD."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - SQLAlchemy's signature
        return None if value is None else storable(value)


class Code(TypeDecorator[str]):
    """A short word of ours, of at most so many characters.

    Cleaned too: people ask for ids that nobody gave out, and PostgreSQL refuses a question with a NUL in it.
    """

    impl = String
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        return None if value is None else storable(value)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware time.  SQLite forgets zones, so everything is UTC on the way in and said to be UTC on the way out."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is not None and value.tzinfo is None:
            raise ValueError("a time without a zone")
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def same(column: ColumnElement[str], value: str | None) -> ColumnElement[bool]:
    """Whether a column holds this value, or nothing where it is None, in the words that indexes understand."""
    return column.is_(None) if value is None else column == value


def as_place(columns: Tuple, *values: object) -> Tuple:
    """A place in an order of several columns, to compare with `tuple_` of them: an index begins to read there."""
    return tuple_(*(literal(value, column.type) for value, column in zip(values, columns, strict=True)))


def storable(text: str) -> str:
    """`text` without what databases choke on."""
    return _UNSTORABLE.sub(_REPLACEMENT, text)
