"""Around every request, as plain ASGI: an id, a limit on what may be sent, headers, one line of log, a count.

Never logs a query string, a body or a header: they may hold addresses that people look up.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterable
from functools import lru_cache

import structlog
from prometheus_client import Counter, Histogram
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pharmcheck.api.problems import Problem

SMALL_BODY, LIST_BODY = 64 * 1024, 33 * 1024 * 1024
"""Most bytes of a request: one check takes less than a kilobyte, a file with a list what `intake.MAX_BYTES` allows, and
the frame around it."""
_LIST_PATHS = ("/v1/batches", "/desk")
_OPEN_READS = ("/v1/verdicts/", "/v1/rules", "/v1/registers", "/v1/lists/", "/v1/range/")
"""Reads that any web page may make: without credentials, so nobody's rights are used (DESIGN section 6)."""

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_ALWAYS = (
    (b"content-security-policy", CONTENT_SECURITY_POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
)
_ANY_ORIGIN = (
    (b"access-control-allow-origin", b"*"),
    (b"access-control-expose-headers", b"ETag, Retry-After, RateLimit, RateLimit-Policy"),
)

REQUESTS = Counter("pharmcheck_requests_total", "Requests answered", ("route", "method", "status"))
SECONDS = Histogram(
    "pharmcheck_request_seconds", "Time to answer", ("route",), buckets=(0.001, 0.005, 0.02, 0.1, 0.5, 2, 10)
)

_log = structlog.get_logger("pharmcheck.access")


class Outer:
    """The outermost layer of the service."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        scope.setdefault("pharmcheck.peer", scope.get("client"))  # `serve` notes it before it believes a proxy
        request_id = scope["pharmcheck.request_id"] = secrets.token_hex(8)
        status = 500

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], *_ALWAYS, (b"x-request-id", request_id.encode())]
                if scope["path"].startswith(_OPEN_READS) and scope["method"] in ("GET", "HEAD"):
                    message["headers"] += _ANY_ORIGIN
            await send(message)

        try:
            problem = _refusal(scope)
            if problem is not None:
                await problem.response(request_id)(scope, receive, answer)
            elif scope["method"] == "OPTIONS" and scope["path"].startswith(_OPEN_READS):
                await _preflight(answer)
            else:
                await self._app(scope, _limited(scope, receive), answer)
        finally:
            route = getattr(scope.get("route"), "path", "unmatched")
            # A method is any word of a stranger's: counted as it stands, each would take memory for good.
            method = scope["method"] if scope["method"] in _METHODS else "other"
            spent = time.perf_counter() - started
            counted, timed = _meters(route, method, status)
            counted.inc()
            timed.observe(spent)
            if method != "GET" or status >= 400:  # noqa: PLR2004 - good reads are counted; a line costs more than they do
                _log.info(
                    "request.done", request=request_id, route=route, method=method, status=status,
                    ms=round(1000 * spent, 1),
                )  # fmt: skip


@lru_cache(maxsize=1024)
def _meters(route: str, method: str, status: int) -> tuple[Counter, Histogram]:
    return REQUESTS.labels(route, method, status), SECONDS.labels(route)


def _refusal(scope: Scope) -> Problem | None:
    """What can be refused before a byte of the body is read."""
    if scope["method"] in ("GET", "HEAD"):
        return None
    headers = Headers(scope=scope)
    if headers.get("content-encoding", "identity") != "identity":
        return Problem("expected_json", "Send the body without a Content-Encoding.")
    declared = headers.get("content-length", "")
    if declared.isascii() and declared.isdigit() and int(declared[:20]) > _most(scope):
        return _too_large(scope)
    if scope["method"] == "POST" and scope["path"].startswith("/v1/"):
        kind = headers.get("content-type", "").partition(";")[0].strip().lower()
        wanted = ("application/json", "multipart/form-data")[: 2 if scope["path"] in _LIST_PATHS else 1]
        if kind not in wanted:
            return Problem("expected_json", f"Send {' or '.join(wanted)}, and say so in Content-Type.")
    return None


def _limited(scope: Scope, receive: Receive) -> Receive:
    """`receive` that stops a body at its limit, whatever its headers say."""
    most, seen = _most(scope), 0

    async def limited() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > most:
            raise _too_large(scope)
        return message

    return limited


def _most(scope: Scope) -> int:
    return LIST_BODY if scope["path"] in _LIST_PATHS else SMALL_BODY


def _too_large(scope: Scope) -> Problem:
    return Problem("body_too_large", f"At most {_most(scope):,} bytes are taken here.")


async def _preflight(send: Send) -> None:
    headers: Iterable[tuple[bytes, bytes]] = [
        (b"access-control-allow-origin", b"*"),
        (b"access-control-allow-methods", b"GET, HEAD"),
        (b"access-control-allow-headers", b"If-None-Match"),
        (b"access-control-max-age", b"86400"),
    ]
    await send({"type": "http.response.start", "status": 204, "headers": list(headers)})
    await send({"type": "http.response.body", "body": b""})
