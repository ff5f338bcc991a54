"""Which register would settle who runs a site: loaded and silent, not loaded, or not there at all."""

from __future__ import annotations

from collections.abc import Iterable

from pharmcheck.model import Evidence, EvidenceKind, Outcome
from pharmcheck.registers import RegisterKind, Snapshot
from pharmcheck.ruleset.answers import ABSENT, Answer, inconclusive, present, say
from pharmcheck.ruleset.directory import Listing
from pharmcheck.ruleset.facts.identity import licence_number_shown
from pharmcheck.ruleset.facts.listing import bindings
from pharmcheck.ruleset.facts.registry import fact
from pharmcheck.ruleset.site import Site


@fact
def not_in_register(site: Site) -> Answer:
    """A fresh copy of the register of the seller's country, one with web addresses, does not name this site."""
    asked = _asked(site)
    if not asked:
        return inconclusive("no register of the seller's country is loaded")
    if bindings(site):
        return ABSENT
    quotes = [f"The list of {register.authority} as of {register.as_of} does not name this site." for register in asked]
    evidence = (say(EvidenceKind.REGISTER, quote, register.page) for quote, register in zip(quotes, asked, strict=True))
    return present(*evidence, authority=_and(register.authority for register in asked))


@fact
def register_not_loaded(site: Site) -> Answer:
    """The register that could tie this site to somebody is not loaded here, or only a copy that is too old."""
    if bindings(site) or _asked(site):
        return ABSENT
    could = _could_settle(site)
    if could:
        names, authority = ", ".join(row.name for row in could), _and(row.authority for row in could)
        return present(*(_unloaded(row) for row in could), authority=authority, register=names)
    known = bool(site.claimed_countries()) and bool(site.directory.listings)
    shown = licence_number_shown(site)
    if known or shown.outcome is not Outcome.PRESENT:
        return ABSENT
    return present(*shown.evidence, authority="the one that gave out the printed number", register="")


def _unloaded(row: Listing) -> Evidence:
    quote = f"{row.authority} keeps the list that would settle it ({row.name}); no fresh copy of it is loaded."
    return say(EvidenceKind.REGISTER, quote, row.page)


@fact
def no_register_for_country(site: Site) -> Answer:
    """For the country where the seller says it sits, no register with web addresses is known."""
    countries = site.claimed_countries()
    if not countries or not site.directory.listings:
        return inconclusive("the seller's country, or which registers there are, is not known")
    if bindings(site) or _asked(site) or _could_settle(site):
        return ABSENT
    where = ", ".join(countries)
    return present(say(EvidenceKind.REGISTER, f"We know of no register of {where} with web addresses."), country=where)


def _asked(site: Site) -> list[Snapshot]:
    """Fresh official registers of the seller's country whose silence about a web address means something."""
    silent = {row.name for row in site.directory.listings if not row.names_sites}
    return [
        snapshot
        for snapshot in site.registers.snapshots()
        if snapshot.kind is RegisterKind.REGISTER
        and snapshot.country in site.claimed_countries()
        and snapshot.name not in silent
        and snapshot.fresh(site.today)
    ]


def _could_settle(site: Site) -> list[Listing]:
    """Registers and accreditation lists of the seller's country that name sites and are not loaded, or too old."""
    fresh = {snapshot.name for snapshot in site.registers.snapshots() if snapshot.fresh(site.today)}
    known = site.directory.of(site.claimed_countries(), RegisterKind.REGISTER, RegisterKind.ACCREDITATION)
    return [row for row in known if row.names_sites and row.name not in fresh]


def _and(names: Iterable[str]) -> str:
    return " and ".join(dict.fromkeys(names))
