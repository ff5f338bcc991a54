"""What is to be proven: a check with its archived bytes, its verdict and what the registers said, ready to be packed.

The archived bytes are taken as they lie: nothing here opens them to write.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from pharmcheck.capture import capture_id, read_warc
from pharmcheck.check import judge
from pharmcheck.custody import Action, read_log
from pharmcheck.discretion import discreet
from pharmcheck.document import to_json, verdict_document
from pharmcheck.errors import EvidenceError, StoreError
from pharmcheck.evidence.answers import Recorder
from pharmcheck.model import Capture, Evidence, Finding
from pharmcheck.registers import RegisterLookup
from pharmcheck.ruleset import Ruleset
from pharmcheck.store import Custody, LoadedRegister, Store, StoredVerdict, capture_path

OTHER_RULES = "It was judged by other rules than those that are loaded here ({theirs}; loaded: {ours})."
OTHER_REGISTERS = "The registers that it was judged with are no longer the ones that are loaded here."


@dataclass(frozen=True, slots=True)
class Case:
    """One check, ready to be packed."""

    check_id: str
    capture: Capture
    archive: Path
    archive_sha256: str
    archive_name: str  # within the package
    received: bool  # somebody else's archive, judged as it was handed in
    document: str  # the verdict, byte for byte as it was given
    findings: list[dict[str, Any]]
    judged_at: datetime
    destination: str | None
    ruleset: str
    registers: tuple[dict[str, Any], ...]  # which snapshots, of what day, from which file
    answers: dict[str, Any] | None  # of the registers; None when they cannot be had any more
    why_no_replay: str | None
    log: bytes = b""  # of custody, as the store kept it; empty where it kept none

    @property
    def host(self) -> str:
        return self.capture.address.host


def case_of_check(
    check_id: str, store: Store, folder: Path, ruleset: Ruleset, registers: RegisterLookup | None = None
) -> Case:
    """A stored check; `registers` where others than the store's are asked here.

    Raises EvidenceError when it has no verdict or no bytes, or when those or its log of custody were changed.
    """
    check = store.get_check(check_id)
    if check is None:
        raise EvidenceError(f"There is no check {check_id}, or it was deleted.")
    verdict = check.verdict
    if verdict is None or verdict.capture_id is None:
        raise EvidenceError(f"The check {check_id} has no verdict to prove.")
    try:
        capture = store.load_capture(verdict.capture_id)  # held against the digest of the day it was written
    except StoreError as error:
        raise EvidenceError(f"The check {check_id} cannot be proven any more: {error}") from error
    asked = Recorder(registers or store.registers())
    document, _ = _judged(capture, ruleset, asked, verdict.destination, verdict.judged_at)
    why = _why_not(verdict, document, ruleset)
    return Case(
        check_id=check_id,
        capture=capture,
        archive=capture_path(folder, verdict.capture_id),
        archive_sha256=store.capture_digest(verdict.capture_id) or "",
        archive_name=f"{verdict.capture_id}.warc.gz",
        received=False,
        document=verdict.document,
        findings=store.findings_of(check_id),
        judged_at=verdict.judged_at,
        destination=verdict.destination,
        ruleset=verdict.ruleset,
        registers=_registers(json.loads(verdict.document)["registers"], store.loaded_registers()),
        answers=asked.said() if why is None else None,
        why_no_replay=why,
        log=_log_of(check_id, store),
    )


def _log_of(check_id: str, store: Store) -> bytes:
    """The check's log of custody.  Raises EvidenceError when somebody changed it in the database."""
    log = Custody(store).log_of(check_id)
    entries, problems = read_log(log)
    actions = {entry["action"] for entry in entries}
    if log and not problems and not {Action.CAPTURED, Action.JUDGED} <= actions:
        problems = ["its beginning is missing"]
    if problems:
        raise EvidenceError(f"The log of custody of check {check_id} was changed in the database: {problems[0]}.")
    return log


def cases_of_archive(
    file: Path, ruleset: Ruleset, registers: RegisterLookup, loaded: Sequence[LoadedRegister], now: datetime
) -> list[Case]:
    """Every site of an archive that somebody hands in, judged now.  Raises ArchiveError or EvidenceError."""
    newest: dict[str, Capture] = {}
    for capture in read_warc(file):
        domain = capture.address.registrable_domain
        if domain not in newest or newest[domain].finished_at < capture.finished_at:
            newest[domain] = capture
    try:
        with file.open("rb") as opened:
            digest = hashlib.file_digest(opened, "sha256").hexdigest()
    except OSError as error:
        raise EvidenceError(f"{file} cannot be read ({error.strerror}).") from error
    cases = []
    for capture in newest.values():
        recorder = Recorder(registers)
        document, findings = _judged(capture, ruleset, recorder, None, now)
        cases.append(
            Case(
                check_id=capture_id(capture),
                capture=capture,
                archive=file,
                archive_sha256=digest,
                archive_name=f"{digest[:32]}.warc.gz",
                received=True,
                document=document,
                findings=findings,
                judged_at=now,
                destination=None,
                ruleset=ruleset.version,
                registers=_registers(json.loads(document)["registers"], loaded),
                answers=recorder.said(),
                why_no_replay=None,
            )
        )
    return cases


def _judged(
    capture: Capture, ruleset: Ruleset, registers: RegisterLookup, destination: str | None, now: datetime
) -> tuple[str, list[dict[str, Any]]]:
    judgement = discreet(judge(capture, ruleset, registers=registers, destination=destination, now=now))
    document = to_json(verdict_document(judgement.verdict, ruleset))
    return document, [_finding(finding) for finding in judgement.findings]


def _why_not(verdict: StoredVerdict, document: str, ruleset: Ruleset) -> str | None:
    """Why the same verdict does not come out here any more; None when it does."""
    if document == verdict.document:
        return None
    if verdict.ruleset != ruleset.version:
        return OTHER_RULES.format(theirs=verdict.ruleset, ours=ruleset.version)
    return OTHER_REGISTERS


def _registers(named: Sequence[dict[str, Any]], loaded: Sequence[LoadedRegister]) -> tuple[dict[str, Any], ...]:
    """The snapshots that a verdict names, with the source's file as far as we still know it."""
    known = {(one.snapshot.name, one.snapshot.as_of and one.snapshot.as_of.isoformat()): one for one in loaded}
    found = []
    for state in named:
        one = known.get((state["name"], state["snapshot_date"]))
        source = {
            "file_sha256": one.sha256 if one else None,
            "fetched_at": one.fetched_at.isoformat().replace("+00:00", "Z") if one else None,
        }
        found.append({**state, **source})
    return tuple(found)


def _finding(finding: Finding) -> dict[str, Any]:
    """As the store tells it (`Store.findings_of`)."""
    return {
        "rule": finding.rule_id,
        "rule_version": finding.rule_version,
        "outcome": finding.outcome.value,
        "direction": finding.direction.value,
        "severity": finding.severity.value,
        "weight": finding.weight,
        "effect": finding.effect,
        "shadow": finding.shadow,
        "reason": finding.reason or None,
        "evidence": [_evidence(proof) for proof in finding.evidence],
    }


def _evidence(proof: Evidence) -> dict[str, Any]:
    place = {"url": proof.url, "page_sha256": proof.page_sha256, "start": proof.start, "end": proof.end}
    return {"kind": proof.kind.value, **place, "quote": proof.quote}
