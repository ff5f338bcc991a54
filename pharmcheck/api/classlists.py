"""`/v1/lists/{name}` and `/v1/range/{prefix}`: what browsers carry, and the look-up that hides what it is about.

Both are files on the shelf (`pharmcheck lists build`).  Neither asks who reads: the same bytes go to everybody, so
that any cache may hold them, and nothing about a reader is kept, not even in the memory of a limit.
"""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request, Response

from pharmcheck.api.openapi import Answers, answers, problems
from pharmcheck.api.problems import Problem
from pharmcheck.api.schemas import RangeOut
from pharmcheck.api.service import Service, service_of
from pharmcheck.api.verdicts import etag_of, tags_in
from pharmcheck.classlists import ALL, nothing

LIST_CACHE = "public, max-age=3600, no-transform"
RANGE_CACHE = "public, max-age=21600, no-transform"
"""Six hours, as often as browsers fetch lists.  Not transformed: compressed answers would differ in length again."""

router = APIRouter(tags=["lists for browsers"])
_SERVICE = Depends(service_of)
_LIST: Answers = {
    200: {
        "description": "A line of JSON, the names as bits, an Ed25519 signature; strong ETag. See docs/extension.md.",
        "content": {
            "application/octet-stream": {
                "schema": {"type": "string", "format": "binary"},
                "example": '{"format":"pharmcheck.list/1","kind":"base","name":"danger","version":1795858200} …',
            }
        },
    },
    304: {"description": "It is still the one that you have."},
}
_RANGE_EXAMPLE = {
    "version": 1795858200,
    "bits": 9,
    "rows": [
        {
            "hash": "5b1c0e9f6a7d4c3b2a19",
            "category": "danger",
            "reason_code": "rx_without_prescription",
            "rules": ["RX001"],
            "checked_on": "2026-11-28",
        }
    ],
    "padding": "9f3c",
}


@router.get("/v1/lists/{name}", response_class=Response, responses={**_LIST, **problems("no_list")})
async def class_list(
    name: Annotated[str, Path(max_length=64, description="Class and kind.", examples=["danger.base", "danger.change"])],
    request: Request,
    service: Annotated[Service, _SERVICE],
) -> Response:
    """A list of a class of verdicts: `danger`, `caution`, `unverified`, `verified_elsewhere` or `verified`."""
    found = await asyncio.to_thread(service.shelf.list, name)
    if found is None:
        raise Problem("no_list", "No list of this name was built here.")
    # Made of nothing but the list, as `etag_of` does: a browser makes the tag of what it holds by itself.
    return _cached(request, found.content, f'"{found.sha256[:32]}"', LIST_CACHE, "application/octet-stream")


@router.get("/v1/range/{prefix}", responses={
    **answers(200, "The bucket; a prefix too long is cut, one too short has no rows.", RangeOut, _RANGE_EXAMPLE),
    304: {"description": "It is still the one that you have."},
    **problems(),
})  # fmt: skip
async def range_bucket(
    prefix: Annotated[
        str,
        Path(pattern="^(?:all|[01]{1,16})$", description="First bits of the hash.", examples=["all", "011010010"]),
    ],
    request: Request,
    service: Annotated[Service, _SERVICE],
) -> Response:
    """Look listed names up by the first bits of their hash: at least a hundred share them, once there are so many."""

    def read() -> bytes:
        edition = service.shelf.edition()
        if edition is None:
            return nothing(0, 0)
        bits = edition.range_bits
        today = ALL if bits == 0 else "" if prefix == ALL else prefix[:bits]
        return service.shelf.bucket(today) or nothing(bits, edition.version)

    content = await asyncio.to_thread(read)
    return _cached(request, content, etag_of(content), RANGE_CACHE, "application/json")


def _cached(request: Request, content: bytes, etag: str, cache: str, media_type: str) -> Response:
    headers = {"ETag": etag, "Cache-Control": cache}
    if etag in tags_in(request.headers.get("if-none-match", "")):
        return Response(status_code=304, headers=headers)
    return Response(content, 200, headers, media_type)
