"""Handshakes: what is trusted, what is recorded, and that nothing of the environment has a say in it.

A site whose handshake fails is not read, not even with one eye closed: the certificate is recorded, no request is sent.
"""

from __future__ import annotations

import asyncio
import hashlib
import ssl
import time
import warnings
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import certifi
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from pharmcheck.capture import Policy, tls
from pharmcheck.capture.fetch import Fetched, Fetcher
from pharmcheck.capture.polite import Gate
from pharmcheck.model import FetchOutcome, PageRole, TlsFacts
from tests.capture.wires import Answers, Site, page, watched

HOST = "shop.example"
NOW = datetime.now(UTC).replace(microsecond=0)  # OpenSSL judges dates by the real clock
DAY = timedelta(days=1)
STARTED, ENDS = NOW - DAY, NOW + 90 * DAY


@dataclass
class Issuer:
    """A certificate authority; without one a certificate signs itself."""

    name: x509.Name
    key: ec.EllipticCurvePrivateKey
    pem: bytes


def common_name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def pem(key: Any) -> bytes:
    plain = serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, plain)


def issuer(name: str) -> Issuer:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = common_name(name)
    made = (
        x509.CertificateBuilder(subject, subject, key.public_key(), 1, NOW - 400 * DAY, NOW + 400 * DAY)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    return Issuer(subject, key, made.public_bytes(serialization.Encoding.PEM))


OURS, STRANGER = issuer("Test Root"), issuer("Nobody Knows Us")


def certificate(
    folder: Path,
    by: Issuer | None = OURS,
    names: tuple[str, ...] = (HOST,),
    since: datetime = STARTED,
    until: datetime = ENDS,
    key: Any = None,
) -> Path:
    """A PEM file with certificate and key."""
    key = key or ec.generate_private_key(ec.SECP256R1())
    subject = common_name(HOST)
    builder = x509.CertificateBuilder(by.name if by else subject, subject, key.public_key(), 7, since, until)
    if names:
        listed = x509.SubjectAlternativeName([x509.DNSName(name) for name in names])
        builder = builder.add_extension(listed, critical=False)
    made = builder.sign(by.key if by else key, hashes.SHA256())
    path = folder / "server.pem"
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM) + pem(key))
    return path


def context_with(path: Path, *, outdated: bool = False) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_ciphers("ALL:@SECLEVEL=0")  # our server may be as careless as theirs
    context.load_cert_chain(path)
    if outdated:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
    return context


@pytest.fixture
def ca_file(tmp_path: Path) -> str:
    path = tmp_path / "root.pem"
    path.write_bytes(OURS.pem)
    return str(path)


def visit(
    ca_file: str, serve: Callable[[AsyncExitStack], Awaitable[int]], *, patience_s: float = 8
) -> tuple[Fetched, TlsFacts | None]:
    """Fetch the shop's home page from the server that `serve` starts, and what its handshake showed."""

    async def go() -> tuple[Fetched, TlsFacts | None]:
        async with AsyncExitStack() as stack:
            place = ("127.0.0.1", await serve(stack))
            policy = Policy(resolve={(HOST, 443): place}, allowed_networks=(ip_network("127.0.0.0/8"),),
                            ca_file=ca_file, connect_timeout_s=patience_s)  # fmt: skip
            gate = Gate(time.monotonic)
            async with Fetcher(policy, Answers({}), now=lambda: NOW, clock=time.monotonic, gate=gate) as fetcher:
                fetched = await fetcher.fetch(f"https://{HOST}/", PageRole.HOME)
            return fetched, fetcher.tls.get(HOST)

    return asyncio.run(go())


_SPKI = (serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def test_a_good_handshake_is_recorded_in_full(tmp_path: Path, ca_file: str) -> None:
    """Names, issuer, dates, protocol and digest are those of the certificate that the page came under."""
    path = certificate(tmp_path, names=(HOST, "www.shop.example"))
    fetched, facts = visit(ca_file, lambda stack: serve_at(stack, Site(lambda seen: page("ok")), context_with(path)))
    assert fetched.attempt.outcome is FetchOutcome.FETCHED
    der = ssl.PEM_cert_to_DER_cert(path.read_text().partition("-----BEGIN EC")[0])
    digest = hashlib.sha256(der).hexdigest()
    key = x509.load_der_x509_certificate(der).public_key()
    assert facts == TlsFacts(
        host=HOST,
        verified=True,
        problem=None,
        protocol="TLSv1.3",
        subject_names=(HOST, "www.shop.example"),
        issuer="Test Root",
        not_before=STARTED,
        not_after=ENDS,
        certificate_sha256=digest,
        key_sha256=hashlib.sha256(key.public_bytes(*_SPKI)).hexdigest(),
    )


async def serve_at(stack: AsyncExitStack, site: Site, context: ssl.SSLContext) -> int:
    return await stack.enter_async_context(site.open_at("127.0.0.1", context))


WEAK = rsa.generate_private_key(65537, 1024)  # noqa: S505 - that is the point

BAD_CERTIFICATES: dict[str, tuple[dict[str, Any], str]] = {
    "expired": ({"since": NOW - 9 * DAY, "until": NOW - DAY}, "The certificate has expired."),
    "not yet valid": ({"since": NOW + DAY}, "The certificate is not valid yet."),
    "self-signed": ({"by": None}, "The certificate is signed by the site itself."),
    "unknown issuer": ({"by": STRANGER}, "The certificate comes from an issuer that browsers do not trust."),
    "wrong name": ({"names": ("other.example",)}, "The certificate is for another name."),
    "a name below": ({"names": ("*.shop.example",)}, "The certificate is for another name."),
    "no list of names": ({"names": ()}, "The certificate is for another name."),
    "weak key": ({"key": WEAK}, "The certificate's key is too short."),
}


@pytest.mark.parametrize("name", BAD_CERTIFICATES)
def test_a_bad_certificate_is_recorded_and_the_site_not_read(tmp_path: Path, ca_file: str, name: str) -> None:
    """One sentence says what is wrong, the certificate is kept as evidence, and no request is ever sent."""
    wrong, problem = BAD_CERTIFICATES[name]
    site, path = Site(lambda seen: page("secret")), certificate(tmp_path, **wrong)
    fetched, facts = visit(ca_file, lambda stack: serve_at(stack, site, context_with(path)))

    assert (fetched.attempt.outcome, fetched.attempt.detail, fetched.page) == (FetchOutcome.TLS_FAILED, problem, None)
    assert site.seen == []
    assert facts is not None
    assert (facts.verified, facts.problem, facts.protocol) == (False, problem, "TLSv1.3")
    assert facts.certificate_sha256 is not None
    assert facts.subject_names == (wrong.get("names") or (HOST,))
    assert (facts.not_before, facts.not_after) == (wrong.get("since", STARTED), wrong.get("until", ENDS))
    assert facts.issuer == {None: HOST, STRANGER.pem: "Nobody Knows Us"}.get(
        getattr(wrong.get("by", OURS), "pem", None), "Test Root"
    )


def test_an_outdated_protocol_is_recorded_and_the_site_not_read(tmp_path: Path, ca_file: str, serve: Any) -> None:
    """A server that speaks TLS 1.1 at most is refused as browsers refuse it; what it speaks is recorded."""
    server = serve(context_with(certificate(tmp_path), outdated=True))

    async def port(stack: AsyncExitStack) -> int:
        return int(server.port)

    fetched, facts = visit(ca_file, port)

    problem = "The site offers only versions of the secure connection that are no longer safe."
    assert (fetched.attempt.outcome, fetched.attempt.detail) == (FetchOutcome.TLS_FAILED, problem)
    assert server.requests == []
    assert facts is not None
    assert (facts.verified, facts.problem, facts.protocol) == (False, problem, "TLSv1.1")
    assert facts.certificate_sha256 is not None


async def says_nothing(writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(5)


async def drips(writer: asyncio.StreamWriter) -> None:
    writer.write(b"\x16\x03\x03\x40\x00")  # a handshake record of 16 KiB follows, one byte at a time
    for _ in range(200):
        writer.write(b"\x02")
        await writer.drain()
        await asyncio.sleep(0.02)


async def speaks_http(writer: asyncio.StreamWriter) -> None:
    writer.write(page("You are speaking plain HTTP to a TLS port, or the reverse", status="400 Bad Request"))
    await writer.drain()


async def alerts(writer: asyncio.StreamWriter) -> None:
    writer.write(b"\x15\x03\x03\x00\x02\x02\x28")  # fatal: handshake failure
    await writer.drain()


async def hangs_up(writer: asyncio.StreamWriter) -> None:
    pass


@pytest.mark.parametrize(
    ("behave", "problem", "visitors"),
    [
        (says_nothing, "The site did not finish the secure handshake.", 1),
        (drips, "The site did not finish the secure handshake.", 1),
        (speaks_http, "The site does not answer with a secure connection on this port.", 2),
        (alerts, "The site and we could not agree on a secure connection.", 2),
        (hangs_up, "The site broke off the secure handshake.", 2),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_handshake_that_comes_to_nothing_is_recorded(
    behave: Callable[[asyncio.StreamWriter], Awaitable[None]], problem: str, visitors: int, ca_file: str
) -> None:
    """A site that answers on 443 and agrees on nothing has facts too; one that stalls is not tried twice."""
    greetings: list[bytes] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        greetings.append(await reader.read(4096))
        try:
            await behave(writer)
        except (OSError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    async def serve(stack: AsyncExitStack) -> int:
        server = await stack.enter_async_context(await asyncio.start_server(talk, "127.0.0.1", 0))
        return int(server.sockets[0].getsockname()[1])

    stalls = problem == "The site did not finish the secure handshake."
    fetched, facts = visit(ca_file, serve, patience_s=0.3 if stalls else 8)

    assert (fetched.attempt.outcome, fetched.attempt.detail, fetched.page) == (FetchOutcome.TLS_FAILED, problem, None)
    assert facts == TlsFacts(HOST, False, problem, None, (), None, None, None, None)
    assert len(greetings) == visitors
    assert all(greeting.startswith(b"\x16\x03") for greeting in greetings), "never anything but a TLS greeting"


PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy")


@pytest.mark.parametrize(("by", "outcome"), [(OURS, FetchOutcome.FETCHED), (STRANGER, FetchOutcome.TLS_FAILED)])
def test_the_environment_changes_neither_where_we_go_nor_whom_we_trust(
    tmp_path: Path, ca_file: str, monkeypatch: pytest.MonkeyPatch, by: Issuer, outcome: FetchOutcome
) -> None:
    """Proxies, other roots and a key log are for browsers and debuggers; a checker that obeyed them could be turned."""
    keys, roots = tmp_path / "keys.log", tmp_path / "roots.pem"
    roots.write_bytes(STRANGER.pem)
    site, proxy, path = Site(lambda seen: page("ok")), Site(lambda seen: page("proxied")), certificate(tmp_path, by=by)

    async def serve(stack: AsyncExitStack) -> int:
        proxied = await stack.enter_async_context(proxy.open_at("127.0.0.1"))
        for name in PROXIES:
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxied}")
        monkeypatch.setenv("NO_PROXY", "")
        monkeypatch.setenv("SSLKEYLOGFILE", str(keys))
        monkeypatch.setenv("SSL_CERT_FILE", str(roots))
        monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))
        ports.append(await serve_at(stack, site, context_with(path)))
        return ports[0]

    ports: list[int] = []
    with watched() as seen:
        fetched, _ = visit(ca_file, serve)

    assert fetched.attempt.outcome is outcome
    assert {where for what, where in seen if what == "connect"} == {("127.0.0.1", ports[0])}
    assert proxy.visitors == 0
    assert not keys.exists()


def test_the_environment_cannot_replace_the_public_roots(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Without a file of the operator's we trust the bundled public roots, all of them and nobody else."""
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "missing.pem"))
    monkeypatch.setenv("SSLKEYLOGFILE", str(tmp_path / "keys.log"))
    tls._verifying_context.cache_clear()
    context = tls.verifying_context(None)
    bundled = Path(certifi.where()).read_text().count("BEGIN CERTIFICATE")

    assert context.cert_store_stats()["x509_ca"] == bundled
    assert context.keylog_filename is None
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)
    assert context.minimum_version is ssl.TLSVersion.TLSv1_2
