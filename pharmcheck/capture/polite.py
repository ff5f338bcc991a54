"""Good manners: one request at a time to a place, and a pause between two.

A place is whatever the caller names: a site (its registrable domain) and the address it lives at, so that two shops
on one machine share its patience.  Holds no more than a lock and a time per place.  Share one `Gate` between visits
that run side by side in one process; where several processes visit, the workers bring `Turns` that all of them share.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from typing import Protocol

_FORGET_ABOVE = 10_000  # places; a batch of many sites must not grow memory for ever


class Turns(Protocol):
    """Whoever decides when we may ask a place for something."""

    def turn(self, pauses: Mapping[str, float]) -> AbstractAsyncContextManager[None]:
        """Wait for our turn: nobody else is at any place of `pauses`, and its seconds passed since the last start."""
        ...


@dataclass(slots=True)
class _Place:
    last: float = float("-inf")  # when the last request started
    users: int = 0  # who is there or waits
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class Gate:
    """Lets one request at a time through to each place.  Belongs to one event loop."""

    def __init__(self, clock: Callable[[], float], sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        self._clock = clock
        self._sleep = sleep
        self._places: dict[str, _Place] = {}  # the longest unused first
        self._longest = 0.0  # of all pauses asked for

    @asynccontextmanager
    async def turn(self, pauses: Mapping[str, float]) -> AsyncIterator[None]:
        """Wait for our turn: nobody else is at any place of `pauses`, and its seconds passed since the last start."""
        names = sorted(pauses)  # everybody takes them in this order, so nobody waits in a circle
        places = [self._place(name, pauses[name]) for name in names]
        held = 0
        try:
            for place in places:
                await place.lock.acquire()
                held += 1
            pause = max(place.last + pauses[name] for name, place in zip(names, places, strict=True)) - self._clock()
            if pause > 0 and any(pauses.values()):
                await self._sleep(pause)
            for place in places:
                place.last = self._clock()
            yield
        finally:
            for place in places[:held]:
                place.lock.release()
            for place in places:
                place.users -= 1

    def _place(self, name: str, pause: float) -> _Place:
        self._longest = max(self._longest, pause)
        place = self._places.pop(name, None) or _Place()
        place.users += 1
        self._places[name] = place
        while len(self._places) > _FORGET_ABOVE:
            oldest = next(iter(self._places))
            if self._places[oldest].users or self._places[oldest].last + self._longest > self._clock():
                break
            del self._places[oldest]
        return place
