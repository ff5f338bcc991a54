"""Why a secure handshake failed, in one sentence of ours.  Pure; never repeats text that the site wrote."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from types import MappingProxyType

import httpcore

UNFINISHED = "The site did not finish the secure handshake."

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
        66: "The certificate's key is too short.",
        67: "An issuer of the certificate has a key that is too short.",
        68: "The certificate is signed with a method that is no longer safe.",
    }
)
_OUTDATED = "The site offers only versions of the secure connection that are no longer safe."
_NOT_TLS = "The site does not answer with a secure connection on this port."
# OpenSSL's words for what went wrong before there was a certificate to judge.
_PROTOCOL_REASONS: Mapping[str, str] = MappingProxyType(
    {
        "TLSV1_ALERT_PROTOCOL_VERSION": _OUTDATED,
        "UNSUPPORTED_PROTOCOL": _OUTDATED,
        "WRONG_VERSION_NUMBER": _NOT_TLS,
        "RECORD_LAYER_FAILURE": _NOT_TLS,  # OpenSSL 3.2 and later
        "PACKET_LENGTH_TOO_LONG": _NOT_TLS,
    }
)


def handshake_reason(error: BaseException) -> str:
    """One sentence for why a handshake failed, from the chain of causes."""
    cause: BaseException | None = error
    if isinstance(error, httpcore.ConnectTimeout):
        return UNFINISHED
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return _VERIFY_REASONS.get(cause.verify_code, "The certificate could not be verified.")
        if isinstance(cause, ssl.SSLEOFError):
            break
        if isinstance(cause, ssl.SSLError):
            return _PROTOCOL_REASONS.get(cause.reason or "", "The site and we could not agree on a secure connection.")
        cause = cause.__cause__ or cause.__context__
    return "The site broke off the secure handshake."
