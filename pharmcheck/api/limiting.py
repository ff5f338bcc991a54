"""Counts what callers ask for in windows of time: in memory, and what makes us visit strangers also across processes.

Reads are counted by each process for itself: a look-up costs less than asking Redis.  Checks are counted in Redis where
there is one.  Without an answer from it the counting goes on in memory: who asks is limited all the same, and nobody
waits.
"""

from __future__ import annotations

import time
from typing import NamedTuple

import structlog
from limits import RateLimitItem
from limits.errors import StorageError
from limits.storage import MemoryStorage, RedisStorage
from limits.strategies import FixedWindowRateLimiter

from pharmcheck import redis_keys
from pharmcheck.settings import Settings

_WAIT_S = 0.5  # for Redis; a request is waiting
_LEAVE_ALONE_S = 5.0  # after it did not answer

_log = structlog.get_logger("pharmcheck.limits")


class Used(NamedTuple):
    """What is left of a limit."""

    allowed: bool
    left: int
    ends: float  # of the window, as seconds since 1970


class Limits:
    """Counters of one process, and those that it shares with others."""

    def __init__(self, settings: Settings) -> None:
        self._own = FixedWindowRateLimiter(MemoryStorage())
        self._common: FixedWindowRateLimiter | None = None
        self._alone_until = 0.0
        if settings.broker_url is not None:
            url = settings.broker_url.get_secret_value().replace("redis+socket://", "redis+unix://", 1)
            storage = RedisStorage(
                url,
                wrap_exceptions=True,
                key_prefix=redis_keys.LIMITS,
                socket_timeout=_WAIT_S,
                socket_connect_timeout=_WAIT_S,
            )
            self._common = FixedWindowRateLimiter(storage)

    def hit(self, limit: RateLimitItem, kind: str, bucket: str, *, cost: int, common: bool) -> Used:
        """Use up some of a limit, among all processes if it is a `common` one."""
        if common and self._common is not None and time.monotonic() >= self._alone_until:
            try:
                return _hit(self._common, limit, kind, bucket, cost)
            except StorageError:
                self._alone_until = time.monotonic() + _LEAVE_ALONE_S
                _log.warning("limits.alone", seconds=_LEAVE_ALONE_S)
        return _hit(self._own, limit, kind, bucket, cost)


def _hit(limiter: FixedWindowRateLimiter, limit: RateLimitItem, kind: str, bucket: str, cost: int) -> Used:
    allowed = limiter.hit(limit, kind, bucket, cost=cost)
    window = limiter.get_window_stats(limit, kind, bucket)
    return Used(allowed, max(0, window.remaining), window.reset_time)
