"""The verdict document, schema `pharmcheck.verdict/1`: what `--json`, the service and exports give out.

The shape is a contract (DESIGN section 6).  Unknown values are null, never left out.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from pharmcheck.explain import explain
from pharmcheck.model import Evidence, Finding, RegisterEntry, Verdict
from pharmcheck.ruleset import Ruleset

SCHEMA = "pharmcheck.verdict/1"


def verdict_document(verdict: Verdict, ruleset: Ruleset, language: str = "en") -> dict[str, Any]:
    """A verdict as plain data, with its sentences in `language`."""
    told = explain(verdict, ruleset, language)
    address = verdict.address
    return {
        "schema": SCHEMA,
        "address": {
            "input": address.raw,
            "url": address.url,
            "host": address.host,
            "registrable_domain": address.registrable_domain,
        },
        "category": verdict.category.value,
        "reason_code": verdict.reason_code,
        "score": verdict.score,
        "coverage": verdict.coverage,
        "criteria": {
            criterion.name.value: {"outcome": criterion.outcome.value, "detail": detail}
            for criterion, (_, _, detail) in zip(verdict.criteria, told.criteria, strict=True)
        },
        "reasons": [
            _reason(finding, why.message, ruleset) for finding, why in zip(verdict.reasons, told.why, strict=True)
        ],
        "proofs": [
            {
                "register": proof.register,
                "snapshot_date": proof.snapshot_date.isoformat() if proof.snapshot_date else None,
                "entry_id": proof.entry_id,
                "matched_on": list(proof.matched_on),
                "status": proof.status,
                "holder": proof.holder,
                "jurisdictions": list(proof.jurisdictions),
            }
            for proof in verdict.proofs
        ],
        "not_checked": [{"what": item.what, "why": item.why} for item in verdict.not_checked],
        "advice": list(told.advice),
        "overlays": list(verdict.overlays),
        "destination": verdict.destination,
        "checked_at": _time(verdict.checked_at),
        "valid_until": _time(verdict.valid_until),
        "ruleset": verdict.ruleset,
        "registers": [
            {"name": state.name, "snapshot_date": state.snapshot_date.isoformat() if state.snapshot_date else None}
            for state in verdict.registers
        ],
        "capture_id": verdict.capture_id,
        "records": [_entry(entry) for entry in verdict.records],
        "look_up": [
            {"register": page.register, "authority": page.authority, "country": page.country, "url": page.url}
            for page in verdict.look_up
        ],
        "override": None,  # a person's, laid over it when it is told: `reviewing`
    }


def to_json(document: dict[str, Any]) -> str:
    """One line of JSON, the same for the same document."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def _reason(finding: Finding, message: str, ruleset: Ruleset) -> dict[str, Any]:
    rule = ruleset.by_id[finding.rule_id]
    return {
        "rule": finding.rule_id,
        "rule_version": finding.rule_version,
        "severity": finding.severity.value,
        "message": message,
        "evidence": [_evidence(evidence) for evidence in finding.evidence],
        "sources": [{"title": source.title, "url": source.url} for source in rule.sources],
    }


def _entry(entry: RegisterEntry) -> dict[str, Any]:
    return {
        "register": entry.register,
        "authority": entry.authority,
        "snapshot_date": entry.snapshot_date.isoformat() if entry.snapshot_date else None,
        "entry_id": entry.entry_id,
        "holder": entry.holder,
        "status": entry.status,
        "names_site": entry.names_site,
        "compared": [
            {"what": one.what, "register": one.register, "page": one.page, "agreement": one.agreement.value}
            for one in entry.compared
        ],
    }


def _evidence(evidence: Evidence) -> dict[str, Any]:
    return {
        "kind": evidence.kind.value,
        "url": evidence.url,
        "page_sha256": evidence.page_sha256,
        "start": evidence.start,
        "end": evidence.end,
        "quote": evidence.quote,
    }


def _time(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")
