"""A class list, as `pharmcheck screen` and browsers read it."""

from __future__ import annotations

from datetime import UTC, datetime

from pharmcheck.classlists.files import Edition, base_content, change_content, read_base, slots_of
from pharmcheck.errors import UsageError

_EDITION = Edition(7, datetime(2026, 1, 1, tzinfo=UTC), 3, 8)
_NAMES = ["a.example.com", "b.example.com", "c.example.com"]
_SALT = bytes(8)

SEEDS = [
    base_content("danger", _EDITION, _SALT, 3, slots_of(_SALT, _NAMES)) + bytes(64),
    base_content("danger", _EDITION, _SALT, 0, []) + bytes(64),
    change_content("danger", _EDITION, 6, _SALT, _NAMES[:1], _NAMES[1:]) + bytes(64),
]


def once(data: bytes) -> None:
    """The values, ascending, or a sentence."""
    try:
        base = read_base(data)
    except UsageError:
        return
    assert list(base.slots) == sorted(base.slots)
