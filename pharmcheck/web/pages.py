"""The pages: the form, a check with its answer, help, and a word to owners of sites.

Every page works as plain HTML.  A form makes a check and leads to its page by 303, so that reloading repeats nothing.
"""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment

from pharmcheck.api.callers import Kind
from pharmcheck.api.checks import read_address, standing_verdict, start
from pharmcheck.api.documents import state_of
from pharmcheck.api.problems import Problem
from pharmcheck.api.service import Service, service_of
from pharmcheck.check import judge
from pharmcheck.errors import AddressError
from pharmcheck.explain import catalogue
from pharmcheck.model import Address, Category, CheckState, FetchOutcome
from pharmcheck.reviewing import told_verdict
from pharmcheck.store import StoredCheck, verdict_of
from pharmcheck.web.forms import form_token, keep_form_secret
from pharmcheck.web.helping import countries, helps
from pharmcheck.web.language import COOKIE, NAMES, Tongue, choose
from pharmcheck.web.said import told_words
from pharmcheck.web.view import day, view
from pharmcheck.work import unvisited

_HISTORY = 10
_ENDED = (CheckState.DONE, CheckState.FAILED, CheckState.CANCELLED)
_YEAR_S = 365 * 24 * 3600
_SERVICE = Depends(service_of)
router = APIRouter(include_in_schema=False)


@router.get("/")
async def home(request: Request) -> Response:
    """The form."""
    return page(request, "home.html", text="", problem=None)


@router.post("/check")
async def check(
    request: Request,
    service: Annotated[Service, _SERVICE],
    url: Annotated[str, Form()] = "",  # whatever it holds is told on the page; a body has its limit already
    destination: Annotated[str, Form()] = "",
    again: Annotated[str, Form()] = "",
) -> Response:
    """Take an address and lead to its check."""
    if foreign(request):
        return page(request, "home.html", 403, text="", problem=_say(request, "Please use the form on this page."))

    def begin() -> Response:
        where = destination if destination in helps() else None
        try:
            address = read_address(url, service)
            caller = service.caller(request.scope)
            stored = None if again else standing_verdict(service, address, where)
            check_id = stored.check_id if stored else start(service, caller, address, where)[0]
        except (AddressError, Problem) as error:
            status = error.status_code if isinstance(error, Problem) else 422
            return page(request, "home.html", status, text=url, problem=_refusal(request, error))
        return RedirectResponse(f"/v/{check_id}", 303)

    return await asyncio.to_thread(begin)


@router.get("/site/{host}")
async def site(host: str, request: Request, service: Annotated[Service, _SERVICE]) -> Response:
    """The last answer about a site; without one, the form with its name in it.  Starts nothing: it is a link."""

    def find() -> Response:
        service.door.count(service.caller(request.scope), Kind.READ)
        try:
            for name in (host, f"www.{host}"):
                address = read_address(name, service)
                found = service.store.latest(address.registrable_domain, address.host, None)
                if found is not None:
                    return RedirectResponse(f"/v/{found.check_id}", 303)
        except AddressError as error:
            return page(request, "home.html", 422, text=host, problem=_refusal(request, error))
        return page(request, "home.html", text=host, problem=None)

    return await asyncio.to_thread(find)


@router.get("/v/{check_id}")
async def see(check_id: str, request: Request, service: Annotated[Service, _SERVICE]) -> Response:
    """A check: how it goes, and its answer once there is one."""
    return await asyncio.to_thread(_see, check_id, request, service)


@router.get("/v/{check_id}/progress")
async def progress(check_id: str, request: Request, service: Annotated[Service, _SERVICE]) -> Response:
    """The part of the page that changes while a check runs."""
    return await asyncio.to_thread(_see_progress, check_id, request, service)


def _see_progress(check_id: str, request: Request, service: Service) -> Response:
    service.door.count(service.caller(request.scope), Kind.READ)
    found = service.store.get_check(check_id)
    if found is None:
        return page(request, "nothing.html", 404)
    state = state_of(found.state, found.created_at, service.queue.lease_of(check_id), service.clock())
    if state in _ENDED:
        return Response(headers={"HX-Redirect": f"/v/{check_id}"})
    return page(request, "progress.html", check=found, state=state, steps=_steps(check_id, service))


def _steps(check_id: str, service: Service) -> list[dict[str, Any]]:
    events, _ = service.events.since(check_id, 0)
    return [event.data for event in events if event.kind == "page"]


def _see(check_id: str, request: Request, service: Service) -> Response:
    service.door.count(service.caller(request.scope), Kind.READ)
    return check_page(check_id, request, service)


def check_page(
    check_id: str, request: Request, service: Service, status: int = 200, *, appeal_problem: str | None = None,
    appeal_text: str = "",
) -> Response:  # fmt: skip
    """The page of a check."""
    found = service.store.get_check(check_id)
    if found is None:
        return page(request, "nothing.html", 404)
    now, tongue = service.clock(), tongue_of(request)
    state = state_of(found.state, found.created_at, service.queue.lease_of(check_id), now)
    ended = state in _ENDED
    words = service.reviews.of_host(found.address.host) if ended else []
    verdict = verdict_of(found.verdict) if found.verdict else None
    if verdict is not None:
        verdict = told_verdict(verdict, service.reviews.standing(found.address.host), now)
    country = request.query_params.get("country", "")
    return page(
        request,
        "check.html",
        status,
        said=told_words(words, tongue),
        appeal_problem=appeal_problem,
        appeal_text=appeal_text,
        check=found,
        state=state,
        ended=ended,
        seen=view(verdict, service.place.ruleset, tongue, now) if verdict else None,
        steps=_steps(check_id, service),
        at_once=None if ended else _known_at_once(found.address, found.destination, service, tongue),
        help=helps().get(country or found.destination or ""),
        country=country,
        history=_history(found, service, tongue) if ended else [],
        shared=str(request.url.replace(query="")) if not service.settings.public_url else _shared(service, check_id),
    )


@router.get("/help")
async def help_page(request: Request, service: Annotated[Service, _SERVICE]) -> Response:
    """What the answers mean, whom to call, which registers are asked, what we keep."""
    return await asyncio.to_thread(_help, request, service)


def _help(request: Request, service: Service) -> Response:
    return page(
        request,
        "help.html",
        help=helps().get(request.query_params.get("country", "")),
        registers=service.place.registers().snapshots(),
        today=service.clock().date(),
    )


@router.get("/owners")
async def owners(request: Request) -> Response:
    """A word to owners of sites: what we look at, what to fix, how to ask for a new look, how to opt out."""
    return page(request, "owners.html")


@router.get("/language/{code}")
async def language(code: str, request: Request) -> Response:
    """Keep a language and go back.  Only to a page of our own: the place comes from a header anybody may write."""
    back = urlsplit(request.query_params.get("to", "/")).path
    answer = RedirectResponse(back if back.startswith("/") and not back.startswith(("//", "/\\")) else "/", 303)
    if code in NAMES:
        answer.set_cookie(COOKIE, code, max_age=_YEAR_S, httponly=True, samesite="lax")
    return answer


def _known_at_once(address: Address, destination: str | None, service: Service, tongue: Tongue) -> str | None:
    """What registers and lists say before anybody has looked at the site, as a sentence; None when they are silent."""
    now = service.clock()
    capture = unvisited(address, FetchOutcome.TIMED_OUT, "The visit is not over yet.", now)
    registers = service.place.registers()
    verdict = judge(capture, service.place.ruleset, registers=registers, destination=destination, now=now).verdict
    if verdict.category is Category.COULD_NOT_CHECK:
        return None
    return view(verdict, service.place.ruleset, tongue, now).headline


def _history(check: StoredCheck, service: Service, tongue: Tongue) -> list[tuple[str, str, str]]:
    """Other answers about the site: id, answer, when."""
    found = service.store.history(check.address.registrable_domain, check.address.host, None, _HISTORY)
    others = [entry for entry in found if entry.check_id != check.id]
    words = catalogue(tongue.code)
    return [
        (entry.check_id, words[f"category.{entry.category}.label"], day(entry.checked_at, tongue)) for entry in others
    ]


def _shared(service: Service, check_id: str) -> str:
    return f"{str(service.settings.public_url).rstrip('/')}/v/{check_id}"


def foreign(request: Request) -> bool:
    """Whether another site's page sent the form: browsers say so, and older ones send an Origin."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site not in ("same-origin", "none")
    origin = request.headers.get("origin")
    return origin is not None and urlsplit(origin).netloc != request.headers.get("host")


def tongue_of(request: Request) -> Tongue:
    """The language of whoever asks."""
    return choose(
        request.query_params.get("lang"), request.cookies.get(COOKIE), request.headers.get("accept-language", "")
    )


def _refusal(request: Request, error: AddressError | Problem) -> str:
    """Why nothing was begun, in the reader's language; what we have no words for, in our own."""
    ours = str(error.detail) if isinstance(error, Problem) else str(error)
    return str(catalogue(tongue_of(request).code).get(f"refused.{error.code}", ours))


def _say(request: Request, sentence: str) -> str:
    """A sentence of the pages in the reader's language; `make messages` knows it by its name."""
    return tongue_of(request).translations.gettext(sentence)


def page(request: Request, name: str, status: int = 200, **values: object) -> Response:
    """A page from its template, in the reader's language."""
    tongue = tongue_of(request)
    environment: Environment = request.app.state.templates
    template = environment.get_template(name)
    text = template.render(
        _=tongue.translations.gettext,
        gettext=tongue.translations.gettext,
        ngettext=tongue.translations.ngettext,
        tongue=tongue,
        languages=NAMES,
        countries=countries(tongue.locale),
        path=values.pop("path", request.url.path),  # where a form is answered without leading on, its page is another
        token=partial(form_token, request),
        **values,
    )
    headers = {"Cache-Control": "private, no-store", "Vary": "Accept-Language, Cookie", "X-Robots-Tag": "noindex"}
    answer = HTMLResponse(text, status, headers)
    keep_form_secret(request, answer)
    return answer
