"""Small captures of our own making for tests: a page is a few lines, a site a few pages."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

from pharmcheck.address import parse_address
from pharmcheck.examples import page_of
from pharmcheck.model import Attempt, Capture, FetchOutcome, Page, PageRole, TlsFacts

WHEN = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)

PATHS = {
    PageRole.HOME: "/",
    PageRole.CONTACT: "/contact",
    PageRole.IMPRINT: "/imprint",
    PageRole.FAQ: "/faq",
    PageRole.SHIPPING: "/shipping",
    PageRole.PRODUCT: "/products/one",
    PageRole.ARTICLE: "/blog/one",
    PageRole.TERMS: "/terms",
}


def site(
    host: str = "shop.example.com",
    *,
    lang: str = "en",
    archived: bool = False,
    at: datetime = WHEN,
    failed: dict[PageRole, FetchOutcome] | None = None,
    **pages: str,
) -> Capture:
    """A capture; `pages` maps role names to lines (see `page_of`) or, starting with `<`, to HTML."""
    held, attempts = [], []
    for name, text in pages.items():
        role = PageRole(name)
        body = (text if text.lstrip().startswith("<") else page_of(text, lang)).encode()
        url = f"https://{host}{PATHS.get(role, '/' + name)}"
        headers = (("content-type", "text/html; charset=utf-8"),)
        held.append(Page(url, role, 200, headers, body, hashlib.sha256(body).hexdigest(), at, truncated=False))
        attempts.append(Attempt(url, role, FetchOutcome.FETCHED, "read", (), 10))
    for role, outcome in (failed or {}).items():
        attempts.append(Attempt(f"https://{host}{PATHS[role]}", role, outcome, "it did not work", (), 10))
    tls = TlsFacts(host, verified=True, problem=None, protocol="TLSv1.3", subject_names=(host,), issuer="Test CA",
                   not_before=at, not_after=at, certificate_sha256="0" * 64)  # fmt: skip
    address = parse_address(f"https://{host}/", admitted_hosts=frozenset({host}))
    handshakes = () if archived else (tls,)
    return Capture(address, () if archived else tuple(attempts), tuple(held), handshakes, at, at, archived=archived)
