"""Shows what a worker's processes counted, to Prometheus: they count into files, the parent adds up and answers.

A child that is killed takes no count with it, and nobody has to reach a child.
"""

from __future__ import annotations

import os
import tempfile

from pharmcheck.errors import UsageError
from pharmcheck.settings import Settings

_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"  # read by prometheus-client itself, when it is imported


def prepare() -> None:
    """Name the folder of counts.  Before children are made, and before anything that counts is imported."""
    if _VARIABLE not in os.environ:
        os.environ[_VARIABLE] = tempfile.mkdtemp(prefix="pharmcheck-metrics-")


def serve(settings: Settings) -> None:
    """Answer at the address that the settings name, until the process ends.  Raises UsageError."""
    if not settings.worker_metrics:
        return
    from prometheus_client import CollectorRegistry, start_http_server  # noqa: PLC0415 - after `prepare`
    from prometheus_client.multiprocess import MultiProcessCollector  # noqa: PLC0415

    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    address, _, port = settings.worker_metrics.rpartition(":")
    try:
        start_http_server(int(port), address.strip("[]"), registry)
    except OSError as error:
        raise UsageError(f"PHARMCHECK_WORKER_METRICS: nothing can listen there: {error.strerror}.") from None
