"""The way to workers elsewhere: what a message is, how Redis is reached, and the one who sends.

The only place of the package that knows Celery; it does not know the workers.  A message wakes a worker and names the
ids that it is about.  It carries nothing to act on, and none is ever needed: the rows wait in the database, and
whatever is lost on the way is sent again by the workers' own sweep.
"""

from __future__ import annotations

import re
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from typing import Any

import structlog
from celery import Celery
from kombu import Queue
from kombu.exceptions import KombuError, OperationalError

from pharmcheck import redis_keys
from pharmcheck.settings import Settings
from pharmcheck.store import QueueName

CHECK, SWEEP, RECHECK = "pharmcheck.check", "pharmcheck.sweep", "pharmcheck.recheck"
WATCH = "pharmcheck.watch"
SYNC, PRUNE, NETWORKS = "pharmcheck.sync_registers", "pharmcheck.prune", "pharmcheck.networks"
REGISTERS = "registers"
"""The line beside those of `QueueName`: files of registers, which take minutes and must hold up no check."""

MOST_IDS = 25
"""Ids a message.  A worker that is awake takes what else waits, so this only keeps messages small."""

_ID = re.compile(r"[0-9a-f]{32}")
_WAIT_S = 2.0  # for Redis on the same network; a sender that waits longer only holds up those behind it
_MOST_UNSENT = 10_000  # ids; with Redis away for long, the sweep sends what is forgotten here

_log = structlog.get_logger("pharmcheck.broker")


def read_ids(given: object) -> list[str] | None:
    """The ids that a message names; None when it is no message of ours."""
    if not isinstance(given, list) or not 0 < len(given) <= MOST_IDS:
        return None
    ids = [text for text in given if isinstance(text, str) and _ID.fullmatch(text)]
    return ids if len(ids) == len(given) else None


def transport(settings: Settings, longest_s: float) -> dict[str, Any]:
    """Settings of Celery that everybody who talks to the broker must share.  `longest_s` is the longest task."""
    url = settings.broker_url.get_secret_value() if settings.broker_url is not None else None
    return {
        "broker_url": url,
        "broker_connection_timeout": _WAIT_S,
        "broker_transport_options": {
            "global_keyprefix": redis_keys.BROKER,
            # A task that is longer than this runs twice side by side (measured: 2 copies after 197 s).  Twice the
            # longest task; what is lost before that is the sweep's business, not the broker's.
            "visibility_timeout": 2 * longest_s,
            # Look for unacknowledged messages every second; by default every 100 s.
            "unacked_restore_interval": 1,
            "unacked_restore_throttle": 1,
            "socket_connect_timeout": _WAIT_S,
            # Above the ten seconds of its blocking read: a Redis that is gone without a word is noticed all the same.
            "socket_timeout": 30.0,
            "socket_keepalive": True,
        },
        "task_serializer": "json",
        "accept_content": ["json"],  # a pickle from a broker that somebody else writes to is his program
        "task_ignore_result": True,  # the row is the result
        "task_queues": [Queue(name, routing_key=name) for name in (*QueueName, REGISTERS)],
        "task_default_queue": QueueName.BATCH.value,  # what somebody forgot to route must not stand before a person
        "task_create_missing_queues": False,  # a mistyped name is an error, not a line that nobody serves
        "task_protocol": 2,
    }


def send(app: Celery, queue: QueueName, ids: Sequence[str]) -> None:
    """Tell some worker that these checks wait.  Raises KombuError or OSError when the broker is away."""
    for start in range(0, len(ids), MOST_IDS):
        app.send_task(CHECK, args=[list(ids[start : start + MOST_IDS])], queue=queue.value, retry=False)


def messages_in(app: Celery, queue: QueueName) -> int:
    """How many messages nobody has taken yet.  Raises KombuError or OSError when the broker is away."""
    with app.producer_or_acquire() as producer:
        return int(producer.channel.queue_declare(queue=queue.value).message_count)


def forget(app: Celery, queue: QueueName) -> None:
    """Throw all messages of a line away: they are only words.  Raises KombuError or OSError as above."""
    with app.producer_or_acquire() as producer:
        producer.channel.queue_purge(queue.value)


class Dispatcher:
    """Sends from a thread of its own: whoever asks for a check never waits for the broker and never sees it fail."""

    def __init__(self, settings: Settings) -> None:
        self._app = Celery("pharmcheck.dispatch", set_as_current=False)
        self._app.conf.update(transport(settings, longest_s=3600.0))
        self._unsent: deque[tuple[QueueName, str]] = deque(maxlen=_MOST_UNSENT)
        self._work = threading.Event()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="dispatch", daemon=True)
        self._thread.start()

    def wake(self, queue: QueueName, ids: Sequence[str]) -> None:
        """These checks were put in line and their transaction is done."""
        self._unsent.extend((queue, check_id) for check_id in ids)
        self._work.set()

    def close(self) -> None:
        """Send what is left, if the broker answers, and end."""
        self._closing.set()
        self._work.set()
        self._thread.join(2 * _WAIT_S)
        if not self._thread.is_alive():  # else it waits for a broker that says nothing, and ends with the process
            self._app.close()

    def _run(self) -> None:
        while not self._closing.is_set():
            self._work.wait()
            self._work.clear()
            for queue, ids in self._bundles():
                try:
                    send(self._app, queue, ids)
                except (KombuError, OperationalError, OSError) as error:
                    # Forgotten on purpose: the rows are there, and a pile of late messages helps nobody.
                    _log.warning("broker.away", kind=type(error).__name__, checks=len(ids))
                    if self._closing.is_set():
                        return

    def _bundles(self) -> Iterator[tuple[QueueName, list[str]]]:
        """What is to be sent, neighbours of one line together."""
        bundle: list[str] = []
        line: QueueName | None = None
        while self._unsent:
            queue, check_id = self._unsent.popleft()
            if line is not None and (queue is not line or len(bundle) == MOST_IDS):
                yield line, bundle
                bundle = []
            line = queue
            bundle.append(check_id)
        if line is not None:
            yield line, bundle
