"""Passwords as they are kept: scrypt with a salt of its own each, and the cost beside it, so that it may rise.

scrypt of the standard library, not argon2: both are memory-hard and both are on OWASP's list; this one adds no
compiled dependency that we would have to follow.
"""

from __future__ import annotations

import hashlib
import secrets
import unicodedata
from dataclasses import dataclass
from hmac import compare_digest

from pharmcheck.errors import UsageError

SHORTEST, LONGEST = 12, 200
"""Characters: NIST SP 800-63B asks for length, and for no mixture; beyond the second nobody types."""
_MEMORY = 64 << 20  # what OpenSSL may use at most


@dataclass(frozen=True, slots=True)
class Cost:
    """What trying one password costs."""

    n_log2: int = 14  # with r = 8: 16 MiB of memory
    r: int = 8
    p: int = 5  # OWASP's cheat sheet on password storage: N=2^14, r=8, p=5; some 0.3 s of one core


def hash_password(password: str, cost: Cost | None = None) -> str:
    """What is kept of a password.  Raises UsageError for one that is too short or too long."""
    text = _normal(password)
    if not SHORTEST <= len(text) <= LONGEST:
        raise UsageError(f"A password has {SHORTEST} to {LONGEST} characters.")
    salt, chosen = secrets.token_bytes(16), cost or Cost()
    return f"scrypt${chosen.n_log2}${chosen.r}${chosen.p}${salt.hex()}${_derive(text, salt, chosen).hex()}"


def is_password(password: str, kept: str | None) -> bool:
    """Whether a password is the one that is kept.  As slow where nothing is kept, so that nobody learns who exists."""
    text = _normal(password)[: LONGEST + 1]
    if kept is None:
        _derive(text, b"\0" * 16, Cost())
        return False
    _, n_log2, r, p, salt, digest = kept.split("$")
    return compare_digest(_derive(text, bytes.fromhex(salt), Cost(int(n_log2), int(r), int(p))), bytes.fromhex(digest))


def _normal(password: str) -> str:
    """The same text however a keyboard composes its letters."""
    return unicodedata.normalize("NFKC", password)


def _derive(text: str, salt: bytes, cost: Cost) -> bytes:
    encoded = text.encode("utf-8", "surrogatepass")
    return hashlib.scrypt(encoded, salt=salt, n=1 << cost.n_log2, r=cost.r, p=cost.p, maxmem=_MEMORY, dklen=32)
