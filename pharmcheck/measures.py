"""What is counted of checks, for Prometheus.  Numbers and fixed words; no name of a site among them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from pharmcheck.store import CheckQueue
from pharmcheck.work import Done

_SECONDS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40, 60, 120)

_CHECKS = Counter("pharmcheck_checks", "Checks that ended, by how.", ("queue", "outcome"))
_STAGES = Histogram(
    "pharmcheck_check_stage_seconds", "Seconds a check spent in each stage.", ("queue", "stage"), buckets=_SECONDS
)


def count(done: Done) -> None:
    """Count a check."""
    queue = "interactive" if done.interactive else "batch"
    _CHECKS.labels(queue, done.outcome).inc()
    stages = {"wait": done.waited_s}
    if done.visit_s:
        stages |= {"visit": done.visit_s, "judge": done.judging_s, "keep": done.keeping_s}
    for stage, seconds in stages.items():
        _STAGES.labels(queue, stage).observe(max(0.0, seconds))


def lines(queue: CheckQueue, now: datetime) -> CollectorRegistry:
    """How many checks wait, and how long the first of each line has: read from the rows, so true for all workers."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Lines(queue, now))
    return registry


class _Lines(Collector):
    def __init__(self, queue: CheckQueue, now: datetime) -> None:
        self._queue, self._now = queue, now

    def collect(self) -> Iterator[Metric]:
        depth = GaugeMetricFamily("pharmcheck_queue_depth", "Checks that wait in line.", labels=("queue",))
        age = GaugeMetricFamily(
            "pharmcheck_queue_age_seconds", "How long the first in line has waited.", labels=("queue",)
        )
        for name, (waiting, since) in self._queue.depth().items():
            depth.add_metric((name,), waiting)
            age.add_metric((name,), (self._now - since).total_seconds() if since else 0.0)
        yield from (depth, age)
