"""Those who are connected to a server of ours on loopback: each has a task, and all can be hung up on at once.

asyncio would make the tasks by itself, out of reach for whoever closes the server, and some versions complain aloud
when such a task is cancelled (until 3.12).  What is said to a caller is the server's business.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Coroutine[Any, Any, None]]


class Callers:
    """Belongs to one event loop."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()
        self._closed = False

    def answered_by(self, talk: Talk) -> Callable[[asyncio.StreamReader, asyncio.StreamWriter], None]:
        """What `asyncio.start_server` calls for each connection; it is closed when `talk` ends."""
        return partial(self._accept, talk)

    async def close(self, *servers: asyncio.Server) -> None:
        """Close the servers and hang up on everybody.  Closing twice is harmless."""
        self._closed = True
        for server in servers:
            for listener in server.sockets:
                asyncio.get_running_loop().remove_reader(listener)
        await asyncio.sleep(0)  # whom the loop is letting in comes in first: a closed server would leave him half open
        for server in servers:
            server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.sleep(0)  # those who came in last meet a closed door
        for server in servers:
            await server.wait_closed()

    def _accept(self, talk: Talk, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._closed:
            writer.transport.abort()
            return
        task = asyncio.create_task(talk(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        task.add_done_callback(lambda _: self._leave(writer))  # also when it never began

    def _leave(self, writer: asyncio.StreamWriter) -> None:
        """At the end without waiting for anybody to read what was meant for him."""
        if self._closed:
            writer.transport.abort()
        else:
            writer.close()
