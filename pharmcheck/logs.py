"""How the service logs: one JSON object a line on stderr, strings escaped, nothing of a page in them."""

from __future__ import annotations

import logging
import sys

import structlog

_MOST_CHARS = 300  # of a library's message


def log_nothing() -> None:
    """For commands that tell a person themselves what happens."""
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory(), processors=[_drop])


def _drop(*_: object) -> str:
    raise structlog.DropEvent


def log_as_json() -> None:
    """Set up logging for a process that serves or works.  Libraries' warnings come out in the same form."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.processors.JSONRenderer(ensure_ascii=True)],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _name_only,
                _short,
                structlog.processors.JSONRenderer(ensure_ascii=True),
            ],
            foreign_pre_chain=shared,
        )
    )
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)


def _name_only(_logger: object, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """An exception's class in place of the exception: its message and its frames may carry words of a page."""
    found = event.pop("exc_info", None)
    if found:
        event["kind"] = getattr(found[0] if isinstance(found, tuple) else type(found), "__name__", "Exception")
    return event


def _short(_logger: object, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """A library's message without its end: Celery repeats the whole of one that it cannot read."""
    event["event"] = str(event.get("event", ""))[:_MOST_CHARS]
    return event
