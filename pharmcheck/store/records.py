"""What the store hands out: plain records, and how rows become them and back."""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Row

from pharmcheck.model import Address, Capture, Category, Check, CheckState, Finding, Verdict
from pharmcheck.store.columns import storable

_VERDICT: TypeAdapter[Verdict] = TypeAdapter(Verdict)


@dataclass(frozen=True, slots=True)
class FailedLook:
    """A later look at a site that ended without an answer."""

    check_id: str
    at: datetime
    why: str  # a reason_code, or the error_code of our own failure


@dataclass(frozen=True, slots=True)
class StoredVerdict:
    """A verdict as it was given.  `document` is the contract JSON, one line."""

    check_id: str
    capture_id: str | None
    registrable_domain: str
    host: str
    destination: str | None
    category: Category
    reason_code: str
    score: int | None
    complete: bool  # false: the look failed, the category is could_not_check
    ruleset: str
    checked_at: datetime
    judged_at: datetime
    valid_until: datetime
    document: str
    record: str | None = None  # `verdict_of` reads it
    later_failure: FailedLook | None = None


@dataclass(frozen=True, slots=True)
class StoredCheck:
    """A check as it stands; `verdict` once there is one."""

    id: str
    address: Address
    destination: str | None
    state: CheckState
    error_code: str | None
    batch_id: str | None
    capture_id: str | None
    created_at: datetime
    decided_at: datetime | None
    valid_until: datetime | None
    verdict: StoredVerdict | None


@dataclass(frozen=True, slots=True)
class StoredCapture:
    """A capture without its bytes; `Store.load_capture` reads those."""

    id: str
    registrable_domain: str
    host: str
    started_at: datetime
    finished_at: datetime
    pages: int
    warc_sha256: str
    warc_bytes: int


def new_check_id() -> str:
    """An id nobody can guess or count: 128 random bits."""
    return secrets.token_hex(16)


def check_row(check: Check, destination: str | None, capture_id: str | None) -> dict[str, Any]:
    """A row of `checks`."""
    return {
        "id": check.id,
        **address_columns(check.address),
        "destination": destination,
        "state": check.state.value,
        "error_code": check.error_code,
        "batch_id": check.batch_id,
        "capture_id": capture_id,
        "created_at": check.created_at,
        "decided_at": check.decided_at,
        "valid_until": check.valid_until,
    }


def capture_row(identifier: str, capture: Capture, sha256: str, size: int) -> dict[str, Any]:
    """A row of `captures`."""
    return {
        "id": identifier,
        "registrable_domain": capture.address.registrable_domain,
        "host": capture.address.host,
        "started_at": capture.started_at,
        "finished_at": capture.finished_at,
        "pages": len(capture.pages),
        "warc_sha256": sha256,
        "warc_bytes": size,
    }


def verdict_row(
    check_id: str, verdict: Verdict, capture_id: str | None, judged_at: datetime, document: str
) -> dict[str, Any]:
    """A row of `verdicts`."""
    return {
        "check_id": check_id,
        "capture_id": capture_id,
        "registrable_domain": verdict.address.registrable_domain,
        "host": verdict.address.host,
        "destination": verdict.destination,
        "category": verdict.category.value,
        "reason_code": verdict.reason_code,
        "score": verdict.score,
        "complete": verdict.category is not Category.COULD_NOT_CHECK,
        "ruleset": verdict.ruleset,
        "checked_at": verdict.checked_at,
        "judged_at": judged_at,
        "valid_until": verdict.valid_until,
        "document": document,
        "needs_review": "needs_review" in verdict.overlays,
        "record": storable(json.dumps(_VERDICT.dump_python(verdict, mode="json"), ensure_ascii=False)),
    }


def finding_rows(check_id: str, findings: tuple[Finding, ...]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Rows of `findings` and of `evidence`."""
    rows = [
        {
            "check_id": check_id,
            "position": position,
            "rule_id": finding.rule_id,
            "rule_version": finding.rule_version,
            "outcome": finding.outcome.value,
            "direction": finding.direction.value,
            "severity": finding.severity.value,
            "category": finding.category,
            "weight": finding.weight,
            "effect": finding.effect,
            "shadow": finding.shadow,
            "reason": finding.reason,
            "facts": json.dumps(finding.facts),
        }
        for position, finding in enumerate(findings)
    ]
    proofs = [
        {
            "check_id": check_id,
            "finding": number,
            "position": position,
            "kind": proof.kind.value,
            "quote": proof.quote,
            "url": proof.url,
            "page_sha256": proof.page_sha256,
            "span_start": proof.start,
            "span_end": proof.end,
        }
        for number, finding in enumerate(findings)
        for position, proof in enumerate(finding.evidence)
    ]
    return rows, proofs


def to_verdict(row: Row[Any], later_failure: FailedLook | None = None) -> StoredVerdict:
    """A `StoredVerdict` from a row of `verdicts`."""
    values = {name: getattr(row, name) for name in StoredVerdict.__dataclass_fields__ if name != "later_failure"}
    return StoredVerdict(**values | {"category": Category(row.category)}, later_failure=later_failure)


def to_check(row: Row[Any], verdict: StoredVerdict | None) -> StoredCheck:
    """A `StoredCheck` from a row of `checks`."""
    address = to_address(row)
    names = "id destination error_code batch_id capture_id created_at decided_at valid_until".split()
    values = {name: getattr(row, name) for name in names}
    return StoredCheck(**values, address=address, state=CheckState(row.state), verdict=verdict)


def verdict_of(stored: StoredVerdict) -> Verdict | None:
    """The verdict behind a stored document; None for one that was kept before records were."""
    return _VERDICT.validate_json(stored.record) if stored.record else None


def to_findings(found: Sequence[Row[Any]], proofs: Sequence[Row[Any]]) -> list[dict[str, Any]]:
    """Findings with their evidence as plain data, from rows of both tables."""
    by_finding: dict[int, list[dict[str, Any]]] = {}
    for row in proofs:
        place = {"url": row.url, "page_sha256": row.page_sha256, "start": row.span_start, "end": row.span_end}
        by_finding.setdefault(row.finding, []).append({"kind": row.kind, **place, "quote": row.quote})
    return [
        {
            "rule": row.rule_id,
            "rule_version": row.rule_version,
            "outcome": row.outcome,
            "direction": row.direction,
            "severity": row.severity,
            "weight": row.weight,
            "effect": row.effect,
            "shadow": bool(row.shadow),
            "reason": row.reason or None,
            "evidence": by_finding.get(row.position, []),
        }
        for row in found
    ]


def address_columns(address: Address) -> dict[str, str]:
    """An address as columns of `checks`; `to_address` reads them back."""
    return {
        "input": address.raw,
        "url": address.url,
        "host": address.host,
        "display_host": address.display_host,
        "registrable_domain": address.registrable_domain,
    }


def to_address(row: Row[Any]) -> Address:
    """The address of a row of `checks`."""
    return Address(row.input, row.url, row.host, row.display_host, row.registrable_domain)


def to_capture(row: Row[Any]) -> StoredCapture:
    """A `StoredCapture` from a row of `captures`."""
    return StoredCapture(**{name: getattr(row, name) for name in StoredCapture.__dataclass_fields__})
