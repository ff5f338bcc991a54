"""What a handshake showed about a host.  Facts only; whether they are good enough is for the rules.

Facts come from the live, verified connection.  When verification fails, one more handshake through the same
guarded door fetches the certificate for the record; that connection is closed without reading a byte of content.
"""

from __future__ import annotations

import hashlib
import ssl
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import certifi
import httpcore
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID

from pharmcheck.capture.guard import GuardedBackend, HandshakeFailed, NotConnected, Refused, Unresolved
from pharmcheck.capture.handshake import UNFINISHED
from pharmcheck.model import TlsFacts

_MOST_NAMES = 100  # of a certificate; shared hosters put hundreds on one
_MOST_CHARS = 255


def verifying_context(ca_file: str | None) -> ssl.SSLContext:
    """The context of every fetch: public roots, plus `ca_file` (PEM).  Built once; each build costs 20 ms.

    Raises OSError when `ca_file` cannot be read.
    """
    return _verifying_context(ca_file, Path(ca_file).stat().st_mtime_ns if ca_file else 0)


@lru_cache(maxsize=8)
def _verifying_context(ca_file: str | None, _changed: int) -> ssl.SSLContext:
    # Built by hand: httpx would obey SSL_CERT_FILE from the environment, `ssl.create_default_context` SSLKEYLOGFILE,
    # and from Python 3.13 on it is stricter than browsers are.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # demands a chain and a name
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.hostname_checks_common_name = False  # as browsers do: only the list of names counts
    context.load_verify_locations(cafile=certifi.where())
    if ca_file:
        context.load_verify_locations(cafile=ca_file)
    return context


def facts_from_connection(host: str, connection: ssl.SSLObject) -> TlsFacts:
    """Facts of a handshake that succeeded with full verification."""
    found = _certificate_facts(host, connection.getpeercert(binary_form=True))
    return replace(found, verified=True, problem=None, protocol=connection.version())


async def probe(host: str, port: int, backend: GuardedBackend, problem: str, timeout_s: float) -> TlsFacts:
    """Facts about a host whose certificate did not pass: `problem` says why.  Never raises for the network."""
    if problem == UNFINISHED:  # it would keep us waiting once more
        return replace(_certificate_facts(host, None), problem=problem)
    der: bytes | None = None
    protocol: str | None = None
    context = _recording_context()
    try:
        stream = await backend.connect_tcp(host, port, timeout_s)
        try:
            secured = await stream.start_tls(context, host, timeout_s)
            connection = secured.get_extra_info("ssl_object")
            der, protocol = connection.getpeercert(binary_form=True), connection.version()
            await secured.aclose()
        finally:
            await stream.aclose()
    except (
        Refused,
        Unresolved,
        NotConnected,
        HandshakeFailed,
        httpcore.NetworkError,
        httpcore.TimeoutException,
        OSError,
    ):
        pass  # no certificate to be had; the failed handshake itself is recorded below
    return replace(_certificate_facts(host, der), verified=False, problem=problem, protocol=protocol)


def _recording_context() -> ssl.SSLContext:
    """A context that takes any certificate, key and version: what it meets is recorded, nothing is read or sent."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    context.set_ciphers("ALL:@SECLEVEL=0")
    return context


def _certificate_facts(host: str, der: bytes | None) -> TlsFacts:
    nothing = TlsFacts(host, False, None, None, (), None, None, None, None)  # noqa: FBT003
    if not der:
        return nothing
    nothing = replace(nothing, certificate_sha256=hashlib.sha256(der).hexdigest())
    try:
        certificate = x509.load_der_x509_certificate(der)
        return replace(
            nothing,
            subject_names=_names(certificate),
            issuer=_issuer(certificate),
            not_before=certificate.not_valid_before_utc,
            not_after=certificate.not_valid_after_utc,
            key_sha256=_key_digest(certificate),
        )
    except (ValueError, TypeError, x509.DuplicateExtension, x509.UnsupportedGeneralNameType):
        return nothing  # a certificate can be well enough formed for OpenSSL and not for the strict parser


def _key_digest(certificate: x509.Certificate) -> str | None:
    try:
        key = certificate.public_key()
    except (ValueError, UnsupportedAlgorithm):
        return None  # a kind of key that is newer than our library
    return hashlib.sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).hexdigest()


def _names(certificate: x509.Certificate) -> tuple[str, ...]:
    try:
        alternatives = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        common = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
        return tuple(_clean(name.value) for name in common[:_MOST_NAMES])
    names = [*alternatives.get_values_for_type(x509.DNSName)]
    names += [str(ip) for ip in alternatives.get_values_for_type(x509.IPAddress)]
    return tuple(_clean(name) for name in names[:_MOST_NAMES])


def _issuer(certificate: x509.Certificate) -> str | None:
    for kind in (NameOID.ORGANIZATION_NAME, NameOID.COMMON_NAME):
        for name in certificate.issuer.get_attributes_for_oid(kind):
            return _clean(name.value)
    return None


def _clean(text: str | bytes) -> str:
    text = text if isinstance(text, str) else text.decode("latin-1")
    return "".join(char if char.isprintable() else "�" for char in text[:_MOST_CHARS])
