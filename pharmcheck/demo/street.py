"""Opens the street: every site on a loopback address of its own, by name, under a certificate authority of the run.

One background thread runs all servers.  `start_street` is the only way in, and leaving its block closes everything.
"""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections.abc import Collection, Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType

import trustme

from pharmcheck.capture.guard import Policy
from pharmcheck.demo.cases import Case, load_cases
from pharmcheck.demo.pages import load_site
from pharmcheck.demo.server import SiteServer

Places = Mapping[tuple[str, int], tuple[str, int]]

LOOPBACK = ip_network("127.0.0.0/8")
_VISIT_S = 15.0  # on loopback a page takes milliseconds; only the tarpit uses up its time
_FETCH_S = 4.0


@dataclass(frozen=True, slots=True)
class Street:
    """An open street: who stands where, and the authority that signed for them."""

    cases: tuple[Case, ...]
    places: Places  # (host, 443 or 80) → (address, port)
    ca_pem: Path


@contextmanager
def start_street(hosts: Collection[str] | None = None) -> Iterator[Street]:
    """Serve the whole street, or only `hosts`, until the block is left.

    Raises:
        KeyError: a host that does not stand on the street.
        OSError: no loopback address can be listened on.
    """
    cases = load_cases(hosts)
    authority = trustme.CA(organization_name="pharmcheck sample high street")
    with TemporaryDirectory(prefix="pharmcheck-street-") as folder:
        ca_pem = Path(folder) / "ca.pem"
        authority.cert_pem.write_to_path(str(ca_pem))
        town = _Town(cases, authority)
        town.open()
        try:
            yield Street(cases, town.places.result(), ca_pem)
        finally:
            town.close()


def policy_for(street: Street) -> Policy:
    """How the fetcher finds the street, trusts its authority, and does not wait long for its tarpit."""
    return Policy(
        resolve=street.places,
        allowed_networks=tuple({ip_network(address) for address, _ in street.places.values()}),
        ca_file=str(street.ca_pem),
        min_interval_s=0.0,
        visit_deadline_s=_VISIT_S,
        fetch_deadline_s=_FETCH_S,
        connect_timeout_s=_FETCH_S,
    )


class _Town:
    """The thread behind the street."""

    def __init__(self, cases: tuple[Case, ...], authority: trustme.CA) -> None:
        self.places: Future[Places] = Future()
        self._cases, self._authority = cases, authority
        self._closing: Future[None] = Future()
        self._thread = threading.Thread(target=self._run, name="sample-high-street", daemon=True)

    def open(self) -> None:
        """Start, and wait until every site answers.  Raises what kept it from starting."""
        self._thread.start()
        try:
            self.places.result()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Shut every site and wait for the thread."""
        if not self._closing.done():
            self._closing.set_result(None)
        self._thread.join()

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except Exception as error:  # noqa: BLE001 - told to the thread that waits in `open`
            if not self.places.done():
                self.places.set_exception(error)

    async def _serve(self) -> None:
        servers: list[SiteServer] = []
        places: dict[tuple[str, int], tuple[str, int]] = {}
        try:
            for number, case in enumerate(load_cases(), start=1):
                if case in self._cases:
                    server = SiteServer(case, load_site(case.host), self._context(case.host))
                    places |= await _open(server, number)
                    servers.append(server)
            self.places.set_result(MappingProxyType(places))
            await asyncio.wrap_future(self._closing)
        finally:
            await asyncio.gather(*(server.stop() for server in servers))

    def _context(self, host: str) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._authority.issue_cert(host).configure_cert(context)
        return context


async def _open(server: SiteServer, number: int) -> dict[tuple[str, int], tuple[str, int]]:
    """Listen on 127.0.1.`number`, so that politeness per address treats the shops as the strangers they are."""
    try:
        return await server.start(f"127.0.1.{number}")
    except OSError:  # macOS has 127.0.0.1 only, unless somebody adds the others
        return await server.start("127.0.0.1")
