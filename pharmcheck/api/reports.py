"""`/v1/batches/{id}/report.…` and `/changes`: what came of a list, as a file, and what differs from an earlier run."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import Iterator
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from fastapi.responses import StreamingResponse

from pharmcheck.api.documents import json_bytes
from pharmcheck.api.list_schemas import ChangesOut
from pharmcheck.api.lists import COMMON, BatchId, own_list, own_of_caller
from pharmcheck.api.openapi import answers, file_answer, problems
from pharmcheck.api.service import Service, service_of
from pharmcheck.changes import Answer, Change, Changed, compare
from pharmcheck.exports import FORMATS, MEDIA_TYPES, Source, make_report, report_bytes
from pharmcheck.store import Batch

router = APIRouter(prefix="/v1/batches", tags=["batches"])
_SERVICE = Depends(service_of)
_FORM = f"^({'|'.join(map(re.escape, FORMATS))})$"
_EXAMPLE = {
    "counts": {"worse": 1, "same": 41},
    "items": [
        {"host": "pills.example.com", "change": "worse",
         "before": {"category": "caution", "reason_code": "warning_signs"},
         "after": {"category": "danger", "reason_code": "rx_without_prescription"}},
    ],
}  # fmt: skip


@router.get("/{batch_id}/report.{form}", response_class=StreamingResponse, responses={
    **file_answer("The list with its answers.", *MEDIA_TYPES.values()), **problems(*COMMON, "no_batch", "not_found"),
})  # fmt: skip
async def report(
    batch_id: BatchId,
    form: Annotated[str, Path(pattern=_FORM, description="The format.", examples=["csv"])],
    request: Request,
    service: Annotated[Service, _SERVICE],
) -> Response:
    """The list as a file: a table, a workbook or a page with every cell defused, or whole verdicts as JSON lines."""
    batch, fields = await asyncio.to_thread(own_of_caller, request, service, batch_id)
    return await asyncio.to_thread(report_response, service, batch, form, fields)


def report_response(service: Service, batch: Batch, form: str, fields: dict[str, str]) -> Response:
    """A file of one list, streamed."""
    source = Source(service.settings.operator, service.settings.tlp)
    pieces = report_bytes(make_report(service.store, batch, service.clock(), source), form)
    headers = {**fields, "Content-Disposition": f'attachment; filename="pharmcheck-{batch.id}.{form}"'}
    return StreamingResponse(pieces, headers=headers, media_type=MEDIA_TYPES[form])


@router.get("/{batch_id}/changes", responses={
    **answers(200, "Sites whose answer differs.", ChangesOut, _EXAMPLE), **problems(*COMMON, "no_batch"),
})  # fmt: skip
async def changes(
    batch_id: BatchId,
    since: Annotated[str, Query(max_length=64, description="Id of the earlier batch.")],
    request: Request,
    service: Annotated[Service, _SERVICE],
) -> Response:
    """What differs from an earlier run: worse, better, vanished, came back."""

    def read() -> Response:
        batch, fields = own_of_caller(request, service, batch_id)
        earlier = own_list(service, since, batch.owner)
        counts: Counter[str] = Counter()
        items = []
        for one in compared(service, earlier, batch):
            counts[one.change.value] += 1
            if one.change is not Change.SAME:
                items.append(_change(one))
        return Response(json_bytes({"counts": counts, "items": items}), 200, fields, "application/json")

    return await asyncio.to_thread(read)


def compared(service: Service, before: Batch, after: Batch) -> Iterator[Changed]:
    """Every site of two runs side by side."""
    now = service.clock()
    return compare(
        (Answer(*site) for site in service.batches.sites(before.id, now)),
        (Answer(*site) for site in service.batches.sites(after.id, now)),
    )


def _change(one: Changed) -> dict[str, Any]:
    return {
        "host": one.host,
        "change": one.change.value,
        "before": one.before and {"category": one.before.category, "reason_code": one.before.reason_code},
        "after": one.after and {"category": one.after.category, "reason_code": one.after.reason_code},
    }
