"""Take a picture of a page as a visitor would see it, by the sealed browser: now, so of another moment than a visit."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime

from pharmcheck.capture.guard import Policy, Resolver, SystemResolver


async def take_picture(
    url: str, policy: Policy, *, now: Callable[[], datetime], resolver: Resolver | None = None
) -> bytes | None:
    """The first screen of `url` (canonical) as PNG; None when it cannot be shown.

    Raises ValueError when `policy` names no browser, or one that is not there.
    """
    if policy.chromium is None:
        raise ValueError("A picture needs a browser: set PHARMCHECK_CHROMIUM, see docs/rendering.md.")
    from pharmcheck.capture.render import ChromiumRenderer  # noqa: PLC0415 - an extra that may be missing

    resolver = resolver or SystemResolver()
    async with ChromiumRenderer(policy.chromium, policy, resolver, now=now, clock=time.monotonic) as renderer:
        return await renderer.picture(url, deadline_s=policy.fetch_deadline_s)
