"""What a process needs to do checks, made from its settings: the same for the service and for a worker."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from types import MappingProxyType

from pharmcheck import __version__
from pharmcheck.address import IPNetwork
from pharmcheck.capture import Policy, Turns, require_parts
from pharmcheck.errors import UsageError
from pharmcheck.ruleset import Ruleset
from pharmcheck.settings import Settings
from pharmcheck.store import Store
from pharmcheck.work import Workplace


def policy_of(
    settings: Settings,
    *,
    resolve: Mapping[tuple[str, int], tuple[str, int]] = MappingProxyType({}),
    allowed_networks: tuple[IPNetwork, ...] = (),
    ca_file: str | None = None,
) -> Policy:
    """What a visit may do.  Raises UsageError when that needs a part that is not installed."""
    wanted = Policy(
        resolve=resolve,
        allowed_networks=allowed_networks,
        ca_file=ca_file,
        page_budget=settings.page_budget,
        byte_budget=settings.byte_budget,
        visit_deadline_s=settings.visit_deadline_s,
        fetch_deadline_s=min(settings.fetch_deadline_s, settings.visit_deadline_s),
        user_agent=f"pharmcheck/{__version__} (+{settings.contact_url})",
        chromium=settings.chromium,
        icons=settings.icons,
        http2=settings.http2,
    )
    try:
        require_parts(wanted, now=lambda: datetime.now(UTC))
    except ValueError as error:
        raise UsageError(str(error)) from None
    return wanted


def workplace(store: Store, ruleset: Ruleset, policy: Policy, gate: Turns) -> Workplace:
    """A place for checks by what is loaded into the store, at the time of the day."""
    return Workplace(store, ruleset, policy, store.registers, lambda: datetime.now(UTC), gate)
