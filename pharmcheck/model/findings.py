"""What rules answer, and the proof of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    """A rule's answer.  Only PRESENT moves a verdict."""

    PRESENT = "present"
    ABSENT = "absent"
    INCONCLUSIVE = "inconclusive"
    NOT_APPLICABLE = "not_applicable"


class Direction(StrEnum):
    RISK = "risk"
    TRUST = "trust"
    SCOPE = "scope"  # says what the site is or how much could be read; neither good nor bad


class Severity(StrEnum):
    """Harm to a patient if true."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    INFO = "info"


class EvidenceKind(StrEnum):
    PAGE = "page"
    TLS = "tls"
    HTTP = "http"
    REGISTER = "register"
    LIST = "list"
    ABSENCE = "absence"


@dataclass(frozen=True, slots=True)
class Evidence:
    """The proof of a finding.  `quote` is one sentence that can stand alone.

    For kind `page`, `start` and `end` are byte offsets into the archived body; None when the words
    do not stand there in one piece (for example, joined from an attribute).
    """

    kind: EvidenceKind
    quote: str
    url: str | None = None
    page_sha256: str | None = None
    start: int | None = None
    end: int | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule's answer about a site."""

    rule_id: str
    rule_version: int
    outcome: Outcome
    direction: Direction
    severity: Severity
    category: str
    weight: int  # 0–40 points
    evidence: tuple[Evidence, ...] = ()
    reason: str = ""  # for INCONCLUSIVE and NOT_APPLICABLE: why
    shadow: bool = False  # evaluated and stored, never counted
    effect: str = "none"  # what it may do to a verdict: see docs/rules.md
    facts: tuple[tuple[str, str], ...] = ()  # named values for the message, e.g. medicine=sildenafil
