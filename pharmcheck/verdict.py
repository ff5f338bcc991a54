"""Turn findings into a verdict.  Pure, total, and short enough to audit.

Risk adds up; trust is a gate, never a discount.  A seal or a licence number can be stolen, so no claim
lowers the risk that other findings established.  The rules choose the category; the score only orders
sites within its band, so the two can never disagree.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from pharmcheck.coverage import Coverage
from pharmcheck.criteria import answer_criteria
from pharmcheck.model import (
    Address,
    Category,
    Direction,
    Finding,
    Outcome,
    Proof,
    RegisterState,
    Severity,
    Verdict,
)
from pharmcheck.ruleset.load import Ruleset
from pharmcheck.ruleset.schema import VerdictPolicy

_SEVERITIES = tuple(Severity)
_EFFECTS = ("convict", "ceiling", "strong", "weak", "bind", "scope", "claim", "none")
_CONDUCT = frozenset({"rx_without_prescription", "controlled_without_prescription"})
"""Convictions by the site's own words: on a registered site a person must look before anyone is accused (C5)."""


@dataclass(frozen=True, slots=True)
class Circumstances:
    """Everything besides the findings that a verdict depends on.  Time is an argument."""

    address: Address
    coverage: Coverage
    proofs: tuple[Proof, ...]
    registers: tuple[RegisterState, ...]
    destination: str | None
    checked_at: datetime
    now: datetime
    capture_id: str | None


@dataclass(frozen=True, slots=True)
class _Decision:
    category: Category
    reason_code: str
    overlays: tuple[str, ...] = ()


def decide(findings: Iterable[Finding], ruleset: Ruleset, around: Circumstances) -> Verdict:
    """Judge a site.

    Invariants (checked by property tests):
      * the order of findings does not matter;
      * one more present risk never improves the category, nor the score within it;
      * INCONCLUSIVE, NOT_APPLICABLE and shadow findings change nothing;
      * `verified` needs a binding proof: silence and claims are never enough.
    """
    answered = sorted(findings, key=lambda finding: finding.rule_id)
    present = [finding for finding in answered if finding.outcome is Outcome.PRESENT and not finding.shadow]
    codes = {rule.id: rule.reason_code for rule in ruleset.rules}
    decision = _decide(present, codes, ruleset.policy, around)
    # Offers that were not seen prove nothing about a site that was not read.
    sells = _sells(present) or (None if decision.category is Category.COULD_NOT_CHECK else bool(around.proofs))
    general_sale = any(codes[finding.rule_id] == "general_sale_only" for finding in present)
    criteria = answer_criteria(answered, ruleset.by_id, sells=sells, only_general_sale=general_sale)
    valid_until = around.checked_at + timedelta(days=ruleset.policy.valid_days[decision.category])
    overlays = {*decision.overlays, *(("stale",) if around.now > valid_until else ())}
    return Verdict(
        address=around.address,
        category=decision.category,
        reason_code=decision.reason_code,
        score=_score(decision.category, present, ruleset.policy),
        coverage=around.coverage.percent,
        criteria=criteria,
        reasons=_reasons(present, codes, decision),
        proofs=around.proofs,
        not_checked=around.coverage.not_checked,
        overlays=tuple(sorted(overlays)),
        destination=around.destination,
        checked_at=around.checked_at,
        valid_until=valid_until,
        ruleset=ruleset.version,
        registers=around.registers,
        capture_id=around.capture_id,
    )


def _decide(
    present: Sequence[Finding], codes: Mapping[str, str], policy: VerdictPolicy, around: Circumstances
) -> _Decision:
    """DESIGN section 3, "Order of decision": the first that applies."""
    sells = _sells(present)
    bound = [finding for finding in present if finding.effect == "bind"]
    convicting = [codes[f.rule_id] for f in _worst_first(f for f in present if f.effect == "convict")]
    if convicting:
        if convicting[0] == "government_list" and not sells and around.coverage.any_read:
            return _Decision(Category.CAUTION, convicting[0], ("stale",))
        if bound and _CONDUCT.issuperset(convicting):
            return _Decision(Category.CAUTION, convicting[0], ("conflict", "needs_review"))
        return _Decision(Category.DANGER, convicting[0])
    obstacle = _obstacle(present, codes)
    unseen = not around.coverage.any_read or (obstacle and not sells)
    ceilings = _worst_first(finding for finding in present if finding.effect == "ceiling")
    if bound:
        return _Decision(Category.CAUTION, codes[ceilings[0].rule_id]) if ceilings else _verified(bound, codes, around)
    if unseen:
        return _Decision(Category.COULD_NOT_CHECK, obstacle or around.coverage.failure)
    if not sells:
        return _without_offers(present, codes, policy, around)
    return _signs(present, ceilings, codes, policy) or _unverified(present, codes, around)


def _verified(bound: Sequence[Finding], codes: Mapping[str, str], around: Circumstances) -> _Decision:
    destination = around.destination
    if destination and not any(destination in proof.jurisdictions for proof in around.proofs):
        return _Decision(Category.VERIFIED_ELSEWHERE, "licensed_elsewhere")
    return _Decision(Category.VERIFIED, codes[bound[0].rule_id])


def _without_offers(
    present: Sequence[Finding], codes: Mapping[str, str], policy: VerdictPolicy, around: Circumstances
) -> _Decision:
    coverage = around.coverage
    if not coverage.home_read or not coverage.whole or coverage.percent < policy.coverage_needed:
        return _Decision(Category.COULD_NOT_CHECK, "too_little_read")
    kinds = [codes[f.rule_id] for f in present if f.effect == "scope" and codes[f.rule_id]]
    return _Decision(Category.NOT_A_PHARMACY, kinds[0] if kinds else "information")


def _signs(
    present: Sequence[Finding], ceilings: Sequence[Finding], codes: Mapping[str, str], policy: VerdictPolicy
) -> _Decision | None:
    if ceilings:
        return _Decision(Category.CAUTION, codes[ceilings[0].rule_id])
    weak = [finding for finding in present if finding.effect == "weak"]
    many = len(weak) >= policy.weak_needed and len({f.category for f in weak}) >= policy.weak_groups_needed
    if many or any(finding.effect == "strong" for finding in present):
        return _Decision(Category.CAUTION, "warning_signs")
    return None


def _unverified(present: Sequence[Finding], codes: Mapping[str, str], around: Circumstances) -> _Decision:
    if not around.coverage.home_read:
        return _Decision(Category.COULD_NOT_CHECK, "too_little_read")
    known = {codes[finding.rule_id]: dict(finding.facts) for finding in present}
    for code in ("registered_not_for_online_sale", "number_exists_not_tied_to_site", "general_sale_only"):
        # Only Great Britain has no register of sellers of general sale medicines (FIELD 5.3, S).
        if code in known and (code != "general_sale_only" or known[code].get("country") == "GB"):
            return _Decision(Category.UNVERIFIED, code)
    return _Decision(
        Category.UNVERIFIED, "register_not_loaded" if "register_not_loaded" in known else "no_licence_claim"
    )


def _sells(present: Iterable[Finding]) -> bool:
    return any(finding.category == "offer" and finding.effect == "scope" for finding in present)


def _obstacle(present: Iterable[Finding], codes: Mapping[str, str]) -> str:
    return next((codes[finding.rule_id] for finding in present if finding.category == "obstacle"), "")


def _worst_first(findings: Iterable[Finding]) -> list[Finding]:
    return sorted(
        findings,
        key=lambda f: (_EFFECTS.index(f.effect), _SEVERITIES.index(f.severity), -f.weight, f.rule_id),
    )


def _score(category: Category, present: Iterable[Finding], policy: VerdictPolicy) -> int | None:
    """Points of risk, capped for each category of rules, push the score down within its band."""
    band = policy.bands.get(category)
    if band is None:
        return None
    points: dict[str, int] = {}
    for finding in present:
        if finding.direction is Direction.RISK:
            points[finding.category] = points.get(finding.category, 0) + finding.weight
    total = sum(min(amount, policy.caps[name]) for name, amount in points.items())
    width = band.highest - band.lowest
    return band.highest - min(width, total * width // 100)


def _reasons(present: Sequence[Finding], codes: Mapping[str, str], decision: _Decision) -> tuple[Finding, ...]:
    """What a person must be told: what decided first, then other risks, then what speaks for the site."""
    accused = decision.category not in (Category.VERIFIED, Category.VERIFIED_ELSEWHERE, Category.NOT_A_PHARMACY)
    told = [
        finding
        for finding in present
        if (finding.direction is Direction.RISK and (accused or finding.effect != "none"))
        or finding.effect == "bind"
        or codes[finding.rule_id] == decision.reason_code
    ]
    return tuple(sorted(_worst_first(told), key=lambda finding: codes[finding.rule_id] != decision.reason_code))
