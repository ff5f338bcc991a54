"""What is done about watched lists again and again: by the service itself, by workers, or by hand."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

from pharmcheck.ruleset import Ruleset
from pharmcheck.settings import Settings
from pharmcheck.store import Store, WatchedSites
from pharmcheck.watch.noting import note_verdicts
from pharmcheck.watch.sending import GATHERED, Sender, send_due

EVERY_S = 60.0
"""Between two rounds: what a change waits at least before anybody hears of it."""

_HOUR_S = 3600.0


async def tend(sender: Sender, ruleset: Ruleset | None = None, *, gather: timedelta = GATHERED) -> tuple[int, int]:
    """Weigh new verdicts, then send what is due; returns changes and tries.  Raises StoreError.

    The rules are those in force: they say why a verdict changed.
    """
    changes = await asyncio.to_thread(note_verdicts, sender.store, sender.clock(), ruleset)
    return changes, await send_due(sender, gather=gather)


def put_due_in_line(store: Store, settings: Settings, now: datetime) -> list[str]:
    """Put sites of watched lists in line whose time has come; returns the ids of their checks.  Raises StoreError."""
    return WatchedSites(store).put_due_in_line(now, looks_at_once(settings))


def look_every_s(settings: Settings) -> float:
    """A minute, or as long as it takes until one site is due."""
    return max(EVERY_S, _HOUR_S / settings.rechecks_per_hour)


def looks_at_once(settings: Settings) -> int:
    """How many sites each time."""
    return round(settings.rechecks_per_hour * look_every_s(settings) / _HOUR_S)
