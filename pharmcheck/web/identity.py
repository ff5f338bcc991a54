"""Who is at the desk, and what they may do there: asked before every page of it, and before a form is read.

A person signs in with name and password, or a reverse proxy says who it is; a key with the scope `batch` opens the desk
for its own lists and nothing else.  What each page needs stands in one table; a page that is not in it opens to nobody.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import ip_address, ip_network
from typing import Annotated

from fastapi import Depends, Request, Response

from pharmcheck.api.callers import Caller, Kind
from pharmcheck.api.problems import Problem
from pharmcheck.api.service import Service, service_of
from pharmcheck.store import Officer, Role, Scope
from pharmcheck.web.desk_page import desk_page
from pharmcheck.web.forms import PATH, SESSION, is_token
from pharmcheck.web.language import marked
from pharmcheck.web.pages import _say, foreign
from pharmcheck.web.words import ROLES


class Right(StrEnum):
    """What somebody may do."""

    LISTS = marked("see lists")
    HAND_IN = marked("hand in, begin, watch and call off lists")
    VERDICTS = marked("see what waits for a person, and what was said")
    REVIEW = marked("say something about a verdict")
    MANAGE = marked("manage people and opt-outs, answer owners")


RIGHTS: Mapping[Role, frozenset[Right]] = {
    Role.READER: frozenset({Right.LISTS, Right.VERDICTS}),
    Role.OFFICER: frozenset({Right.LISTS, Right.VERDICTS, Right.HAND_IN, Right.REVIEW}),
    Role.ADMIN: frozenset(Right),
}
RIGHTS_OF_A_KEY = frozenset({Right.LISTS, Right.HAND_IN})

NEEDS: Mapping[tuple[str, str], Right | None] = {
    ("POST", "/desk/sign-in"): None,
    ("POST", "/desk/key"): None,
    ("POST", "/desk/close"): None,
    ("GET", "/desk"): Right.LISTS,
    ("POST", "/desk"): Right.HAND_IN,
    ("POST", "/desk/{batch_id}/start"): Right.HAND_IN,
    ("POST", "/desk/{batch_id}/cancel"): Right.HAND_IN,
    ("GET", "/desk/{batch_id}"): Right.LISTS,
    ("GET", "/desk/{batch_id}/progress"): Right.LISTS,
    ("GET", "/desk/{batch_id}/report.{form}"): Right.LISTS,
    ("GET", "/desk/{batch_id}/changes"): Right.LISTS,
    ("GET", "/desk/{batch_id}/watch"): Right.LISTS,
    ("GET", "/desk/{batch_id}/watch/changes.{form}"): Right.LISTS,
    ("POST", "/desk/{batch_id}/watch"): Right.HAND_IN,
    ("POST", "/desk/{batch_id}/watch/stop"): Right.HAND_IN,
    ("POST", "/desk/{batch_id}/watch/targets"): Right.HAND_IN,
    ("POST", "/desk/{batch_id}/watch/targets/{target_id}/enable"): Right.HAND_IN,
    ("POST", "/desk/{batch_id}/watch/targets/{target_id}/remove"): Right.HAND_IN,
    ("POST", "/desk/{batch_id}/watch/deliveries/{delivery_id}/replay"): Right.HAND_IN,
    ("GET", "/desk/networks"): Right.LISTS,
    ("GET", "/desk/networks/{network}"): Right.LISTS,
    ("GET", "/desk/networks/{network}.graphml"): Right.LISTS,
    ("GET", "/desk/evidence/{check_id}"): Right.LISTS,
    ("GET", "/desk/queue"): Right.VERDICTS,
    ("GET", "/desk/verdicts/{check_id}"): Right.VERDICTS,
    ("POST", "/desk/verdicts/{check_id}"): Right.REVIEW,
    ("GET", "/desk/appeals/{number}"): Right.REVIEW,
    ("POST", "/desk/appeals/{number}"): Right.MANAGE,
    ("GET", "/desk/people"): Right.MANAGE,
    ("POST", "/desk/people"): Right.MANAGE,
    ("POST", "/desk/people/{name}"): Right.MANAGE,
    ("GET", "/desk/opt-outs"): Right.MANAGE,
    ("POST", "/desk/opt-outs"): Right.MANAGE,
}
"""What a page or form needs; None: open to anybody.  A test holds that every one of the desk stands here."""
_LIST = ("POST", "/desk")  # the one form with a file: one of a person at a time, until it is taken in


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody at the desk."""

    id: str  # whose lists they are
    name: str
    role: str
    rights: frozenset[Right]

    def may(self, right: str) -> bool:
        """For templates, which know rights by their names."""
        return Right[right] in self.rights


class NotAdmittedError(Exception):
    """Somebody is not let in; the answer is a page."""

    def __init__(self, status: int, problem: str | None, template: str = "desk_problem.html") -> None:
        super().__init__(problem)
        self.status, self.problem, self.template = status, problem, template


async def admitted(request: Request, service: Annotated[Service, Depends(service_of)]) -> AsyncIterator[None]:
    """Let somebody in who may do what is asked, or raise NotAdmittedError.  A dependency of every route of the desk."""
    try:
        with ExitStack() as held:
            await _admit(request, service, held)
            yield
    finally:
        await request.close()  # with the files of a form, whether or not anybody has read them


async def _admit(request: Request, service: Service, held: ExitStack) -> None:
    place = (request.method, getattr(request.scope.get("route"), "path", ""))
    if place not in NEEDS:
        raise NotAdmittedError(403, marked("Nobody has said who may do this."))
    if request.method == "POST" and foreign(request):
        raise NotAdmittedError(403, marked("Please use the form on this page."), "desk_key.html")
    try:
        person = await asyncio.to_thread(_who, request, service)
        request.state.person = person
        needed = NEEDS[place]
        if needed is not None and person is None:
            raise NotAdmittedError(401, None, "desk_key.html")
        if needed is not None and person is not None and needed not in person.rights:
            sentence = _say(request, "The role %(role)s may not do this; it takes the right: %(right)s.")
            names = {"role": _say(request, ROLES[person.role]), "right": _say(request, needed.value)}
            raise NotAdmittedError(403, sentence % names)
        if place == _LIST and person is not None:
            held.enter_context(service.turnstile.through(person.id))
        if request.method == "POST":
            form = await request.form(max_files=1, max_fields=12, max_part_size=64 * 1024)
            if not is_token(request, str(form.get("token") or "")):
                problem = marked(
                    "This form is too old, or comes from elsewhere. Nothing was done; please send it again."
                )
                raise NotAdmittedError(403, problem, "desk_problem.html" if person else "desk_key.html")
    except Problem as error:
        raise NotAdmittedError(error.status_code, str(error.detail)) from None


async def not_admitted(request: Request, error: Exception) -> Response:
    """The page for whoever is not let in."""
    assert isinstance(error, NotAdmittedError)  # noqa: S101 - the handler is installed for it
    path = PATH if error.template == "desk_key.html" and request.method == "POST" else request.url.path
    return desk_page(request, error.template, error.status, problem=error.problem, path=path)


def person_of(request: Request) -> Person:
    """Who is at the desk.  Raises NotAdmittedError where nobody was let in."""
    person = getattr(request.state, "person", None)
    if not isinstance(person, Person):
        raise NotAdmittedError(401, None, "desk_key.html")
    return person


def _who(request: Request, service: Service) -> Person | None:
    """Whom the proxy, the session or the key names.  Raises Problem when their limit is used up."""
    now = service.clock()
    secret = request.cookies.get(SESSION, "")
    found = _named_by_proxy(request, service) or (service.officers.of_session(secret, now) if secret else None)
    if found is not None:
        person = Person(found.id, found.name, found.role.value, RIGHTS[found.role])
    else:
        key = service.keys.find(secret, now) if secret else None
        if key is None or Scope.BATCH not in key.scopes:
            return None
        person = Person(key.id, key.shown, "key", RIGHTS_OF_A_KEY)
    service.door.count(Caller(f"key:{person.id}", person.id), Kind.READ)
    return person


def _named_by_proxy(request: Request, service: Service) -> Officer | None:
    """The person that a proxy of ours names.  From anywhere else the header says nothing."""
    settings = service.settings
    if not settings.identity_header:
        return None
    names = request.headers.getlist(settings.identity_header)
    peer = request.scope.get("pharmcheck.peer")
    if len(names) != 1 or not peer or not _is_among(peer[0], settings.identity_proxies):
        return None
    return service.officers.named(names[0])


def _is_among(address: str, networks: str) -> bool:
    try:
        found = ip_address(address)
    except ValueError:
        return False
    found = getattr(found, "ipv4_mapped", None) or found
    return any(found in ip_network(part.strip()) for part in networks.split(",") if part.strip())
