"""What goes wrong at the service, as RFC 9457 problem documents with a stable `code`.

Codes are contract and each has a place in docs/errors.md; sentences are for people and may change.  No document holds
a stack, a version, an internal address or words of a page.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from pharmcheck.errors import AddressError, PharmcheckError, StoreError

MEDIA_TYPE = "application/problem+json"
ABOUT = "https://github.com/pharmcheck/pharmcheck/blob/main/docs/errors.md#"

TITLES: Mapping[str, tuple[int, str]] = {
    "address_refused": (422, "This is not the address of a site we may visit"),
    "bad_cursor": (400, "The cursor is not one of ours"),
    "bad_key": (401, "The key is not valid"),
    "body_too_large": (413, "The request is too large"),
    "expected_json": (415, "The request must be JSON"),
    "idempotency_conflict": (422, "The same Idempotency-Key came with another request"),
    "internal": (500, "Something went wrong inside the service"),
    "invalid_request": (422, "The request is not what this resource takes"),
    "key_required": (401, "This needs a key"),
    "list_refused": (422, "This is not a list that can be read"),
    "malformed": (400, "The request cannot be read"),
    "method_not_allowed": (405, "This resource does not do that"),
    "no_batch": (404, "There is no such batch"),
    "no_check": (404, "There is no such check"),
    "no_evidence": (404, "There is no evidence to pack of this check"),
    "no_list": (404, "There is no such list"),
    "no_network": (404, "There is no such network"),
    "no_target": (404, "There is no such target or message"),
    "no_timestamp": (503, "The timestamp authority gave no timestamp"),
    "no_verdict": (404, "There is no verdict about this site yet"),
    "no_watch": (404, "The batch is not watched"),
    "not_a_draft": (409, "The batch was started or called off already"),
    "not_found": (404, "There is nothing here"),
    "not_ready": (503, "The service is not ready"),
    "quota": (429, "Too many requests"),
    "scope": (403, "The key may not do this"),
    "site_budget": (429, "This site has been looked at often enough for now"),
    "still_a_draft": (409, "The batch has not been started yet"),
    "target_refused": (422, "Messages cannot be sent there"),
    "too_many_batches": (409, "Your other batches are still running"),
    "too_many_connections": (429, "Too many connections are open already"),
    "too_many_listeners": (429, "Too many connections listen already"),
}
"""Every code with its status and title."""

STORE_AWAY = "The store does not answer.  Try again in a moment."
_MOST_FIELDS = 20  # that are told; a list may hold ten thousand wrong ones
_log = structlog.get_logger("pharmcheck.api")


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """What is wrong with one part of the request."""

    pointer: str  # RFC 6901, into the body; or the name of a parameter
    detail: str
    code: str | None = None


class Problem(HTTPException):
    """An answer that says what went wrong."""

    def __init__(
        self,
        code: str,
        detail: str,
        *,
        errors: Sequence[FieldProblem] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(TITLES[code][0], detail, dict(headers or {}))
        self.code, self.errors = code, tuple(errors)

    def response(self, request_id: str | None) -> Response:
        """The document."""
        document: dict[str, Any] = {
            "type": f"{ABOUT}{self.code}",
            "title": TITLES[self.code][1],
            "status": self.status_code,
            "detail": self.detail,
            "code": self.code,
            "errors": [{"pointer": error.pointer, "detail": error.detail, "code": error.code} for error in self.errors],
            "request_id": request_id,
        }
        headers = {"Cache-Control": "no-store", **(self.headers or {})}
        return Response(json.dumps(document), self.status_code, headers, MEDIA_TYPE)


def refused(error: AddressError, pointer: str) -> Problem:
    """An address that we do not visit."""
    return Problem("address_refused", str(error), errors=[FieldProblem(pointer, str(error), error.code)])


def invalid(wrong: Sequence[Mapping[str, Any]]) -> Problem:
    """A request that is not what a resource takes, from what pydantic says about each `loc`, part first."""
    found = [_field(one) for one in wrong[:_MOST_FIELDS]]
    if any(one["type"] == "json_invalid" for one in wrong):
        return Problem("malformed", "The body is not JSON.", errors=found)
    return Problem(
        "invalid_request", "; ".join(f"{field.pointer}: {field.detail}" for field in found[:3]), errors=found
    )


def install(app: FastAPI) -> None:
    """Make every failure of `app` a problem document."""

    async def known(request: Request, error: Exception) -> Response:
        assert isinstance(error, Problem)  # noqa: S101 - the handler is installed for it
        return error.response(_request_id(request))

    async def http(request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        code = {404: "not_found", 405: "method_not_allowed", 400: "malformed", 415: "expected_json"}.get(status)
        headers = error.headers if isinstance(error, HTTPException) else None
        sentence = TITLES[code or "internal"][1] + "."
        return Problem(code or "internal", sentence, headers=headers).response(_request_id(request))

    async def unfit(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)  # noqa: S101 - as above
        return invalid(error.errors()).response(_request_id(request))

    async def ours(request: Request, error: Exception) -> Response:
        code = error.code if isinstance(error, PharmcheckError) else PharmcheckError.code
        _log.error("request.failed", kind=type(error).__name__, code=code, request=_request_id(request))
        if isinstance(error, StoreError):  # a database restarts now and then, and clients know what 503 means
            return Problem("not_ready", STORE_AWAY, headers={"Retry-After": "5"}).response(_request_id(request))
        sentence = "The service could not do this; it is not your fault. Try again in a moment."
        return Problem("internal", sentence).response(_request_id(request))

    app.add_exception_handler(Problem, known)
    app.add_exception_handler(HTTPException, http)
    app.add_exception_handler(RequestValidationError, unfit)
    app.add_exception_handler(PharmcheckError, ours)
    app.add_exception_handler(Exception, ours)


def _field(one: Mapping[str, Any]) -> FieldProblem:
    part, *where = map(str, one["loc"])
    return FieldProblem("/" + "/".join(where) if part == "body" else ".".join(where), str(one["msg"]), str(one["type"]))


def _request_id(request: Request) -> str | None:
    return request.scope.get("pharmcheck.request_id")
