"""`/v1/verdicts/{domain}`: what is known about a site, as it was said.  Answers stored bytes; starts nothing."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from pharmcheck.api.callers import Kind
from pharmcheck.api.checks import read_address
from pharmcheck.api.documents import history_entry, json_bytes, review_entry
from pharmcheck.api.openapi import VERDICT_EXAMPLE, answers, problems
from pharmcheck.api.problems import Problem, refused
from pharmcheck.api.schemas import Destination, EvidenceListOut, HistoryOut, VerdictOut
from pharmcheck.api.service import Service, service_of
from pharmcheck.errors import AddressError
from pharmcheck.model import Address
from pharmcheck.reviewing import told_text
from pharmcheck.store import StoredVerdict, ends

CACHE = "public, max-age=300, stale-while-revalidate=3600"
_PAGE, _MOST = 50, 200

router = APIRouter(prefix="/v1/verdicts", tags=["verdicts"])

Domain = Annotated[str, Path(max_length=4096, description="Host name of the site.", examples=["pills.example.com"])]
Where = Annotated[Destination | None, Query()]
_ERRORS = problems("address_refused", "no_verdict", "bad_key", "quota")
_SERVICE = Depends(service_of)


@router.get("/{domain}", responses={
    **answers(200, "The verdict, with a strong ETag.", VerdictOut, VERDICT_EXAMPLE),
    304: {"description": "It is still the one that you have."},
    **_ERRORS,
})  # fmt: skip
async def verdict(
    domain: Domain, request: Request, service: Annotated[Service, _SERVICE], destination: Where = None
) -> Response:
    """The last complete verdict about exactly this host."""

    def read() -> Response:
        fields = service.door.count(service.caller(request.scope), Kind.READ)
        now, address = service.clock(), _address(service, domain)
        standing = service.reviews.standing(address.host)
        body = told_text(_latest(service, address, destination).document, standing, now).encode()
        request.scope["pharmcheck.holds_until"] = ends(standing, now)
        etag = etag_of(body)
        headers = {**fields, "ETag": etag, "Cache-Control": CACHE}
        if etag in tags_in(request.headers.get("if-none-match", "")):
            return Response(status_code=304, headers=headers)
        return Response(body, 200, headers, "application/json")

    return await asyncio.to_thread(read)


@router.get("/{domain}/history", responses={
    **answers(200, "Earlier answers, newest first.", HistoryOut, {"items": [], "next": None, "reviews": []}),
    **problems("address_refused", "bad_cursor", "bad_key", "quota"),
})  # fmt: skip
async def history(
    domain: Domain,
    request: Request,
    service: Annotated[Service, _SERVICE],
    cursor: Annotated[str | None, Query(max_length=200, description="From `next` of the page before.")] = None,
    limit: Annotated[int, Query(ge=1, le=_MOST)] = _PAGE,
) -> Response:
    """Every answer about this host, for whatever destination, as the machine gave it; and what people said of them."""

    def read() -> Response:
        fields = service.door.count(service.caller(request.scope), Kind.READ)
        address = _address(service, domain)
        before = read_cursor(cursor)
        found = service.store.history(address.registrable_domain, address.host, before, limit)
        last = found[-1] if len(found) == limit else None
        following = None
        if last is not None:
            mark = write_cursor(last.checked_at.isoformat(), last.check_id)
            following = f"/v1/verdicts/{address.host}/history?limit={limit}&cursor={mark}"
        said = [review_entry(word) for word in service.reviews.of_host(address.host)]
        document = {"items": [history_entry(entry) for entry in found], "next": following, "reviews": said}
        return Response(json_bytes(document), 200, {**fields, "Cache-Control": CACHE}, "application/json")

    return await asyncio.to_thread(read)


@router.get("/{domain}/evidence", responses={
    **answers(200, "Everything the last verdict rests on.", EvidenceListOut,
              {"check_id": "3f2b8c1d9e0a4b5c6d7e8f9012345678", "capture_id": None, "capture_sha256": None,
               "findings": []}),
    **_ERRORS,
})  # fmt: skip
async def evidence(
    domain: Domain, request: Request, service: Annotated[Service, _SERVICE], destination: Where = None
) -> Response:
    """Every rule's answer with its evidence, those that moved nothing too, and the digest of the archived bytes."""

    def read() -> Response:
        fields = service.door.count(service.caller(request.scope), Kind.READ)
        found = _latest(service, _address(service, domain), destination)
        document = {
            "check_id": found.check_id,
            "capture_id": found.capture_id,
            "capture_sha256": service.store.capture_digest(found.capture_id) if found.capture_id else None,
            "findings": service.store.findings_of(found.check_id),
        }
        return Response(json_bytes(document), 200, {**fields, "Cache-Control": CACHE}, "application/json")

    return await asyncio.to_thread(read)


def etag_of(body: bytes) -> str:
    """A strong tag: the same only for the same bytes."""
    return f'"{hashlib.sha256(body).hexdigest()[:32]}"'


def tags_in(header: str) -> set[str]:
    """The tags that an `If-None-Match` names."""
    return {tag.strip().removeprefix("W/") for tag in header.split(",")}


def write_cursor(*parts: str) -> str:
    """An opaque place in a list."""
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


def read_cursor(text: str | None) -> tuple[datetime, str] | None:
    """The place that a cursor means.  Raises Problem."""
    if text is None:
        return None
    try:
        parts: Any = json.loads(base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True))
        moment, identifier = parts
        return datetime.fromisoformat(moment).astimezone(UTC), str(identifier)
    except (ValueError, TypeError, OverflowError, RecursionError):
        raise Problem("bad_cursor", "Take the cursor from `next` of the page before, unchanged.") from None


def _address(service: Service, domain: str) -> Address:
    try:
        return read_address(domain, service)
    except AddressError as error:
        raise refused(error, "domain") from None


def _latest(service: Service, address: Address, destination: str | None) -> StoredVerdict:
    found = service.store.latest(address.registrable_domain, address.host, destination)
    if found is None:
        raise Problem("no_verdict", "Nobody has asked for a check of this site yet; POST /v1/checks does.")
    return found
