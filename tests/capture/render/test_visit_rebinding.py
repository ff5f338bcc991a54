"""A whole visit with a browser, to a name that changes its meaning on the way: no packet goes where it must not."""

from __future__ import annotations

import asyncio
import ssl
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from ipaddress import ip_network
from pathlib import Path

import httpcore
import pytest
import trustme

from pharmcheck.address import parse_address
from pharmcheck.capture import Policy, capture_site
from pharmcheck.model import Capture, FetchOutcome, Look
from tests.capture.wires import Answers, Rerouted, Seen, Site, page, watched
from tests.yardstick import PATIENCE_S

pytestmark = pytest.mark.xdist_group("chromium")

GOOD, BAD = "127.0.0.1", "127.0.0.66"
NOW = datetime(2026, 11, 22, tzinfo=UTC)
PATHS = {
    "/": page('<title>Shop</title><div id="root"></div><script src="/app.js"></script>'),
    "/app.js": page(
        "for (const place of ['/words', 'https://www.shop.com/words', '/words?again', 'https://www.shop.com/words?again'])"
        " fetch(place).then(a => a.text()).then(text => document.body.append(text));"
    ),
    "/words": page("We sell tablets. "),
}


@pytest.mark.parametrize(
    ("answers", "rendered"),
    [
        ([[GOOD], [BAD]], False),  # the browser's look-up is the second one
        ([[GOOD], [GOOD, BAD]], False),
        ([[GOOD], [GOOD], [BAD]], True),
    ],
    ids=lambda value: " then ".join("+".join(row) for row in value) if isinstance(value, list) else "",
)
def test_a_rebinding_name_leads_the_browser_nowhere(
    answers: list[list[str]],
    rendered: bool,
    chromium: Path,
    authority: trustme.CA,
    ca_file: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The bad address listens on the very port; the page, its scripts and what they ask for never come to its door."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("shop.com", "www.shop.com").configure_cert(context)
    resolver = Answers({"shop.com": answers, "www.shop.com": answers[1:]})

    def answer(seen: Seen) -> bytes:
        asked.append(seen.path)
        return PATHS.get(seen.path.partition("?")[0], page("", status="404 Not Found"))

    asked: list[str] = []
    shop, inside = Site(answer), Site(lambda seen: page("inside"))

    async def go() -> Capture:
        async with AsyncExitStack() as stack:
            port = await stack.enter_async_context(shop.open_at(GOOD, context))
            await stack.enter_async_context(inside.open_at(BAD, context, port))
            monkeypatch.setattr(httpcore, "AnyIOBackend", lambda: Rerouted({443: port}))
            policy = Policy(allowed_networks=(ip_network(GOOD),), ca_file=ca_file, min_interval_s=0, chromium=chromium,
                            dns_timeout_s=0.05, visit_deadline_s=PATIENCE_S, fetch_deadline_s=PATIENCE_S)  # fmt: skip
            return await capture_site(parse_address("shop.com"), policy, now=lambda: NOW, resolver=resolver)

    with watched() as seen:
        capture = asyncio.run(go())

    assert {where[0] for what, where in seen if what in {"connect", "connect_ex"}} <= {GOOD}
    assert not [where for what, where in seen if what.endswith("getaddrinfo") and where not in {GOOD, BAD}]
    assert inside.visitors == 0
    assert {hop.peer for attempt in capture.attempts for hop in attempt.hops} <= {GOOD, None}
    (attempt,) = (attempt for attempt in capture.attempts if attempt.look is Look.RENDERED)
    if rendered:
        (shown,) = (held for held in capture.pages if held.look is Look.RENDERED)
        assert attempt.outcome is FetchOutcome.FETCHED
        assert b"We sell tablets." in shown.body
        assert {"/app.js", "/words", "/words?again"} <= set(asked)
    else:
        assert attempt.outcome in {FetchOutcome.DNS_FAILED, FetchOutcome.REFUSED_BY_US}
        assert "/app.js" not in asked
