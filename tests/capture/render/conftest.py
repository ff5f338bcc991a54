"""A listener that nobody may ever reach."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest


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
