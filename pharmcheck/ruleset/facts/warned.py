"""Who warns about this very site: authorities and private bodies, kept apart.

A warning is about a host; what it was for may be over.  An old or undated one convicts only while that goes on.
"""

from __future__ import annotations

from datetime import timedelta

from pharmcheck.address import registrable_domain
from pharmcheck.model import EvidenceKind, Outcome
from pharmcheck.registers import RegisterKind, Snapshot, WarningEntry
from pharmcheck.ruleset.answers import ABSENT, Answer, present, say
from pharmcheck.ruleset.facts.identity import prescription_demanded
from pharmcheck.ruleset.facts.registry import fact
from pharmcheck.ruleset.shelf import MedicineOffer
from pharmcheck.ruleset.site import Site

_RECENT = timedelta(days=730)  # 24 months (FIELD 5.3, D1)

Warned = tuple[Snapshot, WarningEntry]


@fact
def on_government_list(site: Site) -> Answer:
    """An authority warns about this site, lately, or long ago about what the site still does."""
    entries = _warnings(site, RegisterKind.WARNING)
    recent = [entry for entry in entries if _is_recent(entry, site)]
    if recent:
        return _told(recent[0])
    offer = _offer_of_the_warned_kind(site)
    if not entries or offer is None:
        return ABSENT
    told = _told(entries[0])
    return present(*told.evidence, site.cite(offer.page, offer.block, offer.words), **dict(told.facts))


@fact
def on_old_government_list(site: Site) -> Answer:
    """An authority warned about this site long ago, or nobody knows when, and the cause was not seen today."""
    entries = _warnings(site, RegisterKind.WARNING)
    if not entries or on_government_list(site).outcome is Outcome.PRESENT:
        return ABSENT
    return _told(entries[0])


@fact
def on_private_list(site: Site) -> Answer:
    """A private body lists this site among those that it does not recommend."""
    for snapshot, entry in _warnings(site, RegisterKind.PRIVATE_WARNING):
        seen = str(snapshot.as_of or "?")
        quote = f"{entry.authority} lists {entry.domain} as not recommended, seen on {seen}."
        return present(
            say(EvidenceKind.LIST, quote, entry.url or snapshot.page),
            authority=entry.authority, date=seen, country=snapshot.country or "", register=entry.register,
        )  # fmt: skip
    return ABSENT


def _told(warned: Warned) -> Answer:
    snapshot, entry = warned
    on = f"on {entry.listed_on.isoformat()}" if entry.listed_on else "on a date that nobody could confirm"
    quote = f"{entry.authority} put {entry.domain} on its list of sites that it warns about {on}."
    return present(
        say(EvidenceKind.LIST, quote, entry.url or snapshot.page),
        authority=entry.authority, date=str(entry.listed_on or "?"), register=entry.register,
    )  # fmt: skip


def warning_about(site: Site, host: str) -> Answer | None:
    """What an authority says of another host to which this site sends orders; an old entry only as in D1."""
    entries = _warnings_about(site, host, RegisterKind.WARNING)
    if entries and (_is_recent(entries[0], site) or _offer_of_the_warned_kind(site)):
        return _told(entries[0])
    return None


def _warnings(site: Site, kind: RegisterKind) -> list[Warned]:
    return _warnings_about(site, site.address.host, kind)


def _warnings_about(site: Site, host: str, kind: RegisterKind) -> list[Warned]:
    """Entries about a host or its registrable domain; the newest first, the undated last."""
    by_name = {snapshot.name: snapshot for snapshot in site.registers.snapshots()}
    host = host.removeprefix("www.")
    domain = registrable_domain(host)
    entries = (entry for name in (host, f"www.{host}") for entry in site.registers.warnings(name, domain))
    by_kind = (entry for entry in dict.fromkeys(entries) if by_name[entry.register].kind is kind)
    found = [(by_name[entry.register], entry) for entry in by_kind]
    return sorted(found, key=lambda warned: warned[1].listed_on.toordinal() if warned[1].listed_on else 0, reverse=True)


def _is_recent(warned: Warned, site: Site) -> bool:
    listed_on = warned[1].listed_on
    return listed_on is not None and site.today - listed_on <= _RECENT


def _offer_of_the_warned_kind(site: Site) -> MedicineOffer | None:
    """What such lists are about: medicine that needs a prescription, offered where no page was seen to ask for one."""
    if prescription_demanded(site).outcome is Outcome.PRESENT:
        return None
    for medicine, offer in site.offered.items():
        if site.restricted(medicine) or site.controlled(medicine):
            return offer
    return None
