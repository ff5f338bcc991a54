"""A list of a few made-up shops under watch, answers about them, and a receiver of messages on loopback."""

from __future__ import annotations

import hashlib
import json
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
import trustme

from pharmcheck.capture import Policy, capture_id
from pharmcheck.model import (
    Attempt,
    Capture,
    Category,
    Check,
    CheckState,
    FetchOutcome,
    Hop,
    Judgement,
    Page,
    PageRole,
    Verdict,
)
from pharmcheck.settings import Settings
from pharmcheck.store import Drafts, NewBatch, NewItem, Store, Watches, new_check_id
from tests.store.conftest import NOON, make_address, settings_for
from tests.yardstick import PATIENCE_S

BATCH, OWNER = "b" * 32, "officer"
HOSTS = ("one.example.com", "two.example.net", "three.example.org")
RECEIVER = "receiver.example"
VALID = {Category.DANGER: 14, Category.CAUTION: 14, Category.COULD_NOT_CHECK: 1}  # days, as in rules/verdict.yaml


def make_list(
    store: Store, batch_id: str = BATCH, hosts: tuple[str, ...] = HOSTS, at: datetime = NOON, **more: Any
) -> None:
    """A list whose sites are being checked, handed in at noon of a day of ours, or when the test says."""
    items = [
        NewItem(row, "accepted", host, row, url=f"https://{host}/", host=host) for row, host in enumerate(hosts, 1)
    ]
    items.append(NewItem(len(hosts) + 1, "needs_person", "x", len(hosts) + 1, problem="That is no address."))
    new = NewBatch(batch_id, OWNER, more.get("destination"), "list.csv", "0" * 64)
    Drafts(store).put(new, items, {"format": "csv"}, at)
    if more.get("start", True):
        Drafts(store).start(batch_id, at)


def answer(
    store: Store,
    host: str,
    category: Category,
    at: datetime,
    *,
    reason: str = "",
    proofs: tuple[str, ...] = (),
    landed: str | None = None,
    destination: str | None = None,
) -> str:
    """Store a look at a site with its verdict, as a runner would; returns the id of its check."""
    body = f"<p>{at}</p>".encode()
    landing = f"https://{landed or host}/"
    page = Page(landing, PageRole.HOME, 200, (), body, hashlib.sha256(body).hexdigest(), at, truncated=False)
    read = category is not Category.COULD_NOT_CHECK
    hops = (Hop(f"https://{host}/", 302, None), Hop(landing, 200, None)) if landed else (Hop(landing, 200, None),)
    outcome = FetchOutcome.FETCHED if read else FetchOutcome.DNS_FAILED
    attempt = Attempt(f"https://{host}/", PageRole.HOME, outcome, "Said.", hops, 5)
    capture = Capture(make_address(host), (attempt,), (page,) if read else (), (), at, at)
    until = at + timedelta(days=VALID.get(category, 30))
    reason = reason or {"danger": "rx_without_prescription", "could_not_check": "offline"}.get(category, "no_offer")
    verdict = Verdict(
        address=capture.address, category=category, reason_code=reason, score=None, coverage=50, criteria=(),
        reasons=(), proofs=(), not_checked=(), overlays=(), destination=destination, checked_at=at, valid_until=until,
        ruleset="2026.11.0+ab12cd34", registers=(), capture_id=capture_id(capture),
    )  # fmt: skip
    check = Check(
        new_check_id(), capture.address, verdict.capture_id, verdict, CheckState.DONE, None, None, at, at, until
    )
    named = [{"register": proof.split()[0], "entry_id": proof.split()[1]} for proof in proofs]
    store.save(check, capture, Judgement(verdict, ()), json.dumps({"category": category, "proofs": named}))
    return check.id


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Where the store lives; `test_on_postgres` says another place."""
    return settings_for(tmp_path / "data")


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    with Store.open(settings) as opened:
        yield opened


@pytest.fixture
def watched(store: Store) -> Store:
    """The store of a list that is watched from noon on, with its first answers: dangerous, verified, warned about."""
    make_list(store)
    for host, category in zip(HOSTS, (Category.DANGER, Category.VERIFIED, Category.CAUTION), strict=True):
        answer(store, host, category, NOON)
    Watches(store).start(BATCH, NOON)
    return store


@dataclass
class Receiver:
    """Takes messages; answers with each of `statuses` once, then with the last for ever."""

    policy: Policy
    url: str = f"https://{RECEIVER}/hook?token=x"
    statuses: list[int] = field(default_factory=lambda: [204])
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    asked: threading.Event = field(default_factory=threading.Event)
    hold: Callable[[], object] = lambda: None  # before it answers


@contextmanager
def open_receiver(folder: Path) -> Iterator[Receiver]:
    """Run one on loopback; its policy leads to it by name and trusts it."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            receiver.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
            status = receiver.statuses.pop(0) if len(receiver.statuses) > 1 else receiver.statuses[0]
            receiver.asked.set()
            receiver.hold()
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Tests read what they need from `got`."""

    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(RECEIVER, f"{RECEIVER}.org").configure_cert(context)
    ca_file = folder / "receiver-ca.pem"
    authority.cert_pem.write_to_path(ca_file)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    server.daemon_threads = True
    place = {(RECEIVER, 443): ("127.0.0.1", server.server_address[1])}
    receiver = Receiver(
        Policy(
            resolve=place,
            allowed_networks=(ip_network("127.0.0.0/8"),),
            ca_file=str(ca_file),
            connect_timeout_s=PATIENCE_S,
        )
    )
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def receiver(tmp_path: Path) -> Iterator[Receiver]:
    with open_receiver(tmp_path) as opened:
        yield opened


@pytest.fixture
def clock() -> Callable[..., Any]:
    """A clock that the test turns: `clock()` says the time, `clock.turn(hours=1)` moves it."""

    class Clock:
        now = NOON

        def __call__(self) -> datetime:
            return self.now

        def turn(self, **time: float) -> None:
            self.now += timedelta(**time)

    return Clock()
