"""Where we may connect, and the only door through which we do.

`Policy` says what is allowed; `GuardedBackend` enforces it at the moment of connecting: it resolves a name
once per visit, judges *every* answer, connects to a judged literal and compares the peer.  There is no second
look-up, so an answer that changes between check and use changes nothing.  Judging URLs is `address`'s job.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import ssl
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Protocol

import httpcore

from pharmcheck.address import WEB_PORTS, IPAddress, IPNetwork, is_public

# One sentence for private, metadata and unresolvable alike, without an address in it: what a name means inside
# our network is nobody's business.
NOT_PUBLIC = "The name does not lead to a public address."

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
    user_agent: str = "pharmcheck/0.1 (+https://github.com/pharmcheck/pharmcheck)"
    min_interval_s: float = 1.0  # between two requests to one host; 0 for hosts inside allowed_networks
    visit_deadline_s: float = 60.0  # everything, for one site
    fetch_deadline_s: float = 20.0  # one page with all its redirects; httpx's own limits are per read
    connect_timeout_s: float = 8.0
    dns_timeout_s: float = 5.0
    max_redirects: int = 10  # as Let's Encrypt and Mozilla Observatory
    max_wire: int = 2 << 20  # bytes of a body as sent; a 2 GiB gzip bomb is 2.0 MB on the wire
    max_body: int = 5 << 20  # bytes of a body after decompression
    max_ratio: int = 200  # decompressed to sent, once past 1 MiB
    page_budget: int = 12  # pages read of one site

    @property
    def admitted_hosts(self) -> frozenset[str]:
        """Names that are mapped by hand and so accepted whatever their suffix."""
        return frozenset(host for host, _ in self.resolve)


class Refused(Exception):  # noqa: N818 - a refusal is not an error
    """Our guard does not go there.

    Not an httpcore class on purpose: those are retried and re-mapped on the way up, this one is not.
    """


class Unresolved(Exception):  # noqa: N818 - named for what happened
    """The name has no address."""


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
    """The machine's own resolver."""

    async def resolve(self, host: str) -> Sequence[str]:
        """All addresses of `host`.  The final dot keeps the resolver's search domains out of it."""
        loop = asyncio.get_running_loop()
        answers = await loop.getaddrinfo(f"{host}.", None, type=socket.SOCK_STREAM)
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
        self.peers: dict[str, str] = {}  # host → address that answered last
        self._policy = policy
        self._resolver = resolver
        self._on_tls = on_tls
        self._inner = httpcore.AnyIOBackend()
        # One look-up per name and visit.  A refusal is remembered too: asking again must not turn it into a yes.
        self._known: dict[str, tuple[str, ...] | Refused | Unresolved] = {}

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
            return _GuardedStream(stream, host, self._on_tls)
        raise failure or httpcore.ConnectError(NOT_PUBLIC)

    async def connect_unix_socket(self, *_args: object, **_kwargs: object) -> httpcore.AsyncNetworkStream:
        """Refuse: no web site lives in a unix socket."""
        raise Refused(NOT_PUBLIC)

    async def sleep(self, seconds: float) -> None:
        """Wait, for httpcore's retries (which are off)."""
        await asyncio.sleep(seconds)

    def is_local(self, host: str) -> bool:
        """True when `host` lies in a network opened by hand: no need to be polite to ourselves."""
        known = {address for (name, _), (address, _) in self._policy.resolve.items() if name == host}
        known |= {self.peers[host]} if host in self.peers else set()
        return bool(known) and all(is_allowed(ipaddress.ip_address(address), self._policy) for address in known)

    async def _addresses(self, host: str, port: int) -> tuple[tuple[str, ...], int]:
        mapped = self._policy.resolve.get((host, port))
        if mapped is not None:
            return vet(mapped[:1], self._policy), mapped[1]
        if port not in self._policy.ports:
            raise Refused("The port is not one that web sites use.")
        if host in self._policy.admitted_hosts:
            # Mapped on another port only.  Falling through to DNS would take a staging check to the live site.
            raise NotConnected("Nothing answers on this port.")
        known = self._known.get(host)
        if known is None:
            known = self._known[host] = await self._look_up(host)
        if isinstance(known, Exception):
            raise known
        return known, port

    async def _look_up(self, host: str) -> tuple[str, ...] | Refused | Unresolved:
        try:
            try:
                answers: Sequence[str] = [str(ipaddress.ip_address(host))]
            except ValueError:
                async with asyncio.timeout(self._policy.dns_timeout_s):
                    answers = await self._resolver.resolve(host)
            return vet(answers, self._policy)
        except (Refused, Unresolved) as error:
            return error
        except (OSError, UnicodeError):  # gaierror and TimeoutError are OSErrors
            return Unresolved(NOT_PUBLIC)


class _GuardedStream(httpcore.AsyncNetworkStream):
    """A connection whose handshake we watch: its certificate is evidence, its failure has a reason."""

    def __init__(self, inner: httpcore.AsyncNetworkStream, host: str, on_tls: TlsWatcher | None) -> None:
        self._inner = inner
        self._host = host
        self._on_tls = on_tls

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109
        return await self._inner.read(max_bytes, timeout)

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
        except (httpcore.ConnectError, ssl.SSLError, ConnectionError) as error:
            raise HandshakeFailed(handshake_reason(error)) from error
        ssl_object = secured.get_extra_info("ssl_object")
        if self._on_tls is not None and ssl_object is not None:
            self._on_tls(self._host, ssl_object)
        return secured

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401 - httpcore's signature
        return self._inner.get_extra_info(info)


# OpenSSL's X509_V_ERR_* numbers.
_VERIFY_REASONS: Mapping[int, str] = MappingProxyType(
    {
        9: "The certificate is not valid yet.",
        10: "The certificate has expired.",
        18: "The certificate is signed by the site itself.",
        19: "The certificate comes from an issuer that browsers do not trust.",
        20: "The certificate comes from an issuer that browsers do not trust.",
        21: "The certificate comes from an issuer that browsers do not trust.",
        23: "The certificate has been revoked.",
        62: "The certificate is for another name.",
        64: "The certificate is for another name.",
    }
)


def handshake_reason(error: BaseException) -> str:
    """One sentence for why a handshake failed, from the chain of causes; never text that the site wrote."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return _VERIFY_REASONS.get(cause.verify_code, "The certificate could not be verified.")
        if isinstance(cause, ssl.SSLError):
            return "The site and we could not agree on a secure connection."
        cause = cause.__cause__ or cause.__context__
    return "The site broke off the secure handshake."
