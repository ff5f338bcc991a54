"""What a matcher answers: an outcome with its evidence."""

from __future__ import annotations

from dataclasses import dataclass

from pharmcheck.model import Evidence, EvidenceKind, Outcome


@dataclass(frozen=True, slots=True)
class Answer:
    outcome: Outcome
    evidence: tuple[Evidence, ...] = ()
    reason: str = ""
    facts: tuple[tuple[str, str], ...] = ()


ABSENT = Answer(Outcome.ABSENT)


def present(*evidence: Evidence, **facts: str) -> Answer:
    """It is so, and here is the proof; `facts` fill the rule's message."""
    return Answer(Outcome.PRESENT, evidence, facts=tuple(sorted(facts.items())))


def inconclusive(reason: str) -> Answer:
    """It could not be looked for; `reason` completes "we could not tell: …"."""
    return Answer(Outcome.INCONCLUSIVE, reason=reason)


def not_applicable(reason: str) -> Answer:
    """The question does not arise here."""
    return Answer(Outcome.NOT_APPLICABLE, reason=reason)


def say(kind: EvidenceKind, quote: str, url: str | None = None) -> Evidence:
    """Evidence that is not a place in a page."""
    return Evidence(kind, quote, url)
