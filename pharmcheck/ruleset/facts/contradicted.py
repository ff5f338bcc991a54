"""Printed numbers that a register contradicts: of nobody, of somebody else, of a licence that has ended.

Only a register that is fresh and holds every entry of its jurisdiction may contradict (DESIGN section 3, D4).
"""

from __future__ import annotations

from pharmcheck.model import EvidenceKind
from pharmcheck.registers import RegisterKind, Snapshot
from pharmcheck.ruleset.answers import ABSENT, Answer, inconclusive, present, say
from pharmcheck.ruleset.facts.copies import copied_parts, sits_elsewhere
from pharmcheck.ruleset.facts.listing import holding
from pharmcheck.ruleset.facts.registry import fact
from pharmcheck.ruleset.licence_outcomes import LicenceOutcome, licence_answers, names
from pharmcheck.ruleset.site import Site


@fact
def number_of_another_entity(site: Site) -> Answer:
    """A printed number is that of somebody else, by name and address, whose registered web address is another site's.

    Somebody else, because the site prints an address of its own that is not the entry's: an address that we did not
    find says nothing.  A shop that prints the entry's name or address may be a clone, or a second shop of one owner.
    """
    complete = {snapshot.name: snapshot for snapshot in _fresh_registers(site) if snapshot.complete}
    if not complete:
        return inconclusive(_NONE)
    answers = licence_answers(site)
    if any(answer.record and names(answer.record, site.address.host) for answer in answers):
        return ABSENT
    for answer in answers:
        record = answer.record
        if answer.outcome is not LicenceOutcome.RECORD_NOT_TIED or record is None or record.register not in complete:
            continue
        if record.web_addresses and sits_elsewhere(site, record) and "name" not in copied_parts(site, record):
            snapshot = complete[record.register]
            quote = (
                f"{snapshot.authority} lists the number {answer.claim.number} as that of {record.name}, "
                f"{record.web_addresses[0]} (as of {snapshot.as_of})."
            )
            cited = site.cite(answer.page, answer.claim.block)
            evidence = say(EvidenceKind.REGISTER, quote, snapshot.page)
            return present(cited, evidence, number=answer.claim.number, holder=record.name)
    return ABSENT


@fact
def printed_licence_ended(site: Site) -> Answer:
    """The entry with a printed number has expired, is suspended or was struck, and nothing else binds the site."""
    fresh = {snapshot.name: snapshot for snapshot in _fresh_registers(site)}
    if not fresh:
        return inconclusive(_NONE)
    if holding(site):
        return ABSENT
    for answer in licence_answers(site):
        record = answer.record
        standing = record.standing(site.today) if record else "active"
        if record and standing != "active" and record.register in fresh:
            snapshot = fresh[record.register]
            quote = f"{snapshot.authority} lists the number {answer.claim.number} ({record.name}) as {standing}."
            cited = site.cite(answer.page, answer.claim.block)
            evidence = say(EvidenceKind.REGISTER, quote, snapshot.page)
            return present(cited, evidence, number=answer.claim.number, status=standing, authority=snapshot.authority)
    return ABSENT


_NONE = "no register that could contradict a number is loaded, complete and fresh"


def _fresh_registers(site: Site) -> list[Snapshot]:
    return [
        snapshot
        for snapshot in site.registers.snapshots()
        if snapshot.kind is RegisterKind.REGISTER and snapshot.fresh(site.today)
    ]
