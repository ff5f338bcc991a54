"""A trait: one thing that a site shows and that may lead to who runs it, with the page that shows it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Trait:
    """One value of one kind, on the first page that shows it."""

    kind: str  # id in rules/lists/networks.yaml
    value: str  # comparable: equal values are the same thing
    shown: str  # the same for people
    page_url: str
    page_sha256: str  # of the page's bytes; of the certificate where it comes from the handshake

    @property
    def key(self) -> str:
        """Kind and value in one."""
        return f"{self.kind}:{self.value}"


def kind_of(key: str) -> str:
    """The kind in a trait's key."""
    return key.partition(":")[0]
