"""An owner asks for a new look, on the page of a verdict; the answer stands behind a link that only the owner has.

Anybody can say to be the owner, so asking changes nothing in a verdict: a person reads it (`reviews`).
"""

from __future__ import annotations

import asyncio
import re
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse

from pharmcheck.api.callers import Caller, Kind
from pharmcheck.api.problems import Problem
from pharmcheck.api.service import Service, service_of
from pharmcheck.reading.text import clean
from pharmcheck.web.pages import _say, check_page, foreign, page

MOST_TEXT, MOST_EMAIL = 2000, 254  # the second: RFC 5321
_EMAIL = re.compile(r"[^\s@<>\"(),:;\\]{1,64}@[^\s@<>\"(),:;\\]{1,253}\.[^\s@<>\"(),:;\\.]{2,63}")
_SERVICE = Depends(service_of)
router = APIRouter(include_in_schema=False)


@router.post("/v/{check_id}/appeal")
async def ask(
    check_id: str,
    request: Request,
    service: Annotated[Service, _SERVICE],
    text: Annotated[str, Form()] = "",
    email: Annotated[str, Form()] = "",
) -> Response:
    """Note what an owner asks, and lead to where the answer will stand."""

    def note() -> Response:
        found = service.store.get_check(check_id)
        if found is None or found.verdict is None:
            return page(request, "nothing.html", 404)
        status, problem = _wrong(request, text, email)
        if problem is None:
            try:
                caller = service.door.passer_by(request.scope)
                service.door.count(Caller(f"appeal {caller.bucket}"), Kind.CHECK)
            except Problem as error:
                status, problem = error.status_code, _say(request, "You have asked often enough for now; wait an hour.")
        if problem is None:
            kept = clean(email, MOST_EMAIL) or None
            secret = service.appeals.ask(found.verdict, clean(text, MOST_TEXT), kept, service.clock())
            if secret is not None:
                return RedirectResponse(f"/appeals/{secret}", 303)
            status, problem = 409, _say(request, "Other requests about this site wait for a person already.")
        return check_page(check_id, request, service, status, appeal_problem=problem, appeal_text=text[:MOST_TEXT])

    return await asyncio.to_thread(note)


@router.get("/appeals/{secret}")
async def see(secret: str, request: Request, service: Annotated[Service, _SERVICE]) -> Response:
    """What came of a request."""

    def show() -> Response:
        service.door.count(service.door.passer_by(request.scope), Kind.READ)
        found = service.appeals.of_secret(secret)
        if found is None:
            return page(request, "nothing.html", 404)
        base = str(service.settings.public_url or request.base_url).rstrip("/")
        link = f"{base}/appeals/{secret}"
        return page(request, "appeal.html", appeal=found, host=found.word.host.replace(".", "[.]"), link=link)

    return await asyncio.to_thread(show)


def _wrong(request: Request, text: str, email: str) -> tuple[int, str | None]:
    """Status and sentence for what cannot be taken."""
    if foreign(request):
        return 403, _say(request, "Please use the form on this page.")
    if not clean(text):
        return 422, _say(request, "Write what is wrong.")
    if len(clean(text, MOST_TEXT + 1)) > MOST_TEXT:
        return 422, _say(request, "Write at most 2,000 characters.")
    if email.strip() and not (len(email) <= MOST_EMAIL and _EMAIL.fullmatch(email.strip())):
        return 422, _say(request, "This is not an e-mail address; you can leave it out.")
    return 200, None
