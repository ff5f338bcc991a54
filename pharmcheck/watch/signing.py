"""Signatures of messages, as Standard Webhooks 1.0.0 says (https://www.standardwebhooks.com).

Six lines around hmac: the specification's own library signs no differently and is what the tests verify with, so that
the two check each other.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from datetime import datetime

PREFIX = "whsec_"
_BYTES = 32  # the specification asks for 24 to 64


def new_secret() -> str:
    """A secret that a receiver verifies with: 256 random bits."""
    return PREFIX + base64.b64encode(secrets.token_bytes(_BYTES)).decode()


def signature(secret: str, identifier: str, at: datetime, body: bytes) -> dict[str, str]:
    """The headers that sign `body`, sent at a time under an id."""
    timestamp = str(int(at.timestamp()))
    signed = b".".join((identifier.encode(), timestamp.encode(), body))
    key = base64.b64decode(secret.removeprefix(PREFIX))
    digest = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    return {"webhook-id": identifier, "webhook-timestamp": timestamp, "webhook-signature": f"v1,{digest}"}
