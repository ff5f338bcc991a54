"""The conclusion about a site, and the check that it belongs to."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from pharmcheck.model.capture import Address
from pharmcheck.model.findings import Finding
from pharmcheck.model.reading import Reading


class Category(StrEnum):
    VERIFIED = "verified"
    VERIFIED_ELSEWHERE = "verified_elsewhere"
    UNVERIFIED = "unverified"
    CAUTION = "caution"
    DANGER = "danger"
    COULD_NOT_CHECK = "could_not_check"
    NOT_A_PHARMACY = "not_a_pharmacy"


class CriterionName(StrEnum):
    HTTPS = "https"
    ADDRESS = "address"
    LICENCE = "licence"
    PRESCRIPTION = "prescription"


class CriterionOutcome(StrEnum):
    """`claimed` keeps us honest: the page says so, nobody has confirmed it."""

    MET = "met"
    CLAIMED = "claimed"
    NOT_MET = "not_met"
    UNDETERMINED = "undetermined"
    NOT_APPLICABLE = "not_applicable"


@dataclass(frozen=True, slots=True)
class Criterion:
    name: CriterionName
    outcome: CriterionOutcome
    detail: str  # message id in the catalogue, with its facts
    facts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Proof:
    """A register entry that names this very site."""

    register: str
    snapshot_date: date | None
    entry_id: str
    matched_on: tuple[str, ...]
    status: str
    holder: str | None = None
    jurisdictions: tuple[str, ...] = ()
    licensed_in: str | None = None  # the country whose authority keeps the register; None for accreditation
    good_until: date | None = None  # the last day on which this copy of the register may verify


class Agreement(StrEnum):
    """What a page prints beside what a register holds."""

    SAME = "same"
    DIFFERENT = "different"
    NOT_PRINTED = "not_printed"


@dataclass(frozen=True, slots=True)
class Comparison:
    """One thing that a register entry says, beside the page."""

    what: str  # name | address | number | phone | web_address
    register: str  # as the register has it
    page: str | None  # as the page prints it; None when it does not
    agreement: Agreement


@dataclass(frozen=True, slots=True)
class RegisterEntry:
    """A register entry that concerns a site, whether or not it ties the site to anybody."""

    register: str
    authority: str
    snapshot_date: date | None
    entry_id: str
    holder: str
    status: str
    names_site: bool
    compared: tuple[Comparison, ...]


@dataclass(frozen=True, slots=True)
class RegisterPage:
    """Where a person can look a pharmacy up in the register of a country."""

    register: str
    authority: str
    country: str | None
    url: str


@dataclass(frozen=True, slots=True)
class NotChecked:
    what: str
    why: str
    code: str = ""  # which kind of why, so that it can be said in other languages and plainer words


@dataclass(frozen=True, slots=True)
class RegisterState:
    """A loaded register snapshot, as named in a verdict."""

    name: str
    snapshot_date: date | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """The conclusion.  The category comes from rules; the score only orders within its band."""

    address: Address
    category: Category
    reason_code: str
    score: int | None
    coverage: int  # 0–100, share of the wanted pages that were read
    criteria: tuple[Criterion, ...]
    reasons: tuple[Finding, ...]  # present findings that matter, worst first
    proofs: tuple[Proof, ...]
    not_checked: tuple[NotChecked, ...]
    overlays: tuple[str, ...]
    destination: str | None
    checked_at: datetime
    valid_until: datetime
    ruleset: str
    registers: tuple[RegisterState, ...]
    capture_id: str | None
    records: tuple[RegisterEntry, ...] = ()  # entries that concern the site, binding or not
    look_up: tuple[RegisterPage, ...] = ()  # where a person can check for themselves


class CheckState(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Check:
    """One visit and judgement of one site, as stored."""

    id: str
    address: Address
    capture_id: str | None
    verdict: Verdict | None
    state: CheckState
    error_code: str | None
    batch_id: str | None
    created_at: datetime
    decided_at: datetime | None
    valid_until: datetime | None


@dataclass(frozen=True, slots=True)
class Judgement:
    """Everything a judge saw and said: kept together so that a verdict can be explained and replayed."""

    verdict: Verdict
    findings: tuple[Finding, ...]
    readings: tuple[Reading, ...] = field(default=(), repr=False)
