"""What a visit brought home: the address, the attempts, the bytes, the handshakes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Address:
    """A pasted address, cleaned.  `host` is what we connect to; `registrable_domain` is what we judge."""

    raw: str  # what the person typed
    url: str  # canonical start URL, A-labels, no fragment
    host: str  # lower-case A-label name without root dot, or canonical IP literal
    display_host: str  # the same for people: U-labels where they round-trip
    registrable_domain: str  # by the Public Suffix List with its private section; the host itself for an IP

    @property
    def label(self) -> str:
        """The first part of the registrable domain: the name that somebody chose."""
        return self.registrable_domain.partition(".")[0]

    @property
    def suffix(self) -> str:
        """What stands behind that name: "com", "co.uk"."""
        return self.registrable_domain.partition(".")[2]


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
    ISSUER = "issuer"  # no page of the site: what the issuer of one of its seals answers about it


class Look(StrEnum):
    """As whom, or how, we looked at an address.  Always under our own name."""

    PLAIN = "plain"  # as somebody who typed the address
    INSECURE = "insecure"  # over plain http, to see whether the site insists on https; nothing is followed or read
    FROM_SEARCH = "from_search"  # with the browser words and referrer of somebody who clicked on a search result
    RENDERED = "rendered"  # with a browser that runs the page's scripts; the body is the page as it then stood


@dataclass(frozen=True, slots=True)
class Hop:
    """One request of a redirect chain: where we asked, what the name meant, and which peer answered."""

    url: str
    status: int | None
    peer: str | None  # the IP address that answered
    answers: tuple[str, ...] = ()  # every address that the name had
    certificate_sha256: str | None = None  # of the connection that answered


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt to fetch one page, with its outcome; `FAULTS` says whose fault a failure was."""

    url: str
    role: PageRole
    outcome: FetchOutcome
    detail: str  # one short sentence, ours, never page text
    hops: tuple[Hop, ...]
    elapsed_ms: int
    look: Look = Look.PLAIN


@dataclass(frozen=True, slots=True)
class Page:
    """The bytes of one page as they arrived, decompressed.  `headers` is an allow-list, lower-case, truncated."""

    url: str  # final URL after redirects
    role: PageRole
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes = field(repr=False)  # megabytes; a repr of them would be built for every finished task
    sha256: str  # of `body`, hex
    fetched_at: datetime
    truncated: bool
    look: Look = Look.PLAIN


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
    key_sha256: str | None = None  # of its public key (SubjectPublicKeyInfo), which a renewed certificate may keep


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
    icon: Page | None = None  # no page and never judged: one thing more by which shops of one hand are known
