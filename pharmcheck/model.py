"""The shared records.  Frozen, slotted, free of behaviour beyond what their fields mean.

Data walks one way: Address → Capture → Reading → Finding → Verdict → Check.
Times are aware UTC datetimes and always arguments, never read inside a pure room.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

# --------------------------------------------------------------------------- address


@dataclass(frozen=True, slots=True)
class Address:
    """A pasted address, cleaned.  `host` is what we connect to; `registrable_domain` is what we judge."""

    raw: str  # what the person typed
    url: str  # canonical start URL, A-labels, no fragment
    host: str  # lower-case A-label name without root dot, or canonical IP literal
    display_host: str  # the same for people: U-labels where they round-trip
    registrable_domain: str  # by the Public Suffix List with its private section; the host itself for an IP


# --------------------------------------------------------------------------- capture


class FetchOutcome(StrEnum):
    """How one attempt to fetch a page ended."""

    FETCHED = "fetched"  # bytes arrived; the HTTP status is a success
    BLOCKED_BY_SITE = "blocked_by_site"  # 401, 403, 407, 429, 451, 503 with a wall: the site refuses us
    HTTP_ERROR = "http_error"  # any other failing status, or an answer that breaks HTTP
    TIMED_OUT = "timed_out"
    DNS_FAILED = "dns_failed"
    CONNECT_FAILED = "connect_failed"  # refused, reset or unreachable before an answer
    TLS_FAILED = "tls_failed"
    REFUSED_BY_US = "refused_by_us"  # address, port, scheme or redirect that our guard does not follow
    TOO_LARGE = "too_large"  # a byte limit cut it; what was read is kept and marked truncated
    ROBOTS = "robots"  # the site asks machines not to read this page


class Fault(StrEnum):
    """Whose fault a failed attempt was."""

    NOBODY = "nobody"
    SITE = "site"
    NETWORK = "network"
    US = "us"


FAULTS: Mapping[FetchOutcome, Fault] = {
    FetchOutcome.FETCHED: Fault.NOBODY,
    FetchOutcome.BLOCKED_BY_SITE: Fault.SITE,
    FetchOutcome.HTTP_ERROR: Fault.SITE,
    FetchOutcome.TIMED_OUT: Fault.NETWORK,
    FetchOutcome.DNS_FAILED: Fault.NETWORK,
    FetchOutcome.CONNECT_FAILED: Fault.NETWORK,
    FetchOutcome.TLS_FAILED: Fault.SITE,
    FetchOutcome.REFUSED_BY_US: Fault.US,
    FetchOutcome.TOO_LARGE: Fault.SITE,
    FetchOutcome.ROBOTS: Fault.SITE,
}


class PageRole(StrEnum):
    """What a page is for.  Decided by address and link words first, refined by its content."""

    HOME = "home"
    CONTACT = "contact"
    IMPRINT = "imprint"
    ABOUT = "about"
    TERMS = "terms"
    FAQ = "faq"
    SHIPPING = "shipping"
    RETURNS = "returns"
    PRESCRIPTION_POLICY = "prescription_policy"
    PRIVACY = "privacy"
    PRODUCT = "product"
    CATEGORY = "category"
    CART = "cart"
    ARTICLE = "article"  # blog post, news item, guide: somebody writes about something
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Hop:
    """One request of a redirect chain: where we asked and which peer answered."""

    url: str
    status: int | None
    peer: str | None  # the IP address that answered


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt to fetch one page, with its outcome; `FAULTS` says whose fault a failure was."""

    url: str
    role: PageRole
    outcome: FetchOutcome
    detail: str  # one short sentence, ours, never page text
    hops: tuple[Hop, ...]
    elapsed_ms: int


@dataclass(frozen=True, slots=True)
class Page:
    """The bytes of one page as they arrived, decompressed.  `headers` is an allow-list, lower-case, truncated."""

    url: str  # final URL after redirects
    role: PageRole
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    sha256: str  # of `body`, hex
    fetched_at: datetime
    truncated: bool


@dataclass(frozen=True, slots=True)
class TlsFacts:
    """What the handshake with `host` showed.  `verified` means chain, name and dates were all good."""

    host: str
    verified: bool
    problem: str | None  # why not verified, one sentence
    protocol: str | None  # e.g. TLSv1.3
    subject_names: tuple[str, ...]
    issuer: str | None
    not_before: datetime | None
    not_after: datetime | None
    certificate_sha256: str | None


@dataclass(frozen=True, slots=True)
class Capture:
    """All bytes of one visit.  Becomes a WARC; a WARC becomes a Capture."""

    address: Address
    attempts: tuple[Attempt, ...]
    pages: tuple[Page, ...]
    tls: tuple[TlsFacts, ...]  # one per host with which a handshake was tried
    started_at: datetime
    finished_at: datetime
    archived: bool = False  # read from a WARC that somebody else wrote: says nothing about TLS or attempts


# --------------------------------------------------------------------------- reading


class BlockKind(StrEnum):
    """What kind of element a text block is."""

    TITLE = "title"
    META = "meta"  # meta description and the like: the site speaks, nobody sees it
    HEADING = "heading"
    TEXT = "text"
    ITEM = "item"  # list item
    CELL = "cell"  # table cell
    QUOTE = "quote"  # blockquote, q
    CONTROL = "control"  # button, submit, link styled as one, option, label, placeholder
    ALT = "alt"  # alternative text of an image


class Region(StrEnum):
    """Where on the page a block stands."""

    HEAD = "head"
    HEADER = "header"
    NAV = "nav"
    MAIN = "main"
    ARTICLE = "article"
    ASIDE = "aside"
    FOOTER = "footer"
    NOSCRIPT = "noscript"


@dataclass(frozen=True, slots=True)
class Block:
    """A run of text that a reader sees as one piece.  Cleaned at the border; white space folded."""

    text: str
    kind: BlockKind
    region: Region
    heading: str  # nearest heading above, "" when none
    line: int  # 1-based line and 0-based column in the decoded source where the block's text starts
    col: int


@dataclass(frozen=True, slots=True)
class Link:
    """A link with the words or image a reader sees."""

    url: str  # absolute; "" scheme kept for mailto:, tel:, javascript:
    text: str
    image: str  # src of an image inside, absolute, else ""
    region: Region
    block: int  # index of the block its text went to, -1 when none


@dataclass(frozen=True, slots=True)
class FormField:
    kind: str  # text, email, file, password, checkbox, radio, select, textarea, submit, hidden …
    name: str
    label: str  # label, placeholder, aria-label or neighbouring words


@dataclass(frozen=True, slots=True)
class Form:
    action: str  # absolute
    method: str  # get | post
    fields: tuple[FormField, ...]
    text: str  # all visible words inside, folded, capped


class OfferKind(StrEnum):
    CART = "cart"  # price and a buy control stand together
    STRUCTURED = "structured"  # schema.org Product with an Offer
    PRICED = "priced"  # a price beside a product name, no control seen
    CONTROL = "control"  # a buy control beside a product name, no price seen


@dataclass(frozen=True, slots=True)
class Offer:
    """Something that can be bought here.  Whether it is a medicine is for the rules to say."""

    product: str  # the name as printed
    kind: OfferKind
    price: str | None  # as printed
    currency: str | None  # ISO 4217 when the sign or code is unambiguous
    control: str | None  # words on the buy control
    url: str | None  # product page, when linked
    block: int  # index of the block with the name, -1 for structured data


@dataclass(frozen=True, slots=True)
class PostalAddress:
    text: str  # one line
    street: str | None
    city: str | None
    region: str | None
    postcode: str | None
    country: str | None  # ISO 3166-1 alpha-2
    kind: str  # street | po_box
    block: int


@dataclass(frozen=True, slots=True)
class Phone:
    e164: str
    country: str | None
    text: str
    block: int


@dataclass(frozen=True, slots=True)
class Email:
    address: str
    block: int


@dataclass(frozen=True, slots=True)
class Contacts:
    addresses: tuple[PostalAddress, ...] = ()
    phones: tuple[Phone, ...] = ()
    emails: tuple[Email, ...] = ()


@dataclass(frozen=True, slots=True)
class LicenceClaim:
    """A licence, registration or company number printed on the page.  A claim, never a proof."""

    scheme: str  # id in rules/lists/licence_formats.yaml, or "unspecified"
    label: str  # the words before it
    number: str  # normalised
    country: str | None
    well_formed: bool | None  # None when the scheme has no known form
    block: int


@dataclass(frozen=True, slots=True)
class Seal:
    """A trust mark: an image or badge that claims somebody's approval, and where it leads."""

    issuer: str  # id in rules/lists/seals.yaml
    text: str  # alt text or words
    url: str | None  # where it links; None when it links nowhere
    links_to_issuer: bool


@dataclass(frozen=True, slots=True)
class Organisation:
    """A schema.org organisation (Pharmacy, Organization, LocalBusiness …) in the page's structured data."""

    types: tuple[str, ...]
    name: str | None
    url: str | None
    telephone: str | None
    email: str | None
    address: str | None
    identifiers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Structured:
    """What schema.org data says: about whom, and which kinds of thing the page claims to be."""

    organisations: tuple[Organisation, ...] = ()
    types: tuple[str, ...] = ()  # every @type seen, e.g. Product, NewsArticle
    problems: tuple[str, ...] = ()  # broken JSON and the like


@dataclass(frozen=True, slots=True)
class Shape:
    """Counts that tell a page from a shell."""

    text_chars: int  # visible words, without title, meta and noscript
    script_bytes: int
    scripts: int
    links: int
    refresh: str | None  # target of a meta refresh


@dataclass(frozen=True, slots=True)
class Reading:
    """Text and structure of one page, as a reader sees it."""

    url: str
    page_sha256: str
    role: PageRole
    language: str | None  # ISO 639-1; None when there is too little text
    title: str
    blocks: tuple[Block, ...]
    links: tuple[Link, ...]
    forms: tuple[Form, ...]
    offers: tuple[Offer, ...]
    contacts: Contacts
    licence_claims: tuple[LicenceClaim, ...]
    seals: tuple[Seal, ...]
    structured: Structured
    shape: Shape
    status: int
    headers: tuple[tuple[str, str], ...]
    problem: str | None = None  # why it was read only partly (truncated, not text, unknown charset)


# --------------------------------------------------------------------------- findings


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
class Source:
    """Who says that a rule matters."""

    title: str
    url: str | None
    says: str = ""
    accessed: date | None = None
    confidence: str = "unconfirmed"


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
    effect: str = "none"  # what rules/verdict.yaml lets it do: convict | ceiling:<reason> | strong | weak | bind | none
    facts: tuple[tuple[str, str], ...] = ()  # named values for the message, e.g. medicine=sildenafil


# --------------------------------------------------------------------------- verdict


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


@dataclass(frozen=True, slots=True)
class NotChecked:
    what: str
    why: str


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
