"""`/v1/batches/{id}/watch`: have a list looked at again, read what changed, and say where messages about it go."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from fastapi.responses import StreamingResponse

from pharmcheck.api.documents import json_bytes
from pharmcheck.api.lists import COMMON, BatchId, own_of_caller
from pharmcheck.api.openapi import answers, file_answer, problems
from pharmcheck.api.service import Service, service_of
from pharmcheck.api.watch_schemas import (
    CHANGE_EXAMPLE,
    DELIVERY_EXAMPLE,
    TARGET_EXAMPLE,
    WATCH_EXAMPLE,
    DeliveriesOut,
    NewTargetOut,
    TargetRequest,
    WatchChangesOut,
    WatchOut,
)
from pharmcheck.api.watch_work import (
    digest_response,
    in_utc,
    new_target,
    newest_deliveries,
    own_watch,
    public_url,
    remove_target_of,
    send_again,
    start_watch,
    switch_on,
    target_document,
    watch_document,
)
from pharmcheck.exports import DIGEST_FORMATS, MEDIA_TYPES
from pharmcheck.store import Batch, Watches
from pharmcheck.watch import change_document

router = APIRouter(prefix="/v1/batches/{batch_id}/watch", tags=["watch"])
_PAGE, _MOST_PAGE = 50, 200
_SERVICE = Depends(service_of)
_HERE = (*COMMON, "no_batch", "no_watch")
_BODY = ("expected_json", "malformed", "body_too_large")
TargetId = Annotated[str, Path(max_length=64, description="Id of a target.", examples=[TARGET_EXAMPLE["id"]])]
DeliveryId = Annotated[str, Path(max_length=64, description="A webhook-id.", examples=[DELIVERY_EXAMPLE["id"]])]
Since = Annotated[datetime | None, Query(description="Looks since then; a time without a zone is UTC.")]


@router.post("", responses={
    **answers(200, "The list is watched.", WatchOut, WATCH_EXAMPLE),
    **problems(*COMMON, *_BODY, "no_batch", "still_a_draft"),
})  # fmt: skip
async def start(batch_id: BatchId, request: Request, service: Annotated[Service, _SERVICE]) -> Response:
    """Have the sites of a list looked at again from now on.  Send an empty JSON body."""
    return await _answer(request, service, batch_id, lambda batch: watch_document(service, start_watch(service, batch)))


@router.get("", responses={**answers(200, "How it stands.", WatchOut, WATCH_EXAMPLE), **problems(*_HERE)})
async def see(batch_id: BatchId, request: Request, service: Annotated[Service, _SERVICE]) -> Response:
    """See how a list is watched."""
    return await _answer(request, service, batch_id, lambda batch: watch_document(service, own_watch(service, batch)))


@router.delete("", responses={
    **answers(200, "Its sites are left alone.", WatchOut, {**WATCH_EXAMPLE, "active": False}), **problems(*_HERE),
})  # fmt: skip
async def stop(batch_id: BatchId, request: Request, service: Annotated[Service, _SERVICE]) -> Response:
    """Stop looking.  What changed so far stays."""

    def end(batch: Batch) -> dict[str, Any]:
        own_watch(service, batch)
        Watches(service.store).stop(batch.id, service.clock())
        return watch_document(service, own_watch(service, batch))

    return await _answer(request, service, batch_id, end)


@router.get("/changes", responses={
    **answers(200, "As they were noted.", WatchChangesOut, {"items": [CHANGE_EXAMPLE], "next": None}),
    **problems(*_HERE),
})  # fmt: skip
async def changes(
    batch_id: BatchId,
    request: Request,
    service: Annotated[Service, _SERVICE],
    since: Since = None,
    after: Annotated[int, Query(ge=0, le=2**31 - 1, description="Number behind which to go on.")] = 0,
    limit: Annotated[int, Query(ge=1, le=_MOST_PAGE)] = _PAGE,
) -> Response:
    """What changed, with the evidence before and after."""

    def read(batch: Batch) -> dict[str, Any]:
        own_watch(service, batch)
        found = Watches(service.store).changes(batch.id, since=in_utc(since), after=after, most=limit)
        here = f"/v1/batches/{batch.id}/watch/changes"
        following = f"{here}?after={found[-1].number}&limit={limit}" if len(found) == limit else None
        return {"items": [change_document(one, public_url(service)) for one in found], "next": following}

    return await _answer(request, service, batch_id, read)


@router.get("/changes.{form}", response_class=StreamingResponse, responses={
    **file_answer("The digest.", *(MEDIA_TYPES[form] for form in DIGEST_FORMATS)), **problems(*_HERE, "not_found"),
})  # fmt: skip
async def changes_file(
    batch_id: BatchId,
    form: Annotated[str, Path(pattern="^(csv|jsonl)$", description="The format.", examples=["csv"])],
    request: Request,
    service: Annotated[Service, _SERVICE],
    since: Since = None,
) -> Response:
    """The digest as a file."""

    def write() -> Response:
        batch, fields = own_of_caller(request, service, batch_id)
        own_watch(service, batch)
        return digest_response(service, batch, in_utc(since), form, fields)

    return await asyncio.to_thread(write)


@router.post("/targets", status_code=201, responses={
    **answers(201, "Registered; keep its secret.", NewTargetOut, {**TARGET_EXAMPLE, "secret": "whsec_…"}),
    **problems(*_HERE, *_BODY, "target_refused"),
})  # fmt: skip
async def add_target(
    batch_id: BatchId, wanted: TargetRequest, request: Request, service: Annotated[Service, _SERVICE]
) -> Response:
    """Have signed messages sent there.  The secret is shown once."""

    def add(batch: Batch) -> dict[str, Any]:
        made = new_target(service, batch, wanted.url)
        return {**target_document(made.target), "secret": made.secret}

    return await _answer(request, service, batch_id, add, 201)


@router.post("/targets/{target_id}/enable", responses={
    **answers(200, "What waited for it goes out.", WatchOut, WATCH_EXAMPLE), **problems(*_HERE, *_BODY, "no_target"),
})  # fmt: skip
async def enable_target(
    batch_id: BatchId, target_id: TargetId, request: Request, service: Annotated[Service, _SERVICE]
) -> Response:
    """Switch a target on again that was switched off.  Send an empty JSON body."""

    def enable(batch: Batch) -> dict[str, Any]:
        switch_on(service, batch, target_id)
        return watch_document(service, own_watch(service, batch))

    return await _answer(request, service, batch_id, enable)


@router.delete("/targets/{target_id}", responses={
    **answers(200, "Forgotten with its messages.", WatchOut, WATCH_EXAMPLE), **problems(*_HERE, "no_target"),
})  # fmt: skip
async def remove_target(
    batch_id: BatchId, target_id: TargetId, request: Request, service: Annotated[Service, _SERVICE]
) -> Response:
    """Forget a target, its secret and its messages."""

    def remove(batch: Batch) -> dict[str, Any]:
        remove_target_of(service, batch, target_id)
        return watch_document(service, own_watch(service, batch))

    return await _answer(request, service, batch_id, remove)


@router.get("/deliveries", responses={
    **answers(200, "The newest first.", DeliveriesOut, {"items": [DELIVERY_EXAMPLE]}), **problems(*_HERE),
})  # fmt: skip
async def deliveries(batch_id: BatchId, request: Request, service: Annotated[Service, _SERVICE]) -> Response:
    """The messages about a list, with every attempt: when, what came of it, whose fault that was."""

    def read(batch: Batch) -> dict[str, Any]:
        own_watch(service, batch)
        return newest_deliveries(service, batch)

    return await _answer(request, service, batch_id, read)


@router.post("/deliveries/{delivery_id}/replay", status_code=202, responses={
    **answers(202, "It goes out again, under the same webhook-id.", DeliveriesOut, {"items": [DELIVERY_EXAMPLE]}),
    **problems(*_HERE, *_BODY, "no_target"),
})  # fmt: skip
async def replay(
    batch_id: BatchId, delivery_id: DeliveryId, request: Request, service: Annotated[Service, _SERVICE]
) -> Response:
    """Send a message again.  Send an empty JSON body."""

    def again(batch: Batch) -> dict[str, Any]:
        own_watch(service, batch)
        send_again(service, batch, delivery_id)
        return newest_deliveries(service, batch)

    return await _answer(request, service, batch_id, again, 202)


async def _answer(
    request: Request, service: Service, batch_id: str, work: Callable[[Batch], dict[str, Any]], status: int = 200
) -> Response:
    def do() -> Response:
        batch, fields = own_of_caller(request, service, batch_id)
        return Response(json_bytes(work(batch)), status, fields, "application/json")

    return await asyncio.to_thread(do)
