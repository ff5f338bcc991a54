"""Turn findings into a verdict.  Pure, total, and short enough to audit.

Risk adds up; trust is a gate, never a discount.  A seal or a licence number can be stolen, so no claim
lowers the risk that other findings established.  The rules choose the category; the score only orders
sites within its band, so the two can never disagree.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import get_args

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
from pharmcheck.ruleset.schema import Effect, Rule, VerdictPolicy
from pharmcheck.standing import Standing

_SEVERITIES = tuple(Severity)
_EFFECTS = get_args(Effect)  # worst first
_UNSETTLED = (
    "registered_not_for_online_sale",
    "ceiling_stale_register",
    "number_exists_not_tied_to_site",
    "general_sale_only",
    "telehealth",
    "not_in_register",
    "no_register_for_country",
    "register_not_loaded",
)
"""Why nothing clears a site that nothing speaks against: the first that holds is the most that we can say."""
_KINDS = (
    "hacked_redirector",
    "veterinary",
    "wholesale",
    "supplements",
    "marketplace",
    "manufacturer",
    "hospital",
    "insurer",
    "news",
    "no_offer",
)
"""What a site is instead of a pharmacy: the first that holds; with none, it informs."""


@dataclass(frozen=True, slots=True)
class Circumstances:
    """Everything besides the findings that a verdict depends on.  Time is an argument."""

    address: Address
    coverage: Coverage
    standing: Standing
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


@dataclass(frozen=True, slots=True)
class _Present:
    """What holds of a site, and what the rules behind it say it may do."""

    findings: Sequence[Finding]  # by rule id
    rules: Mapping[str, Rule]

    def having(self, *effects: str) -> list[Finding]:
        return _worst_first(finding for finding in self.findings if finding.effect in effects)

    def code(self, finding: Finding) -> str:
        return self.rules[finding.rule_id].reason_code

    def held(self, category: Category, by: Sequence[Finding], *overlays: str) -> _Decision:
        """The category to which these findings, worst first, hold the site."""
        told = {*overlays, *(overlay for finding in by for overlay in self.rules[finding.rule_id].overlays)}
        return _Decision(category, self.code(by[0]), tuple(sorted(told)))

    @property
    def sells(self) -> bool:
        return any(finding.category == "offer" and finding.effect == "scope" for finding in self.findings)

    @property
    def traces(self) -> list[Finding]:
        """Carts, parcels or a name as of a shop of medicines: enough for signs against it to count."""
        return [finding for finding in self.having("doubt") if finding.rule_id not in self.meant_otherwise]

    @property
    def meant_otherwise(self) -> set[str]:
        """Rules whose words mean something else at a place of this kind: "our pharmacy" of a hospital."""
        return {rule_id for finding in self.having("scope") for rule_id in self.rules[finding.rule_id].outweighs}

    @property
    def explained(self) -> bool:
        """Whether all that it offers is meant otherwise; an online doctor's clinic words are about its own service."""
        doctor = any(self.code(finding) == "telehealth" for finding in self.findings)
        speaking = {f.rule_id for f in self.having("scope", "doubt") if f.category in ("offer", "doubt")}
        return not doctor and speaking <= self.meant_otherwise

    @property
    def obstacle(self) -> str:
        return next((self.code(finding) for finding in self.findings if finding.category == "obstacle"), "")


def decide(findings: Iterable[Finding], ruleset: Ruleset, around: Circumstances) -> Verdict:
    """Judge a site.

    Invariants (checked by property tests):
      * the order of findings does not matter;
      * one more present risk never improves the category, nor the score within it;
      * INCONCLUSIVE, NOT_APPLICABLE and shadow findings change nothing;
      * `verified` needs a binding proof: silence and claims are never enough.
    """
    answered = sorted(findings, key=lambda finding: finding.rule_id)
    seen = [finding for finding in answered if finding.outcome is Outcome.PRESENT and not finding.shadow]
    present = _Present(seen, ruleset.by_id)
    decision = _decide(present, ruleset.policy, around)
    proofs = around.standing.proofs
    # Offers that were not seen prove nothing about a site that was not read, or that leaves traces of a shop.
    sells = present.sells or (None if decision.category is Category.COULD_NOT_CHECK or present.traces else bool(proofs))
    pharmacy = decision.category is not Category.NOT_A_PHARMACY
    general_sale = any(present.code(finding) == "general_sale_only" for finding in seen)
    criteria = answer_criteria(answered, ruleset.by_id, sells=sells and pharmacy, only_general_sale=general_sale)
    valid_until = _valid_until(decision.category, ruleset.policy, around)
    overlays = {*decision.overlays, *(("stale",) if around.now > valid_until else ())}
    return Verdict(
        address=around.address,
        category=decision.category,
        reason_code=decision.reason_code,
        score=_score(decision.category, seen, ruleset.policy),
        coverage=around.coverage.percent,
        criteria=criteria,
        reasons=_reasons(present, decision),
        proofs=proofs,
        not_checked=around.coverage.not_checked,
        overlays=tuple(sorted(overlays)),
        destination=around.destination,
        checked_at=around.checked_at,
        valid_until=valid_until,
        ruleset=ruleset.version,
        registers=around.registers,
        capture_id=around.capture_id,
        records=around.standing.records,
        look_up=around.standing.look_up if pharmacy else (),
    )


def _valid_until(category: Category, policy: VerdictPolicy, around: Circumstances) -> datetime:
    """No verdict that rests on a register outlives the copy of that register."""
    until = around.checked_at + timedelta(days=policy.valid_days[category])
    if category not in (Category.VERIFIED, Category.VERIFIED_ELSEWHERE):
        return until
    ends = [proof.good_until for proof in around.standing.proofs]
    last_days = [day for day in ends if day] if all(ends) else []
    return min([until, *(datetime.combine(max(last_days), time.max, until.tzinfo) for _ in last_days[:1])])


def _decide(present: _Present, policy: VerdictPolicy, around: Circumstances) -> _Decision:
    """DESIGN section 3, "Order of decision": the first that applies."""
    against = _against(present, policy, around)
    if against:
        return against
    bound, ceilings = present.having("bind"), present.having("ceiling")
    if bound and ceilings:
        return present.held(Category.CAUTION, ceilings)
    if bound:
        return _verified(present, bound, around)
    if not around.coverage.any_read or (present.obstacle and not present.sells):
        return _Decision(Category.COULD_NOT_CHECK, present.obstacle or around.coverage.failure)
    accused = _signs(present, ceilings, policy) if present.sells or present.traces else None
    explained = present.explained and _silence_counts(around.coverage, policy)
    if not accused and (not present.sells or explained):
        return _without_offers(present, policy, around)
    return accused or _unverified(present, around)


def _against(present: _Present, policy: VerdictPolicy, around: Circumstances) -> _Decision | None:
    """The D rules, then the N rules: lists count even when the site could not be read."""
    # Nothing is for sale any more: a name that is parked, or a site that was read and offers nothing.
    silent = not present.obstacle and _silence_counts(around.coverage, policy)
    gone = not present.sells and (silent or present.obstacle == "parked")
    bound = bool(present.having("bind"))
    conflict = ("conflict",) if bound else ()
    listed, convicting = present.having("listed"), present.having("convict")
    if listed and not gone:
        return present.held(Category.DANGER, listed, *conflict)
    if convicting and bound:  # C5: the register may be right, so a person looks before anyone is accused
        return present.held(Category.CAUTION, convicting, "conflict", "needs_review")
    if convicting:
        return present.held(Category.DANGER, convicting)
    warnings, ceilings = present.having("listed", "warned", "alleged"), present.having("ceiling")
    if not warnings:
        return None
    if bound and not ceilings and _only_alleged_abroad(warnings, around.standing.proofs):
        return present.held(Category.VERIFIED_ELSEWHERE, warnings, "conflict")
    return present.held(Category.CAUTION, [*warnings, *ceilings], *conflict, *(("stale",) if gone else ()))


def _only_alleged_abroad(warnings: Sequence[Finding], proofs: Iterable[Proof]) -> bool:
    """Whether only private bodies warn, each about a site that an authority of another country has licensed (N)."""
    licensed_in = {proof.licensed_in for proof in proofs if proof.licensed_in}
    homes = [dict(finding.facts).get("country", "") for finding in warnings]
    return all(f.effect == "alleged" for f in warnings) and all(home and licensed_in - {home} for home in homes)


def _verified(present: _Present, bound: Sequence[Finding], around: Circumstances) -> _Decision:
    if around.destination and not present.having("reach"):
        return _Decision(Category.VERIFIED_ELSEWHERE, "licensed_elsewhere")
    return present.held(Category.VERIFIED, bound)


def _silence_counts(coverage: Coverage, policy: VerdictPolicy) -> bool:
    """Whether enough was read for an offer that was not seen not to be there."""
    return coverage.home_read and coverage.whole and coverage.understood and coverage.percent >= policy.coverage_needed


def _without_offers(present: _Present, policy: VerdictPolicy, around: Circumstances) -> _Decision:
    if not _silence_counts(around.coverage, policy):
        code = "too_little_read" if around.coverage.understood else "language_not_read"
        return _Decision(Category.COULD_NOT_CHECK, code)
    if present.traces:
        return present.held(Category.COULD_NOT_CHECK, present.traces)
    codes = {present.code(finding) for finding in present.having("scope")}
    return _Decision(Category.NOT_A_PHARMACY, next((kind for kind in _KINDS if kind in codes), "information"))


def _signs(present: _Present, ceilings: Sequence[Finding], policy: VerdictPolicy) -> _Decision | None:
    if ceilings:
        return present.held(Category.CAUTION, ceilings)
    weak = present.having("weak")
    many = len(weak) >= policy.weak_needed and len({f.category for f in weak}) >= policy.weak_groups_needed
    return _Decision(Category.CAUTION, "warning_signs") if many or present.having("strong") else None


def _unverified(present: _Present, around: Circumstances) -> _Decision:
    if not around.coverage.home_read:
        return _Decision(Category.COULD_NOT_CHECK, "too_little_read")
    known = {present.code(finding): finding for finding in present.findings}
    for code in _UNSETTLED:
        # Only Great Britain has no register of sellers of general sale medicines (FIELD 5.3, S).
        if code in known and (code != "general_sale_only" or dict(known[code].facts).get("country") == "GB"):
            return present.held(Category.UNVERIFIED, [known[code]])
    return _Decision(Category.UNVERIFIED, "no_licence_claim")


def _worst_first(found: Iterable[Finding]) -> list[Finding]:
    return sorted(found, key=lambda f: (_EFFECTS.index(f.effect), _SEVERITIES.index(f.severity), -f.weight, f.rule_id))


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


def _reasons(present: _Present, decision: _Decision) -> tuple[Finding, ...]:
    """What a person must be told: what decided first, then other risks, then what speaks for the site."""
    accused = decision.category not in (Category.VERIFIED, Category.VERIFIED_ELSEWHERE, Category.NOT_A_PHARMACY)
    untold = ("none", "weak") if decision.category is Category.NOT_A_PHARMACY else ("none",)

    def decided(finding: Finding) -> bool:
        return present.code(finding) == decision.reason_code

    told = [
        finding
        for finding in present.findings
        if (finding.direction is Direction.RISK and (accused or finding.effect not in untold))
        or finding.effect in (("bind", "reach") if present.sells else ("bind", "reach", "doubt"))
        or decided(finding)
    ]
    return tuple(sorted(_worst_first(told), key=lambda finding: not decided(finding)))
