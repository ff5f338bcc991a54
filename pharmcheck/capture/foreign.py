"""Captures from web archives that others wrote (wget, browser crawlers): only responses, of any number of sites.

Such an archive shows pages and nothing else: no TLS facts, no attempts of ours, no robots.txt.  What it does not
hold says nothing about the site.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import urlsplit

from pharmcheck.address import host_of, parse_address, read_url, registrable_domain
from pharmcheck.capture.responses import kept_headers
from pharmcheck.capture.roles import page_role
from pharmcheck.capture.warcstream import Record
from pharmcheck.errors import AddressError
from pharmcheck.model import Attempt, Capture, FetchOutcome, Page, PageRole

_MOST_PAGES = 200  # of one site
_MOST_ATTEMPTS = 200
_MOST_BYTES = 256 << 20  # of all pages kept from one file
_REFUSING = frozenset({401, 403, 407, 429, 451})
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)  # an archive without dates: visibly no real time


@dataclass(slots=True)
class _Site:
    pages: dict[str, Page] = field(default_factory=dict)
    failed: dict[str, Attempt] = field(default_factory=dict)
    times: list[datetime] = field(default_factory=list)


def is_page(head: Record) -> bool:
    """Would this response be a page to keep, by its head?  Images, styles, scripts and redirects are not."""
    if head.kind != "response" or head.status is None or 300 <= head.status < 400:  # noqa: PLR2004
        return False
    if not head.url.lower().startswith(("http://", "https://")):
        return False
    kind = head.header("content-type").partition(";")[0].strip().lower()
    return head.status >= 400 or kind in {"text/html", "application/xhtml+xml", ""}  # noqa: PLR2004


class Gatherer:
    """Collects responses and groups them by registrable domain, in order of first appearance."""

    def __init__(self) -> None:
        self._sites: dict[str, _Site] = {}
        self._bytes = 0

    def add(self, record: Record) -> None:
        """Take one response that `is_page` let through."""
        try:
            url = canonical(record.url)
        except AddressError:
            return
        site = self._sites.setdefault(registrable_domain(host_of(url)), _Site())
        when = record.date or _LONG_AGO
        status = record.status or 0
        good = 200 <= status < 300 and record.problem is None  # noqa: PLR2004
        if not good:
            if len(site.failed) < _MOST_ATTEMPTS:
                site.failed[url] = _failed(url, status, record.problem)
                site.times.append(when)
            return
        if not record.header("content-type") and record.body[:512].lstrip()[:1] != b"<":
            return
        known = site.pages.get(url)
        if known is not None and known.fetched_at > when:
            return  # of two copies the later one counts
        if known is None and (len(site.pages) >= _MOST_PAGES or self._bytes + len(record.body) > _MOST_BYTES):
            return
        self._bytes += len(record.body) - (len(known.body) if known else 0)
        digest = hashlib.sha256(record.body).hexdigest()
        role = page_role(url)
        site.pages[url] = Page(
            url, role, status, kept_headers(record.headers), record.body, digest, when, record.truncated
        )
        site.times.append(when)

    def captures(self) -> list[Capture]:
        """One capture per site that has a page or at least a failed one."""
        return [_capture(domain, site) for domain, site in self._sites.items() if site.pages or site.failed]


def canonical(url: str) -> str:
    """The canonical spelling of an archived URL.  Nothing is fetched, so any host and port will do."""
    return read_url(url, admitted_hosts={host_of(url).rstrip(".")})


def _capture(domain: str, site: _Site) -> Capture:
    pages = list(site.pages.values())
    home = min(site.pages or site.failed, key=lambda url: _distance_from_home(url, domain))
    pages = [
        Page(
            page.url,
            _role(page, home),
            page.status,
            page.headers,
            page.body,
            page.sha256,
            page.fetched_at,
            page.truncated,
        )
        for page in pages
    ]
    attempts = tuple(attempt for url, attempt in site.failed.items() if url not in site.pages)
    address = parse_address(home, admitted_hosts={host_of(home)})
    return Capture(address, attempts, tuple(pages), (), min(site.times), max(site.times), archived=True)


def _distance_from_home(url: str, domain: str) -> tuple[bool, bool, int, int, bool]:
    parts = urlsplit(url)
    host = parts.hostname or ""
    path = parts.path.rstrip("/")
    return (bool(path or parts.query), host not in {domain, f"www.{domain}"}, path.count("/"), len(url), False)


def _role(page: Page, home: str) -> PageRole:
    if page.url == home:
        return PageRole.HOME
    return PageRole.OTHER if page.role is PageRole.HOME else page.role


def _failed(url: str, status: int, problem: str | None) -> Attempt:
    outcome = FetchOutcome.BLOCKED_BY_SITE if status in _REFUSING else FetchOutcome.HTTP_ERROR
    detail = problem or f"The archive holds an answer with status {status}."
    return Attempt(url, page_role(url), outcome, detail, (), 0)
