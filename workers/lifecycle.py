"""What happens when a worker begins, when a task begins, and when the worker is told to end."""

from __future__ import annotations

import structlog
from celery import signals

from pharmcheck.logs import log_as_json
from pharmcheck.settings import load_settings
from workers import exporter


def connect() -> None:
    """Listen to Celery's signals."""
    signals.setup_logging.connect(_log_as_json, weak=False)
    signals.worker_init.connect(_begin, weak=False)
    signals.worker_ready.connect(_show_metrics, weak=False)
    signals.worker_shutting_down.connect(_end, weak=False)
    signals.worker_process_shutdown.connect(_leave, weak=False)
    signals.task_prerun.connect(_bind, weak=False)
    signals.task_postrun.connect(_unbind, weak=False)


def _log_as_json(**_: object) -> None:
    log_as_json()


def _begin(**_: object) -> None:
    """In the parent, before there are children."""
    exporter.prepare()
    from workers import room  # noqa: PLC0415 - after `prepare`

    room.preload()


def _show_metrics(**_: object) -> None:
    exporter.serve(load_settings())


def _end(**_: object) -> None:
    """In the parent's signal handler: SIGTERM lets children end what is quick, and give the rest back."""
    from workers import room  # noqa: PLC0415

    room.call_off()


def _leave(**_: object) -> None:
    from workers import room  # noqa: PLC0415

    room.close()


def _bind(task_id: str = "", task: object = None, **_: object) -> None:
    """Every line that is logged meanwhile says which task it belongs to."""
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(task=getattr(task, "name", ""), message=task_id)


def _unbind(**_: object) -> None:
    structlog.contextvars.clear_contextvars()
