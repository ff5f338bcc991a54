"""What official registers and accreditation lists say about this very site."""

from __future__ import annotations

from collections.abc import Sequence

from pharmcheck.model import EvidenceKind
from pharmcheck.registers import DOT_PHARMACY, Record, RegisterKind, Snapshot
from pharmcheck.ruleset.answers import ABSENT, Answer, inconclusive, present, say
from pharmcheck.ruleset.facts.registry import fact
from pharmcheck.ruleset.folding import joined_postcode
from pharmcheck.ruleset.site import Site

Entry = tuple[Snapshot, Record]


@fact
def register_names_site(site: Site) -> Answer:
    """An active entry of a fresh official register names this host, for online sale where the register marks it."""
    return _names_site(site, RegisterKind.REGISTER)


@fact
def accreditation_names_site(site: Site) -> Answer:
    """A fresh list of a body that checks online pharmacies names this host."""
    return _names_site(site, RegisterKind.ACCREDITATION)


def _names_site(site: Site, kind: RegisterKind) -> Answer:
    for snapshot, record in holding(site):
        if snapshot.kind is kind:
            quote = (
                f"{snapshot.authority} lists {record.name} (entry {record.entry_id}) with this web address, "
                f"as of {snapshot.as_of}."
            )
            return present(
                say(EvidenceKind.REGISTER, quote, snapshot.page),
                register=snapshot.name, entry=record.entry_id, authority=snapshot.authority,
            )  # fmt: skip
    return ABSENT if any(loaded.kind is kind for loaded in site.registers.snapshots()) else inconclusive(_UNLOADED)


_UNLOADED = "no register is loaded"


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
    for snapshot, record in _naming(site, RegisterKind.REGISTER):
        if record.standing(site.today) == "active" and not snapshot.lets_sell_online(record):
            quote = f"{snapshot.authority} lists {record.name} without the mark for sale at a distance."
            return present(say(EvidenceKind.REGISTER, quote, snapshot.page), register=snapshot.name)
    return ABSENT


@fact
def registration_not_active(site: Site) -> Answer:
    """A register names the site, and only with entries that have expired, are suspended or were struck."""
    for snapshot, record in _inactive(site):
        standing = record.standing(site.today)
        quote = f"{snapshot.authority} lists {record.name} (entry {record.entry_id}) as {standing}."
        evidence = say(EvidenceKind.REGISTER, quote, snapshot.page)
        return present(evidence, register=snapshot.name, status=standing, entry=record.entry_id)
    return ABSENT


@fact
def registers_disagree(site: Site) -> Answer:
    """One register names the site as active and another one as no longer so."""
    active = [entry for entry in holding(site) if entry[0].kind is RegisterKind.REGISTER]
    inactive = _inactive(site)
    if not active or not inactive:
        return ABSENT
    quotes = [
        f"{snapshot.authority} lists {record.name} (entry {record.entry_id}) as {record.standing(site.today)}."
        for snapshot, record in (active[0], inactive[0])
    ]
    pages = (active[0][0].page, inactive[0][0].page)
    return present(*(say(EvidenceKind.REGISTER, quote, page) for quote, page in zip(quotes, pages, strict=True)))


@fact
def register_copy_too_old(site: Site) -> Answer:
    """Only copies of registers that are too old name this site: the entry may have lapsed since."""
    if holding(site):
        return ABSENT
    for snapshot, record in _naming(site, RegisterKind.REGISTER, RegisterKind.ACCREDITATION):
        if not snapshot.fresh(site.today) and record.standing(site.today) == "active":
            dated = f"of {snapshot.as_of}" if snapshot.as_of else "without a date"
            quote = f"Our copy {dated} of the list of {snapshot.authority} names {record.name} with this web address."
            evidence = say(EvidenceKind.REGISTER, quote, snapshot.page)
            return present(evidence, authority=snapshot.authority, date=str(snapshot.as_of or "?"))
    return ABSENT


@fact
def number_of_another_site(site: Site) -> Answer:
    """A printed number exists in a register, and no record with it names this site."""
    bound = {(record.register, record.entry_id) for _, record in bindings(site)}
    for page in site.pages:
        for claim in page.reading.licence_claims:
            for record in site.registers.numbered(claim.scheme, claim.number):
                if (record.register, record.entry_id) not in bound:
                    quote = f"The number {claim.number} belongs to {record.name}; that entry does not name this site."
                    return present(site.cite(page, claim.block), say(EvidenceKind.REGISTER, quote), number=claim.number)
    return ABSENT if site.registers.snapshots() else inconclusive(_UNLOADED)


@fact
def address_agrees_with_register(site: Site) -> Answer:
    """The printed street address has the postcode of the register entry that names this site."""
    postcodes = {joined_postcode(record.postcode) for _, record in bindings(site) if record.postcode}
    for page in site.pages:
        for found in page.reading.contacts.addresses:
            if found.postcode and joined_postcode(found.postcode) in postcodes:
                return present(site.cite(page, found.block, found.text), address=found.text)
    return ABSENT if postcodes else inconclusive("no register entry with an address names this site")


def holding(site: Site) -> list[Entry]:
    """The entries that tie this host to somebody who may sell today: active, fresh, and for online sale if marked."""
    return [
        (snapshot, record)
        for snapshot, record in _naming(site, RegisterKind.REGISTER, RegisterKind.ACCREDITATION)
        if record.standing(site.today) == "active" and snapshot.fresh(site.today) and snapshot.lets_sell_online(record)
    ]


def bindings(site: Site) -> list[Entry]:
    """Snapshots and records that name this host, whatever they are worth today."""
    by_name = {snapshot.name: snapshot for snapshot in site.registers.snapshots()}
    return [(by_name[record.register], record) for record in site.registers.naming(site.address.host)]


def _naming(site: Site, *kinds: RegisterKind) -> list[Entry]:
    return [entry for entry in bindings(site) if entry[0].kind in kinds]


def _inactive(site: Site) -> Sequence[Entry]:
    """Entries that no longer hold.  A register that also has an active one has renewed it; an old copy is no news."""
    entries = _naming(site, RegisterKind.REGISTER)
    renewed = {snapshot.name for snapshot, record in entries if record.standing(site.today) == "active"}
    fresh_needed = bool(holding(site))
    return [
        (snapshot, record)
        for snapshot, record in entries
        if snapshot.name not in renewed and (snapshot.fresh(site.today) or not fresh_needed)
    ]
