"""Good manners of many processes together: one request at a time to a place, and a pause between two, whoever asks.

Within a process the `Gate` keeps order, so that one of its visits at most asks Redis about a place.  All places of a
turn are taken in one step of Redis, by its clock, so nobody waits in a circle; what a killed process holds goes by
itself.  Without Redis nobody knows what the others do: then nobody begins anything.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any

import structlog
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from pharmcheck import redis_keys
from pharmcheck.capture import Gate

_WAIT_S = 2.0  # for an answer of Redis, on the same network
_POLL_S = 0.1  # how often one looks whether a place is free again
_PATIENCE_S = 5.0  # how long Redis may be away: a restart takes one
_MEMORY_S = 60.0  # how long a start is remembered: six times the longest pause that a site may ask for

_TAKE = """
local now = redis.call('TIME')
now = now[1] * 1000 + math.floor(now[2] / 1000)
local wait = 0
for i = 1, #KEYS, 2 do
  local holder = redis.call('GET', KEYS[i])
  if holder and holder ~= ARGV[1] then wait = math.max(wait, tonumber(ARGV[3])) end
  local begun = redis.call('GET', KEYS[i + 1])
  if begun then wait = math.max(wait, begun + ARGV[3 + (i + 1) / 2] - now) end
end
if wait > 0 then return math.ceil(wait) end
for i = 1, #KEYS, 2 do
  redis.call('SET', KEYS[i], ARGV[1], 'PX', ARGV[2])
end
for i = 1, #KEYS, 2 do
  redis.call('SET', KEYS[i + 1], now, 'PX', ARGV[4 + #KEYS / 2])
end
return 0
"""

_FREE = """
for i = 1, #KEYS do
  if redis.call('GET', KEYS[i]) == ARGV[1] then redis.call('DEL', KEYS[i]) end
end
"""

_log = structlog.get_logger("workers.polite")


class SharedGate:
    """Turns that all processes on one Redis share.  Belongs to one event loop."""

    def __init__(self, url: str, *, longest_s: float, on_lost: Callable[[], None] = lambda: None) -> None:
        """A turn takes at most `longest_s`; then its place is free, whatever became of whoever held it.

        `on_lost` is called when Redis stays away while somebody waits for a turn; whoever waits goes on waiting.
        """
        self.on_lost = on_lost
        # Of the process: `Gate` keeps order within, and what could not be freed while Redis was away is still ours.
        self._token = secrets.token_hex(8)
        self._longest_ms = round(1000 * longest_s)
        self._gate = Gate(time.monotonic)
        self._redis = Redis.from_url(
            url.replace("redis+socket://", "unix://", 1),
            socket_timeout=_WAIT_S,
            socket_connect_timeout=_WAIT_S,
            retry=Retry(NoBackoff(), 0),  # we try again ourselves, and know how long it has been
        )
        self._take_script = self._redis.register_script(_TAKE)
        self._free_script = self._redis.register_script(_FREE)

    @asynccontextmanager
    async def turn(self, pauses: Mapping[str, float]) -> AsyncIterator[None]:
        """Wait for our turn, as `Gate.turn` does.  Where nobody wants a pause (loopback), this process is enough."""
        async with self._gate.turn(pauses):
            if not any(pauses.values()):
                yield
                return
            try:
                await self._take(pauses)
                yield
            finally:
                with suppress(RedisError, OSError):  # then it goes by itself
                    keys = [redis_keys.turn_held(name) for name in pauses]
                    await _heeding(self._free_script(keys=keys, args=[self._token]))

    async def aclose(self) -> None:
        """Let go of Redis."""
        await self._redis.aclose()

    async def _take(self, pauses: Mapping[str, float]) -> None:
        keys = [key for name in pauses for key in (redis_keys.turn_held(name), redis_keys.turn_begun(name))]
        times_s = (_POLL_S, *pauses.values(), _MEMORY_S)
        told: list[str | int] = [self._token, self._longest_ms, *(round(1000 * time_s) for time_s in times_s)]
        since: float | None = None
        while True:
            try:
                wait_ms = await _heeding(self._take_script(keys=keys, args=told))
            except (RedisError, OSError) as error:
                now = time.monotonic()
                since = since or now
                if now - since > _PATIENCE_S:
                    _log.warning("manners.lost", kind=type(error).__name__)
                    self.on_lost()
                    since = now
                await asyncio.sleep(_POLL_S)
                continue
            if not wait_ms:
                return
            since = None
            await asyncio.sleep(wait_ms / 1000)


async def _heeding(call: Awaitable[Any]) -> Any:  # noqa: ANN401 - whatever a script returns
    """Be cancelled when we are told to.

    redis-py waits by `asyncio.wait_for`, which on Python 3.11 loses a cancellation that comes together with the answer:
    measured, every second one.
    """
    task = asyncio.current_task()
    assert task is not None  # noqa: S101 - for the type checker: we are in one
    before = task.cancelling()
    found = await call
    if task.cancelling() > before:
        raise asyncio.CancelledError
    return found
