"""What stands between us and the site."""

from __future__ import annotations

from pharmcheck.address import at_or_below, host_of
from pharmcheck.capture import needs_scripts
from pharmcheck.model import EvidenceKind, FetchOutcome, Look, PageRole
from pharmcheck.ruleset.answers import ABSENT, Answer, present, say
from pharmcheck.ruleset.facts.registry import fact
from pharmcheck.ruleset.scan import PageText
from pharmcheck.ruleset.site import Site

_WALL_CHARS = 1500  # walls and parking pages say little; an article about them says more


def _landing(site: Site) -> PageText | None:
    if site.home:
        return site.home
    only = site.pages[0] if len(site.pages) == 1 else None
    return only if only and only.reading.role is not PageRole.ARTICLE else None


@fact
def bot_wall(site: Site) -> Answer:
    """The site shows machines a wall instead of its pages."""
    page = _landing(site)
    if page and page.reading.shape.text_chars < _WALL_CHARS:
        headers = dict(page.reading.headers)
        shown = _first(page, site, "wall")
        if "cf-mitigated" in headers or shown:
            quote = shown or "The answer is marked as a challenge for visitors."
            return present(say(EvidenceKind.HTTP, f"Instead of the site a wall was shown: {quote}", page.reading.url))
    own = (attempt for attempt in site.capture.attempts if attempt.role is not PageRole.ISSUER)
    blocked = [attempt for attempt in own if attempt.outcome is FetchOutcome.BLOCKED_BY_SITE]
    if page is None and blocked:
        return present(say(EvidenceKind.HTTP, f"The site refused our visit: {blocked[0].detail}", blocked[0].url))
    return ABSENT


@fact
def parked(site: Site) -> Answer:
    """The domain is for sale or shows a parking page."""
    page = _landing(site)
    if not page or page.reading.shape.text_chars >= _WALL_CHARS or site.offered:
        return ABSENT
    shown = _first(page, site, "parked")
    hosts = set(site.lists["obstacles"]["parking_hosts"])
    for link in page.reading.links:
        host = host_of(link.url)
        if any(at_or_below(host, known) for known in hosts):
            shown = shown or f"its links lead to {host}"
    if not shown:
        return ABSENT
    return present(say(EvidenceKind.HTTP, f"The address shows a parking page: {shown}", page.reading.url))


@fact
def script_shell(site: Site) -> Answer:
    """The page is an empty shell that scripts would fill, and no browser has run them."""
    page = _landing(site)
    if not page or site.offered or page.look is Look.RENDERED or not needs_scripts(site.body(page)):
        return ABSENT
    shape = page.reading.shape
    quote = f"The page holds {shape.text_chars} characters of text and {shape.scripts} scripts."
    return present(say(EvidenceKind.HTTP, quote, page.reading.url))


def _first(page: PageText, site: Site, key: str) -> str:
    """The block that holds one of the list's words, as printed."""
    for known in site.lists["obstacles"][key]:
        position = page.folded.find(known)
        if position >= 0:
            return page.reading.blocks[page.block_at(position)].text[:200]
    return ""
