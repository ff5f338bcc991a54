"""For those who run a desk: who may come to it, and which sites their owners do not want visited."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse

from pharmcheck.api.checks import read_address
from pharmcheck.api.service import Service, service_of
from pharmcheck.errors import AddressError, UsageError
from pharmcheck.store import Role, hash_password, opted_out_sites
from pharmcheck.web.desk_page import desk_page
from pharmcheck.web.identity import RIGHTS, Right, admitted, person_of
from pharmcheck.web.language import marked
from pharmcheck.web.said import clean_reason

_OWN = marked("Nobody changes their own rights here: a desk without an administrator helps nobody.")
_NOBODY = marked("There is nobody with this name, or nothing to do.")
_NO_ROLE = marked("There is no such role.")
_SERVICE = Depends(service_of)
router = APIRouter(include_in_schema=False, prefix="/desk", dependencies=[Depends(admitted)])


@router.get("/people")
async def people(request: Request, service: Annotated[Service, _SERVICE]) -> Response:
    """Everybody, with what they may do."""
    return await asyncio.to_thread(lambda: _people(request, service))


@router.post("/people")
async def add(
    request: Request,
    service: Annotated[Service, _SERVICE],
    name: Annotated[str, Form()] = "",
    role: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
) -> Response:
    """Let somebody in."""

    def work() -> None:
        service.officers.add(name, _role(role), hash_password(password) if password else None, service.clock())

    return await asyncio.to_thread(lambda: _done(request, service, work))


@router.post("/people/{name}")
async def change(
    name: str,
    request: Request,
    service: Annotated[Service, _SERVICE],
    action: Annotated[str, Form()] = "",
    role: Annotated[str, Form()] = "",
) -> Response:
    """Give somebody another role, or let them in no more."""

    def work() -> None:
        if name == person_of(request).name:
            raise UsageError(_OWN)
        found = {
            "role": lambda: service.officers.set_role(name, _role(role)),
            "disable": lambda: service.officers.disable(name, service.clock()),
            "enable": lambda: service.officers.enable(name),
        }.get(action, lambda: False)()
        if not found:
            raise UsageError(_NOBODY)

    return await asyncio.to_thread(lambda: _done(request, service, work))


@router.get("/opt-outs")
async def opt_outs(request: Request, service: Annotated[Service, _SERVICE]) -> Response:
    """Sites that are not visited because their owners asked."""
    return await asyncio.to_thread(lambda: _opt_outs(request, service))


@router.post("/opt-outs")
async def opt(
    request: Request,
    service: Annotated[Service, _SERVICE],
    domain: Annotated[str, Form()] = "",
    action: Annotated[str, Form()] = "",
    note: Annotated[str, Form()] = "",
) -> Response:
    """Leave a site alone, or visit it again."""

    def work() -> Response:
        try:
            site = read_address(domain, service).registrable_domain
        except AddressError as error:
            return _opt_outs(request, service, str(error), 422)
        if action == "visit":
            service.queue.opt_in(site)
        else:
            service.queue.opt_out(site, clean_reason(note), service.clock())
        return RedirectResponse("/desk/opt-outs", 303)

    return await asyncio.to_thread(work)


def _done(request: Request, service: Service, work: Callable[[], None]) -> Response:
    try:
        work()
    except UsageError as error:
        return _people(request, service, str(error), 422)
    return RedirectResponse("/desk/people", 303)


def _people(request: Request, service: Service, problem: str | None = None, status: int = 200) -> Response:
    rights_of = [(role.value, [right.value for right in Right if right in RIGHTS[role]]) for role in Role]
    people = service.officers.all()
    return desk_page(
        request, "desk_people.html", status, people=people, rights_of=rights_of, problem=problem, path="/desk/people"
    )


def _opt_outs(request: Request, service: Service, problem: str | None = None, status: int = 200) -> Response:
    sites = opted_out_sites(service.store)
    return desk_page(request, "desk_opt_outs.html", status, sites=sites, problem=problem)


def _role(text: str) -> Role:
    if text not in set(Role):
        raise UsageError(_NO_ROLE)
    return Role(text)
