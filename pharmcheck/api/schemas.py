"""The wire as OpenAPI describes it.

Requests are typed by these; answers are written as ready bytes and held to them by tests.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Destination = Annotated[
    str, Field(pattern="^[A-Z]{2}$", description="ISO 3166-1 alpha-2: where the parcel goes.", examples=["DE"])
]


class _Request(BaseModel):
    model_config = ConfigDict(extra="forbid")


class CheckRequest(_Request):
    """One site to check."""

    url: str = Field(
        min_length=1,
        max_length=4096,
        description="A web address as people paste it.",
        examples=["pharmacy.example.com"],
    )
    destination: Destination | None = None
    fresh: bool = Field(
        default=False, description="Look again although a verdict still holds, within the site's budget."
    )


class BatchRequest(_Request):
    """A list of sites to check."""

    urls: list[Annotated[str, Field(max_length=4096)]] = Field(min_length=1, max_length=10_000)
    destination: Destination | None = None
    preview: bool = Field(default=False, description="Keep it as a draft to look through; `…/start` begins.")


class OptOutRequest(_Request):
    """A site whose owner asks not to be visited."""

    domain: str = Field(min_length=1, max_length=4096)
    note: str = Field(default="", max_length=1000)


class AddressOut(BaseModel):
    input: str
    url: str
    host: str
    registrable_domain: str


class CriterionOut(BaseModel):
    outcome: Literal["met", "claimed", "not_met", "undetermined", "not_applicable"]
    detail: str


class EvidenceOut(BaseModel):
    kind: Literal["page", "tls", "http", "register", "list", "absence"]
    url: str | None
    page_sha256: str | None
    start: int | None
    end: int | None
    quote: str


class SourceOut(BaseModel):
    title: str
    url: str | None


class ReasonOut(BaseModel):
    rule: str
    rule_version: int
    severity: Literal["critical", "high", "medium", "low", "info"]
    message: str
    evidence: list[EvidenceOut]
    sources: list[SourceOut]


class NotCheckedOut(BaseModel):
    what: str
    why: str


class RegisterOut(BaseModel):
    name: str
    snapshot_date: str | None


CategoryOut = Literal[
    "verified", "verified_elsewhere", "unverified", "caution", "danger", "could_not_check", "not_a_pharmacy"
]


class OverrideOut(BaseModel):
    """Who chose the category by role, when, until when and why; what the machine says stands beside it."""

    category: Literal["danger", "caution", "unverified", "not_a_pharmacy"]
    by: str
    at: str
    until: str
    reason: str
    machine: dict[str, Any]


class VerdictOut(BaseModel):
    """`pharmcheck.verdict/1`.  Ignore keys and values that you do not know: more may come."""

    model_config = ConfigDict(extra="allow")
    schema_name: Literal["pharmcheck.verdict/1"] = Field(alias="schema")
    address: AddressOut
    category: CategoryOut
    reason_code: str
    score: int | None = Field(description="0–100, orders sites within their category only; not for lay people.")
    coverage: int
    criteria: dict[Literal["https", "address", "licence", "prescription"], CriterionOut]
    reasons: list[ReasonOut]
    proofs: list[dict[str, Any]]
    not_checked: list[NotCheckedOut]
    advice: list[str]
    overlays: list[str]
    destination: str | None
    checked_at: str
    valid_until: str
    ruleset: str
    registers: list[RegisterOut]
    capture_id: str | None
    override: OverrideOut | None = Field(description="A person's category instead of the machine's, until a day.")


class CheckOut(BaseModel):
    """A check as it stands."""

    id: str
    state: Literal["queued", "running", "done", "failed", "cancelled", "stalled"]
    address: AddressOut
    destination: str | None
    created_at: str
    decided_at: str | None
    error_code: str | None
    batch_id: str | None
    verdict: VerdictOut | None
    links: dict[str, str]


class HistoryEntryOut(BaseModel):
    check_id: str
    category: CategoryOut
    reason_code: str
    score: int | None
    destination: str | None
    checked_at: str
    valid_until: str
    ruleset: str


class ReviewOut(BaseModel):
    """What a person said about a site."""

    id: int
    action: Literal["confirm", "override", "dispute", "appeal", "accept", "refuse"]
    check_id: str
    seen: dict[Literal["category", "reason_code"], str]
    category: str | None
    reason: str | None
    by: str
    at: str
    until: str | None
    answers: int | None
    new_check_id: str | None


class HistoryOut(BaseModel):
    """Answers about a site, and what people said about them, newest first."""

    items: list[HistoryEntryOut]
    next: str | None = Field(description="Address of the next page.")
    reviews: list[ReviewOut]


class EvidenceListOut(BaseModel):
    """All that a verdict rests on, the findings that did not move it too."""

    check_id: str
    capture_id: str | None
    capture_sha256: str | None
    findings: list[dict[str, Any]]


class RuleOut(BaseModel):
    id: str
    title: str
    status: str
    version: int
    category: str
    direction: str
    severity: str
    weight: int
    effect: str
    sources: list[SourceOut]


class RulesOut(BaseModel):
    ruleset: str
    rules: list[RuleOut]


class RegisterStateOut(BaseModel):
    name: str
    country: str | None
    authority: str
    kind: str
    snapshot_date: str | None
    fresh: bool
    page: str | None


class RegistersOut(BaseModel):
    registers: list[RegisterStateOut]


class RangeRowOut(BaseModel):
    hash: str = Field(description="First 20 hex digits of SHA-256 of `pharmcheck range`, a zero byte and the name.")
    category: str
    reason_code: str
    rules: list[str]
    checked_on: str


class RangeOut(BaseModel):
    """Every listed name whose hash begins with the prefix; all answers of a version have the same length."""

    version: int = Field(description="0 while no list was ever built.")
    bits: int = Field(description="Length of today's prefixes.")
    rows: list[RangeRowOut]
    padding: str = Field(description="Means nothing.")


class OptOutOut(BaseModel):
    domain: str
    opted_out: bool


class HealthOut(BaseModel):
    status: Literal["ok"]


class FieldProblemOut(BaseModel):
    pointer: str
    detail: str
    code: str | None


class ProblemOut(BaseModel):
    """RFC 9457, with a stable `code`."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    errors: list[FieldProblemOut]
    request_id: str | None
