"""Every case of ssrf_cases.yaml, from pasted text to the packet: what must be refused and what must not.

The cases are data: an address that a person pastes (`url`), what a resolver says (`resolver-answer`), where a server
sends us (`redirect-chain`).  A case of level "must" has one right answer.  A case of level "choice" has a recommended
one; where ours differs, docs/decisions/ssrf-choices.md names the case.
"""

from __future__ import annotations

import asyncio
import re
import socket
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpcore
import pytest
import yaml

from pharmcheck.address import parse_address, resolve_link
from pharmcheck.capture import Policy
from pharmcheck.capture.fetch import Fetched, Fetcher
from pharmcheck.capture.polite import Gate
from pharmcheck.errors import AddressError
from pharmcheck.model import FetchOutcome, PageRole
from tests.capture.wires import OK, Answers, Wire, watched

FILE = Path(__file__).with_name("ssrf_cases.yaml")
CHOICES = Path(__file__).parents[2] / "docs" / "decisions" / "ssrf-choices.md"

DOCUMENT = yaml.safe_load(FILE.read_text("utf-8"))
META, CASES = DOCUMENT["meta"]["conventions"], DOCUMENT["cases"]

# Raw CR LF in a header value: on the wire of HTTP/1.1 that *is* the end of the line, and what follows is the next one.
# No client can tell it from a server that meant two lines, so it is held where the text is one: see the test below.
NOT_ON_THE_WIRE = {"H025"}


def policy() -> Policy:
    own = frozenset(META["own_addresses"])
    # Stubs answer at once, so that no time is lost on names that end badly.
    return Policy(own_addresses=own, ports=frozenset(META["allowed_ports"]), min_interval_s=0, dns_timeout_s=0)


def fetch(url: str, resolver: Answers, wire: Wire | None) -> Fetched:
    """One page through the real fetcher; without a wire its network is the real one."""

    async def go() -> Fetched:
        gate = Gate(time.monotonic)
        now = datetime(2026, 11, 22, tzinfo=UTC)
        async with Fetcher(policy(), resolver, now=lambda: now, clock=time.monotonic, gate=gate) as fetcher:
            if wire is not None:
                fetcher._backend._inner = wire
            return await fetcher.fetch(url, PageRole.HOME)

    return asyncio.run(go())


def text_of(case: dict[str, Any]) -> str:
    given = case["input"]
    return given if isinstance(given, str) else given["pre"] + given["unit"] * given["times"] + given["post"]


def page_of(hop: dict[str, Any]) -> bytes:
    """The scripted answer of one hop, byte for byte as the case gives it."""
    lines = [b"HTTP/1.1 %d Whatever" % hop["status"], b"Content-Type: text/html", b"Connection: close"]
    locations = hop.get("location") or []
    values = [value.encode("utf-8") for value in ([locations] if isinstance(locations, str) else locations)]
    if "location_bytes_hex" in hop:
        values = [bytes.fromhex(hop["location_bytes_hex"])]
    lines += [b"Location: " + value for value in values]
    refresh = hop.get("meta_refresh")
    body = f'<meta http-equiv=refresh content="{refresh}">'.encode() if refresh else b""
    if hop["status"] != 304:
        lines.append(b"Content-Length: %d" % len(body))
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


def url_problems(case: dict[str, Any]) -> Iterator[str]:
    listed = case.get("answers")
    resolver, wire = Answers({}, listed or META["default_answers"]), Wire()
    try:
        address = parse_address(text_of(case))
    except AddressError as error:
        if case["expect"] == "accept":
            yield f"refused at intake: {error.code}"
        elif listed:
            yield "refused at intake, though only the resolver knows"
        return
    fetched = fetch(address.url, resolver, wire)
    if case["expect"] == "refuse":
        if not listed:
            yield f"accepted as {address.url}"
        if fetched.page is not None or wire.dialled:
            yield f"went to {wire.dialled}"
        return
    if address.url != case.get("canonical", address.url):
        yield f"spelled {address.url}"
    if parse_address(address.url).url != address.url:
        yield "not canonical: it changes when it is read again"
    literal = address.host.replace(".", "").isdigit() or ":" in address.host
    if fetched.page is None or wire.addresses() != {address.host if literal else META["default_answers"][0]}:
        yield f"{fetched.attempt.detail} {wire.dialled}"
    if resolver.asked != ([] if literal else [address.host]):
        yield f"looked up {resolver.asked}"


def resolver_problems(case: dict[str, Any]) -> Iterator[str]:
    host = case["input"]["host"]
    rows = case["input"].get("answers_seq") or [case["input"]["answers"]]
    resolver, wire = Answers({host: rows}), Wire()

    async def go() -> list[Fetched]:
        now = datetime(2026, 11, 22, tzinfo=UTC)
        gate = Gate(time.monotonic)
        async with Fetcher(policy(), resolver, now=lambda: now, clock=time.monotonic, gate=gate) as fetcher:
            fetcher._backend._inner = wire
            # Three visits to the door: later answers must not change what the first one meant.
            return [await fetcher.fetch(f"https://{host}/{n}", PageRole.OTHER) for n in range(3)]

    pages = [fetched.page is not None for fetched in asyncio.run(go())]
    if pages != [case["expect"] == "accept"] * 3:
        yield f"read: {pages}"
    if case["expect"] == "refuse" and wire.dialled:
        yield f"went to {wire.dialled}"
    if case["expect"] == "accept" and not wire.addresses() <= set(rows[0]):
        yield f"went to {wire.dialled}"
    if wire.addresses() & set(case.get("never_connect", ())):
        yield "a packet went where none may go"
    if "connect_to" in case and wire.addresses() != {case["connect_to"]}:
        yield f"went to {wire.dialled}"
    if len(resolver.asked) != case.get("lookups", 1):
        yield f"{len(resolver.asked)} look-ups"


def redirect_problems(case: dict[str, Any]) -> Iterator[str]:
    given = case["input"]
    names = {name: [rows] for name, rows in given.get("dns", {}).items()}
    resolver = Answers(names, META["default_answers"])
    wire = Wire([*map(page_of, given["hops"]), OK])
    fetched = fetch(given["start"], resolver, wire)
    hops = fetched.attempt.hops
    arrived = hops[-1].status is not None and fetched.attempt.outcome is not FetchOutcome.REFUSED_BY_US
    too_many = "redirected more than" in fetched.attempt.detail
    if case["expect"] == "refuse" and (fetched.page is not None or (arrived and not too_many)):
        yield f"followed to {hops[-1].url}"
    if case["expect"] == "accept" and not arrived:
        yield fetched.attempt.detail
    if case["expect"] == "accept" and hops[-1].url != case.get("final", hops[-1].url):
        yield f"ended at {hops[-1].url}"
    if wire.addresses() != set(META["default_answers"]):
        yield f"went to {wire.dialled}"
    if len(hops) > META["max_hops"] + 1:
        yield f"{len(hops) - 1} redirects"
    targets = {host for hop in hops for host in [hop.url.split("/")[2]]}
    if case["class"] == "to-bad" and not set(resolver.asked) <= targets | set(names):
        yield f"looked up {resolver.asked}"


PROBLEMS = {"url": url_problems, "resolver-answer": resolver_problems, "redirect-chain": redirect_problems}


def documented() -> set[str]:
    """The ids in the table of deviations."""
    section = CHOICES.read_text("utf-8").partition("## Deviations")[2]
    return set(re.findall(r"\b[HRU]\d{3}\b", section))


def test_the_file_holds_as_many_cases_as_we_say() -> None:
    """545 cases, by kind, level and what is expected: none got lost on the way here."""
    assert Counter((case["kind"], case["level"], case["expect"]) for case in CASES) == {
        ("url", "must", "refuse"): 285,
        ("url", "must", "accept"): 54,
        ("url", "choice", "refuse"): 14,
        ("url", "choice", "accept"): 24,
        ("resolver-answer", "must", "refuse"): 81,
        ("resolver-answer", "must", "accept"): 32,
        ("resolver-answer", "choice", "refuse"): 13,
        ("redirect-chain", "must", "refuse"): 24,
        ("redirect-chain", "must", "accept"): 14,
        ("redirect-chain", "choice", "accept"): 4,
    }
    assert len({case["id"] for case in CASES}) == len(CASES) == 545


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['id']}-{case['class']}")
def test_the_case_holds(case: dict[str, Any]) -> None:
    """What must be refused is refused without a packet, what must be accepted arrives where it should.

    Of the choices, exactly the documented ones come out otherwise.
    """
    problems = list(PROBLEMS[case["kind"]](case))
    if case["level"] == "choice" or case["id"] in NOT_ON_THE_WIRE:
        assert bool(problems) == (case["id"] in documented()), problems
    else:
        assert not problems


def test_only_choices_deviate() -> None:
    """A case with one right answer cannot be argued away in a document, but for the one that cannot be sent."""
    choices = {case["id"] for case in CASES if case["level"] == "choice"}
    assert documented() <= choices | NOT_ON_THE_WIRE


def test_a_line_break_in_a_location_is_refused_where_it_is_one_text() -> None:
    """H025: the reader of links refuses it; on the wire it is two header lines, and the second has no effect."""
    case = next(case for case in CASES if case["id"] == "H025")
    start, location = case["input"]["start"], case["input"]["hops"][0]["location"]
    with pytest.raises(AddressError):
        resolve_link(start, location)

    wire = Wire([page_of(case["input"]["hops"][0]), OK])
    fetched = fetch(start, Answers({}), wire)
    assert fetched.page is not None
    assert fetched.page.url == "http://example.com/"
    assert wire.addresses() == set(META["default_answers"])
    assert not any(b"cookie" in request.lower() for request in wire.requests)


@pytest.mark.parametrize("kind", ["url", "resolver-answer"])
def test_no_refused_case_touches_a_socket_or_resolves_without_need(kind: str) -> None:
    """With the real network below the guard, refused cases cause no connect and no look-up but their own."""
    with watched() as seen:
        for case in CASES:
            if case["kind"] != kind or case["expect"] != "refuse" or case["id"] in documented():
                continue
            given = case["input"]
            listed = [case.get("answers")] if kind == "url" else given.get("answers_seq") or [given["answers"]]
            resolver = Answers({} if kind == "url" else {given["host"]: listed}, listed[0] or ["10.0.0.1"])
            try:
                url = parse_address(text_of(case)).url if kind == "url" else f"https://{given['host']}/"
            except AddressError:
                url = None
            if url is not None:
                assert fetch(url, resolver, None).page is None, case["id"]
            assert len(resolver.asked) == (kind != "url" or "answers" in case), case["id"]
    assert seen == []


def test_the_watch_sees_what_it_watches() -> None:
    """The test above can fail: whoever does reach the real network is noted."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        place = listener.getsockname()

    async def knock() -> None:
        with pytest.raises(httpcore.ConnectError):
            await httpcore.AnyIOBackend().connect_tcp(*place, timeout=1)

    with watched() as seen:
        asyncio.run(knock())
    assert ("connect", place) in seen
