"""`/v1/networks`: which shops are probably run by one hand, with the page behind every tie.  Needs a key for lists."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from pydantic import BaseModel, Field

from pharmcheck.api.documents import json_bytes, time_text
from pharmcheck.api.lists import COMMON, caller_with_lists
from pharmcheck.api.openapi import answers, problems
from pharmcheck.api.problems import Problem
from pharmcheck.api.service import Service, service_of
from pharmcheck.exports.networks import network_document, summary_document
from pharmcheck.networks import known_things
from pharmcheck.store import NetworkViews

_PAGE, _MOST_PAGES = 50, 10_000
_SERVICE = Depends(service_of)
router = APIRouter(prefix="/v1/networks", tags=["networks"])
NetworkId = Annotated[str, Path(description="Id of a network.", examples=["9f2c8c1d9e0a4b5c"])]


class NetworkOut(BaseModel):
    """A network in a line."""

    id: str
    sites: int
    categories: dict[str, int] = Field(description="How many of its sites were shown what.")
    first_seen: str
    seen_at: str
    examples: list[str]
    needs_person: bool = Field(description="So large that a provider may be behind it.")


class NetworksOut(BaseModel):
    """Networks, those with the most dangerous sites first."""

    items: list[NetworkOut]
    built_at: str | None
    next: str | None


class MemberOut(BaseModel):
    domain: str
    category: str
    first_seen: str
    seen_at: str


class WhereOut(BaseModel):
    domain: str
    page_url: str
    page_sha256: str
    first_seen: str
    last_seen: str


class ThingOut(BaseModel):
    kind: str
    name: str
    value: str
    bits: float = Field(description="How much it tells: by kind, and by how few sites show it.")
    sites_everywhere: int
    on: list[WhereOut] = Field(description="The page, and its digest, of each site that shows it.")


class TieOut(BaseModel):
    sites: list[str]
    bits: float
    things: list[int] = Field(description="Places in `things`.")


class NetworkDetailOut(NetworkOut):
    """A network with its evidence."""

    members: list[MemberOut]
    things: list[ThingOut]
    ties: list[TieOut]
    note: str


_ROW: dict[str, Any] = {
    "id": "9f2c8c1d9e0a4b5c", "sites": 2, "categories": {"danger": 1, "unverified": 1},
    "first_seen": "2026-11-20T09:00:00Z", "seen_at": "2026-11-28T09:00:00Z",
    "examples": ["meds.example.net", "pills.example.com"], "needs_person": False,
}  # fmt: skip
_PLACE = {"page_sha256": "9f" * 32, "first_seen": "2026-11-20T09:00:00Z", "last_seen": "2026-11-28T09:00:00Z"}
_EXAMPLE = {
    **_ROW,
    "members": [
        {"domain": "pills.example.com", "category": "danger", "first_seen": "2026-11-20T09:00:00Z",
         "seen_at": "2026-11-28T09:00:00Z"},
    ],
    "things": [
        {"kind": "checkout", "name": "host that takes the orders", "value": "pay[.]example[.]org", "bits": 15.0,
         "sites_everywhere": 2,
         "on": [{"domain": "pills.example.com", "page_url": "https://pills.example.com/cart", **_PLACE}]},
    ],
    "ties": [{"sites": ["meds.example.net", "pills.example.com"], "bits": 15.0, "things": [0]}],
    "note": "Sites of one network are probably run by one hand.",
}  # fmt: skip


@router.get("", responses={
    **answers(200, "A page of them.", NetworksOut, {"items": [_ROW], "built_at": "2026-11-28T09:00:00Z", "next": None}),
    **problems(*COMMON),
})  # fmt: skip
async def networks(
    request: Request,
    service: Annotated[Service, _SERVICE],
    page: Annotated[int, Query(ge=1, le=_MOST_PAGES, description="From 1.")] = 1,
) -> Response:
    """See the networks."""

    def read() -> Response:
        _, fields = caller_with_lists(request, service)
        views = NetworkViews(service.store)
        found = views.all((page - 1) * _PAGE, _PAGE)
        following = f"/v1/networks?page={page + 1}" if len(found) == _PAGE and page < _MOST_PAGES else None
        items = [summary_document(one) for one in found]
        document = {"items": items, "built_at": time_text(views.built_at()), "next": following}
        return Response(json_bytes(document), 200, fields, "application/json")

    return await asyncio.to_thread(read)


@router.get("/{network_id}", responses={
    **answers(200, "The network with its evidence.", NetworkDetailOut, _EXAMPLE), **problems(*COMMON, "no_network"),
})  # fmt: skip
async def network(network_id: NetworkId, request: Request, service: Annotated[Service, _SERVICE]) -> Response:
    """See what ties the sites of a network, and on which page each of them shows it."""

    def read() -> Response:
        _, fields = caller_with_lists(request, service)
        detail = NetworkViews(service.store).get(network_id, known_things(service.place.ruleset))
        if detail is None:
            raise Problem("no_network", "There is no network with this id; ids change when the oldest site is gone.")
        return Response(json_bytes(network_document(detail)), 200, fields, "application/json")

    return await asyncio.to_thread(read)
