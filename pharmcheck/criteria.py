"""The four criteria of the buying guidance, answered from findings.

A claim is worth `claimed`, never `met`; what could not be looked at is `undetermined`, never `not_met`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pharmcheck.model import Criterion, CriterionName, CriterionOutcome, Finding, Outcome
from pharmcheck.ruleset.schema import Rule

_WORST_FIRST = ("not_met", "met", "claimed")
_PROOF_FIRST = ("met", "claimed", "not_met")
_PRECEDENCE = {
    CriterionName.HTTPS: _WORST_FIRST,
    CriterionName.ADDRESS: _PROOF_FIRST,
    CriterionName.LICENCE: ("met", "not_met", "claimed"),
    CriterionName.PRESCRIPTION: _WORST_FIRST,
}
"""Conduct seen outweighs what is promised; a register outweighs what a page prints or forgets to print."""


def answer_criteria(
    findings: Sequence[Finding], rules: Mapping[str, Rule], *, sells: bool | None, only_general_sale: bool
) -> tuple[Criterion, ...]:
    """Answer all four, in the order people read them.

    Args:
        findings: every rule's answer.
        rules: the rules by id.
        sells: whether the site offers medicines; None when too little was seen to say.
        only_general_sale: whether everything on offer may be sold freely.
    """
    return tuple(
        _answer(name, findings, rules, sells=sells, only_general_sale=only_general_sale) for name in CriterionName
    )


def _answer(
    name: CriterionName,
    findings: Sequence[Finding],
    rules: Mapping[str, Rule],
    *,
    sells: bool | None,
    only_general_sale: bool,
) -> Criterion:
    present: dict[str, Finding] = {}
    unsure: list[Finding] = []
    for finding in findings:
        effect = rules[finding.rule_id].criterion
        if effect is None or effect.name is not name or finding.shadow:
            continue
        if finding.outcome is Outcome.PRESENT:
            present.setdefault(effect.outcome, finding)
        elif finding.outcome is Outcome.INCONCLUSIVE:
            unsure.append(finding)
    if name is not CriterionName.HTTPS and sells is False:
        return Criterion(name, CriterionOutcome.NOT_APPLICABLE, "criterion.not_a_pharmacy")
    if name is CriterionName.PRESCRIPTION and only_general_sale and not present:
        return Criterion(name, CriterionOutcome.NOT_APPLICABLE, "criterion.general_sale_only")
    for outcome in _PRECEDENCE[name]:
        if outcome in present:
            finding = present[outcome]
            return Criterion(name, CriterionOutcome(outcome), f"rule.{finding.rule_id}", finding.facts)
    reason = unsure[0].reason if unsure else "too little of the site was read"
    return Criterion(name, CriterionOutcome.UNDETERMINED, f"criterion.{name}.undetermined", (("reason", reason),))
