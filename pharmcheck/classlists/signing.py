"""The key that lists are signed with.  It stays with the operator; extensions carry its public half."""

from __future__ import annotations

import base64
import os
from pathlib import Path

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from pharmcheck.errors import UsageError

SIGNATURE_BYTES = 64


def make_key(file: Path) -> Ed25519PrivateKey:
    """Write a new key, readable for its owner only.  Raises UsageError, also when there is a file already."""
    key = Ed25519PrivateKey.generate()
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            out.write(pem)
    except FileExistsError:
        raise UsageError(f"There is a key at {file} already; extensions refuse lists signed by another.") from None
    except OSError as error:
        raise UsageError(f"The key cannot be written to {file} ({error.strerror}).") from error
    return key


def load_key(file: Path) -> Ed25519PrivateKey:
    """Read a key.  Raises UsageError; no word of the file is in its message."""
    try:
        key = load_pem_private_key(file.read_bytes(), password=None)
    except FileNotFoundError:
        raise UsageError(f"There is no key at {file}; `pharmcheck lists key` makes one.") from None
    except OSError as error:
        raise UsageError(f"The key {file} cannot be read ({error.strerror}).") from error
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise UsageError(f"{file} holds no private key without a password.") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise UsageError(f"The key {file} is not an Ed25519 key.")
    return key


def public_text(key: Ed25519PrivateKey) -> str:
    """The public half as extensions are given it: base64url without padding."""
    return base64.urlsafe_b64encode(key.public_key().public_bytes_raw()).decode().rstrip("=")


def signed(key: Ed25519PrivateKey, content: bytes) -> bytes:
    """`content` with its signature behind it."""
    return content + key.sign(content)


def is_signed_by(public: Ed25519PublicKey, whole: bytes) -> bool:
    """Whether the last 64 bytes sign all before them."""
    try:
        public.verify(whole[-SIGNATURE_BYTES:], whole[:-SIGNATURE_BYTES])
    except InvalidSignature:
        return False
    return True
