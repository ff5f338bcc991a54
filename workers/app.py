"""The Celery application.  Reading the environment waits until somebody needs a setting."""

from __future__ import annotations

from typing import Any

from celery import Celery

from pharmcheck.settings import load_settings
from workers import lifecycle
from workers.config import configuration


def _configuration() -> dict[str, Any]:
    # Sentences for whoever starts a worker, and no traceback.
    try:
        settings = load_settings()
    except ValueError as error:
        raise SystemExit(f"pharmcheck: {error}") from None
    if settings.broker_url is None:
        raise SystemExit("pharmcheck: Workers are reached through Redis; set PHARMCHECK_BROKER_URL.")
    return configuration(settings)


def _forget_foreign_tasks(sender: Celery, **_: object) -> None:
    """Celery's own tasks call tasks with whatever a message says, again and again; we need none of them."""
    for name in [name for name in sender.tasks if name.startswith("celery.")]:
        sender.tasks.unregister(name)


app = Celery("pharmcheck", include=["workers.tasks"])
app.add_defaults(_configuration)
app.on_after_finalize.connect(_forget_foreign_tasks, weak=False)
lifecycle.connect()
