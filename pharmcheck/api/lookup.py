"""The look-up path: a stored verdict by domain, as bytes that are ready.

This is what pages, extensions and other services ask by the thousand, so it runs before the framework: no threads, no
models, and an answer kept in memory until the store says that anything in it has changed.  Whatever is not the plain
case (a key, a miss, an error) goes on to `verdicts`, which answers the same.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qs

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pharmcheck.api.callers import Kind
from pharmcheck.api.problems import Problem
from pharmcheck.api.service import Service

PREFIX = "/v1/verdicts/"
_OF_THE_BODY = (b"content-length", b"content-type")
_KEPT = 4096  # answers of about ten kilobytes each


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer as it was sent."""

    body: bytes
    etag: bytes
    headers: tuple[tuple[bytes, bytes], ...]
    until: datetime | None  # a person's word ends by itself, without anybody writing anything


class Lookup:
    """Answers what it remembers, and lets everything else through."""

    def __init__(self, app: ASGIApp, service: Service) -> None:
        self._app, self._service = app, service
        self._kept: OrderedDict[tuple[str, bytes], Kept] = OrderedDict()
        self._mark: object = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        kept = await self._recall(scope)
        if kept is None:
            await self._app(scope, receive, self._learning(scope, send))
            return
        try:
            fields = self._service.door.count(self._service.door.passer_by(scope), Kind.READ)
        except Problem as problem:
            await problem.response(scope.get("pharmcheck.request_id"))(scope, receive, send)
            return
        scope["route"] = self
        limits = [(name.lower().encode(), value.encode()) for name, value in fields.items()]
        same = kept.etag in _header(scope, b"if-none-match")
        headers = [(name, value) for name, value in kept.headers if not (same and name in _OF_THE_BODY)]
        await send({"type": "http.response.start", "status": 304 if same else 200, "headers": [*headers, *limits]})
        await send({"type": "http.response.body", "body": b"" if same else kept.body})

    path = PREFIX + "{domain}"
    """What the metrics call this route."""

    async def _recall(self, scope: Scope) -> Kept | None:
        if scope["type"] != "http" or scope["method"] != "GET" or not scope["path"].startswith(PREFIX):
            return None
        if _header(scope, b"authorization"):
            return None
        mark = await self._service.store.change_mark()
        if mark != self._mark:
            self._kept.clear()
            self._mark = mark
        key = (scope["path"], scope["query_string"])
        kept = self._kept.get(key)
        if kept is not None and kept.until is not None and kept.until <= self._service.clock():
            del self._kept[key]
            return None
        if kept is not None:
            self._kept.move_to_end(key)
        return kept

    def _learning(self, scope: Scope, send: Send) -> Send:
        """`send` that remembers a good answer on its way out, unless the store changed while it was made."""
        if scope["type"] != "http" or scope["method"] != "GET" or not _rememberable(scope):
            return send
        mark = self._mark
        headers: list[tuple[bytes, bytes]] = []  # of a good answer, before the outer layer adds its own

        async def learn(message: Message) -> None:
            if message["type"] == "http.response.start":
                if message["status"] == 200:  # noqa: PLR2004 - HTTP's
                    headers.extend(pair for pair in message["headers"] if not pair[0].startswith(b"ratelimit"))
            elif headers and not message.get("more_body"):
                etag = dict(headers).get(b"etag", b"")
                if etag and mark == await self._service.store.change_mark() == self._mark:
                    until = scope.get("pharmcheck.holds_until")
                    self._kept[scope["path"], scope["query_string"]] = Kept(
                        message["body"], etag, tuple(headers), until
                    )
                    while len(self._kept) > _KEPT:
                        self._kept.popitem(last=False)
            await send(message)

        return learn


def _rememberable(scope: Scope) -> bool:
    """Whether a path names one site and nothing else, and the query no more than a destination."""
    path = scope["path"]
    if not path.startswith(PREFIX) or "/" in path[len(PREFIX) :] or _header(scope, b"authorization"):
        return False
    query = scope["query_string"]
    return not query or (len(query) < 40 and set(parse_qs(query.decode("latin-1"))) == {"destination"})  # noqa: PLR2004


def _header(scope: Scope, name: bytes) -> bytes:
    return next((value for key, value in scope["headers"] if key == name), b"")
