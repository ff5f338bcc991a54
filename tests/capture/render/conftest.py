"""A Chromium for the tests that need one, and a listener that nobody may ever reach."""

from __future__ import annotations

import os
import shutil
import socket
import threading
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

# Not PHARMCHECK_…: those are forgotten before any test module is imported.
_GIVEN = os.environ.get("TEST_CHROMIUM")
_NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome-headless-shell")
_MISSING = "NO CHROMIUM: the browser that reads scripted pages is not tested.  Install one or set TEST_CHROMIUM."


@pytest.fixture(scope="session")
def chromium() -> Path:
    """The browser.  Without one the tests that ask for it are skipped aloud, and fail where a machine decides."""
    found = _GIVEN or next(filter(None, map(shutil.which, _NAMES)), None)
    if found is None:
        if os.environ.get("CI"):
            pytest.fail(_MISSING)
        with warnings.catch_warnings():
            warnings.simplefilter("default")
            warnings.warn(_MISSING, stacklevel=1)
        pytest.skip(_MISSING)
    return Path(found)


@dataclass
class Trap:
    """A web server's place inside our network: it counts who comes."""

    address: str
    port: int = 8080  # a port that the guard lets through, so that only the address can be what is refused
    visitors: int = 0
    _listener: socket.socket = field(init=False)

    def __post_init__(self) -> None:
        self._listener = socket.create_server((self.address, self.port))
        threading.Thread(target=self._count, daemon=True).start()

    def _count(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.visitors += 1
            connection.close()

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()


@pytest.fixture(scope="session")
def trap() -> Iterator[Trap]:
    """A listener on a loopback address of this process's own; the tests allow 127.0.0.1 and nothing else."""
    number = os.getpid()
    trap = Trap(f"127.{1 + number % 250}.{number // 250 % 250}.9")
    yield trap
    trap.close()
