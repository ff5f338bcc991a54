"""`/v1/batches`: a list of sites, checked in the background.  Needs a key; rows that are no address are told, each."""

from __future__ import annotations

import asyncio
import hashlib
import io
from collections.abc import Iterator, Sequence
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import ValidationError
from starlette.datastructures import UploadFile

from pharmcheck.api.callers import Kind
from pharmcheck.api.checks import read_address
from pharmcheck.api.documents import batch_document, item_document, json_bytes
from pharmcheck.api.openapi import answers, problems
from pharmcheck.api.problems import Problem, invalid
from pharmcheck.api.schemas import BatchOut, BatchRequest, ItemsOut
from pharmcheck.api.service import Service, service_of
from pharmcheck.errors import AddressError
from pharmcheck.exports.table import csv_lines
from pharmcheck.store import Batch, NewCheck, NewItem, QueueName, Scope, new_check_id

MOST_RUNNING = 2
_PAGE, _MOST_PAGE = 50, 200

router = APIRouter(prefix="/v1/batches", tags=["batches"])
BatchId = Annotated[str, Path(description="Id of a batch.", examples=["7c0d1e2f3a4b5c6d7e8f901234567890"])]
_SERVICE = Depends(service_of)
_COMMON = ("bad_key", "key_required", "scope", "quota")
_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": BatchRequest.model_json_schema(),
                "example": {"urls": ["pharmacy.example.com", "hxxps://pills[.]example[.]net"], "destination": None},
            },
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {
                        "file": {"type": "string", "format": "binary", "description": "One address a line, UTF-8."},
                        "destination": {"type": "string", "pattern": "^[A-Z]{2}$"},
                    },
                }
            },
        },
    }
}
_EXAMPLE = {
    "id": "7c0d1e2f3a4b5c6d7e8f901234567890", "state": "running", "destination": None,
    "created_at": "2026-11-28T09:29:52Z", "cancelled_at": None, "rows": 3, "refused": 1,
    "progress": {"done": 1, "total": 2, "eta": "2026-11-28T09:31:02Z"}, "states": {"done": 1, "running": 1},
    "links": {"self": "/v1/batches/7c0d1e2f3a4b5c6d7e8f901234567890"},
}  # fmt: skip


@router.post("", status_code=202, openapi_extra=_BODY, responses={
    **answers(202, "Taken; `Location` says where to look.", BatchOut, _EXAMPLE),
    **problems(*_COMMON, "malformed", "invalid_request", "expected_json", "body_too_large", "too_many_batches"),
})  # fmt: skip
async def hand_in(request: Request, service: Annotated[Service, _SERVICE]) -> Response:
    """Hand in a list: JSON, or a text file with an address a line."""
    caller = await asyncio.to_thread(service.caller, request.scope)
    owner = caller.need(Scope.BATCH)
    wanted, digest = await _read(request)
    return await asyncio.to_thread(_take, service, owner, wanted, digest, service.door.count(caller, Kind.READ))


def _take(service: Service, owner: str, wanted: BatchRequest, digest: str, fields: dict[str, str]) -> Response:
    if service.batches.running(owner) >= MOST_RUNNING:
        sentence = f"At most {MOST_RUNNING} batches of a key run at a time; wait for one or cancel it."
        raise Problem("too_many_batches", sentence, headers=fields)
    checks, items = _plan(service, owner, wanted)
    now, identifier = service.clock(), new_check_id()
    batch_checks = [NewCheck(c.id, c.address, c.destination, identifier, owner) for c in checks]
    service.queue.submit(batch_checks, QueueName.BATCH, now)
    service.batches.create(identifier, owner, wanted.destination, items, now, upload_sha256=digest)
    service.wake(QueueName.BATCH, [check.id for check in checks])
    batch = _own(service, identifier, owner)
    headers = {**fields, "Location": f"/v1/batches/{identifier}", "Cache-Control": "private, no-store"}
    return Response(json_bytes(batch_document(batch, now)), 202, headers, "application/json")


def _plan(service: Service, owner: str, wanted: BatchRequest) -> tuple[list[NewCheck], list[NewItem]]:
    """A check for each site once, and for each row which check answers it or why none does."""
    by_host: dict[str, NewCheck] = {}
    items: list[NewItem] = []
    for row, text in enumerate(wanted.urls, start=1):
        try:
            address = read_address(text, service)
        except AddressError as error:
            items.append(NewItem(row, text, problem=str(error)))
            continue
        check = by_host.setdefault(address.host, NewCheck(new_check_id(), address, wanted.destination, owner=owner))
        items.append(NewItem(row, text, check.id))
    return list(by_host.values()), items


async def _read(request: Request) -> tuple[BatchRequest, str]:
    """What is wanted, and the digest of how it was sent.  Raises Problem."""
    try:
        if not request.headers.get("content-type", "").startswith("multipart/form-data"):
            raw = await request.body()
            return BatchRequest.model_validate_json(raw), hashlib.sha256(raw).hexdigest()
        async with request.form(max_files=1, max_fields=5, max_part_size=64 * 1024) as form:
            file, destination = form.get("file"), form.get("destination")
            if not isinstance(file, UploadFile):
                raise Problem("invalid_request", "Send the list as the part `file`.")
            raw = await file.read()
        wanted = BatchRequest.model_validate({"urls": _lines(raw), "destination": destination or None})
    except ValidationError as error:
        raise invalid([{**one, "loc": ("body", *one["loc"])} for one in error.errors()]) from None
    return wanted, hashlib.sha256(raw).hexdigest()


def _lines(raw: bytes) -> Sequence[str]:
    text = io.StringIO(raw.decode("utf-8-sig", "replace"))
    return [line.strip()[:4096] for line in text if line.strip() and not line.startswith("#")]


@router.get("/{batch_id}", responses={
    **answers(200, "The batch as it stands.", BatchOut, _EXAMPLE), **problems(*_COMMON, "no_batch"),
})  # fmt: skip
async def see(batch_id: BatchId, request: Request, service: Annotated[Service, _SERVICE]) -> Response:
    """See how far a list is."""

    def read() -> Response:
        batch, fields = _mine(request, service, batch_id)
        return Response(json_bytes(batch_document(batch, service.clock())), 200, fields, "application/json")

    return await asyncio.to_thread(read)


@router.delete("/{batch_id}", responses={
    **answers(200, "Called off; what runs is finished.", BatchOut, {**_EXAMPLE, "state": "cancelled"}),
    **problems(*_COMMON, "no_batch"),
})  # fmt: skip
async def cancel(batch_id: BatchId, request: Request, service: Annotated[Service, _SERVICE]) -> Response:
    """Call a list off.  Its answers so far stay."""

    def end() -> Response:
        batch, fields = _mine(request, service, batch_id)
        now = service.clock()
        service.batches.cancel(batch.id, now)
        service.queue.cancel_batch(batch.id, now)
        document = batch_document(_own(service, batch.id, batch.owner), now)
        return Response(json_bytes(document), 200, fields, "application/json")

    return await asyncio.to_thread(end)


@router.get("/{batch_id}/items", responses={
    **answers(200, "Rows in the order of the list.", ItemsOut, {"items": [], "next": None}),
    **problems(*_COMMON, "no_batch"),
})  # fmt: skip
async def items(
    batch_id: BatchId,
    request: Request,
    service: Annotated[Service, _SERVICE],
    after: Annotated[int, Query(ge=0, le=1_000_000, description="Row behind which to go on.")] = 0,
    limit: Annotated[int, Query(ge=1, le=_MOST_PAGE)] = _PAGE,
) -> Response:
    """The rows with their answers so far."""

    def read() -> Response:
        batch, fields = _mine(request, service, batch_id)
        found = service.batches.items(batch.id, after, limit)
        following = f"/v1/batches/{batch.id}/items?after={found[-1].row}&limit={limit}" if len(found) == limit else None
        document = {"items": [item_document(item) for item in found], "next": following}
        return Response(json_bytes(document), 200, fields, "application/json")

    return await asyncio.to_thread(read)


@router.get("/{batch_id}/report.csv", response_class=StreamingResponse, responses={
    200: {"description": "The list as a table.", "content": {"text/csv": {"schema": {"type": "string"}}}},
    **problems(*_COMMON, "no_batch"),
})  # fmt: skip
async def report_csv(batch_id: BatchId, request: Request, service: Annotated[Service, _SERVICE]) -> Response:
    """The list as a table for a spreadsheet, with every cell defused."""
    batch, fields = await asyncio.to_thread(_mine, request, service, batch_id)
    rows = (item_document(item) for item in service.batches.all_items(batch.id))
    return _file(csv_lines(rows), "text/csv; charset=utf-8", f"{batch.id}.csv", fields)


@router.get("/{batch_id}/report.jsonl", response_class=StreamingResponse, responses={
    200: {"description": "A row a line.", "content": {"application/jsonl": {"schema": {"type": "string"}}}},
    **problems(*_COMMON, "no_batch"),
})  # fmt: skip
async def report_jsonl(batch_id: BatchId, request: Request, service: Annotated[Service, _SERVICE]) -> Response:
    """The list with whole verdicts, a JSON document a line."""
    batch, fields = await asyncio.to_thread(_mine, request, service, batch_id)
    rows = (json_bytes(item_document(item)) + b"\n" for item in service.batches.all_items(batch.id))
    return _file(rows, "application/jsonl", f"{batch.id}.jsonl", fields)


def _file(rows: Iterator[bytes], kind: str, name: str, fields: dict[str, str]) -> Response:
    headers = {**fields, "Content-Disposition": f'attachment; filename="pharmcheck-{name}"'}
    return StreamingResponse(rows, headers=headers, media_type=kind)


def _mine(request: Request, service: Service, batch_id: str) -> tuple[Batch, dict[str, str]]:
    """A batch of the caller's own, and the headers of the answer.  Another's does not exist, for this caller."""
    caller = service.caller(request.scope)
    owner = caller.need(Scope.BATCH)
    fields = {**service.door.count(caller, Kind.READ), "Cache-Control": "private, no-store"}
    return _own(service, batch_id, owner), fields


def _own(service: Service, batch_id: str, owner: str) -> Batch:
    batch = service.batches.get(batch_id)
    if batch is None or batch.owner != owner:
        raise Problem("no_batch", "There is no batch with this id among yours.")
    return batch
