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


app = Celery("pharmcheck", include=["workers.tasks"])
app.add_defaults(_configuration)
lifecycle.connect()
