"""Records as the plain data that the service gives out."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

from pharmcheck.discretion import without_query
from pharmcheck.exports import FORMATS
from pharmcheck.model import CheckState
from pharmcheck.reviewing import Word
from pharmcheck.store import Batch, StoredCheck, StoredVerdict

STALLED_AFTER = timedelta(minutes=10)
"""A check that has waited this long without anybody taking it is said to be stalled, not merely queued."""


def json_bytes(document: object) -> bytes:
    """One line of JSON; refuses what JSON does not have."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def check_document(
    check: StoredCheck, lease_until: datetime | None, now: datetime, *, asked: str | None = None
) -> dict[str, Any]:
    """A check as it stands.  `asked` is what this caller wrote: nobody else gets to see it."""
    verdict = json.loads(check.verdict.document) if check.verdict else None
    if verdict is not None and asked is not None:
        verdict["address"]["input"] = asked
    return {
        "id": check.id,
        "state": state_of(check.state, check.created_at, lease_until, now),
        "address": {
            "input": asked if asked is not None else without_query(check.address.url),
            "url": without_query(check.address.url),
            "host": check.address.host,
            "registrable_domain": check.address.registrable_domain,
        },
        "destination": check.destination,
        "created_at": time_text(check.created_at),
        "decided_at": time_text(check.decided_at),
        "error_code": check.error_code,
        "batch_id": check.batch_id,
        "verdict": verdict,
        "links": {"self": f"/v1/checks/{check.id}", "events": f"/v1/checks/{check.id}/events"},
    }


def state_of(state: CheckState, created_at: datetime, lease_until: datetime | None, now: datetime) -> str:
    """The state that a caller sees: `stalled` when nobody does what should be done."""
    silent = state is CheckState.RUNNING and lease_until is not None and lease_until < now
    forgotten = state is CheckState.QUEUED and now - created_at > STALLED_AFTER
    return "stalled" if silent or forgotten else state.value


def history_entry(verdict: StoredVerdict) -> dict[str, Any]:
    """One earlier answer about a site."""
    return {
        "check_id": verdict.check_id,
        "category": verdict.category.value,
        "reason_code": verdict.reason_code,
        "score": verdict.score,
        "destination": verdict.destination,
        "checked_at": time_text(verdict.checked_at),
        "valid_until": time_text(verdict.valid_until),
        "ruleset": verdict.ruleset,
    }


def review_entry(word: Word) -> dict[str, Any]:
    """What a person said about a site, without who it was and without what an owner wrote."""
    return {
        "id": word.id,
        "action": word.action.value,
        "check_id": word.check_id,
        "seen": {"category": word.seen_category, "reason_code": word.seen_reason},
        "category": word.category,
        "reason": word.reason or None,
        "by": word.role,
        "at": time_text(word.at),
        "until": time_text(word.until),
        "answers": word.answers,
        "new_check_id": word.new_check_id,
    }


def batch_document(batch: Batch, now: datetime) -> dict[str, Any]:
    """A list and how far it is, with an estimate from the pace so far."""
    left = batch.total - batch.done
    pace = checks_per_second(batch, now)
    eta = now + timedelta(seconds=left / pace) if pace and left and not batch.cancelled_at else None
    here = f"/v1/batches/{batch.id}"
    return {
        "id": batch.id,
        "state": batch_state(batch, now),
        "name": batch.name,
        "destination": batch.destination,
        "created_at": time_text(batch.created_at),
        "started_at": time_text(batch.started_at),
        "cancelled_at": time_text(batch.cancelled_at),
        "upload_sha256": batch.upload_sha256,
        "rows": batch.rows,
        "refused": batch.refused,
        "kinds": dict(batch.kinds),
        "intake": dict(batch.intake),
        "progress": {
            "done": batch.done,
            "total": batch.total,
            "per_minute": round(60 * pace, 1) if pace else None,
            "eta": time_text(eta),
        },
        "states": dict(batch.states),
        "links": {
            "self": here,
            "items": f"{here}/items",
            **{f"report_{form.replace('.', '_')}": f"{here}/report.{form}" for form in FORMATS},
        },
    }


def checks_per_second(batch: Batch, now: datetime) -> float | None:
    """The pace of a list so far."""
    if not batch.done or batch.started_at is None:
        return None
    spent = ((batch.last_decided_at or now) - batch.started_at).total_seconds()
    return batch.done / spent if spent > 0 else None


def batch_state(batch: Batch, now: datetime) -> str:
    """The state that a caller sees: `stalled` when nothing has come back for long."""
    if batch.state not in ("queued", "running") or batch.started_at is None:
        return batch.state
    last = max(batch.started_at, batch.last_decided_at or batch.started_at)
    return "stalled" if now - last > STALLED_AFTER else batch.state


def time_text(moment: datetime | None) -> str | None:
    """RFC 3339 in UTC, to the second."""
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z") if moment else None
