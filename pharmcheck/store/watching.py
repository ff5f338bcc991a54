"""Whether anybody, in whatever process, has changed the store since one last looked."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path

from pharmcheck.store.opening import FAILURES, explain_failure


class Watch:
    """SQLite says by itself that another connection committed, in microseconds.

    Elsewhere the mark changes once a second: what is remembered by it is that old at most.
    """

    def __init__(self, file: Path | None) -> None:
        self._file = file
        self._connection: sqlite3.Connection | None = None  # never writes, so it notices every writer

    def mark(self) -> object:
        """Differs from an earlier mark when something was committed in between.  Raises StoreError."""
        if self._file is None:
            return int(time.monotonic())
        if self._connection is None:
            self._connection = sqlite3.connect(f"file:{self._file}?mode=ro", uri=True, check_same_thread=False)
        try:
            return self._connection.execute("PRAGMA data_version").fetchone()[0]
        except FAILURES as error:
            raise explain_failure(error, self._file) from error

    def close(self) -> None:
        """Let go of the file."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
