"""The door of the desk: in with name and password or with a key, out again."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse

from pharmcheck.api.callers import Caller, Kind
from pharmcheck.api.problems import Problem
from pharmcheck.api.service import Service, service_of
from pharmcheck.store import WORKING_DAY, Scope, name_of
from pharmcheck.web.desk_page import desk_page
from pharmcheck.web.forms import PATH, SESSION, keep_cookie
from pharmcheck.web.identity import admitted
from pharmcheck.web.language import marked

_TOO_MANY = marked("There were too many tries from where you are. Wait a while, then try again.")
_SERVICE = Depends(service_of)
router = APIRouter(include_in_schema=False, prefix="/desk", dependencies=[Depends(admitted)])


@router.post("/sign-in")
async def sign_in(
    request: Request,
    service: Annotated[Service, _SERVICE],
    name: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
) -> Response:
    """Begin a session.  One sentence for every reason against it: nobody learns who exists."""

    def check() -> Response:
        try:
            guesser = service.door.passer_by(request.scope)
            service.door.count(guesser, Kind.READ)  # guessing uses up the guesser's limit
            # And, for one name, no more tries than checks: ten an hour by default.
            service.door.count(Caller(f"sign-in {guesser.bucket} {name_of(name)}"), Kind.CHECK)
        except Problem as error:
            return _refused(request, error.status_code, _TOO_MANY)
        secret = service.officers.sign_in(name, password, service.clock())
        if secret is None:
            return _refused(request, 401, marked("This name and password open nothing here."))
        return _opened(request, secret)

    return await asyncio.to_thread(check)


@router.post("/key")
async def open_with_key(
    request: Request, service: Annotated[Service, _SERVICE], key: Annotated[str, Form()] = ""
) -> Response:
    """Open the desk for the lists of a key."""

    def check() -> Response:
        try:
            service.door.count(service.door.passer_by(request.scope), Kind.READ)
        except Problem as error:
            return _refused(request, error.status_code, _TOO_MANY)
        found = service.keys.find(key.strip(), service.clock())
        if found is None or Scope.BATCH not in found.scopes:
            return _refused(request, 401, marked("This key is unknown, expired, or not one for lists."))
        return _opened(request, key.strip())

    return await asyncio.to_thread(check)


@router.post("/close")
async def close(request: Request, service: Annotated[Service, _SERVICE]) -> Response:
    """End the session, or forget the key."""

    def end() -> Response:
        service.officers.sign_out(request.cookies.get(SESSION, ""))
        answer = RedirectResponse(PATH, 303)
        answer.delete_cookie(SESSION, path=PATH)
        return answer

    return await asyncio.to_thread(end)


def _refused(request: Request, status: int, problem: str) -> Response:
    return desk_page(request, "desk_key.html", status, problem=problem, path=PATH)


def _opened(request: Request, secret: str) -> Response:
    answer = RedirectResponse(PATH, 303)
    keep_cookie(request, answer, SESSION, secret, int(WORKING_DAY.total_seconds()))
    return answer
