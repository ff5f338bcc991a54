"""What happens by itself, and when.  Run exactly one `beat`; a second one only does everything twice, harmlessly."""

from __future__ import annotations

from typing import Any

from pharmcheck.broker import NETWORKS, PRUNE, RECHECK, REGISTERS, SWEEP, SYNC, WATCH
from pharmcheck.settings import Settings
from pharmcheck.shift import Pace
from pharmcheck.store import QueueName
from pharmcheck.watch import EVERY_S, look_every_s

_HOUR_S = 3600.0
_SWEEP_S = 5.0  # what a check waits at most whose message was lost


def schedule(settings: Settings) -> dict[str, Any]:
    """The entries of beat.  A message that nobody took until the next one goes is dropped: none pile up."""
    sweep_s = min(_SWEEP_S, Pace(lease_s=settings.lease_s).renew_s)
    entries = {
        # Into every line of checks: whoever serves any of them finds rows that were forgotten.
        f"sweep-{name}": _entry(SWEEP, sweep_s, name.value)
        for name in QueueName
    }
    entries["prune"] = _entry(PRUNE, _HOUR_S, QueueName.BATCH.value)
    entries["networks"] = _entry(NETWORKS, EVERY_S, QueueName.BATCH.value)
    entries["watch"] = _entry(WATCH, EVERY_S, QueueName.BATCH.value)
    if settings.sync_registers:
        entries["registers"] = _entry(SYNC, _HOUR_S, REGISTERS)
    if settings.rechecks_per_hour:
        entries["recheck"] = _entry(RECHECK, look_every_s(settings), QueueName.BATCH.value)
    return entries


def _entry(task: str, every_s: float, queue: str) -> dict[str, Any]:
    return {"task": task, "schedule": every_s, "options": {"queue": queue, "expires": every_s}}
