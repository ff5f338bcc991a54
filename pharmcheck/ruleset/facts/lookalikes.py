"""Names that imitate: those of registered pharmacies, and those of authorities.

Only a name and an identity that were both copied make a clone; a person decides then, because groups of one owner
look just like that.
"""

from __future__ import annotations

from collections.abc import Iterator

from pharmcheck.address import at_or_below, display_host, host_of
from pharmcheck.model import EvidenceKind
from pharmcheck.registers import Record
from pharmcheck.ruleset.answers import ABSENT, Answer, inconclusive, not_applicable, present, say
from pharmcheck.ruleset.facts.copies import copied_parts
from pharmcheck.ruleset.facts.listing import bindings
from pharmcheck.ruleset.facts.registry import fact
from pharmcheck.ruleset.folding import fold, look_alike
from pharmcheck.ruleset.lookalikes import Likeness, Lookalike, lookalikes
from pharmcheck.ruleset.site import Site

_IN_WORDS = {
    Likeness.ENDING: "has the same name under another ending",
    Likeness.LETTERS: "differs in letters that look alike",
    Likeness.WORDS: "differs in words that were added or left out",
    Likeness.SLIP: "differs in a letter or two",
}


@fact
def looks_like_registered(site: Site) -> Answer:
    """The site's name is close to that of a site that a register names."""
    for alike, record in _imitated(site):
        return present(say(EvidenceKind.REGISTER, _close(site, alike, record)), domain=alike.domain, name=record.name)
    return _none_seen(site)


@fact
def copies_registered_identity(site: Site) -> Answer:
    """The site's name is close to that of a registered one, whose name, number or address it prints as well."""
    for alike, record in _imitated(site):
        parts = copied_parts(site, record)
        if parts:
            quote = f"{_close(site, alike, record)} This site prints the {' and the '.join(parts)} of that entry."
            return present(say(EvidenceKind.REGISTER, quote), domain=alike.domain, name=record.name)
    return _none_seen(site)


@fact
def imitates_authority(site: Site) -> Answer:
    """A shop calls itself by the name of an authority or of an issuer of seals."""
    if not site.sells:
        return not_applicable("the site was not seen to sell medicines")
    host = look_alike(fold(display_host(site.address.host)))
    if site.issuers.known(site.address.host):
        return ABSENT
    for name in site.lists["lookalikes"]["authorities"]:
        if site.issuers.imitates(host, (name,)):
            quote = f"The name {site.address.display_host} holds “{name}”, the name of a body that checks pharmacies."
            return present(say(EvidenceKind.LIST, quote), name=name)
    return ABSENT


def _imitated(site: Site) -> Iterator[tuple[Lookalike, Record]]:
    """Registered sites that this one's name imitates, with an active entry of each."""
    if bindings(site):
        return  # it is registered itself
    if site.lookalikes is None:
        site.lookalikes = lookalikes(site.address.registrable_domain, site.registers, site.lists["lookalikes"])
    for alike in site.lookalikes:
        if alike.likeness is Likeness.ENDING and _points_to(site, alike.domain):
            continue  # one owner, two endings
        for record in site.registers.naming(alike.domain):
            if record.status == "active":
                yield alike, record
                break


def _points_to(site: Site, domain: str) -> bool:
    """Whether the site itself sends its visitors or their mail to a domain, or is served from it."""
    return any(
        at_or_below(host_of(page.reading.url), domain)
        or any(at_or_below(host_of(link.url), domain) for link in page.reading.links)
        or any(at_or_below(mail.address.rpartition("@")[2], domain) for mail in page.reading.contacts.emails)
        for page in site.pages
    )


def _close(site: Site, alike: Lookalike, record: Record) -> str:
    here = site.address.registrable_domain
    authority = next(known.authority for known in site.registers.snapshots() if known.name == record.register)
    return f"{here} {_IN_WORDS[alike.likeness]} beside {alike.domain}, which {authority} lists as {record.name}."


def _none_seen(site: Site) -> Answer:
    return ABSENT if site.registers.snapshots() else inconclusive("no register is loaded")
