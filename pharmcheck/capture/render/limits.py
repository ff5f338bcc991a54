"""What loading one page in the browser may use of the network, and the record of what it wanted besides."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """What loading one page may use.  Pages of pharmacies need a tenth of it: docs/rendering.md."""

    total_bytes: int = 16 << 20  # both ways, as sent
    connection_bytes: int = 8 << 20  # an HTTP/2 tunnel carries everything that one host has
    connections: int = 256
    hosts: int = 32
    idle_s: float = 10.0


@dataclass(frozen=True, slots=True)
class Refusal:
    """One thing the proxy did not do.  `target` is host:port, or "" when it could not even be read."""

    target: str
    reason: str
