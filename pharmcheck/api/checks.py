"""`/v1/checks`: ask for a check, see how it goes.

Asking is cheap and answers at once; a fresh stored verdict is the answer, else the check waits in line.  A GET never
starts work, and however many ask, a site is looked at only as often as its budget allows.
"""

from __future__ import annotations

import asyncio
import hashlib
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Path, Request, Response

from pharmcheck.address import parse_address
from pharmcheck.api.callers import Caller, Kind
from pharmcheck.api.documents import check_document, json_bytes
from pharmcheck.api.openapi import CHECK_ANSWERS, problems
from pharmcheck.api.problems import Problem, refused
from pharmcheck.api.schemas import CheckRequest
from pharmcheck.api.service import Service, service_of
from pharmcheck.errors import AddressError
from pharmcheck.model import Address, CheckState
from pharmcheck.store import Looks, NewCheck, QueueName, StoredVerdict, new_check_id
from pharmcheck.work import recall

BUDGET_SPAN = timedelta(hours=1)
RETRY_AFTER_S = 3

router = APIRouter(prefix="/v1/checks", tags=["checks"])

CheckId = Annotated[str, Path(description="Id of a check.", examples=["3f2b8c1d9e0a4b5c6d7e8f9012345678"])]


@router.post("", status_code=202, responses={**CHECK_ANSWERS, **problems(
    "malformed", "bad_key", "expected_json", "body_too_large", "address_refused", "quota", "idempotency_conflict",
)})  # fmt: skip
async def ask(
    wanted: CheckRequest,
    request: Request,
    service: Annotated[Service, Depends(service_of)],
    idempotency_key: Annotated[
        str | None, Header(max_length=255, description="Send it again after a broken line: nothing is done twice.")
    ] = None,
) -> Response:
    """Ask for a check of one site.

    200 with the check when a stored verdict still holds; else 202, and `Location` says where to look.
    """
    caller = await asyncio.to_thread(service.caller, request.scope)
    try:
        address = read_address(wanted.url, service)
    except AddressError as error:
        service.door.count(caller, Kind.READ)
        raise refused(error, "/url") from None
    return await asyncio.to_thread(_ask, service, caller, wanted, address, idempotency_key)


def read_address(text: str, service: Service) -> Address:
    """What somebody pasted, as an address that this service may visit.  Raises AddressError."""
    policy = service.place.policy
    return parse_address(text, admitted_hosts=policy.admitted_hosts, allowed_networks=policy.allowed_networks)


def _ask(
    service: Service, caller: Caller, wanted: CheckRequest, address: Address, idempotency_key: str | None
) -> Response:
    body = hashlib.sha256(wanted.model_dump_json().encode()).hexdigest()
    known = _done_before(service, caller, idempotency_key, body)
    if known is not None:
        fields = service.door.count(caller, Kind.READ)
        return _answer(service, known, fields, created=False, asked=address.raw)
    stored = None if wanted.fresh else standing_verdict(service, address, wanted.destination)
    if stored is not None:
        fields = service.door.count(caller, Kind.READ)
        return _answer(service, stored.check_id, fields, created=False, asked=address.raw)
    check_id, fields = start(service, caller, address, wanted.destination)
    if idempotency_key is not None:
        _, check_id = service.requests.remember(_key(caller, idempotency_key), body, check_id, service.clock())
    return _answer(service, check_id, fields, created=True, asked=address.raw)


def start(service: Service, caller: Caller, address: Address, destination: str | None) -> tuple[str, dict[str, str]]:
    """The id of a check of a site that waits or runs; a new one unless somebody waits for it already.

    Raises Problem when the caller's limit or the site's budget is used up; then nothing is fetched.
    """
    looks = Looks(service.store)
    waiting = looks.waiting_for(address.registrable_domain, address.host, destination)
    if waiting is not None:
        return waiting, service.door.count(caller, Kind.READ)
    now = service.clock()
    since, most = now - BUDGET_SPAN, service.settings.looks_per_site_and_hour
    if looks.since(address.registrable_domain, since) >= most:
        service.door.count(caller, Kind.READ)
        raise _often_enough()
    fields = service.door.count(caller, Kind.CHECK)
    wanted = NewCheck(new_check_id(), address, destination, owner=caller.key_id)
    # Others may have asked since we looked: what was found above spared us the price of a check, this decides.
    check_id = looks.ask(wanted, now, since=since, most=most)
    if check_id is None:
        raise _often_enough()
    if check_id == wanted.id:
        service.wake(QueueName.INTERACTIVE, [check_id])
    return check_id, fields


def _often_enough() -> Problem:
    sentence = "This site was looked at often enough in the last hour; its last verdict stands meanwhile."
    return Problem("site_budget", sentence, headers={"Retry-After": "600"})


def standing_verdict(service: Service, address: Address, destination: str | None) -> StoredVerdict | None:
    """The stored verdict that still answers for a site."""
    place = service.place
    return recall(service.store, address, destination, place.ruleset, place.registers, service.clock())


@router.get("/{check_id}", responses={**CHECK_ANSWERS, **problems("no_check", "bad_key", "quota")})
async def see(check_id: CheckId, request: Request, service: Annotated[Service, Depends(service_of)]) -> Response:
    """See how a check stands.  Always 200 while it waits or runs; poll every few seconds, or listen to `/events`."""

    def read() -> Response:
        caller = service.caller(request.scope)
        fields = service.door.count(caller, Kind.READ)
        return _answer(service, check_id, fields, created=False)

    return await asyncio.to_thread(read)


def _answer(
    service: Service, check_id: str, fields: dict[str, str], *, created: bool, asked: str | None = None
) -> Response:
    check = service.store.get_check(check_id)
    if check is None:
        raise Problem("no_check", "There is no check with this id, or it was deleted.", headers=fields)
    check = service.reviews.told_check(check, service.clock())
    document = check_document(check, service.queue.lease_of(check_id), service.clock(), asked=asked)
    waits = check.state in (CheckState.QUEUED, CheckState.RUNNING)
    headers = {**fields, "Cache-Control": "private, no-store"}
    if waits:
        headers["Retry-After"] = str(RETRY_AFTER_S)
    if created:
        headers["Location"] = f"/v1/checks/{check_id}"
    return Response(json_bytes(document), 202 if created and waits else 200, headers, "application/json")


def _key(caller: Caller, idempotency_key: str) -> str:
    return hashlib.sha256(f"{caller.bucket}\n{idempotency_key}".encode()).hexdigest()


def _done_before(service: Service, caller: Caller, idempotency_key: str | None, body: str) -> str | None:
    if idempotency_key is None:
        return None
    found = service.requests.recall(_key(caller, idempotency_key))
    if found is None:
        return None
    if found[0] != body:
        raise Problem("idempotency_conflict", "This Idempotency-Key came before, with another body; use a new one.")
    return found[1]
