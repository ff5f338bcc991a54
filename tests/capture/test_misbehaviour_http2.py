"""Servers that misbehave over HTTP/2: when we speak it, and when we do not and they do."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import trustme

from pharmcheck.capture import fetch, wire
from pharmcheck.capture.guard import Policy
from pharmcheck.model import FetchOutcome, PageRole
from tests.capture.misbehaving import (
    HTML,
    SENTENCE,
    Behaviour,
    Misbehaving,
    assert_survived,
    fetcher,
    policy_to,
    survive,
)
from tests.capture.misbehaviours_http2 import BEHAVIOURS
from tests.yardstick import PATIENCE_S

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])


@pytest.fixture(scope="module")
def policy(authority: trustme.CA, authority_file: Path) -> Iterator[Policy]:
    """The way to a server that speaks HTTP/2 and does it all."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("shop.example").configure_cert(context)
    context.set_alpn_protocols(["h2"])
    with Misbehaving(BEHAVIOURS, context) as server:
        yield policy_to(server, ca_file=str(authority_file), http2=True)


@pytest.fixture(scope="module")
def unasked() -> Iterator[Policy]:
    """The way to a server that answers HTTP/1.1 with the frames of HTTP/2."""
    with Misbehaving(BEHAVIOURS, speaks_http2_unasked=True) as server:
        yield policy_to(server)


@pytest.mark.parametrize("name", BEHAVIOURS)
def test_a_server_that_misbehaves_in_frames_costs_one_page(policy: Policy, name: str) -> None:
    """Whatever frames a server sends or leaves out, the fetch ends in time with a reason, and the next page is read."""
    assert_survived(survive(policy, BEHAVIOURS[name], "https"), BEHAVIOURS[name])


@pytest.mark.parametrize("name", [name for name in BEHAVIOURS if name != "http-1-answer"])
def test_frames_that_nobody_asked_for_are_no_page(unasked: Policy, name: str) -> None:
    """With HTTP/2 off the same frames are noise: no page, a reason in time, and the next page is read."""
    behaviour = Behaviour(name, b"", FetchOutcome.TIMED_OUT)  # some send too little to be wrong yet
    survived = survive(unasked, behaviour, "http")
    attempt = survived.fetched.attempt
    assert survived.took_s < behaviour.deadline_s + PATIENCE_S
    assert attempt.outcome in {FetchOutcome.TIMED_OUT, FetchOutcome.HTTP_ERROR, FetchOutcome.CONNECT_FAILED}
    assert SENTENCE.fullmatch(attempt.detail)
    assert survived.fetched.page is None
    assert survived.again.page is not None


def test_a_good_page_over_http2_is_read_on_one_connection(policy: Policy, run: object) -> None:
    """Two pages, one handshake, and the page is the same as over HTTP/1.1."""

    async def go() -> None:
        async with fetcher(policy) as one:
            for _ in range(2):
                fetched = await one.fetch("https://shop.example/", PageRole.HOME)
                assert fetched.page is not None
                assert fetched.page.body == HTML
                assert dict(fetched.page.headers) == {"content-type": "text/html"}
                certificate = one.tls["shop.example"].certificate_sha256
                assert fetched.attempt.hops[0].certificate_sha256 == certificate is not None
                assert fetched.attempt.hops[0].answers == ("127.0.0.1",)
            assert one._backend.opened == 1

    run(go())  # type: ignore[operator]


def test_http2_without_its_package_is_refused_when_a_fetcher_is_made(
    policy: Policy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A missing package is one sentence at once, not an error at every site."""
    monkeypatch.setattr(wire, "find_spec", lambda name: None)
    with pytest.raises(ValueError, match=r"install pharmcheck\[http2\]\."):
        fetcher(policy)
    assert isinstance(fetcher(replace(policy, http2=False)), fetch.Fetcher)


def test_the_families_are_all_there() -> None:
    """A table that lost its rows would pass every test."""
    assert len(BEHAVIOURS) == 93
