"""Where orders go: a shop front that hands its buyers over to somebody else's host.

We follow no order: links and forms say where one would go.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from pharmcheck.address import host_of, registrable_domain
from pharmcheck.capture import page_role
from pharmcheck.model import EvidenceKind, PageRole
from pharmcheck.ruleset.answers import ABSENT, Answer, inconclusive, present, say
from pharmcheck.ruleset.facts.registry import fact
from pharmcheck.ruleset.facts.warned import warning_about
from pharmcheck.ruleset.scan import PageText
from pharmcheck.ruleset.shelf import shop_offers
from pharmcheck.ruleset.site import Site, own_pages

_OWN_NAME_CHARS = 5  # "quay" stands in many names by chance, "harbourpharmacy" in those of one house


class Handover(NamedTuple):
    """An order that would leave the site."""

    page: PageText
    host: str
    block: int  # -1 for a form
    words: str


@fact
def checkout_elsewhere(site: Site) -> Answer:
    """Medicines are on offer here, and an order would go to a host of somebody unknown."""
    if not site.offered:
        return inconclusive("no medicine was seen on offer")
    found = next((each for each in _handovers(site) if not _is_known(site, each.host)), None)
    return _told(site, found) if found else ABSENT


@fact
def checkout_warned(site: Site) -> Answer:
    """Medicines are on offer here, and an order would go to a host that an authority warns about."""
    if not site.offered:
        return inconclusive("no medicine was seen on offer")
    for found in _handovers(site):
        if warning := warning_about(site, found.host):
            told = _told(site, found)
            return present(*told.evidence, *warning.evidence, **dict(told.facts), **dict(warning.facts))
    return ABSENT


def _told(site: Site, found: Handover) -> Answer:
    quote = f"On {found.page.reading.url} an order is sent on to {found.host}."
    where = [site.cite(found.page, found.block, found.words)] if found.block >= 0 else []
    return present(*where, say(EvidenceKind.HTTP, quote, found.page.reading.url), host=found.host)


def _handovers(site: Site) -> Iterator[Handover]:
    """Baskets, checkouts and buy buttons that lead to another registrable domain."""
    for page in own_pages(site):
        strangers = {host for host in site.linked_from(page) if _is_strange(site, host)}
        controls = {offer.control for offer in shop_offers(page) if offer.control}
        for link in page.reading.links if strangers else ():
            host = host_of(link.url)
            if host in strangers and (link.text in controls or page_role(link.url, link.text) is PageRole.CART):
                yield Handover(page, host, link.block, link.text)
        for form in page.reading.forms:
            host = host_of(form.action)
            buys = page.reading.role is PageRole.CART or any(words in form.text for words in controls)
            if form.method == "post" and buys and _is_strange(site, host):
                yield Handover(page, host, -1, "")


def _is_strange(site: Site, host: str) -> bool:
    """Whether a host is neither this site's nor, by its name, one of the same house."""
    ours, theirs = site.address.registrable_domain, registrable_domain(host)
    if not host or not theirs or ours == theirs:
        return False
    own, other = sorted((ours.partition(".")[0], theirs.partition(".")[0]), key=len)
    return not (len(own) >= _OWN_NAME_CHARS and own in other)


def _is_known(site: Site, host: str) -> bool:
    """Whether orders of every kind go there, or a register names it: a link to a real pharmacy is no sign."""
    lists = site.lists["order_hosts"]
    listed = {domain for key, domains in lists.items() if key != "schema" for domain in domains}
    return registrable_domain(host) in listed or host.endswith(".pharmacy") or bool(site.registers.naming(host))
