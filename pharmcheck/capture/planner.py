"""Which pages of a site to read next.  Pure: links in, a short list out.

Wanted are the pages that say who sells, under which rules and what: contact, imprint, terms and so on, some
products, one category, the cart by GET.  Not wanted: anything that changes something at the shop, needs a login,
or is one more view of a page already on the list.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from urllib.parse import urlsplit

import turbohtml

from pharmcheck.address import host_of, registrable_domain, resolve_link
from pharmcheck.capture.roles import page_role
from pharmcheck.errors import AddressError
from pharmcheck.model import PageRole

# How many of each, most telling first.  The sum may exceed the budget; the budget cuts from the end.
_WANTED: tuple[tuple[PageRole, int], ...] = (
    (PageRole.PRODUCT, 1),
    (PageRole.PRESCRIPTION_POLICY, 1),
    (PageRole.CONTACT, 1),
    (PageRole.IMPRINT, 1),
    (PageRole.ABOUT, 1),
    (PageRole.TERMS, 1),
    (PageRole.FAQ, 1),
    (PageRole.SHIPPING, 1),
    (PageRole.RETURNS, 1),
    (PageRole.PRODUCT, 2),
    (PageRole.CATEGORY, 1),
    (PageRole.PRIVACY, 1),
    (PageRole.CART, 1),
    (PageRole.OTHER, 2),  # shops name product pages as they like: /viagra.html
)
_MOST_LINKS = 1500  # of a page; the links that matter are in its head and foot, never behind thousands
_MOST_SOURCE = 1 << 20  # characters looked at from the start, and as many from the end
_MOST_WORDS = 200
_MOST_DEPTH = 6  # path segments; calendars and filters go deeper, policies do not
_HANDS_OFF = re.compile(
    r"log-?in|log-?out|log-?off|sign-?in|sign-?up|sign-?out|(?<![a-z])register(?![a-z])|registrier|anmelde|abmelde|account|wishlist|"
    r"password|compare|unsubscribe|konto|compte|cuenta|connexion|deconnexion|wp-admin|wp-json|xmlrpc|/feed|cdn-cgi",
)
_ACTION = re.compile(r"(?:^|[&;_-])(?:add|remove|delete|action|do|cmd|logout|token|nonce|key|session)", re.IGNORECASE)
_NOT_A_PAGE = re.compile(
    r"\.(?:pdf|jpe?g|png|gif|svg|webp|avif|ico|css|js|json|xml|rss|zip|gz|rar|7z|exe|apk|dmg|mp[34]|avi|mov|webm|"
    r"docx?|xlsx?|pptx?|csv|ics|woff2?|ttf|eot)$"
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A page to read, and why."""

    url: str
    role: PageRole


def plan(
    links: Sequence[tuple[str, str]], *, domain: str, seen: Iterable[str] = (), budget: int = 12
) -> tuple[Wanted, ...]:
    """Choose at most `budget` pages from `links`, pairs of canonical URL and words.

    Only pages on the registrable `domain`; nothing in `seen` (URLs) again, nor a mere query variant of it.
    """
    taken = {_without_query(url) for url in seen}
    candidates: dict[PageRole, list[str]] = {}
    known: set[tuple[str, PageRole]] = set()
    for url, words in islice(links, _MOST_LINKS):
        if not _is_readable(url) or registrable_domain(host_of(url)) != domain:
            continue
        role = page_role(url, words)
        place = (_without_query(url), role)
        if place in known or (place[0] in taken and (not urlsplit(url).query or role is PageRole.OTHER)):
            continue
        if role in {PageRole.OTHER, PageRole.CART} and urlsplit(url).query:
            continue
        known.add(place)
        candidates.setdefault(role, []).append(url)
    chosen: list[Wanted] = []
    for role, count in _WANTED:
        # The shortest address is the page itself; longer ones are usually about one case of it.
        ranked = candidates.get(role, [])
        if role not in {PageRole.PRODUCT, PageRole.OTHER}:
            ranked.sort(key=lambda url: (urlsplit(url).path.count("/"), len(url)))
        chosen += [Wanted(url, role) for url in ranked[:count]]
        del ranked[:count]
    return tuple(chosen[: max(0, budget)])


def page_links(body: bytes, base_url: str, *, admitted_hosts: Iterable[str] = ()) -> list[tuple[str, str]]:
    """The links of a page as (canonical URL, words), in order; cheap and tolerant, for planning only.

    Links that the strict reader refuses are left out.
    """
    admitted = frozenset(admitted_hosts)
    source = body.decode("utf-8", "replace")
    if len(source) > 2 * _MOST_SOURCE:
        source = source[:_MOST_SOURCE] + " " + source[-_MOST_SOURCE:]
    base_url = _base(source, base_url, admitted)
    found: list[tuple[str, str]] = []
    known: set[tuple[str, str]] = set()
    for href, words in islice(_anchors(source), _MOST_LINKS):
        if (href, words) in known:
            continue
        known.add((href, words))
        try:
            url = resolve_link(base_url, re.sub(r"[\t\r\n]", "", href), admitted_hosts=admitted)
        except AddressError:
            continue
        found.append((url, words))
    return found


def _base(source: str, page_url: str, admitted: frozenset[str]) -> str:
    """Where relative links start: the page, unless its head says otherwise."""
    for token in islice(turbohtml.tokenize(source), 500):
        if token.tag == "base":
            href = dict(token.attrs or ()).get("href") or ""
            try:
                return resolve_link(page_url, href, admitted_hosts=admitted)
            except AddressError:
                return page_url
        if token.tag == "body":
            break
    return page_url


def _anchors(source: str) -> Iterable[tuple[str, str]]:
    href: str | None = None
    words = ""
    for token in turbohtml.tokenize(source):
        if token.type is turbohtml.TokenType.TEXT:
            if href is not None and len(words) < _MOST_WORDS:
                words += " " + (token.data or "")[:_MOST_WORDS]
        elif token.tag == "a":
            if href is not None:
                yield href, " ".join(words.split())
            href, words = None, ""
            if token.type is turbohtml.TokenType.START_TAG:
                href = dict(token.attrs or ()).get("href") or None
    if href is not None:
        yield href, " ".join(words.split())


def _is_readable(url: str) -> bool:
    parts = urlsplit(url)
    path = parts.path.lower()
    return not (
        _NOT_A_PAGE.search(path)
        or _HANDS_OFF.search(f"{path}?{parts.query.lower()}")
        or _ACTION.search(parts.query)
        or path.count("/") > _MOST_DEPTH
        or _repeats(path)
    )


def _repeats(path: str) -> bool:
    """True for /a/b/a/b/a: a relative link on a page that answers everywhere."""
    segments = [part for part in path.split("/") if part]
    return any(segments.count(part) > 2 for part in segments)  # noqa: PLR2004


def _without_query(url: str) -> str:
    """The place a URL names, without scheme, `www.`, query and final slash."""
    parts = urlsplit(url)
    return (parts.netloc.removeprefix("www.") + parts.path).rstrip("/")
