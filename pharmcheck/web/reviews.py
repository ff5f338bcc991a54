"""The desk's other half: what waits for a person, what a person says about a verdict, what an owner is answered.

Nothing said is ever changed; a later word about the same site counts instead.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse

from pharmcheck.address.defanging import defang
from pharmcheck.api.callers import Caller
from pharmcheck.api.checks import start
from pharmcheck.api.problems import Problem
from pharmcheck.api.service import Service, service_of
from pharmcheck.explain import SIGNS, catalogue
from pharmcheck.model import Category
from pharmcheck.reviewing import Action, choices
from pharmcheck.store import Appeal, StoredVerdict, waiting
from pharmcheck.web.identity import admitted, person_of
from pharmcheck.web.language import tongue
from pharmcheck.web.pages import page
from pharmcheck.web.said import MOST_REASON, clean_reason, told_words

LONGEST = timedelta(days=366)
"""How long an override may hold: a site changes, and whoever decided should look again within a year."""
_SHOWN = 100
_SERVICE = Depends(service_of)
router = APIRouter(include_in_schema=False, prefix="/desk", dependencies=[Depends(admitted)])


class _UnfitError(Exception):
    """A form that cannot be taken as it is; says why."""


@router.get("/queue")
async def queue(request: Request, service: Annotated[Service, _SERVICE]) -> Response:
    """What waits for a person, the worst first."""

    def show() -> Response:
        found = waiting(service.store, service.clock())
        rows = [
            {
                "check_id": one.verdict.check_id,
                "host": one.verdict.host.replace(".", "[.]"),
                "destination": one.verdict.destination,
                "sign": SIGNS[one.verdict.category],
                "label": _label(one.verdict.category.value),
                "reason": one.verdict.reason_code.replace("_", " "),
                "why": [overlay.replace("_", " ") for overlay in one.overlays],
                "appeals": one.appeals,
                "checked_at": one.verdict.checked_at,
            }
            for one in found[:_SHOWN]
        ]
        return page(request, "desk_queue.html", person=person_of(request), rows=rows, more=max(0, len(found) - _SHOWN))

    return await asyncio.to_thread(show)


@router.get("/verdicts/{check_id}")
async def see(check_id: str, request: Request, service: Annotated[Service, _SERVICE]) -> Response:
    """A verdict with what was said about it, and the forms to say more."""
    return await asyncio.to_thread(lambda: _page(check_id, request, service))


@router.post("/verdicts/{check_id}")
async def say(
    check_id: str,
    request: Request,
    service: Annotated[Service, _SERVICE],
    action: Annotated[str, Form()] = "",
    category: Annotated[str, Form()] = "",
    reason: Annotated[str, Form()] = "",
    until: Annotated[str, Form()] = "",
) -> Response:
    """Note what a person says about a verdict."""

    def note() -> Response:
        seen = _verdict(check_id, service)
        if seen is None:
            return page(request, "desk_problem.html", 404, problem="There is no verdict with this id.")
        person, now = person_of(request), service.clock()
        try:
            wanted = _action(action)
            chosen, end = (_category(category, seen), _until(until, now)) if wanted is Action.OVERRIDE else (None, None)
            why = _reason(reason, needed=wanted is not Action.CONFIRM)
        except _UnfitError as error:
            return _page(check_id, request, service, str(error), 422)
        service.reviews.add(
            seen, wanted, role=person.role, reason=why, now=now, officer_id=person.id, category=chosen, until=end
        )
        return RedirectResponse(f"/desk/verdicts/{check_id}#said", 303)

    return await asyncio.to_thread(note)


@router.get("/appeals/{number}")
async def appeal(number: str, request: Request, service: Annotated[Service, _SERVICE]) -> Response:
    """What an owner wrote."""
    return await asyncio.to_thread(lambda: _with_appeal(number, request, service, lambda found: _asked(found, request)))


@router.post("/appeals/{number}")
async def answer(
    number: str,
    request: Request,
    service: Annotated[Service, _SERVICE],
    action: Annotated[str, Form()] = "",
    reason: Annotated[str, Form()] = "",
) -> Response:
    """Answer an owner: look again, or say why not."""

    def give(found: Appeal) -> Response:
        person, accepted = person_of(request), action == Action.ACCEPT.value
        new_check = None
        try:
            _can_be(found, action)
            why = _reason(reason, needed=not accepted)
            seen = service.store.get_check(found.word.check_id)
            if accepted and seen is not None:
                new_check, _ = start(service, Caller(f"key:{person.id}", person.id), seen.address, seen.destination)
        except (_UnfitError, Problem) as error:
            sentence = str(error.detail) if isinstance(error, Problem) else str(error)
            return _asked(found, request, sentence, 409 if found.answer else 422)
        service.appeals.answer(
            found, Action(action), reason=why, role=person.role, officer_id=person.id, new_check_id=new_check,
            now=service.clock(),
        )  # fmt: skip
        return RedirectResponse(f"/desk/appeals/{found.word.id}", 303)

    return await asyncio.to_thread(lambda: _with_appeal(number, request, service, give))


def _with_appeal(number: str, request: Request, service: Service, work: Callable[[Appeal], Response]) -> Response:
    short = number.isascii() and number.isdigit() and len(number) < 10  # noqa: PLR2004 - what a column holds
    found = service.appeals.get(int(number)) if short else None
    if found is None:
        return page(request, "desk_problem.html", 404, problem="There is no request with this number.")
    return work(found)


def _asked(found: Appeal, request: Request, problem: str | None = None, status: int = 200) -> Response:
    return page(
        request, "desk_appeal.html", status, person=person_of(request), appeal=found, problem=problem,
        text=defang(found.text, found.word.host),
        host=found.word.host.replace(".", "[.]"), label=_label(found.word.seen_category), most=MOST_REASON,
    )  # fmt: skip


def _page(check_id: str, request: Request, service: Service, problem: str | None = None, status: int = 200) -> Response:
    seen = _verdict(check_id, service)
    if seen is None:
        return page(request, "desk_problem.html", 404, problem="There is no verdict with this id.")
    now = service.clock()
    told = service.reviews.told(seen, now)
    words = service.reviews.of_host(seen.host)
    said = told_words(words, tongue("en"))
    for word, one in zip(words, said, strict=True):
        one["person"] = word.person
    return page(
        request,
        "desk_verdict.html",
        status,
        person=person_of(request),
        problem=problem,
        seen=seen,
        told=told,
        host=seen.host.replace(".", "[.]"),
        label=_label(seen.category.value),
        told_label=_label(told.category.value),
        findings=_findings(seen, service),
        choices=[(one.value, _label(one.value)) for one in choices(seen.category.value)],
        said=said,
        most=MOST_REASON,
        first=(now + timedelta(days=1)).date(),
        last=(now + LONGEST).date(),
    )


def _verdict(check_id: str, service: Service) -> StoredVerdict | None:
    found = service.store.get_check(check_id)
    return found.verdict if found else None


def _findings(seen: StoredVerdict, service: Service) -> list[tuple[str, str]]:
    """What moved the machine, with the first quotation; nothing in it can be clicked by accident."""
    found = []
    for one in service.store.findings_of(seen.check_id):
        if one["outcome"] == "present" and not one["shadow"] and one["effect"]:
            quote = one["evidence"][0]["quote"] if one["evidence"] else one["reason"] or ""
            found.append((one["rule"], defang(quote, seen.host, seen.registrable_domain)))
    return found


def _label(category: str) -> str:
    return str(catalogue("en")[f"category.{category}.label"])


def _action(text: str) -> Action:
    if text not in (Action.CONFIRM.value, Action.OVERRIDE.value, Action.DISPUTE.value):
        raise _UnfitError("Choose what to do: confirm, judge otherwise or dispute.")
    return Action(text)


def _can_be(found: Appeal, action: str) -> None:
    """Whether an appeal can be answered so."""
    if found.answer is not None:
        raise _UnfitError("Somebody has answered already.")
    if action not in (Action.ACCEPT.value, Action.REFUSE.value):
        raise _UnfitError("Choose what to do.")


def _category(text: str, seen: StoredVerdict) -> Category:
    if text not in {one.value for one in choices(seen.category.value)}:
        raise _UnfitError(
            "A person can make a verdict danger or caution, or take danger and caution back; only a register verifies."
        )
    return Category(text)


def _until(text: str, now: datetime) -> datetime:
    try:
        day = date.fromisoformat(text.strip()[:10])
    except ValueError:
        raise _UnfitError("Say on which day it falls away, as 2027-01-31.") from None
    end = datetime(day.year, day.month, day.day, tzinfo=UTC)
    if not now < end <= now + LONGEST:
        raise _UnfitError("The day on which it falls away lies between tomorrow and a year from now.")
    return end


def _reason(text: str, *, needed: bool) -> str:
    kept = clean_reason(text)
    if needed and not kept:
        raise _UnfitError("Give a reason: everybody who sees the verdict sees it.")
    return kept
