"""Limits where several processes serve: checks are counted together, and somebody counts without Redis too."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from limits import RateLimitItemPerHour

from pharmcheck import redis_keys
from pharmcheck.api.limiting import Limits
from pharmcheck.settings import Settings
from tests.services.valkey import ValkeyServer

pytestmark = pytest.mark.xdist_group("workers")
TWO = RateLimitItemPerHour(2)


@pytest.fixture
def server() -> Iterator[ValkeyServer]:
    made = ValkeyServer()
    try:
        made.start()
        yield made
    finally:
        made.close()


def hit(limits: Limits, *, common: bool = True, bucket: str = "ip:203.0.113.7") -> bool:
    return limits.hit(TWO, "check", bucket, cost=1, common=common).allowed


def test_two_processes_count_the_checks_of_a_caller_together(server: ValkeyServer) -> None:
    """Asking another process gives nobody more; another caller has a count of his own."""
    one, other = (Limits(Settings(broker_url=server.url)) for _ in range(2))
    assert [hit(one), hit(other), hit(one), hit(other)] == [True, True, False, False]
    assert hit(one, bucket="ip:203.0.113.8")
    with server.client() as client:
        assert all(key.startswith(redis_keys.LIMITS) for key in client.keys("*"))


def test_reads_are_counted_by_each_process_for_itself(server: ValkeyServer) -> None:
    """The way to Redis would cost more than the answer."""
    one, other = (Limits(Settings(broker_url=server.url)) for _ in range(2))
    assert [hit(one, common=False), hit(one, common=False), hit(one, common=False)] == [True, True, False]
    assert hit(other, common=False)


def test_without_redis_a_process_goes_on_counting_alone(server: ValkeyServer) -> None:
    """Limited all the same, and the request is answered."""
    limits = Limits(Settings(broker_url=server.url))
    assert hit(limits)
    server.stop(crash=True)
    assert [hit(limits), hit(limits), hit(limits)] == [True, True, False]
