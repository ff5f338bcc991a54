"""The desk's pages about networks: which there are, and one of them as a picture, a table and a file."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from pharmcheck.address.defanging import defang
from pharmcheck.api.problems import Problem
from pharmcheck.api.service import Service, service_of
from pharmcheck.exports.graphml import MEDIA_TYPE, graphml_bytes
from pharmcheck.exports.networks import LARGE, NOTE
from pharmcheck.networks import known_things
from pharmcheck.store import NetworkViews
from pharmcheck.store.network_views import Detail
from pharmcheck.web.desk import at_desk
from pharmcheck.web.desk_page import desk_page
from pharmcheck.web.identity import admitted
from pharmcheck.web.network_picture import draw

_PAGE, _MOST_PAGES = 50, 10_000
_SERVICE = Depends(service_of)
router = APIRouter(include_in_schema=False, prefix="/desk/networks", dependencies=[Depends(admitted)])


@router.get("")
async def networks(
    request: Request,
    service: Annotated[Service, _SERVICE],
    number: Annotated[int, Query(alias="page", ge=1, le=_MOST_PAGES)] = 1,
) -> Response:
    """All networks, those with the most dangerous sites first."""

    def show() -> Response:
        views = NetworkViews(service.store)
        found = views.all((number - 1) * _PAGE, _PAGE)
        return desk_page(
            request,
            "desk_networks.html",
            networks=[{"row": one, "example": defang(one.examples[0], one.examples[0])} for one in found],
            count=views.count(),
            built_at=views.built_at(),
            note=NOTE,
            before=number - 1 if number > 1 else None,
            after=number + 1 if len(found) == _PAGE else None,
        )

    return await at_desk(request, show)


@router.get("/{network}.graphml")
async def file(network: str, request: Request, service: Annotated[Service, _SERVICE]) -> Response:
    """One network for other programs."""

    def write(detail: Detail) -> Response:
        name = f'attachment; filename="pharmcheck-network-{detail.summary.id}.graphml"'
        headers = {"Content-Disposition": name, "Cache-Control": "private, no-store"}
        return Response(graphml_bytes(detail, NOTE), headers=headers, media_type=MEDIA_TYPE)

    return await _with(network, request, service, write)


@router.get("/{network}")
async def see(network: str, request: Request, service: Annotated[Service, _SERVICE]) -> Response:
    """One network: who, what ties them, and on which page that stands."""

    def show(detail: Detail) -> Response:
        return desk_page(
            request,
            "desk_network.html",
            network=detail.summary,
            picture=draw(detail),
            members=[(defang(one.domain, one.domain), one) for one in detail.members],
            things=[(thing, [(defang(where.page_url), where) for where in thing.on]) for thing in detail.things],
            large=detail.summary.sites > LARGE,
            threshold=known_things(service.place.ruleset).data.threshold_bits,
            note=NOTE,
        )

    return await _with(network, request, service, show)


async def _with(network: str, request: Request, service: Service, answer: Callable[[Detail], Response]) -> Response:
    def find() -> Response:
        detail = NetworkViews(service.store).get(network, known_things(service.place.ruleset))
        if detail is None:
            raise Problem("no_network", "There is no network with this id.")
        return answer(detail)

    return await at_desk(request, find)
