"""What official registers and lists say about this very site."""

from __future__ import annotations

from pharmcheck.model import EvidenceKind
from pharmcheck.registers import DOT_PHARMACY, Record, Snapshot
from pharmcheck.ruleset.answers import ABSENT, Answer, inconclusive, present, say
from pharmcheck.ruleset.facts.registry import fact
from pharmcheck.ruleset.site import Site


@fact
def register_names_site(site: Site) -> Answer:
    """An active record of a fresh register names this host."""
    for snapshot, record in bindings(site):
        if record.status == "active" and snapshot.fresh(site.today) and snapshot.lets_sell_online(record):
            quote = f"{snapshot.authority} lists {record.name} (entry {record.entry_id}) with this web address."
            return present(say(EvidenceKind.REGISTER, quote), register=snapshot.name, entry=record.entry_id)
    return ABSENT if site.registers.snapshots() else inconclusive("no register is loaded")


@fact
def dot_pharmacy(site: Site) -> Answer:
    """The host stands under `.pharmacy`, an ending that NABP gives to checked pharmacies only."""
    if not site.address.host.endswith(".pharmacy"):
        return ABSENT
    quote = f"{site.address.host} ends in .pharmacy, which is given only to pharmacies that NABP has checked."
    return present(say(EvidenceKind.REGISTER, quote), register=DOT_PHARMACY)


@fact
def registered_not_for_online_sale(site: Site) -> Answer:
    """A register names the site, but not among those that may sell at a distance."""
    for snapshot, record in bindings(site):
        if record.status == "active" and not snapshot.lets_sell_online(record):
            quote = f"{snapshot.authority} lists {record.name} without the mark for sale at a distance."
            return present(say(EvidenceKind.REGISTER, quote), register=snapshot.name)
    return ABSENT


@fact
def registration_not_active(site: Site) -> Answer:
    """The register names the site with an expired, suspended or struck entry."""
    for snapshot, record in bindings(site):
        if record.status != "active":
            quote = f"{snapshot.authority} lists {record.name} as {record.status}."
            return present(say(EvidenceKind.REGISTER, quote), register=snapshot.name, status=record.status)
    return ABSENT


@fact
def on_government_list(site: Site) -> Answer:
    """A government authority warns about this very site."""
    for entry in site.registers.warnings(site.address.host, site.address.registrable_domain):
        on = f" on {entry.listed_on.isoformat()}" if entry.listed_on else ""
        quote = f"{entry.authority} lists {entry.domain} among the sites it warns about{on}."
        return present(say(EvidenceKind.LIST, quote, entry.url), register=entry.register)
    return ABSENT


@fact
def number_of_another_site(site: Site) -> Answer:
    """A printed number exists in a register, and no record with it names this site."""
    bound = {record.entry_id for _, record in bindings(site)}
    for page in site.pages:
        for claim in page.reading.licence_claims:
            for record in site.registers.numbered(claim.scheme, claim.number):
                if record.entry_id not in bound:
                    quote = f"The number {claim.number} belongs to {record.name}; that entry does not name this site."
                    return present(site.cite(page, claim.block), say(EvidenceKind.REGISTER, quote), number=claim.number)
    return ABSENT if site.registers.snapshots() else inconclusive("no register is loaded")


@fact
def address_agrees_with_register(site: Site) -> Answer:
    """The printed street address has the postcode of the register entry that names this site."""
    postcodes = {_joined(record.postcode) for _, record in bindings(site) if record.postcode}
    for page in site.pages:
        for found in page.reading.contacts.addresses:
            if found.postcode and _joined(found.postcode) in postcodes:
                return present(site.cite(page, found.block, found.text), address=found.text)
    return ABSENT if postcodes else inconclusive("no register entry with an address names this site")


def _joined(postcode: str) -> str:
    return postcode.replace(" ", "").upper()


def bindings(site: Site) -> list[tuple[Snapshot, Record]]:
    """Snapshots and records that name this host."""
    by_name = {snapshot.name: snapshot for snapshot in site.registers.snapshots()}
    return [(by_name[record.register], record) for record in site.registers.naming(site.address.host)]
