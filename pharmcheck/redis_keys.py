"""Every name that we give to something in Redis, in one place, so that two things never share one.

All begin with `pharmcheck:`: another program may live in the same Redis.  Nothing here outlives its use, and nothing
is the only copy of anything: with Redis empty, checks are still in the database.
"""

from __future__ import annotations

PREFIX = "pharmcheck:"

BROKER = f"{PREFIX}broker:"
"""Before every key of Celery's transport: the lines themselves, messages that are worked on, bindings."""

LIMITS = f"{PREFIX}limit"
"""Before every counter of what a caller asked for; each goes with its window."""


def turn_held(place: str) -> str:
    """Somebody asks this place for something just now.  Goes by itself when that somebody dies."""
    return f"{PREFIX}turn:{place}:held"


def turn_begun(place: str) -> str:
    """When a place was last asked, in milliseconds.  Goes when nobody could still want to know."""
    return f"{PREFIX}turn:{place}:begun"
