"""`/v1/batches`: a list of sites, checked in the background.  Needs a key; every row is accounted for."""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from pydantic import TypeAdapter, ValidationError
from starlette.datastructures import UploadFile

from pharmcheck.api.callers import Kind
from pharmcheck.api.documents import batch_document, json_bytes
from pharmcheck.api.list_schemas import BatchesOut, BatchOut, ItemsOut
from pharmcheck.api.openapi import answers, problems
from pharmcheck.api.problems import Problem, invalid
from pharmcheck.api.schemas import BatchRequest, Destination
from pharmcheck.api.service import Service, service_of
from pharmcheck.errors import ListFileError
from pharmcheck.exports import item_document
from pharmcheck.intake import MAX_BYTES, IntakeList, read_list, read_texts
from pharmcheck.lists import hand_in as keep_draft
from pharmcheck.store import Batch, Drafts, QueueName, Scope, at_one_desk

MOST_RUNNING, MOST_DRAFTS = 2, 20
MOST_WOKEN = 500
"""Checks of a list that workers elsewhere are told of at once; their shifts and their sweep find the others."""
JSON_BODY = 10 * 1024 * 1024
"""Most bytes of a list as JSON, which stands in memory while it is read; a file may have more."""
_PAGE, _MOST_PAGE = 50, 200

router = APIRouter(prefix="/v1/batches", tags=["batches"])
BatchId = Annotated[str, Path(description="Id of a batch.", examples=["7c0d1e2f3a4b5c6d7e8f901234567890"])]
_SERVICE = Depends(service_of)
COMMON = ("bad_key", "key_required", "scope", "quota")
_FILE = "CSV, XLSX, ODS, text or JSON; the column with the addresses is found by its contents."
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
                        "file": {"type": "string", "format": "binary", "description": _FILE},
                        "destination": {"type": "string", "pattern": "^[A-Z]{2}$"},
                        "column": {"type": "string", "description": "Where they stand: a letter, number or header."},
                        "preview": {"type": "string", "enum": ["true", "false"]},
                    },
                }
            },
        },
    }
}
_EXAMPLE = {
    "id": "7c0d1e2f3a4b5c6d7e8f901234567890", "state": "running", "name": "complaints.xlsx", "destination": None,
    "created_at": "2026-11-28T09:29:50Z", "started_at": "2026-11-28T09:29:52Z", "cancelled_at": None,
    "upload_sha256": "9f" * 32, "rows": 3, "refused": 1, "kinds": {"accepted": 1, "repaired": 1, "ignored": 1},
    "intake": {"format": "xlsx", "detail": "1 sheet", "bytes": 6123, "found_in": ["column B (“Website”)"],
               "passed_by": []},
    "progress": {"done": 1, "total": 2, "per_minute": 6.0, "eta": "2026-11-28T09:31:02Z"},
    "states": {"done": 1, "running": 1},
    "links": {"self": "/v1/batches/7c0d1e2f3a4b5c6d7e8f901234567890"},
}  # fmt: skip
_WRONG = ("malformed", "invalid_request", "expected_json", "body_too_large", "list_refused", "too_many_batches")


@router.post("", status_code=202, openapi_extra=_BODY, responses={
    **answers(201, "Kept as a draft; `…/start` begins.", BatchOut, {**_EXAMPLE, "state": "draft"}),
    **answers(202, "Taken; `Location` says where to look.", BatchOut, _EXAMPLE),
    **problems(*COMMON, *_WRONG),
})  # fmt: skip
async def hand_in(request: Request, service: Annotated[Service, _SERVICE]) -> Response:
    """Hand in a list: JSON, or a file in any usual format.  With `preview` nothing is visited yet."""
    caller = await asyncio.to_thread(service.caller, request.scope)
    owner = caller.need(Scope.BATCH)
    with service.turnstile.through(owner):
        fields = service.door.count(caller, Kind.READ)
        wanted = await _read(request)

        def take() -> Response:
            batch = take_list(service, owner, wanted)
            if wanted.preview:
                return _told(service, batch, 201, fields)
            return _told(service, start_list(service, batch), 202, fields)

        return await asyncio.to_thread(take)


@dataclass(slots=True)
class Handed:
    """A list as it came over the wire, not opened yet: opening takes seconds, and happens in a thread."""

    name: str
    body: bytes
    destination: str | None
    preview: bool
    column: str | None = None
    texts: list[str] | None = None  # of a JSON body

    def open(self, service: Service) -> IntakeList:
        """Its rows.  Raises Problem."""
        policy = service.place.policy
        hosts, networks = policy.admitted_hosts, policy.allowed_networks
        try:
            if self.texts is not None:
                digest = hashlib.sha256(self.body).hexdigest()
                return read_texts(self.texts, digest, admitted_hosts=hosts, allowed_networks=networks)
            return read_list(self.body, column=self.column, admitted_hosts=hosts, allowed_networks=networks)
        except ListFileError as error:
            raise Problem("list_refused", str(error)) from None


def take_list(service: Service, owner: str, handed: Handed) -> Batch:
    """Keep a list as a draft.  Raises Problem."""
    _refuse_too_many(service, owner, drafts=True)
    opened = handed.open(service)
    try:
        identifier = keep_draft(service.store, opened, owner, handed.destination, handed.name, service.clock())
    except ListFileError as error:
        raise Problem("list_refused", str(error)) from None
    return own_list(service, identifier, owner)


def start_list(service: Service, batch: Batch) -> Batch:
    """Put the sites of a draft in line.  Raises Problem."""
    if batch.started_at is not None or batch.cancelled_at is not None:
        raise Problem("not_a_draft", "The batch was started or called off already.")
    _refuse_too_many(service, batch.owner, drafts=False)
    Drafts(service.store).start(batch.id, service.clock())
    service.wake(QueueName.BATCH, service.batches.unfinished(batch.id, MOST_WOKEN))
    return own_list(service, batch.id, batch.owner)


def own_list(service: Service, batch_id: str, owner: str) -> Batch:
    """A list of one's own.  Another's does not exist, for this caller.  Raises Problem."""
    batch = service.batches.get(batch_id)
    if batch is None or not at_one_desk(batch.owner, owner):
        raise Problem("no_batch", "There is no batch with this id among yours.")
    return batch


def cancel_list(service: Service, batch: Batch) -> Batch:
    """Call a list off; what runs is finished."""
    now = service.clock()
    service.batches.cancel(batch.id, now)
    service.queue.cancel_batch(batch.id, now)
    return own_list(service, batch.id, batch.owner)


def _refuse_too_many(service: Service, owner: str, *, drafts: bool) -> None:
    if service.batches.running(owner) >= MOST_RUNNING:
        sentence = f"At most {MOST_RUNNING} batches of a key run at a time; wait for one or cancel it."
        raise Problem("too_many_batches", sentence)
    if drafts and service.batches.drafts(owner) >= MOST_DRAFTS:
        raise Problem("too_many_batches", f"At most {MOST_DRAFTS} drafts of a key are kept; start or cancel one.")


def _told(service: Service, batch: Batch, status: int, fields: dict[str, str]) -> Response:
    headers = {**fields, "Location": f"/v1/batches/{batch.id}", "Cache-Control": "private, no-store"}
    return Response(json_bytes(batch_document(batch, service.clock())), status, headers, "application/json")


async def _read(request: Request) -> Handed:
    """What is wanted.  Raises Problem."""
    try:
        if not request.headers.get("content-type", "").startswith("multipart/form-data"):
            raw = await request.body()
            if len(raw) > JSON_BODY:
                raise Problem("body_too_large", f"At most {JSON_BODY:,} bytes of JSON are taken here; send a file.")
            wanted = BatchRequest.model_validate_json(raw)
            return Handed("", raw, wanted.destination, wanted.preview, texts=wanted.urls)
        return await read_form(request)
    except ValidationError as error:
        raise invalid([{**one, "loc": ("body", *one["loc"])} for one in error.errors()]) from None


async def read_form(request: Request) -> Handed:
    """A list that came as a file in a form.  Raises Problem."""
    async with request.form(max_files=1, max_fields=6, max_part_size=64 * 1024) as form:
        file, destination = form.get("file"), form.get("destination")
        if not isinstance(file, UploadFile):
            raise Problem("invalid_request", "Send the list as the part `file`.")
        name, body = file.filename or "", await file.read(MAX_BYTES + 1)
        column, preview = str(form.get("column") or "") or None, form.get("preview") == "true"
    try:
        where = _DESTINATION.validate_python(destination) if destination else None
    except ValidationError as error:
        raise invalid([{**one, "loc": ("body", "destination")} for one in error.errors()]) from None
    return Handed(name, body, where, preview, column)


_DESTINATION: TypeAdapter[str] = TypeAdapter(Destination)


@router.get("", responses={
    **answers(200, "The newest first.", BatchesOut, {"items": [_EXAMPLE]}), **problems(*COMMON),
})  # fmt: skip
async def mine(request: Request, service: Annotated[Service, _SERVICE]) -> Response:
    """See the lists that were handed in with this key."""

    def read() -> Response:
        owner, fields = caller_with_lists(request, service)
        now = service.clock()
        found = {"items": [batch_document(batch, now) for batch in service.batches.of_owner(owner)]}
        return Response(json_bytes(found), 200, fields, "application/json")

    return await asyncio.to_thread(read)


@router.post("/{batch_id}/start", status_code=202, responses={
    **answers(202, "Begun.", BatchOut, _EXAMPLE),
    **problems(*COMMON, "expected_json", "body_too_large", "no_batch", "not_a_draft", "too_many_batches"),
})  # fmt: skip
async def start(batch_id: BatchId, request: Request, service: Annotated[Service, _SERVICE]) -> Response:
    """Begin with a draft.  Send an empty JSON body."""

    def begin() -> Response:
        batch, fields = own_of_caller(request, service, batch_id)
        return _told(service, start_list(service, batch), 202, fields)

    return await asyncio.to_thread(begin)


@router.get("/{batch_id}", responses={
    **answers(200, "The batch as it stands.", BatchOut, _EXAMPLE), **problems(*COMMON, "no_batch"),
})  # fmt: skip
async def see(batch_id: BatchId, request: Request, service: Annotated[Service, _SERVICE]) -> Response:
    """See how far a list is."""

    def read() -> Response:
        batch, fields = own_of_caller(request, service, batch_id)
        return Response(json_bytes(batch_document(batch, service.clock())), 200, fields, "application/json")

    return await asyncio.to_thread(read)


@router.delete("/{batch_id}", responses={
    **answers(200, "Called off; what runs is finished.", BatchOut, {**_EXAMPLE, "state": "cancelled"}),
    **problems(*COMMON, "no_batch"),
})  # fmt: skip
async def cancel(batch_id: BatchId, request: Request, service: Annotated[Service, _SERVICE]) -> Response:
    """Call a list off.  Its answers so far stay."""

    def end() -> Response:
        batch, fields = own_of_caller(request, service, batch_id)
        document = batch_document(cancel_list(service, batch), service.clock())
        return Response(json_bytes(document), 200, fields, "application/json")

    return await asyncio.to_thread(end)


@router.get("/{batch_id}/items", responses={
    **answers(200, "Rows in the order of the list.", ItemsOut, {"items": [], "next": None}),
    **problems(*COMMON, "no_batch"),
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
        batch, fields = own_of_caller(request, service, batch_id)
        found = service.batches.items(batch.id, after, limit, service.clock())
        following = f"/v1/batches/{batch.id}/items?after={found[-1].row}&limit={limit}" if len(found) == limit else None
        document = {"items": [item_document(item) for item in found], "next": following}
        return Response(json_bytes(document), 200, fields, "application/json")

    return await asyncio.to_thread(read)


def own_of_caller(request: Request, service: Service, batch_id: str) -> tuple[Batch, dict[str, str]]:
    """A batch of the caller's own, and the headers of the answer.  Raises Problem."""
    owner, fields = caller_with_lists(request, service)
    return own_list(service, batch_id, owner), fields


def caller_with_lists(request: Request, service: Service) -> tuple[str, dict[str, str]]:
    """Whose lists may be seen, and the headers of the answer.  Raises Problem."""
    caller = service.caller(request.scope)
    owner = caller.need(Scope.BATCH)
    return owner, {**service.door.count(caller, Kind.READ), "Cache-Control": "private, no-store"}
