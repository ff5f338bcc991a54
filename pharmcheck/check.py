"""The story: address → capture → readings → findings → verdict.  Called by everyone alike."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime

from pharmcheck.capture import Policy, capture_id, capture_site
from pharmcheck.coverage import look_back
from pharmcheck.findings import find
from pharmcheck.model import Address, Attempt, Capture, Finding, Judgement, Outcome, Proof, RegisterState
from pharmcheck.registers import DOT_PHARMACY, EMPTY_REGISTERS, RegisterLookup
from pharmcheck.ruleset import Ruleset
from pharmcheck.verdict import Circumstances, decide


async def check_site(
    address: Address,
    ruleset: Ruleset,
    policy: Policy,
    *,
    registers: RegisterLookup = EMPTY_REGISTERS,
    destination: str | None = None,
    now: Callable[[], datetime],
    on_attempt: Callable[[Attempt], None] | None = None,
) -> tuple[Capture, Judgement]:
    """Visit a site and judge what was seen.

    A site that cannot be read is a verdict with a reason, not an error.
    """
    policy = replace(policy, page_to_read=ruleset.vocabulary.issuers.page_to_read)
    capture = await capture_site(address, policy, now=now, on_attempt=on_attempt)
    return capture, judge(capture, ruleset, registers=registers, destination=destination, now=now())


def judge(
    capture: Capture,
    ruleset: Ruleset,
    *,
    registers: RegisterLookup = EMPTY_REGISTERS,
    destination: str | None = None,
    now: datetime,
) -> Judgement:
    """Judge a capture.  Pure: the same capture, rules, registers and time give the same verdict, byte for byte.

    The verdict is dated by the visit, not by `now`; `now` only decides what has become stale.
    """
    findings, readings = find(capture, ruleset, registers=registers, destination=destination, today=now.date())
    around = Circumstances(
        address=capture.address,
        coverage=look_back(capture, readings),
        proofs=_proofs(capture.address, findings, registers),
        registers=tuple(RegisterState(snapshot.name, snapshot.as_of) for snapshot in registers.snapshots()),
        destination=destination,
        checked_at=capture.finished_at,
        now=now,
        capture_id=capture_id(capture),
    )
    return Judgement(decide(findings, ruleset, around), findings, readings)


def _proofs(address: Address, findings: tuple[Finding, ...], registers: RegisterLookup) -> tuple[Proof, ...]:
    """The register entries behind the rules that bind."""
    facts = [dict(f.facts) for f in findings if f.effect == "bind" and f.outcome is Outcome.PRESENT]
    named = {(fact["register"], fact["entry"]) for fact in facts if "entry" in fact}
    dates = {snapshot.name: snapshot.as_of for snapshot in registers.snapshots()}
    proofs = [_from_issuer(fact) for fact in facts if "read_on" in fact] + [
        Proof(r.register, dates[r.register], r.entry_id, ("domain",), r.status, r.name, r.jurisdictions)
        for r in registers.naming(address.host)
        if (r.register, r.entry_id) in named
    ]
    if any(fact.get("register") == DOT_PHARMACY for fact in facts):
        proofs.append(Proof(DOT_PHARMACY, None, address.host, ("domain",), "active"))
    return tuple(proofs)


def _from_issuer(fact: dict[str, str]) -> Proof:
    """An issuer's own page, read in this capture: it is as old as the visit."""
    read_on = date.fromisoformat(fact["read_on"])
    countries = tuple(fact["countries"].split())
    return Proof(fact["register"], read_on, fact["entry"], ("issuer_page",), "active", None, countries)
