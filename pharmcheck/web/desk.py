"""The desk: hand in a list, look through it, run it, sort its answers.

Plain HTML; every form leads on by 303.  `identity` says who somebody is and what they may do.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse

from pharmcheck.address.defanging import defang
from pharmcheck.api.documents import batch_state, checks_per_second
from pharmcheck.api.evidence import package_response
from pharmcheck.api.lists import cancel_list, own_list, read_form, start_list, take_list
from pharmcheck.api.problems import Problem
from pharmcheck.api.reports import compared, report_response
from pharmcheck.api.service import Service, service_of
from pharmcheck.changes import Change
from pharmcheck.exports import FORMATS, MEDIA_TYPES, changes_html, defang_all, item_document, make_report
from pharmcheck.exports.networks import beside_sentence
from pharmcheck.exports.report import KINDS
from pharmcheck.networks import known_things
from pharmcheck.ruleset import Ruleset
from pharmcheck.store import Batch, NetworkViews, Order, Rows
from pharmcheck.store.network_views import Beside
from pharmcheck.web.desk_page import desk_page, problem_page, rule_message, told
from pharmcheck.web.identity import admitted, person_of
from pharmcheck.web.language import Tongue
from pharmcheck.web.pages import tongue_of
from pharmcheck.web.words import CHANGES, ERRORS, ORDERS, because

_PAGE = 50
_SERVICE = Depends(service_of)
router = APIRouter(include_in_schema=False, prefix="/desk", dependencies=[Depends(admitted)])


async def at_desk(request: Request, work: Callable[[], Response]) -> Response:
    """Do some work in a thread; say on a page what went wrong."""
    try:
        return await asyncio.to_thread(work)
    except Problem as error:
        return problem_page(request, error.status_code, str(error.detail))


def list_at_desk(batch_id: str, request: Request, service: Service) -> Batch:
    """A list of whoever is at the desk.  Raises Problem for one of somebody else, as for one that is not there."""
    return own_list(service, batch_id, person_of(request).id)


@router.get("")
async def desk(request: Request, service: Annotated[Service, _SERVICE]) -> Response:
    """Hand in a list, and the lists of before."""

    def show() -> Response:
        person = person_of(request)
        lists = [_row(one, service) for one in service.batches.of_owner(person.id)]
        return desk_page(request, "desk.html", lists=lists)

    return await at_desk(request, show)


@router.post("")
async def hand_in(request: Request, service: Annotated[Service, _SERVICE]) -> Response:
    """Take a file as a draft, and show what would be checked."""
    try:
        handed = await read_form(request)
    except Problem as error:
        return problem_page(request, error.status_code, str(error.detail))

    def take() -> Response:
        batch = take_list(service, person_of(request).id, handed)
        return RedirectResponse(f"/desk/{batch.id}", 303)

    return await at_desk(request, take)


@router.get("/evidence/{check_id}")
async def evidence(check_id: str, request: Request, service: Annotated[Service, _SERVICE]) -> Response:
    """A check with all that it rests on, as a package."""
    kept = {"Cache-Control": "private, no-store"}
    return await at_desk(request, lambda: package_response(service, check_id, kept))


@router.post("/{batch_id}/start")
async def start(batch_id: str, request: Request, service: Annotated[Service, _SERVICE]) -> Response:
    """Begin with a draft."""

    def begin() -> Response:
        start_list(service, list_at_desk(batch_id, request, service))
        return RedirectResponse(f"/desk/{batch_id}", 303)

    return await at_desk(request, begin)


@router.post("/{batch_id}/cancel")
async def cancel(batch_id: str, request: Request, service: Annotated[Service, _SERVICE]) -> Response:
    """Call a list off."""

    def end() -> Response:
        cancel_list(service, list_at_desk(batch_id, request, service))
        return RedirectResponse(f"/desk/{batch_id}", 303)

    return await at_desk(request, end)


@router.get("/{batch_id}")
async def see(batch_id: str, request: Request, service: Annotated[Service, _SERVICE]) -> Response:
    """A list: what was handed in, how far it is, its rows with their answers."""
    return await at_desk(request, lambda: _see(batch_id, request, service))


@router.get("/{batch_id}/progress")
async def progress(batch_id: str, request: Request, service: Annotated[Service, _SERVICE]) -> Response:
    """The part of the page that changes while a list runs."""

    def show() -> Response:
        batch = list_at_desk(batch_id, request, service)
        if batch.state in ("done", "cancelled"):
            return Response(headers={"HX-Redirect": f"/desk/{batch_id}"})
        return desk_page(request, "desk_progress.html", batch=batch, pace=_pace(batch, service))

    return await at_desk(request, show)


@router.get("/{batch_id}/report.{form}")
async def report(batch_id: str, form: str, request: Request, service: Annotated[Service, _SERVICE]) -> Response:
    """The results as a file."""

    def write() -> Response:
        batch = list_at_desk(batch_id, request, service)
        if form not in FORMATS:
            raise Problem("not_found", "There is no such format.")
        return report_response(service, batch, form, {"Cache-Control": "private, no-store"})

    return await at_desk(request, write)


@router.get("/{batch_id}/changes")
async def changes(batch_id: str, request: Request, service: Annotated[Service, _SERVICE]) -> Response:
    """What changed since an earlier run, as a page to keep."""

    def write() -> Response:
        after = list_at_desk(batch_id, request, service)
        before = list_at_desk(request.query_params.get("since", ""), request, service)
        text = b"".join(changes_html(compared(service, before, after), before, after))
        headers = {
            "Cache-Control": "private, no-store",
            "Content-Disposition": f'attachment; filename="pharmcheck-changes-{after.id}.html"',
        }
        return Response(text, headers=headers, media_type=MEDIA_TYPES["html"])

    return await at_desk(request, write)


def _see(batch_id: str, request: Request, service: Service) -> Response:
    batch = list_at_desk(batch_id, request, service)
    asked = request.query_params
    kind = asked.get("kind") if asked.get("kind") in KINDS else None
    report = make_report(service.store, batch, service.clock())
    category = asked.get("category") if asked.get("category") in {name for name, _, _ in report.counts()} else None
    order = Order(asked["order"]) if asked.get("order") in set(Order) else Order.ROW
    text = asked.get("text", "")[:100]
    number = min(int(asked.get("page", "1")[:6]) if asked.get("page", "1")[:6].isdigit() else 1, 10_000) or 1
    found, count = service.batches.find(
        batch.id, Rows(kind, category, text or None), order, (number - 1) * _PAGE, _PAGE, service.clock()
    )
    domains = [item.document["address"]["registrable_domain"] for item in found if item.document]
    beside = NetworkViews(service.store).beside(domains, known_things(service.place.ruleset))
    chosen = {"kind": kind or "", "category": category or "", "order": order.value, "text": text}
    owned = service.batches.of_owner(person_of(request).id)
    earlier = [one for one in owned if one.id != batch.id and one.created_at < batch.created_at]
    tongue, ruleset = tongue_of(request), service.place.ruleset
    return desk_page(
        request,
        "desk_list.html",
        batch=batch,
        pace=_pace(batch, service),
        facts=report.facts(),
        counts=[(name, number) for name, _, number in report.counts()],
        kinds=KINDS,
        orders={one.value: words for one, words in ORDERS.items()},
        items=[_item(item_document(item), beside, ruleset, tongue) for item in found],
        count=count,
        chosen=chosen,
        number=number,
        pages=-(-count // _PAGE),
        changes=_counted(service, earlier[0], batch) if earlier and batch.state == "done" and not asked else None,
        earlier=earlier,
        before=_link(batch, chosen, number - 1) if number > 1 else None,
        after=_link(batch, chosen, number + 1) if number * _PAGE < count else None,
        formats=FORMATS,
    )


def _pace(batch: Batch, service: Service) -> dict[str, object]:
    """How far it is, for people."""
    pace = checks_per_second(batch, service.clock())
    minutes = max(1, round((batch.total - batch.done) / pace / 60)) if pace else None
    return {
        "state": batch_state(batch, service.clock()),
        "per_minute": round(60 * pace) if pace else None,
        "minutes_left": minutes,
    }


def _row(batch: Batch, service: Service) -> dict[str, object]:
    return {"batch": batch, "state": batch_state(batch, service.clock())}


def _link(batch: Batch, chosen: dict[str, str], number: int) -> str:
    return f"/desk/{batch.id}?{urlencode({**chosen, 'page': number})}#rows"


def _counted(service: Service, before: Batch, after: Batch) -> list[tuple[str, int]] | None:
    """How many sites changed since an earlier run of the same list; None when they are other lists."""
    if before.upload_sha256 != after.upload_sha256 and before.name != after.name:
        return None
    counts = Counter(one.change for one in compared(service, before, after))
    return [(CHANGES[change], counts[change]) for change in Change if counts[change]]


def _item(item: dict[str, object], beside: dict[str, Beside], ruleset: Ruleset, tongue: Tongue) -> dict[str, object]:
    """A row as the page shows it, in the reader's language: nothing in it can be clicked by accident."""
    verdict = item["verdict"] if isinstance(item["verdict"], dict) else None
    near = beside.get(verdict["address"]["registrable_domain"]) if verdict else None
    problem = str(item["problem"] or ERRORS.get(str(item["error_code"]), item["error_code"]) or "")
    return {
        **item,
        "input": defang_all(str(item["input"])),
        "after": defang_all(str(item["url"] or "")),
        "why": _why(verdict, ruleset, tongue) if verdict else told(problem, tongue),
        "note": defang_all(told(str(item["note"] or ""), tongue)),
        "network": near.network if near else None,
        "beside": beside_sentence(near) if near else "",
        "category": verdict["category"] if verdict else None,
    }


def _why(verdict: dict[str, Any], ruleset: Ruleset, tongue: Tongue) -> str:
    """The first reason of a verdict; of one that a person gave, theirs."""
    say = tongue.translations.gettext
    if verdict.get("override"):
        return f"{say(because(verdict['reason_code']))}: {defang_all(verdict['override']['reason'])}"
    if not verdict["reasons"]:
        return say(because(verdict["reason_code"]))
    first = verdict["reasons"][0]
    ours = first["message"] if tongue.code == "en" else rule_message(first["rule"], ruleset, tongue)
    return defang(ours or say(because(verdict["reason_code"])), verdict["address"]["host"])
