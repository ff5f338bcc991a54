"""The servers: by name, under our own authority, misbehaving where they should, and gone when the block is left."""

from __future__ import annotations

import asyncio
import gc
import socket
import ssl
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from pharmcheck.address import parse_address
from pharmcheck.capture import capture_site
from pharmcheck.demo import load_cases, policy_for, sample_registers, start_street
from pharmcheck.demo.cases import Behaviour
from pharmcheck.demo.server import SiteServer
from pharmcheck.demo.street import Street
from pharmcheck.model import Capture, FetchOutcome, Look, Page
from tests.yardstick import PATIENCE_S

HOSTS = [case.host for case in load_cases() if case.behaviour is Behaviour.SERVES]
TARPIT = "https://tarpit-meds.example"

Fetch = Callable[..., Any]


@pytest.mark.parametrize("host", HOSTS)
def test_a_site_is_served_by_name_with_a_certificate_of_ours(host: str, fetch: Fetch) -> None:
    """The real fetcher reaches each site by its name and verifies chain, name and dates."""
    fetched, tls = fetch(f"https://{host}/")

    assert fetched.attempt.outcome is FetchOutcome.FETCHED
    assert "<title>" in fetched.page.body.decode()
    assert tls[host].verified
    assert tls[host].subject_names == (host,)
    assert "pharmcheck sample high street" in (tls[host].issuer or "")


def test_plain_http_leads_to_https(fetch: Fetch) -> None:
    """As on any shop of today, port 80 only redirects."""
    fetched, _ = fetch("http://harbourpharmacy.example/faq")

    assert [(hop.url, hop.status) for hop in fetched.attempt.hops] == [
        ("http://harbourpharmacy.example/faq", 301),
        ("https://harbourpharmacy.example/faq", 200),
    ]


def test_visitors_from_a_search_engine_are_shown_the_shop_that_the_club_hides(street: Street) -> None:
    """One address, two pages: a walking club for whoever types it, pills for whoever found it."""
    visit = _visit("riverside-ramblers.example", street)
    typed, found = _page(visit, Look.PLAIN), _page(visit, Look.FROM_SEARCH)

    assert typed.url == found.url == "https://riverside-ramblers.example/"
    assert (b"Come and walk with us" in typed.body, b"Add to cart" in typed.body) == (True, False)
    assert (b"Come and walk with us" in found.body, b"Add to cart" in found.body) == (False, True)


def test_visitors_from_a_search_engine_are_led_away_from_the_hacked_institute(street: Street) -> None:
    """Whoever types the address stays; whoever found it ends at the pill shop."""
    visit = _visit("valley-geography.example", street)
    typed = _page(visit, Look.PLAIN)

    assert typed.url == "https://valley-geography.example/"
    assert b"<h1>Institute of Valley Geography</h1>" in typed.body
    assert _page(visit, Look.FROM_SEARCH).url == "https://pillswift.example/"
    assert _way(visit, Look.FROM_SEARCH) == [
        ("https://valley-geography.example/", 302),
        ("https://pillswift.example/", 200),
    ]


@pytest.mark.parametrize("host", ["riverside-ramblers.example", "valley-geography.example"])
def test_asking_plain_http_shows_that_a_site_insists_on_https(host: str, street: Street) -> None:
    """One request to port 80, answered by 301 and not followed."""
    assert _way(_visit(host, street), Look.INSECURE) == [(f"http://{host}/", 301), (f"https://{host}/", None)]


def _visit(host: str, street: Street) -> Capture:
    """What a short visit to a site of the street brings home."""
    policy = replace(policy_for(street), page_budget=1)
    address = parse_address(host, admitted_hosts=policy.admitted_hosts)
    return asyncio.run(capture_site(address, policy, now=lambda: datetime.now(UTC)))


def _page(visit: Capture, look: Look) -> Page:
    (page,) = (page for page in visit.pages if page.look is look)
    return page


def _way(visit: Capture, look: Look) -> list[tuple[str, int | None]]:
    (attempt,) = (attempt for attempt in visit.attempts if attempt.look is look)
    return [(hop.url, hop.status) for hop in attempt.hops]


def test_a_page_that_does_not_exist_is_a_404(fetch: Fetch) -> None:
    """No site answers "200" to everything: that would hide broken links from us."""
    fetched, _ = fetch("https://harbourpharmacy.example/no-such-page")

    assert fetched.attempt.outcome is FetchOutcome.HTTP_ERROR
    assert fetched.attempt.hops[-1].status == 404


@pytest.mark.parametrize("path", ["/faq", "/faq/", "/faq.html", "/faq?from=menu"])
def test_a_page_answers_to_the_ways_shops_write_it(path: str, fetch: Fetch) -> None:
    """Final slash, ending and query make no difference."""
    assert fetch(f"https://pillswift.example{path}")[0].page is not None


def test_every_site_says_what_machines_may_read(fetch: Fetch) -> None:
    """robots.txt is there, and comes through a wall."""
    for host in ("harbourpharmacy.example", "wallgate-pharmacy.example", "tarpit-meds.example"):
        assert fetch(f"https://{host}/robots.txt")[0].page.body.startswith(b"User-agent: *")


def test_the_street_knows_where_everybody_is(street: Street) -> None:
    """Each site has its own listener for both ports, on loopback."""
    assert set(street.places) == {(case.host, port) for case in street.cases for port in (443, 80)}
    assert len(set(street.places.values())) == len(street.places)
    assert all(address.startswith("127.0.") for address, _ in street.places.values())


def test_another_name_on_the_same_address_is_not_served(street: Street) -> None:
    """Sites are served by name: asking one for another gets 421, not the wrong shop."""
    trust = ssl.create_default_context(cafile=str(street.ca_pem))
    with (
        socket.create_connection(street.places["pillswift.example", 443], timeout=PATIENCE_S) as plain,
        trust.wrap_socket(plain, server_hostname="pillswift.example") as secured,
    ):
        secured.sendall(b"GET / HTTP/1.1\r\nHost: elsewhere.example\r\nConnection: close\r\n\r\n")

        assert secured.recv(1 << 16).startswith(b"HTTP/1.1 421 Misdirected Request\r\n")


def test_the_wall_keeps_us_out(fetch: Fetch) -> None:
    """Home and deeper pages refuse with the statuses that real walls use, and the fetcher says so."""
    for path, status in (("/", 403), ("/contact", 503)):
        attempt = fetch(f"https://wallgate-pharmacy.example{path}")[0].attempt
        assert (attempt.outcome, attempt.hops[-1].status) == (FetchOutcome.BLOCKED_BY_SITE, status)


@pytest.mark.parametrize(
    ("path", "outcome"),
    [
        ("/", FetchOutcome.TIMED_OUT),
        ("/products", FetchOutcome.TOO_LARGE),
        ("/catalogue", FetchOutcome.TOO_LARGE),
        ("/order", FetchOutcome.REFUSED_BY_US),
        ("/about", FetchOutcome.FETCHED),
    ],
    ids=["drip", "bomb", "flood", "metadata", "plain"],
)
def test_the_tarpit_springs_its_traps(path: str, outcome: FetchOutcome, fetch: Fetch) -> None:
    """Each trap ends in a result: within the deadline, under the byte limits, and never inside our own network."""
    attempt = fetch(TARPIT + path, fetch_deadline_s=1.0 if path == "/" else PATIENCE_S)[0].attempt

    assert attempt.outcome is outcome
    assert all(hop.peer is None or hop.peer.startswith("127.") for hop in attempt.hops)


def test_leaving_the_street_closes_it() -> None:
    """No listener, thread or file stays behind, even with a visitor in the middle of a conversation."""
    before = _threads()
    with start_street({"tarpit-meds.example"}) as street:
        place = street.places["tarpit-meds.example", 80]
        visitor = socket.create_connection(place, timeout=PATIENCE_S)
        visitor.sendall(b"GET / HTTP/1.1\r\n")

    with visitor, pytest.raises(ConnectionRefusedError):
        socket.create_connection(place, timeout=PATIENCE_S)
    assert not street.ca_pem.exists()
    assert _threads() == before


def test_visitors_who_are_still_at_the_door_are_sent_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """A street that closes while connections are being accepted leaves no transport open behind it."""
    left_open: list[object] = []
    monkeypatch.setattr("sys.unraisablehook", lambda event: left_open.append(event.exc_value))
    visitors: list[socket.socket] = []
    for _ in range(5):
        with start_street({"tarpit-meds.example"}) as street:
            visitors += [
                socket.create_connection(place, timeout=PATIENCE_S) for place in list(street.places.values()) * 6
            ]
    for visitor in visitors:
        visitor.close()
    gc.collect()

    assert left_open == []


def _threads() -> int:
    """How many streets are open in this process: other tests keep theirs."""
    return [thread.name for thread in threading.enumerate()].count("sample-high-street")


def test_a_system_with_one_loopback_address_gets_the_whole_street(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where 127.0.0.1 is the only one (macOS), everybody moves there, told apart by port and name."""
    start = SiteServer.start

    async def start_as_on_macos(server: SiteServer, address: str) -> dict[tuple[str, int], tuple[str, int]]:
        if address != "127.0.0.1":
            raise OSError(49, "Can't assign requested address")
        return await start(server, address)

    monkeypatch.setattr(SiteServer, "start", start_as_on_macos)
    with start_street({"pillswift.example", "elmstreetrx.example"}) as street:
        assert {address for address, _ in street.places.values()} == {"127.0.0.1"}
        assert len(set(street.places.values())) == 4


def test_a_street_that_cannot_open_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    """What keeps the servers from starting reaches whoever wanted the street, and nothing is left running."""

    async def refuse(_server: SiteServer, _address: str) -> dict[tuple[str, int], tuple[str, int]]:
        raise PermissionError(13, "no sockets here")

    monkeypatch.setattr(SiteServer, "start", refuse)
    with pytest.raises(PermissionError, match="no sockets here"), start_street({"pillswift.example"}):
        pass


def test_only_the_named_sites_are_opened_and_keep_their_address(street: Street) -> None:
    """A test that needs one shop opens one; where it stands does not depend on who else is there."""
    with start_street({"pillswift.example"}) as one:
        assert {host for host, _ in one.places} == {"pillswift.example"}
        assert one.places["pillswift.example", 443][0] == street.places["pillswift.example", 443][0]


def test_a_name_that_is_not_on_the_street_is_refused() -> None:
    """A typing error in a test is found at once."""
    with pytest.raises(KeyError, match="nobody"), start_street({"nobody.example"}):
        pass


def test_the_policy_reaches_the_street_and_nothing_else_inside(street: Street) -> None:
    """Only the addresses of the shops are opened: whatever else this machine serves stays closed during the demo."""
    policy = policy_for(street)

    assert {str(network) for network in policy.allowed_networks} == {f"{host}/32" for host, _ in street.places.values()}
    assert policy.resolve == street.places


def test_the_sample_register_names_the_listed_sites_and_is_fresh() -> None:
    """Whoever has an entry is found by their very name; nobody else is."""
    today = date(2026, 11, 22)
    registers = sample_registers(today)

    assert all(snapshot.fresh(today) for snapshot in registers.snapshots())
    assert not any(snapshot.fresh(today + timedelta(days=60)) for snapshot in registers.snapshots())
    named = [case.host for case in load_cases() if registers.naming(case.host)]
    assert named == [case.host for case in load_cases() if case.entry]
    assert {"harbourpharmacy.example", "linden-apotheke.example"} < set(named)
