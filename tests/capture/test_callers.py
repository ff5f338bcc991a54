"""A server of ours that closes leaves nobody behind, wherever a caller stands at that moment."""

from __future__ import annotations

import asyncio
import gc
import socket
from typing import Any

import pytest

from pharmcheck.capture.callers import Callers


@pytest.mark.parametrize("turns", range(6))
def test_a_caller_at_the_door_is_hung_up_on(turns: int, run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """After any number of turns of the loop: in the queue, half let in, or in conversation."""
    left_open: list[object] = []
    monkeypatch.setattr("sys.unraisablehook", lambda event: left_open.append(event.exc_value))

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    async def go() -> list[socket.socket]:
        complaints: list[object] = []
        asyncio.get_running_loop().set_exception_handler(lambda _, context: complaints.append(context))
        callers = Callers()
        server = await asyncio.start_server(callers.answered_by(listen), "127.0.0.1", 0)
        place = server.sockets[0].getsockname()
        visitors = [socket.create_connection(place) for _ in range(5)]
        for _ in range(turns):
            await asyncio.sleep(0)
        await callers.close(server)
        await callers.close(server)
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(place)
        assert complaints == []
        assert asyncio.all_tasks() == {asyncio.current_task()}
        return visitors

    for visitor in run(go()):
        visitor.close()
    gc.collect()
    assert left_open == []
