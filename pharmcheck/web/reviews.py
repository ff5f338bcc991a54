"""The desk's other half: what waits for a person, what a person says about a verdict, what an owner is answered.

Nothing said is ever changed; a later word about the same site counts instead.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse

from pharmcheck.address.defanging import defang
from pharmcheck.api.callers import Caller
from pharmcheck.api.checks import start
from pharmcheck.api.problems import Problem
from pharmcheck.api.service import Service, service_of
from pharmcheck.explain import SIGNS, explain
from pharmcheck.messages.evidence import in_language
from pharmcheck.model import Category
from pharmcheck.reviewing import Action, choices
from pharmcheck.store import Appeal, StoredVerdict, verdict_of, waiting
from pharmcheck.web.desk_page import desk_page, labels, problem_page, rule_message
from pharmcheck.web.identity import admitted, person_of
from pharmcheck.web.language import Tongue, marked
from pharmcheck.web.pages import tongue_of
from pharmcheck.web.said import MOST_REASON, clean_reason, told_words
from pharmcheck.web.words import WAITS

LONGEST = timedelta(days=366)
"""How long an override may hold: a site changes, and whoever decided should look again within a year."""
_SHOWN = 100
_NO_VERDICT = marked("There is no verdict with this id.")
_NOTHING_GIVEN: Mapping[str, str] = {"action": "", "category": "", "reason": "", "until": ""}
_SERVICE = Depends(service_of)
router = APIRouter(include_in_schema=False, prefix="/desk", dependencies=[Depends(admitted)])


class _UnfitError(Exception):
    """A form that cannot be taken as it is; says why."""


@router.get("/queue")
async def queue(request: Request, service: Annotated[Service, _SERVICE]) -> Response:
    """What waits for a person, the worst first."""

    def show() -> Response:
        found, named = waiting(service.store, service.clock()), labels(tongue_of(request))
        rows = [
            {
                "check_id": one.verdict.check_id,
                "host": one.verdict.host.replace(".", "[.]"),
                "destination": one.verdict.destination,
                "sign": SIGNS[one.verdict.category],
                "label": named[one.verdict.category.value],
                "reason": one.verdict.reason_code,
                "why": one.overlays,
                "appeals": one.appeals,
                "checked_at": one.verdict.checked_at,
            }
            for one in found[:_SHOWN]
        ]
        return desk_page(request, "desk_queue.html", rows=rows, more=max(0, len(found) - _SHOWN), waits=WAITS)

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
            return problem_page(request, 404, _NO_VERDICT)
        person, now = person_of(request), service.clock()
        try:
            wanted = _action(action)
            chosen, end = (_category(category, seen), _until(until, now)) if wanted is Action.OVERRIDE else (None, None)
            why = _reason(reason, needed=wanted is not Action.CONFIRM)
        except _UnfitError as error:
            given = {"action": action, "category": category, "reason": reason[:MOST_REASON], "until": until[:10]}
            return _page(check_id, request, service, str(error), 422, given)
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
        return problem_page(request, 404, marked("There is no request with this number."))
    return work(found)


def _asked(found: Appeal, request: Request, problem: str | None = None, status: int = 200) -> Response:
    return desk_page(
        request, "desk_appeal.html", status, appeal=found, problem=problem, text=defang(found.text, found.word.host),
        host=found.word.host.replace(".", "[.]"), label=labels(tongue_of(request))[found.word.seen_category],
        most=MOST_REASON,
    )  # fmt: skip


def _page(
    check_id: str, request: Request, service: Service, problem: str | None = None, status: int = 200,
    given: Mapping[str, str] | None = None,
) -> Response:  # fmt: skip
    """`given` is what somebody wrote in a form that could not be taken: they need not write it again."""
    seen = _verdict(check_id, service)
    if seen is None:
        return problem_page(request, 404, _NO_VERDICT)
    now = service.clock()
    told = service.reviews.told(seen, now)
    words = service.reviews.of_host(seen.host)
    said = told_words(words, tongue_of(request))
    for word, one in zip(words, said, strict=True):
        one["person"] = word.person
    named = labels(tongue_of(request))
    return desk_page(
        request,
        "desk_verdict.html",
        status,
        problem=problem,
        seen=seen,
        told_today=told,
        given=given or _NOTHING_GIVEN,
        host=seen.host.replace(".", "[.]"),
        label=named[seen.category.value],
        told_label=named[told.category.value],
        findings=_findings(seen, service, tongue_of(request)),
        choices=[(one.value, named[one.value]) for one in choices(seen.category.value)],
        said=said,
        most=MOST_REASON,
        first=(now + timedelta(days=1)).date(),
        last=(now + LONGEST).date(),
    )


def _verdict(check_id: str, service: Service) -> StoredVerdict | None:
    found = service.store.get_check(check_id)
    return found.verdict if found else None


def _findings(seen: StoredVerdict, service: Service, tongue: Tongue) -> list[tuple[str, str, str]]:
    """What moved the machine, reasons first, with the first quotation; nothing in it can be clicked by accident."""
    ruleset, verdict = service.place.ruleset, verdict_of(seen)
    reasons = {}
    if verdict is not None:
        told = explain(verdict, ruleset, tongue.code).why
        reasons = {finding.rule_id: why.message for finding, why in zip(verdict.reasons, told, strict=True)}
    found = []
    for one in service.store.findings_of(seen.check_id):
        if one["outcome"] == "present" and not one["shadow"] and one["effect"]:
            quote = in_language(one["evidence"][0]["quote"] if one["evidence"] else one["reason"] or "", tongue.code)
            says = reasons.get(one["rule"]) or rule_message(one["rule"], ruleset, tongue)
            found.append((one["rule"], says, defang(quote, seen.host, seen.registrable_domain)))
    return sorted(found, key=lambda one: one[0] not in reasons)


def _action(text: str) -> Action:
    if text not in (Action.CONFIRM.value, Action.OVERRIDE.value, Action.DISPUTE.value):
        raise _UnfitError(marked("Choose what to do: confirm, judge otherwise or dispute."))
    return Action(text)


def _can_be(found: Appeal, action: str) -> None:
    """Whether an appeal can be answered so."""
    if found.answer is not None:
        raise _UnfitError(marked("Somebody has answered already."))
    if action not in (Action.ACCEPT.value, Action.REFUSE.value):
        raise _UnfitError(marked("Choose what to do."))


def _category(text: str, seen: StoredVerdict) -> Category:
    if text not in {one.value for one in choices(seen.category.value)}:
        raise _UnfitError(marked("A person can accuse, or take an accusation back. Only a register verifies."))
    return Category(text)


def _until(text: str, now: datetime) -> datetime:
    try:
        day = date.fromisoformat(text.strip()[:10])
    except ValueError:
        raise _UnfitError(marked("Say on which day it falls away, as 2027-01-31.")) from None
    end = datetime(day.year, day.month, day.day, tzinfo=UTC)
    if not now < end <= now + LONGEST:
        raise _UnfitError(marked("The day on which it falls away lies between tomorrow and a year from now."))
    return end


def _reason(text: str, *, needed: bool) -> str:
    kept = clean_reason(text)
    if needed and not kept:
        raise _UnfitError(marked("Give a reason: everybody who sees the verdict sees it."))
    return kept
