"""A service on a real socket of loopback, and clients that decide byte by byte."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import Any

import uvicorn

from pharmcheck.api import Service, make_app
from pharmcheck.api.connections import Connection, Crowd, Patience, connections
from pharmcheck.ruleset import Ruleset
from pharmcheck.web import add_pages
from tests.api.conftest import Clock, open_service
from tests.yardstick import PATIENCE_S

FOR_EVER = Patience(*[PATIENCE_S * 10] * 4)
GET = b"GET /healthz HTTP/1.1\r\nHost: service.test\r\n\r\n"


class Line:
    """A client that decides byte by byte."""

    def __init__(self, port: int, source: str, receive_buffer: int | None) -> None:
        self.socket = socket.socket()
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(PATIENCE_S)
        self.socket.bind((source, 0))
        self.socket.connect(("127.0.0.1", port))

    def send(self, data: bytes) -> Line:
        self.socket.sendall(data)
        return self

    def answer(self) -> tuple[int, dict[str, Any]]:
        """Status and JSON of the next answer."""
        with self.socket.makefile("rb") as reader:
            status = int(reader.readline().split()[1])
            length = 0
            while line := reader.readline().strip():
                if line.lower().startswith(b"content-length:"):
                    length = int(line.split(b":")[1])
            return status, json.loads(reader.read(length))

    def rest(self) -> int:
        """How many bytes come until the service hangs up.  TimeoutError when it does not."""
        count = 0
        with suppress(ConnectionResetError):
            while piece := self.socket.recv(1 << 16):
                count += len(piece)
        return count


def until(true: Callable[[], bool]) -> None:
    """Wait for something that comes true by itself."""
    end = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < end, "it never came true"
        time.sleep(0.01)


@dataclass
class Served:
    """A service on a port of loopback, in this process."""

    port: int
    crowd: Crowd
    service: Service


@contextmanager
def serving(
    folder: Path, ruleset: Ruleset, patience: Patience = FOR_EVER, app: Any = None, **settings: Any
) -> Iterator[Served]:
    """A service on a real socket; the end of the block hangs up on everybody."""
    with open_service(folder, ruleset, Clock(), **settings) as service, socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(256)
        kind: type[Connection] = connections(service.settings, patience)
        config = uvicorn.Config(
            app or make_app(service, extend=add_pages), http=kind, ws="none", log_config=None, access_log=False,
            timeout_keep_alive=0,
        )  # fmt: skip
        server = uvicorn.Server(config)
        thread = Thread(target=server.run, args=([listener],))
        thread.start()
        try:
            yield Served(listener.getsockname()[1], kind.crowd, service)
        finally:
            server.should_exit = server.force_exit = True
            thread.join(PATIENCE_S)
