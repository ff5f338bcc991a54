"""The Celery application.  Reading the environment waits until somebody needs a setting."""

from __future__ import annotations

from celery import Celery

from pharmcheck.settings import load_settings
from workers import lifecycle
from workers.config import configuration

app = Celery("pharmcheck", include=["workers.tasks"])
app.add_defaults(lambda: configuration(load_settings()))
lifecycle.connect()
