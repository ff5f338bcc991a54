"""`/v1/checks/{id}/evidence.wacz` and `/report.…`: a check with all that it rests on, or its verdict, for others.

For keys that may see reports of lists: the archived bytes hold the address as somebody pasted it, query and all.
"""

from __future__ import annotations

import asyncio
import json
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request, Response
from fastapi.responses import StreamingResponse

from pharmcheck.api.checks import CheckId
from pharmcheck.api.lists import COMMON, caller_with_lists
from pharmcheck.api.openapi import file_answer, problems
from pharmcheck.api.problems import Problem
from pharmcheck.api.service import Service, service_of
from pharmcheck.errors import EvidenceError, TimestampError
from pharmcheck.evidence import case_of_check, container, make_package, note_export, size_of
from pharmcheck.evidence.makers import maker_of
from pharmcheck.exports import MEDIA_TYPES, Source, verdict_bytes

MEDIA_TYPE = "application/wacz"
_NOTHING = "The check has no verdict, or its archived bytes were deleted after their time or are not those of then."

router = APIRouter(prefix="/v1/checks", tags=["checks"])


@router.get("/{check_id}/evidence.wacz", response_class=StreamingResponse, responses={
    **file_answer("The package (WACZ 1.1.1).", MEDIA_TYPE),
    **problems(*COMMON, "no_check", "no_evidence", "no_timestamp"),
})  # fmt: skip
async def package(check_id: CheckId, request: Request, service: Annotated[Service, Depends(service_of)]) -> Response:
    """The archived answers, the verdict, what the registers said, hashes and a log of custody, as one file."""

    def make() -> Response:
        _, fields = caller_with_lists(request, service)
        return package_response(service, check_id, fields)

    return await asyncio.to_thread(make)


@router.get("/{check_id}/report.{form}", response_class=StreamingResponse, responses={
    **file_answer("The verdict as a file.", MEDIA_TYPES["pdf"], MEDIA_TYPES["stix.json"]),
    **problems(*COMMON, "no_check", "no_verdict", "not_found"),
})  # fmt: skip
async def report(
    check_id: CheckId,
    form: Annotated[str, Path(pattern=r"^(pdf|stix\.json)$", description="The format.", examples=["pdf"])],
    request: Request,
    service: Annotated[Service, Depends(service_of)],
) -> Response:
    """The verdict of a check for a file or a court (PDF), or for exchange (STIX 2.1)."""

    def make() -> Response:
        _, fields = caller_with_lists(request, service)
        check = service.store.get_check(check_id)
        if check is None:
            raise Problem("no_check", "There is no check with this id, or it was deleted.", headers=fields)
        if check.verdict is None:
            raise Problem("no_verdict", "The check has no verdict yet.", headers=fields)
        source = Source(service.settings.operator, service.settings.tlp)
        pieces = verdict_bytes(json.loads(check.verdict.document), form, source, service.clock())
        headers = {**fields, "Content-Disposition": f'attachment; filename="pharmcheck-{check_id}.{form}"'}
        return StreamingResponse(pieces, headers=headers, media_type=MEDIA_TYPES[form])

    return await asyncio.to_thread(make)


def package_response(service: Service, check_id: str, fields: dict[str, str]) -> Response:
    """The package of one check, streamed.  Raises Problem."""
    if service.store.get_check(check_id) is None:
        raise Problem("no_check", "There is no check with this id, or it was deleted.", headers=fields)
    settings, place = service.settings, service.place
    try:
        case = case_of_check(check_id, service.store, settings.data_dir, place.ruleset, place.registers())
        members = make_package([case], maker_of(settings, place.policy), service.clock())
        note_export(service.store, [case], members, service.clock())
    except TimestampError as error:
        raise Problem("no_timestamp", str(error), headers={**fields, "Retry-After": "60"}) from None
    except EvidenceError:  # whose text may name a folder of ours
        raise Problem("no_evidence", _NOTHING, headers=fields) from None
    headers = {
        **fields,
        "Content-Length": str(size_of(members)),
        "Content-Disposition": f'attachment; filename="pharmcheck-{check_id}.wacz"',
    }
    return StreamingResponse(container(members), headers=headers, media_type=MEDIA_TYPE)
