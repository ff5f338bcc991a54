"""Where we may connect, and the only door through which we do.

`Policy` says what is allowed; `GuardedBackend` enforces it at the moment of connecting: it resolves a name
once per visit, judges *every* answer, connects to a judged literal and compares the peer.  There is no second
look-up, so an answer that changes between check and use changes nothing.  Judging URLs is `address`'s job.
"""

from __future__ import annotations

import asyncio
import ipaddress
import math
import socket
import ssl
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import httpcore

from pharmcheck import __version__
from pharmcheck.address import WEB_PORTS, IPAddress, IPNetwork, is_public
from pharmcheck.capture.handshake import handshake_reason

# One sentence for private, metadata, unresolvable and too slow alike, without an address in it: what a name means
# inside our network is nobody's business.
NOT_PUBLIC = "The name does not lead to a public address."

_MOST_LOOKUPS = 4  # at a time, of one visit
_MOST_ADDRESSES = 4  # of a name with many addresses we try this many; the deadline ends the rest anyway


@dataclass(frozen=True, slots=True)
class Policy:
    """What a visit may do.  Sizes in bytes, times in seconds."""

    # (host, port) → (address, port): names mapped by hand, as with curl's --resolve
    resolve: Mapping[tuple[str, int], tuple[str, int]] = field(default_factory=dict)
    allowed_networks: tuple[IPNetwork, ...] = ()  # treated as public: tests and staging
    own_addresses: frozenset[str] = frozenset()  # our own public addresses: we never visit ourselves
    ports: frozenset[int] = WEB_PORTS
    ca_file: str | None = None  # PEM, trusted in addition to the public roots
    user_agent: str = f"pharmcheck/{__version__} (+https://github.com/pharmcheck/pharmcheck)"
    min_interval_s: float = 1.0  # between two requests to one host; 0 for hosts inside allowed_networks
    visit_deadline_s: float = 60.0  # everything, for one site
    fetch_deadline_s: float = 20.0  # one page with all its redirects; httpx's own limits are per read
    connect_timeout_s: float = 8.0
    dns_timeout_s: float = 3.0  # a look-up has this long, and one that ends badly takes exactly this long
    max_redirects: int = 10  # as Let's Encrypt and Mozilla Observatory
    max_wire: int = 2 << 20  # bytes of a body as sent; a 2 GiB gzip bomb is 2.0 MB on the wire
    max_body: int = 5 << 20  # bytes of a body after decompression
    max_ratio: int = 200  # decompressed to sent, once past 1 MiB
    page_budget: int = 12  # pages read of one site
    byte_budget: int = 16 << 20  # bytes of all bodies of a visit together, after decompression
    chromium: Path | None = None  # a browser for pages that are empty without scripts; needs pharmcheck[render]
    page_to_read: Callable[[str, str], str | None] | None = None  # issuers' pages that a visit may add, see `planner`
    icons: bool = True  # whether a visit asks for the site's icon, see `icons`
    http2: bool = False  # off: 14–40 % dearer for a few pages per site; some sites speak nothing else

    @property
    def admitted_hosts(self) -> frozenset[str]:
        """Names that are mapped by hand and so accepted whatever their suffix."""
        return frozenset(host for host, _ in self.resolve)


class Refused(Exception):  # noqa: N818 - a refusal is not an error
    """Our guard does not go there.

    Not an httpcore class on purpose: those are retried and re-mapped on the way up, this one is not.
    """


class Unresolved(Exception):  # noqa: N818 - named for what happened
    """The name has no address, or none that we visit: from outside the two must look alike."""


class Flooded(Exception):  # noqa: N818 - named for what happened
    """More bytes arrived than `GuardedBackend.allowance`."""


class NotConnected(Exception):  # noqa: N818 - named for what happened
    """A mapped name was asked for on a port that nobody mapped."""


class HandshakeFailed(Exception):  # noqa: N818 - named for what happened
    """TLS could not be agreed on; `reason` is one sentence."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Resolver(Protocol):
    """Names to addresses."""

    async def resolve(self, host: str) -> Sequence[str]:
        """All addresses of `host`, as text.  Raises OSError when there are none."""
        ...


class SystemResolver:
    """The machine's own resolver, with threads of its own for one visit.

    A look-up that we gave up on holds its thread until the system gives up too.  In the event loop's pool (six
    threads on two cores) six slow names of one visit would keep every other visit from finding anything.
    """

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(_MOST_LOOKUPS, "resolver")

    async def resolve(self, host: str) -> Sequence[str]:
        """All addresses of `host`.  The final dot keeps the resolver's search domains out of it."""
        ask = partial(socket.getaddrinfo, f"{host}.", None, type=socket.SOCK_STREAM)
        answers = await asyncio.get_running_loop().run_in_executor(self._threads, ask)
        return list(dict.fromkeys(str(answer[4][0]) for answer in answers))


def vet(answers: Iterable[str], policy: Policy) -> tuple[str, ...]:
    """The answers in canonical form when every one of them may be visited; one bad answer refuses the name.

    Raises Refused for a bad or unreadable answer, Unresolved when there is none.
    """
    vetted = []
    for answer in answers:
        try:
            ip = ipaddress.ip_address(answer)
        except ValueError as error:
            raise Refused(NOT_PUBLIC) from error
        if str(ip) in policy.own_addresses or not (is_allowed(ip, policy) or is_public(ip)):
            raise Refused(NOT_PUBLIC)
        vetted.append(str(ip))
    if not vetted:
        raise Unresolved(NOT_PUBLIC)
    return tuple(vetted)


def is_allowed(ip: IPAddress, policy: Policy) -> bool:
    """True when `ip` lies in a network that the operator opened by hand."""
    return any(ip in network for network in policy.allowed_networks)


TlsWatcher = Callable[[str, ssl.SSLObject], None]


class GuardedBackend(httpcore.AsyncNetworkBackend):
    """The network as httpcore sees it during one visit: only judged addresses, and no unix sockets."""

    def __init__(self, policy: Policy, resolver: Resolver, on_tls: TlsWatcher | None = None) -> None:
        self.opened = 0  # connections so far; tells a fresh connection from a reused one
        self.allowance = math.inf  # bytes that may still arrive; who asks renews it for every request
        self.peers: dict[str, str] = {}  # host → address that answered last
        # host → every address that it has, all judged.  One look-up per name and visit, and a refusal (no address)
        # is remembered too: asking again must not turn it into a yes.
        self.answers: dict[str, tuple[str, ...]] = {}
        self._policy = policy
        self._resolver = resolver
        self._on_tls = on_tls
        self._inner = httpcore.AnyIOBackend()
        self._asking: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's signature
        local_address: str | None = None,  # noqa: ARG002 - httpcore's signature
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connect to a judged address of `host`.  Raises Refused, Unresolved, NotConnected or httpcore errors."""
        addresses, real_port = await self._addresses(host, port)
        failure: Exception | None = None
        for address in addresses[:_MOST_ADDRESSES]:
            try:
                stream = await self._inner.connect_tcp(address, real_port, timeout, None, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
                continue
            peer = stream.get_extra_info("server_addr")
            if peer is None or ipaddress.ip_address(peer[0]) != ipaddress.ip_address(address):
                await stream.aclose()
                raise Refused(NOT_PUBLIC)
            self.opened += 1
            self.peers[host] = address
            return _GuardedStream(stream, host, self, self._on_tls)
        raise failure or httpcore.ConnectError(NOT_PUBLIC)

    async def connect_unix_socket(self, *_args: object, **_kwargs: object) -> httpcore.AsyncNetworkStream:
        """Refuse: no web site lives in a unix socket."""
        raise Refused(NOT_PUBLIC)

    async def sleep(self, seconds: float) -> None:
        """Wait, for httpcore's retries (which are off)."""
        await asyncio.sleep(seconds)

    def is_local(self, host: str) -> bool:
        """True when `host` is known to lie in a network opened by hand: no need to be polite to ourselves."""
        known = self.answers.get(host, ())
        return bool(known) and all(is_allowed(ipaddress.ip_address(address), self._policy) for address in known)

    async def known_addresses(self, host: str, port: int) -> tuple[str, ...]:
        """The judged addresses of `host`, looked up if need be.  Raises Refused, Unresolved or NotConnected."""
        addresses, _ = await self._addresses(host, port)
        return addresses

    async def _addresses(self, host: str, port: int) -> tuple[tuple[str, ...], int]:
        mapped = self._policy.resolve.get((host, port))
        if mapped is not None:
            self.answers[host] = vet(mapped[:1], self._policy)
            return self.answers[host], mapped[1]
        if port not in self._policy.ports:
            raise Refused("The port is not one that web sites use.")
        if host in self._policy.admitted_hosts:
            # Mapped on another port only.  Falling through to DNS would take a staging check to the live site.
            raise NotConnected("Nothing answers on this port.")
        async with self._asking[host]:
            if host not in self.answers:
                self.answers[host] = vet([host], self._policy) if _is_literal(host) else await self._look_up(host)
        if not self.answers[host]:
            raise Unresolved(NOT_PUBLIC)
        return self.answers[host], port

    async def _look_up(self, host: str) -> tuple[str, ...]:
        """The judged answers for a name, or none.

        A bad end takes as long as we would have waited, whatever was wrong.  A name inside our network answers in a
        millisecond, a missing one in fifty, and one whose name server was pointed at an address of ours takes
        seconds or not, depending on who lives there: told apart by the clock, they would map our network.
        """
        with suppress(TimeoutError):
            async with asyncio.timeout(self._policy.dns_timeout_s):
                try:
                    return vet(await self._resolver.resolve(host), self._policy)
                except (Refused, Unresolved, OSError, UnicodeError):  # gaierror is an OSError
                    await asyncio.Event().wait()  # nobody sets it: the alarm ends this
        return ()


def _is_literal(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


class _GuardedStream(httpcore.AsyncNetworkStream):
    """A connection that we watch: its handshake has a certificate or a reason, and its bytes are counted.

    Counted here because nothing above would: answers that announce an answer (1xx), HTTP/2's frames for housekeeping
    and the framing of pieces reach no reader of ours and may go on for ever.
    """

    def __init__(
        self,
        inner: httpcore.AsyncNetworkStream,
        host: str,
        backend: GuardedBackend,
        on_tls: TlsWatcher | None,
    ) -> None:
        self._inner, self._host, self._backend, self._on_tls = inner, host, backend, on_tls

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109
        received = await self._inner.read(max_bytes, timeout)
        self._backend.allowance -= len(received)
        if self._backend.allowance < 0:
            raise Flooded
        return received

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109
        await self._inner.write(buffer, timeout)

    async def aclose(self) -> None:
        await self._inner.aclose()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109
    ) -> httpcore.AsyncNetworkStream:
        try:
            secured = await self._inner.start_tls(ssl_context, server_hostname, timeout)
        except (httpcore.ConnectError, httpcore.ConnectTimeout, ssl.SSLError, ConnectionError) as error:
            raise HandshakeFailed(handshake_reason(error)) from error
        except asyncio.CancelledError:  # a deadline: httpcore would leave the connection open for ever
            await self._inner.aclose()
            raise
        ssl_object = secured.get_extra_info("ssl_object")
        if self._on_tls is not None and ssl_object is not None:
            self._on_tls(self._host, ssl_object)
        return _GuardedStream(secured, self._host, self._backend, self._on_tls)

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401 - httpcore's signature
        return self._inner.get_extra_info(info)
