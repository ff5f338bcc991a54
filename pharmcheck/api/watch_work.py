"""What can be done about a watched list: the same for the API and the page of the desk.  Every refusal is a Problem."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from fastapi import Response
from fastapi.responses import StreamingResponse

from pharmcheck.api.documents import time_text
from pharmcheck.api.problems import Problem
from pharmcheck.api.service import Service
from pharmcheck.errors import UsageError
from pharmcheck.exports import MEDIA_TYPES, digest_bytes
from pharmcheck.store import Batch, Deliveries, Delivery, DeliveryState, Target, Targets, Watched, Watches
from pharmcheck.watch import NewTarget, register_target

DELIVERIES_SHOWN = 50
_NO_TARGET = "There is no target with this id among those of the batch."


def start_watch(service: Service, batch: Batch) -> Watched:
    """Watch a list.  Raises Problem."""
    try:
        Watches(service.store).start(batch.id, service.clock())
    except UsageError as error:
        raise Problem("still_a_draft", str(error)) from None
    return own_watch(service, batch)


def own_watch(service: Service, batch: Batch) -> Watched:
    """The watch of a list of one's own.  Raises Problem."""
    found = Watches(service.store).get(batch.id)
    if found is None:
        raise Problem("no_watch", "This batch is not watched; POST …/watch begins.")
    return found


def new_target(service: Service, batch: Batch, url: str) -> NewTarget:
    """Register a target.  Raises Problem."""
    own_watch(service, batch)
    try:
        return register_target(
            service.store, service.place.policy, service.settings.data_dir, batch.id, url, service.clock()
        )
    except UsageError as error:
        raise Problem("target_refused", str(error)) from None


def switch_on(service: Service, batch: Batch, target_id: str) -> None:
    """Send to a target again.  Raises Problem."""
    if not Targets(service.store).enable(batch.id, target_id):
        raise Problem("no_target", _NO_TARGET)


def remove_target_of(service: Service, batch: Batch, target_id: str) -> None:
    """Forget a target.  Raises Problem."""
    if not Targets(service.store).remove(batch.id, target_id):
        raise Problem("no_target", _NO_TARGET)


def send_again(service: Service, batch: Batch, delivery_id: str) -> None:
    """Send a message again.  Raises Problem."""
    if not Deliveries(service.store).replay(batch.id, delivery_id, service.clock()):
        sentence = "There is no such message of this batch, it is being sent, or its target is switched off."
        raise Problem("no_target", sentence)


def digest_response(
    service: Service, batch: Batch, since: datetime | None, form: str, fields: dict[str, str]
) -> Response:
    """The changes of a list as a file."""
    found = Watches(service.store).all_changes(batch.id, since)
    headers = {**fields, "Content-Disposition": f'attachment; filename="pharmcheck-watch-{batch.id}.{form}"'}
    pieces = digest_bytes(found, public_url(service), form)
    return StreamingResponse(pieces, headers=headers, media_type=MEDIA_TYPES[form])


def public_url(service: Service) -> str | None:
    """Where people reach the service; None when nobody said."""
    return str(service.settings.public_url) if service.settings.public_url else None


def in_utc(moment: datetime | None) -> datetime | None:
    """A time that somebody wrote."""
    return moment.replace(tzinfo=UTC) if moment is not None and moment.tzinfo is None else moment


def watch_document(service: Service, watched: Watched) -> dict[str, Any]:
    """How a list is watched, as plain data."""
    here = f"/v1/batches/{watched.batch_id}/watch"
    return {
        "batch_id": watched.batch_id,
        "active": watched.active,
        "since": time_text(watched.since),
        "stopped_at": time_text(watched.stopped_at),
        "sites": watched.sites,
        "next_due_at": time_text(watched.next_due_at) if watched.active else None,
        "changes": watched.changes,
        "targets": [target_document(one) for one in Targets(service.store).of_batch(watched.batch_id)],
        "links": {"self": here, "changes": f"{here}/changes", "deliveries": f"{here}/deliveries"},
    }


def target_document(target: Target) -> dict[str, Any]:
    """A target, without its secret."""
    return {
        "id": target.id,
        "url": target.url,
        "created_at": time_text(target.created_at),
        "disabled_at": time_text(target.disabled_at),
        "disabled_why": target.disabled_why,
    }


def newest_deliveries(service: Service, batch: Batch) -> dict[str, Any]:
    """The newest messages about a list."""
    return {"items": [_delivery(one) for one in Deliveries(service.store).of_batch(batch.id, DELIVERIES_SHOWN)]}


def _delivery(one: Delivery) -> dict[str, Any]:
    return {
        "id": one.id,
        "target_id": one.target_id,
        "first": one.first,
        "last": one.last,
        "state": one.state.value,
        "created_at": time_text(one.created_at),
        "due_at": time_text(one.due_at) if one.state is DeliveryState.WAITING else None,
        "ended_at": time_text(one.ended_at),
        "attempts": [
            {
                "number": tried.number,
                "at": time_text(tried.at),
                "outcome": tried.outcome,
                "status": tried.status,
                "fault": tried.fault,
                "detail": tried.detail,
                "elapsed_ms": tried.elapsed_ms,
            }
            for tried in one.attempts
        ],
    }
