"""Which pages of a site to read next.  Pure: links in, a short list out.

Wanted are the pages that say who sells, under which rules and what: contact, imprint, terms and so on, some
products, one category, the cart by GET.  What must never be asked for is `traps`'s business, what a page is for
`roles`'s; this file weighs and chooses.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from urllib.parse import urlsplit

from pharmcheck.address import host_of, registrable_domain
from pharmcheck.capture.roles import locale_of, page_role
from pharmcheck.capture.traps import acts, may_ask, place
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
_MANY = frozenset({PageRole.PRODUCT, PageRole.OTHER})  # several of a kind are wanted, in the order of the page
_BY_QUERY = frozenset({PageRole.PRODUCT, PageRole.CATEGORY, PageRole.OTHER})  # ?id=7 and ?id=8 are two
_MOST_LINKS = 6_000  # of all pages together; a page gives 1,500, a sitemap 5,000
# Beside the point of their role: how to pay is not the terms, a list of branches or opening hours not the contact.
_BESIDE = re.compile(
    r"pay|zahl|paiement|pago|pagament|betal|p[lł]at[nby]|oplat|locat|store|filial|hours|ffnung|horaire|orari|openings|"
    r"cookie|track",
    re.IGNORECASE,
)
_FEW = 2  # informative links; a home page with fewer may be a door to another one: /en/, shop.name.com


_MOST_ISSUERS = 2  # pages of issuers of seals, of the whole budget


@dataclass(frozen=True, slots=True)
class Wanted:
    """A page to read, and why."""

    url: str
    role: PageRole


def plan(
    links: Sequence[tuple[str, str]],
    *,
    domain: str,
    seen: Iterable[str] = (),
    have: Iterable[PageRole] = (),
    budget: int = 12,
    final: bool = True,
) -> tuple[Wanted, ...]:
    """Choose at most `budget` pages from `links`, pairs of canonical URL and words.

    Only pages on the registrable `domain`; nothing in `seen` (URLs) again, nor a mere variant of it.  `have`: the
    roles of pages already read, which are not wanted a second time.  With `final=False` more links are to come, from
    the very pages planned here: places of wanted roles to which nothing leads yet stay free.
    """
    candidates = _candidates(links, domain, seen)
    held = Counter(have)
    chosen: list[Wanted] = []
    left = max(0, budget)
    wanted = list(_WANTED)
    if not candidates.get(PageRole.PRODUCT) and not held[PageRole.PRODUCT]:
        # The shelf is where products are found: it goes first, and its products keep their places.
        wanted.remove((PageRole.CATEGORY, 1))
        wanted.insert(0, (PageRole.CATEGORY, 1))
    for role, count in wanted:
        satisfied = min(held[role], count)
        held[role] -= satisfied
        missing = min(count - satisfied, left)
        if role is PageRole.OTHER and not final:
            break
        ranked = candidates.get(role, [])
        chosen += [Wanted(url, role) for url in ranked[:missing]]
        left -= missing if not final else len(ranked[:missing])
        del ranked[:missing]
    if len(chosen) <= _FEW:
        chosen += [Wanted(url, PageRole.HOME) for url in candidates.get(PageRole.HOME, [])[: min(1, left)]]
    return tuple(chosen)


def issuer_pages(
    links: Sequence[tuple[str, str]], domain: str, page_to_read: Callable[[str, str], str | None] | None
) -> tuple[Wanted, ...]:
    """The pages of others that are worth reading: what issuers of seals say about `domain`, one of each host.

    `page_to_read` knows the issuers: the address to read for a link that leads to such a page, None for any other.
    """
    pages: dict[str, str] = {}
    for url, _ in dict.fromkeys(links) if page_to_read else ():
        if page_to_read and (page := page_to_read(url, domain)) is not None:
            pages.setdefault(host_of(page), page)
    return tuple(Wanted(url, PageRole.ISSUER) for url in list(pages.values())[:_MOST_ISSUERS])


def _candidates(links: Sequence[tuple[str, str]], domain: str, seen: Iterable[str]) -> dict[PageRole, list[str]]:
    """The pages that may be asked for, by role, the best of each first."""
    seen = list(seen)
    taken = {_key(url, page_role(url)) for url in seen}
    homes = {host_of(url).removeprefix("www.") for url in seen}
    ours: dict[str, bool] = {}
    known: set[str] = set()
    found: dict[PageRole, list[str]] = {}
    for url, words in islice(dict.fromkeys(links), _MOST_LINKS):
        if url in known:
            continue
        host = host_of(url)
        if host not in ours:
            ours[host] = registrable_domain(host) == domain
        if not ours[host]:
            continue
        role, key = _judged(url, words, of_a_part=host.removeprefix("www.") not in homes)
        if key is None or key in taken:
            continue
        taken.add(key)
        known.add(url)  # the same address under other words may seem to be a page of another role
        found.setdefault(role, []).append(url)
    locales = Counter(_locale(url) for urls in found.values() for url in urls)
    usual = max(locales, key=locales.__getitem__, default="")
    for role, urls in found.items():
        if role not in _MANY:
            urls.sort(key=lambda url: _cost(url, usual))
    return found


@lru_cache(maxsize=4096)  # every page of a site has its menu, and a visit chooses twice among all links
def _judged(url: str, words: str, *, of_a_part: bool) -> tuple[PageRole, tuple[str, str] | None]:
    """What a link of the site leads to, and what is equal for the same page; None for what is never asked for."""
    if not may_ask(url):
        return PageRole.OTHER, None
    role = page_role(url, words)
    if role is PageRole.HOME and of_a_part:
        role = _role_of_host(host_of(url), words)
    return role, None if _talks_us_into_it(url, words, role) else _key(url, role)


def _cost(url: str, usual_locale: str) -> tuple[bool, bool, bool, int, int]:
    """The site's own language first; then the shortest address: longer ones are usually about one case of it."""
    return (
        _locale(url) != usual_locale,
        _BESIDE.search(url) is not None,
        "?" in url,
        url.count("/"),
        len(url),
    )


def _role_of_host(host: str, words: str) -> PageRole:
    """`shop.name.com`, `help.name.com`: the door of another part of the site."""
    role = page_role(f"https://{host}/{host.partition('.')[0]}", words)
    return PageRole.HOME if role is PageRole.OTHER else role


def _talks_us_into_it(url: str, words: str, role: PageRole) -> bool:
    """A link whose address says nothing, and whose words or query promise an act or one more view."""
    query = bool(urlsplit(url).query)
    if role in {PageRole.OTHER, PageRole.CART, PageRole.HOME}:
        return query or acts(words)
    if acts(words) or (query and role is PageRole.PRODUCT):
        return page_role(url) is not role
    return False


def _key(url: str, role: PageRole) -> tuple[str, str]:
    """Equal for the same page.  Where the path says what the page is, its query only says for whom."""
    if role is PageRole.HOME:  # each language has a door of its own
        return url.partition("://")[2].removeprefix("www."), ""
    path, naming = place(url)
    if naming and role not in _BY_QUERY and page_role(url.partition("?")[0]) is role:
        naming = ""
    return path, naming


def _locale(url: str) -> str:
    return locale_of(url.partition("://")[2].partition("/")[2].partition("/")[0])
