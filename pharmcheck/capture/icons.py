"""The icon of a site: where it is, and whether what came is one.

At most one small request of a visit, the last one, on the site's own host and only where its robots.txt was read and
allows it.  The answer is no page: nobody judges by it, it covers nothing, and that it did not come is no finding.
"""

from __future__ import annotations

from pharmcheck.address import host_of, registrable_domain
from pharmcheck.capture.fetch import Fetcher
from pharmcheck.capture.guard import Policy
from pharmcheck.capture.origins import origin
from pharmcheck.capture.outline import Outline
from pharmcheck.capture.robots import Robots
from pharmcheck.model import Page, PageRole

MOST_BYTES = 64 << 10
"""An icon for three sizes of screen takes 15 KB; what is larger is no icon, or meant to cost us something."""

_SHARE = 0.25  # of the time for a page: whoever drips an icon keeps nobody waiting long
_BEGINNINGS = (b"\x89PNG\r\n", b"GIF8", b"\xff\xd8\xff", b"\x00\x00\x01\x00", b"RIFF")
_SVG_WITHIN = 1000  # bytes: behind a declaration and a comment


def icon_url(page: Page, seen: Outline) -> str | None:
    """Where the site's icon is: as its home page says, else where browsers look.

    None for one that stands in the page itself, and for one on a stranger's server, whose business we are not.
    """
    if page.role is not PageRole.HOME:
        return None
    url = f"{origin(page.url)}/favicon.ico" if seen.icon is None else seen.icon
    return url if url and _is_same_site(url, page.url) else None


async def take_icon(fetcher: Fetcher, url: str, rules: Robots, policy: Policy, left_s: float) -> Page | None:
    """The icon, within the bytes and the time that the visit has left; None when none came."""
    if not rules.allows(url) or left_s <= 0:
        return None
    kept_back = max(0, fetcher.room - MOST_BYTES)
    fetcher.room -= kept_back
    found = (await fetcher.fetch(url, PageRole.OTHER, deadline_s=min(left_s, policy.fetch_deadline_s * _SHARE))).page
    fetcher.room += kept_back
    return found if found is not None and _is_same_site(found.url, url) and _is_picture(found) else None


def _is_picture(answer: Page) -> bool:
    """Whether it is a picture, and whole: many answer with a page that says there is none."""
    if answer.truncated:
        return False
    return answer.body.startswith(_BEGINNINGS) or b"<svg" in answer.body[:_SVG_WITHIN]


def _is_same_site(one: str, other: str) -> bool:
    return registrable_domain(host_of(one)) == registrable_domain(host_of(other))
