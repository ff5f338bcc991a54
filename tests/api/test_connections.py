"""Slow clients and crowds, on real sockets: what is too slow ends, and nobody takes every place."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import uvicorn

from pharmcheck.api import make_app
from pharmcheck.api.connections import Connection, Crowd, Patience, connections
from pharmcheck.ruleset import Ruleset
from tests.api.conftest import Clock, open_service
from tests.yardstick import PATIENCE_S

FOR_EVER = Patience(*[PATIENCE_S * 10] * 4)
GET = b"GET /healthz HTTP/1.1\r\nHost: service.test\r\n\r\n"
LATE = 0.05  # seconds: whoever is not there by then is too slow, in these tests
ENORMOUS = 64 << 20

Serve = Callable[..., Any]


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


@pytest.fixture
def call() -> Iterator[Callable[..., Line]]:
    """Makes clients; the end of the test hangs up for them."""
    made: list[Line] = []

    def make(port: int, source: str = "127.0.0.1", receive_buffer: int | None = None) -> Line:
        made.append(Line(port, source, receive_buffer))
        return made[-1]

    yield make
    for line in made:
        line.socket.close()


def until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < end, "it never came true"
        time.sleep(0.01)


@pytest.fixture
def serve(tmp_path: Path, ruleset: Ruleset) -> Iterator[Serve]:
    """Starts a service with a patience; gives back its port and its connections."""
    with ExitStack() as stack:

        def start(patience: Patience, app: Any = None, **settings: Any) -> tuple[int, Crowd]:
            return stack.enter_context(_serving(tmp_path, ruleset, patience, app, settings))

        yield start


@contextmanager
def _serving(
    folder: Path, ruleset: Ruleset, patience: Patience, app: Any, settings: dict[str, Any]
) -> Iterator[tuple[int, Crowd]]:
    with open_service(folder, ruleset, Clock(), **settings) as service, socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(256)
        kind: type[Connection] = connections(service.settings, patience)
        config = uvicorn.Config(
            app or make_app(service), http=kind, ws="none", log_config=None, access_log=False, timeout_keep_alive=0
        )
        server = uvicorn.Server(config)
        thread = Thread(target=server.run, args=([listener],))
        thread.start()
        try:
            yield listener.getsockname()[1], kind.crowd
        finally:
            server.should_exit = server.force_exit = True
            thread.join(PATIENCE_S)


@pytest.mark.parametrize(
    ("sent", "patience"),
    [
        (b"", {"head": LATE}),
        (b"G", {"head": LATE}),
        (GET[:-2], {"head": LATE}),
        (b"POST /check HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nurl", {"body": LATE}),
        (b"POST /check HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nurl\r\n", {"body": LATE}),
        (b"POST /v1/checks HTTP/1.1\r\nHost: x\r\nContent-Length: 99999\r\n\r\nurl", {"linger": LATE}),
    ],
    ids=["nothing", "a letter", "half a head", "half a body", "half a chunked body", "a body nobody wants"],
)
def test_who_sends_too_slowly_is_not_waited_for(serve, call, sent: bytes, patience: dict[str, float]) -> None:
    """Each part of a request has its time, and the place is free again."""
    port, crowd = serve(Patience(**{"head": 1e3, "body": 1e3, "unread": 1e3, "linger": 1e3, **patience}))

    call(port).send(sent).rest()
    until(lambda: not crowd.held)


def test_who_does_not_read_the_answer_is_not_waited_for(serve, call) -> None:
    """An answer that nobody takes is given up, and with it the memory that it waits in."""

    async def enormous(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for _ in range(ENORMOUS >> 16):
            await send({"type": "http.response.body", "body": bytes(1 << 16), "more_body": True})
        await send({"type": "http.response.body", "body": b""})

    port, crowd = serve(Patience(head=1e3, body=1e3, unread=LATE, linger=1e3), enormous)
    line = call(port, receive_buffer=4096).send(GET)

    until(lambda: crowd.held.total() == 1)
    until(lambda: not crowd.held)
    assert line.rest() < ENORMOUS


def test_one_address_does_not_take_every_place(serve, call) -> None:
    """One connection too many is told so, before it becomes a request; another address is served meanwhile."""
    port, crowd = serve(FOR_EVER, connections_per_address=3)
    held = [call(port).send(GET[:9]) for _ in range(3)]
    until(lambda: crowd.held["ip:127.0.0.1"] == 3)

    status, problem = call(port).send(GET).answer()
    assert (status, problem["code"]) == (429, "too_many_connections")
    assert call(port, source="127.0.0.2").send(GET).answer()[0] == 200
    held[0].socket.close()
    until(lambda: crowd.held["ip:127.0.0.1"] == 2)
    assert call(port).send(GET).answer()[0] == 200


@pytest.mark.parametrize(
    ("proxies", "counted"),
    [
        ("", True),
        ("203.0.113.1", True),
        ("127.0.0.1", False),
        ("203.0.113.1, 127.0.0.0/8", False),
        ("*", False),
        ("x", True),
    ],
)
def test_a_trusted_proxy_is_many_callers(proxies: str, counted: bool) -> None:
    """Its connections are not those of one address; whoever else it may be is counted."""
    crowd = Crowd(1, proxies)

    assert crowd.enter("127.0.0.1") == ("ip:127.0.0.1" if counted else "")
    assert crowd.enter("127.0.0.1") == (None if counted else "")
    assert crowd.enter("2001:db8::1") == ("" if proxies == "*" else "ip:2001:db8::/64")
