"""Who asks, and how much they may: a key, or the network address that a request came from.

An address without a key is only ever a number in a limiter's memory; it is neither stored nor logged.
"""

from __future__ import annotations

import ipaddress
import time
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache

from limits import RateLimitItem, RateLimitItemPerDay, RateLimitItemPerHour, RateLimitItemPerMinute
from starlette.datastructures import Headers
from starlette.types import Scope as AsgiScope

from pharmcheck.api.limiting import Limits, Used
from pharmcheck.api.problems import Problem
from pharmcheck.settings import Settings
from pharmcheck.store import Keys, Scope


class Kind(StrEnum):
    """What a limit counts."""

    READ = "read"
    CHECK = "check"


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody who asks."""

    bucket: str  # whose limits are used up
    key_id: str | None = None
    scopes: frozenset[Scope] = frozenset()

    def need(self, scope: Scope) -> str:
        """The id of the key, if it may do this.  Raises Problem."""
        if self.key_id is None:
            raise Problem(
                "key_required",
                "Send a key as Authorization: Bearer pc_live_…",
                headers={"WWW-Authenticate": 'Bearer realm="pharmcheck"'},
            )
        if scope not in self.scopes:
            raise Problem("scope", f"This key does not have the scope {scope.value}.")
        return self.key_id


class Doorkeeper:
    """Recognises callers and counts what they ask for."""

    def __init__(self, keys: Keys, settings: Settings) -> None:
        self._keys = keys
        self._limits = Limits(settings)
        self._anonymous = {
            Kind.READ: RateLimitItemPerMinute(settings.reads_per_minute),
            Kind.CHECK: RateLimitItemPerHour(settings.checks_per_hour),
        }
        self._known = {
            Kind.READ: RateLimitItemPerMinute(settings.key_reads_per_minute),
            Kind.CHECK: RateLimitItemPerDay(settings.key_checks_per_day),
        }

    def recognise(self, scope: AsgiScope, now: datetime) -> Caller:
        """Whose request this is.  Raises Problem for a key that opens nothing."""
        given = Headers(scope=scope).get("authorization")
        if given is None:
            return self.passer_by(scope)
        kind, _, secret = given.partition(" ")
        key = self._keys.find(secret.strip(), now) if kind.lower() == "bearer" else None
        if key is None:
            self.count(self.passer_by(scope), Kind.READ)  # guessing uses up the guesser's own limit
            raise Problem(
                "bad_key",
                "This key is unknown, expired or revoked.",
                headers={"WWW-Authenticate": 'Bearer realm="pharmcheck", error="invalid_token"'},
            )
        return Caller(f"key:{key.id}", key.id, key.scopes)

    def passer_by(self, scope: AsgiScope) -> Caller:
        """Somebody without a key."""
        return Caller(_bucket(scope))

    def count(self, caller: Caller, kind: Kind, cost: int = 1) -> dict[str, str]:
        """Use up some of a caller's limit; returns the RateLimit fields of the answer.  Raises Problem when over."""
        limit = self._limit(caller, kind)
        used = self._limits.hit(limit, kind.value, caller.bucket, cost=cost, common=kind is Kind.CHECK)
        fields = _fields(used, kind, limit)
        if not used.allowed:
            wait = fields.pop("Retry-After")
            sentence = f"At most {limit.amount} {_NAMES[kind]} {_span(limit)} are answered; try again in {wait} s."
            raise Problem("quota", sentence, headers={**fields, "Retry-After": wait})
        fields.pop("Retry-After")
        return fields

    def _limit(self, caller: Caller, kind: Kind) -> RateLimitItem:
        return (self._anonymous if caller.key_id is None else self._known)[kind]


_NAMES = {Kind.READ: "reads", Kind.CHECK: "checks"}


def _fields(used: Used, kind: Kind, limit: RateLimitItem) -> dict[str, str]:
    left = max(0, int(used.ends - time.time()) + 1)
    return {
        "RateLimit-Policy": f'"{kind.value}";q={limit.amount};w={limit.get_expiry()}',
        "RateLimit": f'"{kind.value}";r={used.left};t={left}',
        "Retry-After": str(left),
    }


def _span(limit: RateLimitItem) -> str:
    return f"a {limit.GRANULARITY.name}"


def _bucket(scope: AsgiScope) -> str:
    """An IPv4 address, or the /64 that one subscriber has of IPv6."""
    client = scope.get("client")
    return bucket_of(client[0] if client else "")


@lru_cache(maxsize=65_536)
def bucket_of(text: str) -> str:
    """Whose limits a network address uses up."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return "ip:unknown"
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return f"ip:{address.ipv4_mapped}"
        return f"ip:{ipaddress.ip_network((address, 64), strict=False)}"
    return f"ip:{address}"
