"""What the service is made of: its rules, its registers, its health, and sites that asked not to be visited."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from pharmcheck.api.callers import Kind
from pharmcheck.api.checks import read_address
from pharmcheck.api.documents import json_bytes
from pharmcheck.api.openapi import answers, problems
from pharmcheck.api.problems import STORE_AWAY, Problem, refused
from pharmcheck.api.schemas import HealthOut, OptOutOut, OptOutRequest, RegistersOut, RulesOut
from pharmcheck.api.service import Service, service_of
from pharmcheck.errors import AddressError, StoreError
from pharmcheck.store import Scope

_PUBLIC = "public, max-age=300"
_SERVICE = Depends(service_of)
router = APIRouter()


@router.get("/v1/rules", tags=["about"], responses={
    **answers(200, "Every rule in force.", RulesOut, {"ruleset": "2026.11.1+ab12cd34", "rules": []}),
    **problems("bad_key", "quota"),
})  # fmt: skip
async def rules(request: Request, service: Annotated[Service, _SERVICE]) -> Response:
    """The rules, each with who says that it matters."""
    fields = service.door.count(await asyncio.to_thread(service.caller, request.scope), Kind.READ)
    found = [
        {
            "id": rule.id,
            "title": rule.title,
            "status": rule.status,
            "version": rule.version,
            "category": rule.category,
            "direction": rule.direction.value,
            "severity": rule.severity.value,
            "weight": rule.weight,
            "effect": rule.effect,
            "sources": [{"title": source.title, "url": source.url} for source in rule.sources],
        }
        for rule in service.place.ruleset.rules
    ]
    body = json_bytes({"ruleset": service.version, "rules": found})
    return Response(body, 200, {**fields, "Cache-Control": _PUBLIC}, "application/json")


@router.get("/v1/registers", tags=["about"], responses={
    **answers(200, "Every loaded register.", RegistersOut, {"registers": []}), **problems("bad_key", "quota"),
})  # fmt: skip
async def registers(request: Request, service: Annotated[Service, _SERVICE]) -> Response:
    """Which registers verdicts rest on, of which date, and whether they may still verify a site."""

    def read() -> Response:
        fields = service.door.count(service.caller(request.scope), Kind.READ)
        today = service.clock().date()
        found = [
            {
                "name": snapshot.name,
                "country": snapshot.country,
                "authority": snapshot.authority,
                "kind": snapshot.kind.value,
                "snapshot_date": snapshot.as_of.isoformat() if snapshot.as_of else None,
                "fresh": snapshot.fresh(today),
                "page": snapshot.page,
            }
            for snapshot in service.place.registers().snapshots()
        ]
        headers = {**fields, "Cache-Control": _PUBLIC}
        return Response(json_bytes({"registers": found}), 200, headers, "application/json")

    return await asyncio.to_thread(read)


@router.post("/v1/opt-outs", tags=["about"], responses={
    **answers(200, "The site will not be visited.", OptOutOut, {"domain": "example.com", "opted_out": True}),
    **problems("bad_key", "key_required", "scope", "expected_json", "malformed", "body_too_large", "address_refused"),
})  # fmt: skip
async def opt_out(wanted: OptOutRequest, request: Request, service: Annotated[Service, _SERVICE]) -> Response:
    """Keep a site from being visited because its owner asked.  Lists and registers still answer about it."""

    def keep() -> Response:
        service.caller(request.scope).need(Scope.ADMIN)
        domain = _domain(service, wanted.domain, "/domain")
        service.queue.opt_out(domain, wanted.note, service.clock())
        return Response(json_bytes({"domain": domain, "opted_out": True}), media_type="application/json")

    return await asyncio.to_thread(keep)


@router.delete("/v1/opt-outs/{domain}", tags=["about"], responses={
    **answers(200, "The site may be visited again.", OptOutOut, {"domain": "example.com", "opted_out": False}),
    **problems("bad_key", "key_required", "scope", "address_refused"),
})  # fmt: skip
async def opt_in(
    domain: Annotated[str, Path(max_length=4096, examples=["example.com"])],
    request: Request,
    service: Annotated[Service, _SERVICE],
) -> Response:
    """Take an opt-out back."""

    def forget() -> Response:
        service.caller(request.scope).need(Scope.ADMIN)
        name = _domain(service, domain, "domain")
        service.queue.opt_in(name)
        return Response(json_bytes({"domain": name, "opted_out": False}), media_type="application/json")

    return await asyncio.to_thread(forget)


def _domain(service: Service, text: str, pointer: str) -> str:
    try:
        return read_address(text, service).registrable_domain
    except AddressError as error:
        raise refused(error, pointer) from None


@router.get("/healthz", tags=["health"], responses=answers(200, "The process lives.", HealthOut, {"status": "ok"}))
async def healthz() -> Response:
    """Whether the process answers at all."""
    return Response(b'{"status":"ok"}', headers={"Cache-Control": "no-store"}, media_type="application/json")


@router.get("/readyz", tags=["health"], responses={
    **answers(200, "Checks can be asked for and answered.", HealthOut, {"status": "ok"}), **problems("not_ready"),
})  # fmt: skip
async def readyz(service: Annotated[Service, _SERVICE]) -> Response:
    """Whether the store answers and somebody does the checks."""
    try:
        await asyncio.to_thread(service.queue.depth)
    except StoreError:
        raise Problem("not_ready", STORE_AWAY) from None
    return Response(b'{"status":"ok"}', headers={"Cache-Control": "no-store"}, media_type="application/json")


@router.get("/metrics", tags=["health"], include_in_schema=False)
async def metrics() -> Response:
    """Counts for Prometheus; no name of a site among them."""
    body = await asyncio.to_thread(generate_latest)
    return Response(body, headers={"Cache-Control": "no-store"}, media_type=CONTENT_TYPE_LATEST)
