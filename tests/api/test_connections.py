"""Slow clients and crowds, on real sockets: what is too slow ends, and nobody takes every place."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from pharmcheck.api.connections import Crowd, Patience
from pharmcheck.ruleset import Ruleset
from tests.api.served import FOR_EVER, GET, Line, serving, until

LATE = 0.05  # seconds: whoever is not there by then is too slow, in these tests
ENORMOUS = 64 << 20

Serve = Callable[..., Any]


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


@pytest.fixture
def serve(tmp_path: Path, ruleset: Ruleset) -> Iterator[Serve]:
    """Starts a service with a patience; gives back its port and its connections."""
    with ExitStack() as stack:

        def start(patience: Patience, app: Any = None, **settings: Any) -> tuple[int, Crowd]:
            with_service = stack.enter_context(serving(tmp_path, ruleset, patience, app, **settings))
            return with_service.port, with_service.crowd

        yield start


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
