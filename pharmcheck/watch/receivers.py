"""Register a receiver of messages: an https address, and a secret that is shown once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pharmcheck.address import read_url
from pharmcheck.capture import Policy
from pharmcheck.errors import AddressError, UsageError
from pharmcheck.store import Store, Target, Targets
from pharmcheck.watch.sealing import Seal
from pharmcheck.watch.signing import new_secret

MOST_TARGETS = 5
"""Of a list: each change makes us send as many messages."""


@dataclass(frozen=True, slots=True)
class NewTarget:
    """A receiver, and its secret, which nobody is shown again."""

    target: Target
    secret: str


def register_target(store: Store, policy: Policy, data_dir: Path, batch_id: str, url: str, now: datetime) -> NewTarget:
    """Have messages about a list sent to `url`.  Raises UsageError.

    Where a name leads is judged at every sending, by the guard: what it means today says nothing about tomorrow.
    """
    try:
        vetted = read_url(url, admitted_hosts=policy.admitted_hosts, allowed_networks=policy.allowed_networks)
    except AddressError as error:
        raise UsageError(str(error).replace("of the pharmacy", "of the receiver")) from None
    if not vetted.startswith("https://"):
        raise UsageError("Messages go over https only; give an address that begins with https://.")
    targets = Targets(store)
    known = targets.of_batch(batch_id)
    if any(one.url == vetted for one in known):
        raise UsageError("This address is registered already.")
    if len(known) >= MOST_TARGETS:
        raise UsageError(f"At most {MOST_TARGETS} receivers of a list are kept; remove one.")
    secret = new_secret()
    return NewTarget(targets.add(batch_id, vetted, Seal(data_dir).close(secret), now), secret)
