"""What a visit asks of a browser that runs a page's scripts: one method, so that a visit needs no browser to be tested.

A renderer belongs to one site's visit.  It looks and reads; it never clicks, types, submits or downloads.  The one
that drives Chromium is `pharmcheck.capture.render`, and nothing but that package imports Playwright.
"""

from __future__ import annotations

from typing import Protocol

from pharmcheck.capture.fetch import Fetched
from pharmcheck.model import PageRole


class Renderer(Protocol):
    """Reads a page as it stands after its scripts have run."""

    async def render(self, url: str, role: PageRole, *, deadline_s: float, most_bytes: int) -> Fetched:
        """Load `url` (canonical), let its scripts run and come back, all within `deadline_s` seconds.

        The attempt and the page carry `Look.RENDERED`; the body is the document as it then stood, in UTF-8, cut at
        `most_bytes` or at the limit of every page.  Like
        `Fetcher.fetch` it never raises for anything a site does; cancellation passes through.
        """
        ...
