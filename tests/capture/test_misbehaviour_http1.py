"""Servers that misbehave over HTTP/1.1, plain and over TLS: each ends in time, with its outcome, and harms nothing."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme

from pharmcheck.capture.guard import Policy
from tests.capture.misbehaving import Misbehaving, assert_survived, policy_to, survive
from tests.capture.misbehaviours_http1 import BEHAVIOURS

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

# Where a layer between the socket and the reader can make a difference: time, floods, and connections that break.
OVER_TLS = [
    name
    for name in BEHAVIOURS
    if name.startswith(
        ("silent", "drip", "hang", "endless", "reset", "close", "nothing", "gzip-bomb", "http-2", "not-")
    )
]


@pytest.fixture(scope="module")
def policy(authority: trustme.CA, authority_file: Path) -> Iterator[Policy]:
    """The way to one server that does it all, plain and with TLS."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("shop.example").configure_cert(context)
    with Misbehaving(BEHAVIOURS) as plain, Misbehaving(BEHAVIOURS, context) as secured:
        yield policy_to(plain, secured, ca_file=str(authority_file))


@pytest.mark.parametrize("name", BEHAVIOURS)
def test_a_plain_server_that_misbehaves_costs_one_page(policy: Policy, name: str) -> None:
    """Whatever a server sends or leaves out, the fetch ends in time with a reason, and the next page is read."""
    assert_survived(survive(policy, BEHAVIOURS[name], "http"), BEHAVIOURS[name])


@pytest.mark.parametrize("name", OVER_TLS)
def test_a_secured_server_that_misbehaves_costs_one_page(policy: Policy, name: str) -> None:
    """TLS in between changes nothing."""
    assert_survived(survive(policy, BEHAVIOURS[name], "https"), BEHAVIOURS[name])


def test_the_families_are_all_there() -> None:
    """A table that lost its rows would pass every test."""
    assert len(BEHAVIOURS) == 177
    assert len(OVER_TLS) == 46
