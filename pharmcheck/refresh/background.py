"""Brings small open registers up to date beside a service's work, now and then.

It never raises and never holds anything up: without a network, or when a source has moved, what is loaded goes on
answering, and the log says why.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

import structlog

from pharmcheck.errors import PharmcheckError
from pharmcheck.refresh.syncing import Way, sync, syncs_by_itself
from pharmcheck.registers import Source
from pharmcheck.registers.sources import importer_for
from pharmcheck.store import Store

EVERY = timedelta(days=1)
"""How long a register that was asked is left alone, whether it came or not: the quickest are published daily."""

_log = structlog.get_logger("pharmcheck.registers")


class BackgroundSync:
    """Syncs what is due each time it is called.  For one thread at a time."""

    def __init__(self, store: Store, sources: Iterable[Source], way: Way, now: Callable[[], datetime]) -> None:
        self._store, self._way, self._now = store, way, now
        self._sources = tuple(source for source in sources if syncs_by_itself(source))
        self._asked: dict[str, datetime] = {}

    def __call__(self) -> None:
        """Ask those sources that were not asked for a day, by this process or another."""
        if not self._sources:
            return
        fetched = {held.snapshot.name: held.fetched_at for held in self._store.loaded_registers()}
        for source in self._sources:
            last = max(filter(None, (fetched.get(source.name), self._asked.get(source.name))), default=None)
            if last is None or self._now() - last >= EVERY:
                self._asked[source.name] = self._now()
                self._bring(source)

    def _bring(self, source: Source) -> None:
        try:
            work = sync(self._store, source, importer_for(source), self._way, as_of=None, now=self._now)
            done = asyncio.run(work)
        except PharmcheckError as error:
            _log.warning("register.kept", register=source.name, code=error.code)
        except Exception as error:  # noqa: BLE001 - a published file must not take the service down
            _log.error(
                "register.failed", register=source.name, kind=type(error).__name__
            )  # no message: it may hold words of the file
        else:
            _log.info("register.synced", register=source.name, changed=done.changed)
