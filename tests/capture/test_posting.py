"""One message to a receiver that may do anything: its status or the deadline ends it, nothing is read or followed."""

from __future__ import annotations

import ast
import asyncio
import ssl
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import trustme

import pharmcheck
from pharmcheck.capture import Posted, post
from pharmcheck.model import FetchOutcome
from tests.capture.misbehaving import SENTENCE, Behaviour, Misbehaving, policy_to, table
from tests.capture.misbehaviours_http1 import BEHAVIOURS, CHUNKED, OK, hanging_after, moved, page, then
from tests.yardstick import PATIENCE_S

URL = "https://shop.example/"
MORE = table(
    fetched={  # a status is an answer; whatever comes behind it is not read
        "taken": page(b"", status=b"202 Accepted"),
        "giant": then(CHUNKED, "flood", b"10000\r\n" + b"x" * 65536 + b"\r\n"),
        "drip": then(OK + b"Content-Length: 100000\r\n\r\n", "drip", b"x"),
        "never-ends": hanging_after(OK + b"Content-Length: 5\r\n\r\n"),
    },
    http_error={
        "redirect": moved(b"https://inside.example/"),
        "redirect-to-metadata": moved(b"http://169.254.169.254/latest/", status=b"307 Temporary Redirect"),
        "broken": page(b"no", status=b"500 Oops"),
        "gone": page(b"no", status=b"410 Gone"),
        "flood-103": then(b"", "flood", b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"),
    },
)
NAMES = ("silent", "drip-status-line", "drip-header-value", "drip-103", "hang-in-head")
RECEIVERS = MORE | {name: BEHAVIOURS[name] for name in NAMES}
STATUS = {"redirect": 302, "redirect-to-metadata": 307, "broken": 500, "gone": 410}


def send(policy: Any, url: str = URL, **more: Any) -> Posted:
    more = {"deadline_s": PATIENCE_S} | more
    return asyncio.run(post(url, b'{"a":1}', {"webhook-id": "msg_1"}, policy, **more))


@pytest.fixture
def receivers(authority: trustme.CA, context_for: Callable) -> Misbehaving:
    return Misbehaving(RECEIVERS, context_for(authority.issue_cert("shop.example")))


@pytest.mark.parametrize("behaviour", RECEIVERS.values(), ids=lambda one: one.name)
def test_whatever_a_receiver_does_ends(receivers: Misbehaving, behaviour: Behaviour, ca_file: str) -> None:
    """In time, with the outcome that it deserves, in words of ours; nobody else is asked, and it is asked once."""
    with receivers, Misbehaving({}) as inside:
        resolve = {("inside.example", port): ("127.0.0.1", inside.port) for port in (80, 443)}
        begun = time.monotonic()
        posted = send(policy_to(receivers, ca_file=ca_file, resolve=resolve), URL + behaviour.name,
                      deadline_s=behaviour.deadline_s)  # fmt: skip

        assert time.monotonic() - begun < behaviour.deadline_s + PATIENCE_S
        assert posted.outcome is behaviour.outcome, posted
        assert SENTENCE.fullmatch(posted.detail), posted.detail
        assert posted.status == STATUS.get(behaviour.name, posted.status)
        assert inside.requests == []
        # A deadline may be over before anything was asked.
        assert len(receivers.requests) == 1 or (not receivers.requests and posted.outcome is FetchOutcome.TIMED_OUT)
        assert all(asked.startswith(b"POST /" + behaviour.name.encode() + b" ") for asked in receivers.requests)


@pytest.mark.parametrize(
    ("url", "outcome"),
    [
        ("http://shop.example/", FetchOutcome.REFUSED_BY_US),
        ("https://127.0.0.1/", FetchOutcome.REFUSED_BY_US),
        ("https://[::1]/", FetchOutcome.REFUSED_BY_US),
        ("https://169.254.169.254/latest/", FetchOutcome.REFUSED_BY_US),
        ("https://10.0.0.1:8443/", FetchOutcome.REFUSED_BY_US),
        ("https://receiver.example.org:25/", FetchOutcome.REFUSED_BY_US),
        ("https://inside.example.org/", FetchOutcome.DNS_FAILED),
        ("https://metadata.example.org/", FetchOutcome.DNS_FAILED),
        ("https://mixed.example.org/", FetchOutcome.DNS_FAILED),
        ("https://missing.example.org/", FetchOutcome.DNS_FAILED),
    ],
)
def test_nothing_is_sent_inside(
    receivers: Misbehaving, url: str, outcome: FetchOutcome, listed_resolver: Any, ca_file: str
) -> None:
    """Neither by number nor by name, and never in the clear; no packet leaves."""
    answers = {"inside_example_org": [["127.0.0.1"]], "metadata_example_org": [["169.254.169.254"]],
               "mixed_example_org": [["93.184.216.34", "10.0.0.1"]]}  # fmt: skip
    with receivers:
        policy = replace(policy_to(receivers, ca_file=ca_file), allowed_networks=(), dns_timeout_s=0.05)
        posted = send(policy, url, resolver=listed_resolver(**answers))

        assert posted.outcome is outcome, posted
        assert posted.status is None
        assert receivers.requests == []


def test_a_certificate_that_does_not_fit_gets_no_message(receivers: Misbehaving) -> None:
    """Its authority is not one that we trust here."""
    with receivers:
        posted = send(policy_to(receivers))

        assert (posted.outcome, posted.status) == (FetchOutcome.TLS_FAILED, None)
        assert receivers.requests == []


def test_http2_is_held_to_the_same(authority: trustme.CA, context_for: Callable, ca_file: str) -> None:
    """Where it is switched on."""
    context: ssl.SSLContext = context_for(authority.issue_cert("shop.example"))
    context.set_alpn_protocols(["h2"])
    with Misbehaving({}, context) as receiver:
        posted = send(policy_to(receiver, ca_file=ca_file, http2=True))

        assert posted.outcome is FetchOutcome.FETCHED
        assert b":method: POST" in receiver.requests[0]


def test_nothing_else_of_ours_posts() -> None:
    """Sites are only ever read: one file sends messages, one asks for timestamps, nobody else hands over a body."""
    package = Path(pharmcheck.__file__).parent
    found = {
        path.relative_to(package).as_posix()
        for path in (package / "capture").rglob("*.py")  # no other room may import the wire
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "ask"
        if len(node.args) > 2 or node.keywords
    }
    assert found == {"capture/posting.py", "capture/enquiring.py"}
