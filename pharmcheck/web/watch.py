"""The desk's page of a watched list: what changed since when, and where messages about it go.

Plain HTML like the rest of the desk; a receiver's secret is on the page that answers its registration, and on no other.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse

from pharmcheck.api.problems import Problem
from pharmcheck.api.service import Service, service_of
from pharmcheck.api.watch_work import (
    DELIVERIES_SHOWN,
    digest_response,
    new_target,
    own_watch,
    remove_target_of,
    send_again,
    start_watch,
    switch_on,
)
from pharmcheck.digest import Notice
from pharmcheck.exports import DIGEST_FORMATS, defang_all
from pharmcheck.store import Batch, Deliveries, Targets, WatchChange, Watches
from pharmcheck.watch import NewTarget
from pharmcheck.web.desk import at_desk, list_at_desk
from pharmcheck.web.desk_page import desk_page
from pharmcheck.web.identity import admitted
from pharmcheck.web.words import CAUSES, DELIVERIES, FAULTS, NOTICES, PERIODS

_SERVICE = Depends(service_of)
_SHOWN = 200
router = APIRouter(include_in_schema=False, prefix="/desk/{batch_id}/watch", dependencies=[Depends(admitted)])


@router.get("")
async def see(batch_id: str, request: Request, service: Annotated[Service, _SERVICE]) -> Response:
    """What changed, by period, and how messages fare."""
    return await at_desk(request, lambda: _see(request, service, list_at_desk(batch_id, request, service)))


@router.get("/changes.{form}")
async def file(batch_id: str, form: str, request: Request, service: Annotated[Service, _SERVICE]) -> Response:
    """The same as a file."""

    def write() -> Response:
        batch = list_at_desk(batch_id, request, service)
        own_watch(service, batch)
        if form not in DIGEST_FORMATS:
            raise Problem("not_found", "There is no such format.")
        since = _since(request, service)[1]
        return digest_response(service, batch, since, form, {"Cache-Control": "private, no-store"})

    return await at_desk(request, write)


@router.post("")
async def start(batch_id: str, request: Request, service: Annotated[Service, _SERVICE]) -> Response:
    """Watch the list from now on."""
    return await _then_back(request, service, batch_id, lambda batch: start_watch(service, batch))


@router.post("/stop")
async def stop(batch_id: str, request: Request, service: Annotated[Service, _SERVICE]) -> Response:
    """Leave its sites alone."""
    return await _then_back(
        request, service, batch_id, lambda batch: Watches(service.store).stop(batch.id, service.clock())
    )


@router.post("/targets")
async def add(
    batch_id: str, request: Request, service: Annotated[Service, _SERVICE], url: Annotated[str, Form()] = ""
) -> Response:
    """Register a receiver; its secret is shown in this answer only."""

    def register() -> Response:
        batch = list_at_desk(batch_id, request, service)
        try:
            made = new_target(service, batch, url[:5000])
        except Problem as error:
            if error.code != "target_refused":
                raise
            return _see(request, service, batch, problem=str(error.detail), url=url, status=422)
        return _see(request, service, batch, made=made)

    return await at_desk(request, register)


@router.post("/targets/{target_id}/enable")
async def enable(batch_id: str, target_id: str, request: Request, service: Annotated[Service, _SERVICE]) -> Response:
    """Send to a receiver again."""
    return await _then_back(request, service, batch_id, lambda batch: switch_on(service, batch, target_id))


@router.post("/targets/{target_id}/remove")
async def remove(batch_id: str, target_id: str, request: Request, service: Annotated[Service, _SERVICE]) -> Response:
    """Forget a receiver."""
    return await _then_back(request, service, batch_id, lambda batch: remove_target_of(service, batch, target_id))


@router.post("/deliveries/{delivery_id}/replay")
async def replay(batch_id: str, delivery_id: str, request: Request, service: Annotated[Service, _SERVICE]) -> Response:
    """Send a message again, under its old id."""
    return await _then_back(request, service, batch_id, lambda batch: send_again(service, batch, delivery_id))


async def _then_back(request: Request, service: Service, batch_id: str, work: Callable[[Batch], object]) -> Response:
    def do() -> Response:
        batch = list_at_desk(batch_id, request, service)
        work(batch)
        return RedirectResponse(f"/desk/{batch.id}/watch", 303)

    return await at_desk(request, do)


def _since(request: Request, service: Service) -> tuple[int, datetime | None]:
    """The period that was asked for: days, and when it began."""
    asked = request.query_params.get("days", "")
    days = int(asked) if asked in {str(days) for days in PERIODS} else 7
    return days, service.clock() - timedelta(days=days) if days else None


def _see(
    request: Request,
    service: Service,
    batch: Batch,
    *,
    made: NewTarget | None = None,
    problem: str | None = None,
    url: str = "",
    status: int = 200,
) -> Response:
    days, since = _since(request, service)
    watches = Watches(service.store)
    watched = watches.get(batch.id)
    changes = watches.changes(batch.id, since=since, most=_SHOWN, newest=True)
    total, counts = watches.counts(batch.id, since)
    messages = Deliveries(service.store).of_batch(batch.id, DELIVERIES_SHOWN) if watched else []
    targets = Targets(service.store).of_batch(batch.id) if watched else []
    return desk_page(
        request,
        "desk_watch.html",
        status,
        batch=batch,
        watched=watched,
        days=days,
        since=since or (watched.since if watched else None),
        periods=PERIODS,
        counts=[(NOTICES[notice], counts[notice]) for notice in Notice if counts[notice]],
        count=total,
        changes=[_row(change) for change in changes],
        formats=DIGEST_FORMATS,
        targets=targets,
        urls={target.id: defang_all(target.url) for target in targets},
        messages=messages,
        faults=FAULTS,
        deliveries=DELIVERIES,
        path=f"/desk/{batch.id}/watch",
        made=made,
        problem=problem,
        url=url,
    )


def _row(change: WatchChange) -> dict[str, object]:
    return {
        "host": defang_all(change.host),
        "at": change.at,
        "notices": [NOTICES[notice] for notice in change.notices],
        "cause": CAUSES[change.cause],
        "before": change.before_category,
        "before_check": change.before_check,
        "before_reason": change.before_reason,
        "before_machine": change.before_machine,
        "after": change.after_category,
        "after_check": change.after_check,
        "after_reason": change.after_reason,
        "after_machine": change.after_machine,
        "details": [
            (NOTICES[Notice(name)], defang_all(" → ".join(words))) for name, words in sorted(change.details.items())
        ],
    }
