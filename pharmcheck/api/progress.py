"""`/v1/checks/{id}/events`: how a check goes, as server-sent events.

Events are numbered rows, so a listener that lost its line sends `Last-Event-ID` and hears the rest, from whichever
process it reaches.  Polling stays the base; this only saves waiting.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Request, Response
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.types import Receive, Scope, Send

from pharmcheck.api.callers import Kind
from pharmcheck.api.checks import CheckId
from pharmcheck.api.openapi import problems
from pharmcheck.api.problems import Problem
from pharmcheck.api.service import Service, service_of
from pharmcheck.model import CheckState

HEARTBEAT_S = 15
_LOOK_S = 0.5
_RECONNECT_MS = 3000
_MOST_EACH, _MOST_ALL = 10, 500
"""Connections that listen, of one caller and of all: each costs a look at the store every half second."""

router = APIRouter(prefix="/v1/checks", tags=["checks"])
_listening: Counter[str] = Counter()


_EXAMPLE = 'id: 2\r\nevent: page\r\ndata: {"role":"home","outcome":"fetched","pages":1}\r\n\r\n'


@router.get("/{check_id}/events", response_class=EventSourceResponse, responses={
    200: {"description": "`state` and `page` events; the stream ends with `end` when the check has ended.",
          "content": {"text/event-stream": {"example": _EXAMPLE}}},
    **problems("no_check", "bad_key", "quota", "too_many_listeners"),
})  # fmt: skip
async def listen(
    check_id: CheckId,
    request: Request,
    service: Annotated[Service, Depends(service_of)],
    last_event_id: Annotated[
        str | None, Header(description="Number of the last event that arrived.", examples=["2"])
    ] = None,
) -> Response:
    """Listen to a check until it ends."""
    caller = await asyncio.to_thread(service.caller, request.scope)
    service.door.count(caller, Kind.READ)
    last = int(last_event_id) if last_event_id and last_event_id.isascii() and last_event_id.isdigit() else 0
    _, state = await asyncio.to_thread(service.events.since, check_id, last)
    if state is None:
        raise Problem("no_check", "There is no check with this id, or it was deleted.")
    if _listening[caller.bucket] >= _MOST_EACH or _listening.total() >= _MOST_ALL:
        raise Problem("too_many_listeners", "Close one of your connections, or poll instead.")
    _listening[caller.bucket] += 1  # at once: of many that ask in the same moment, all would find room
    return _Listening(caller.bucket, _told(service, check_id, last))


class _Listening(EventSourceResponse):
    """A stream that gives its place back however it ends, also before its first event."""

    def __init__(self, bucket: str, events: AsyncIterator[ServerSentEvent]) -> None:
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        super().__init__(events, ping=HEARTBEAT_S, headers=headers)
        self._bucket = bucket

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            _listening[self._bucket] -= 1
            if not _listening[self._bucket]:
                del _listening[self._bucket]


async def _told(service: Service, check_id: str, last: int) -> AsyncIterator[ServerSentEvent]:
    yield ServerSentEvent(comment="listening", retry=_RECONNECT_MS)
    while True:
        events, state = await asyncio.to_thread(service.events.since, check_id, last)
        for event in events:
            last = event.number
            yield ServerSentEvent(id=str(event.number), event=event.kind, data=json.dumps(event.data))
        if state not in (CheckState.QUEUED, CheckState.RUNNING):
            yield ServerSentEvent(event="end", data=json.dumps({"state": state}))
            return
        await asyncio.sleep(_LOOK_S)
