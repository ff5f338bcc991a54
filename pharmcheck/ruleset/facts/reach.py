"""Where the proof of a site reaches: may this seller send these medicines to that country?

Asked only of sites that something binds; elsewhere there is no permission to stretch.
"""

from __future__ import annotations

from pharmcheck.model import EvidenceKind, Outcome
from pharmcheck.registers import DOT_PHARMACY, Record, RegisterKind, Snapshot
from pharmcheck.ruleset.answers import ABSENT, Answer, inconclusive, not_applicable, present, say
from pharmcheck.ruleset.destinations import MedicineKind, Sale
from pharmcheck.ruleset.facts.listing import dot_pharmacy, holding
from pharmcheck.ruleset.facts.registry import fact
from pharmcheck.ruleset.issuer_pages import IssuerPage, Says
from pharmcheck.ruleset.site import Site

_WORDS = {MedicineKind.PRESCRIPTION: "prescription medicines", MedicineKind.OTHER: "medicines without prescription"}


@fact
def destination_covered(site: Site) -> Answer:
    """An entry that binds this site, or the law, lets it send what it sells to the destination."""
    return _answer(site, Sale.ALLOWED)


@fact
def destination_closed(site: Site) -> Answer:
    """The law does not let this seller send what it sells to the destination."""
    return _answer(site, Sale.BANNED)


@fact
def destination_unknown(site: Site) -> Answer:
    """Nothing that we know says whether this seller may send what it sells to the destination."""
    return _answer(site, Sale.UNKNOWN)


def _answer(site: Site, wanted: Sale) -> Answer:
    """The best that any binding entry gives: what one permits is permitted, and unknown is better than banned."""
    if not site.destination:
        return not_applicable("no destination was given")
    reached = {_sale(site, snapshot, record): snapshot.authority for snapshot, record in reversed(holding(site))}
    for page in site.issuer_pages:
        if page.says is Says.LISTS:
            reached.setdefault(_by_issuer(site, page), page.name)
    if dot_pharmacy(site).outcome is Outcome.PRESENT:
        vouched = site.destination in site.destinations.vouches.get(DOT_PHARMACY, ())
        reached.setdefault(Sale.ALLOWED if vouched else Sale.UNKNOWN, "NABP (.pharmacy)")
    best = next((sale for sale in (Sale.ALLOWED, Sale.UNKNOWN, Sale.BANNED) if sale in reached), None)
    if best is not wanted:
        return not_applicable("nothing binds this site") if best is None else ABSENT
    sold = " and ".join(_WORDS[kind] for kind in site.kinds_sold())
    quote = {
        Sale.ALLOWED: f"The entry at {reached[best]} covers sending {sold} to {site.destination}.",
        Sale.BANNED: f"The law of the seller's country or of {site.destination} bans sending {sold} there.",
        Sale.UNKNOWN: f"The entry at {reached[best]} does not say that {sold} may be sent to {site.destination}.",
    }[best]
    return present(say(EvidenceKind.REGISTER, quote), destination=site.destination, sold=sold)


def _by_issuer(site: Site, page: IssuerPage) -> Sale:
    """An authority's list reaches as far as the law of its country; an accreditor's only where it checks for."""
    if site.destination in page.countries:
        return Sale.ALLOWED
    if page.body != "authority":
        return Sale.UNKNOWN
    return site.destinations.sale(page.countries[0], site.destination or "", site.kinds_sold())


def _sale(site: Site, snapshot: Snapshot, record: Record) -> Sale:
    """What one entry permits; where the entry names its countries, no law stretches it to others."""
    destination = site.destination or ""
    named = record.jurisdictions or site.destinations.vouches.get(snapshot.name, ())
    if snapshot.kind is RegisterKind.ACCREDITATION:
        named = named or ((snapshot.country,) if snapshot.country else ())
        return Sale.ALLOWED if destination in named else Sale.UNKNOWN
    seller = record.country or snapshot.country or ""
    lawful = site.destinations.sale(seller, destination, site.kinds_sold())
    if destination in named:
        return Sale.ALLOWED
    return Sale.UNKNOWN if named and lawful is Sale.ALLOWED else lawful


@fact
def prescription_sale_banned(site: Site) -> Answer:
    """Prescription-only medicine is on offer online from a country that bans its sale online."""
    sellers = {record.country or snapshot.country or "" for snapshot, record in holding(site)} - {""}
    countries = sorted(sellers) or site.claimed_countries()
    if not countries:
        return inconclusive("the seller's country is not known")
    if not all(site.destinations.bans_prescription_sale(country) for country in countries):
        return ABSENT
    for medicine, offer in site.offered.items():
        if site.restricted(medicine):
            evidence = site.cite(offer.page, offer.block, offer.words)
            return present(evidence, medicine=medicine.inn, country=", ".join(countries))
    return ABSENT
