"""What a worker process has in its hands, made once and kept: the store, the rules, its event loop, its manners."""

from __future__ import annotations

import asyncio
import gc
import mmap
from dataclasses import dataclass, replace

from pharmcheck.ruleset import Ruleset, load_ruleset
from pharmcheck.settings import Settings, load_settings
from pharmcheck.store import Store
from pharmcheck.work import Workplace
from pharmcheck.workplaces import policy_of, workplace
from workers.polite import SharedGate

_MARGIN_S = 10.0  # what a turn may take beyond the deadline of its fetch, which ends it in good order

_ending = mmap.mmap(-1, 1)
"""One byte that the parent and all its children see: set when the worker is to end."""


@dataclass(frozen=True, slots=True)
class Room:
    """What stays from task to task."""

    settings: Settings
    place: Workplace
    loop: asyncio.Runner
    gate: SharedGate


_rules: Ruleset | None = None
_room: Room | None = None


def preload() -> None:
    """Read the rules before children are made: they share that memory, and a new one begins at once."""
    global _rules  # noqa: PLW0603 - of the process, as its children are
    _rules = load_ruleset()
    gc.freeze()  # the rules stay: the collector of a child need not look through them, nor write into shared pages


def room() -> Room:
    """What is this process's own.  Raises StoreError while the database is away; the next task tries again."""
    global _room  # noqa: PLW0603 - of the process: Celery hands nothing from task to task
    if _room is None:
        _room = _open(load_settings())
    return _room


def _open(settings: Settings) -> Room:
    assert settings.broker_url is not None  # noqa: S101 - for the type checker: `workers.app` does not begin without
    policy = policy_of(settings)
    store = Store.open(settings)
    gate = SharedGate(settings.broker_url.get_secret_value(), longest_s=policy.fetch_deadline_s + _MARGIN_S)
    place = workplace(store, _rules or load_ruleset(), policy, gate)
    from pharmcheck import measures  # noqa: PLC0415 - counts into files that `workers.exporter` names first

    return Room(settings, replace(place, on_done=measures.count), asyncio.Runner(), gate)


def call_off() -> None:
    """Tell every process of this worker to end its shift in good order.  Safe within a signal handler."""
    _ending[0] = 1


def called_off() -> bool:
    """Whether the worker is to end."""
    return bool(_ending[0])


def close() -> None:
    """Let go of everything, when the process ends in good order."""
    global _room  # noqa: PLW0603 - as above
    if _room is not None:
        _room.loop.run(_room.gate.aclose())
        _room.loop.close()
        _room.place.store.close()
        _room = None
