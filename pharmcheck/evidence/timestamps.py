"""Timestamps of RFC 3161: an authority that the operator chose says that it has seen a hash, and when.

The authority learns the hash and nothing else.  What it signs is checked at once when its reply comes, and again by
whoever verifies the package, against roots that they name themselves.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from cryptography import x509
from rfc3161_client import (
    HashAlgorithm,
    TimestampRequestBuilder,
    TimeStampResponse,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

from pharmcheck.errors import TimestampError, UsageError

MOST_BYTES = 64 << 10  # of a reply; they take one to six thousand


class Authority(Protocol):
    """Whoever answers a request for a timestamp."""

    def __call__(self, query: bytes) -> bytes:
        """The reply, as bytes.  Raises TimestampError."""
        ...


@dataclass(frozen=True, slots=True)
class Timestamp:
    """What an authority said."""

    reply: bytes
    at: datetime
    serial: str


def ask(authority: Authority, data: bytes) -> Timestamp:
    """A timestamp of `data`.  Raises TimestampError when the authority gives none, or one for something else."""
    request = TimestampRequestBuilder().data(data).hash_algorithm(HashAlgorithm.SHA256).nonce(nonce=True)
    built = request.cert_request(cert_request=True).build()
    reply = authority(built.as_bytes())
    response = _decode(reply)
    if response.tst_info.nonce != built.nonce or not _is_about(response, data):
        raise TimestampError("The timestamp authority answered another request than ours.")
    return _told(reply, response)


def read(reply: bytes, data: bytes) -> Timestamp:
    """What a timestamp says, whoever signed it.  Raises TimestampError when it is not about `data`."""
    response = _decode(reply)
    if not _is_about(response, data):
        raise TimestampError("The timestamp is about something else.")
    return _told(reply, response)


def check(reply: bytes, data: bytes, roots: list[x509.Certificate]) -> None:
    """Hold a timestamp against roots that somebody trusts.  Raises TimestampError."""
    builder = VerifierBuilder()
    for root in roots:
        builder = builder.add_root_certificate(root)
    try:
        builder.build().verify_message(_decode(reply), data)
    except (VerificationError, ValueError) as error:
        raise TimestampError("The timestamp was not signed by an authority under the roots that you named.") from error


def read_roots(file: Path) -> list[x509.Certificate]:
    """The certificates in a PEM file.  Raises UsageError."""
    try:
        return x509.load_pem_x509_certificates(file.read_bytes())
    except (OSError, ValueError) as error:
        raise UsageError(f"{file} holds no certificate in PEM form that can be read.") from error


def _decode(reply: bytes) -> TimeStampResponse:
    try:
        response = decode_timestamp_response(reply)
        if response.status not in (0, 1):  # granted, or granted with changes
            raise TimestampError("The timestamp authority refused to give a timestamp.")
        _ = response.tst_info.gen_time  # a reply without a token fails here
    except (ValueError, TypeError, OverflowError) as error:
        raise TimestampError("The timestamp cannot be read.") from error
    return response


def _is_about(response: TimeStampResponse, data: bytes) -> bool:
    return bytes(response.tst_info.message_imprint.message) == hashlib.sha256(data).digest()


def _told(reply: bytes, response: TimeStampResponse) -> Timestamp:
    at = response.tst_info.gen_time
    return Timestamp(reply, at.astimezone(UTC), f"{response.tst_info.serial_number:x}")
