"""Goods that no page says who sells: prescription-only medicine in a cart, and medicine for abortion.

Clinics hand it out, doctors send it, pharmacies dispense it; each says who it is.  Told without a language: by what has
a price or a button, and by what is printed beside it.  Words alone do not count: guides name medicines, and what they
cost, as shops do.
"""

from __future__ import annotations

from pharmcheck.ruleset.answers import ABSENT, Answer, inconclusive, present
from pharmcheck.ruleset.facts.registry import fact
from pharmcheck.ruleset.referral import bought_here
from pharmcheck.ruleset.shelf import medicine_offers
from pharmcheck.ruleset.site import Site


@fact
def abortion_medicine_of_nobody(site: Site) -> Answer:
    """A medicine for abortion has a price or a button here, and no street or licence number was read anywhere."""
    if not any(medicine.group == "abortion" for medicine in site.surely_offered()):
        return ABSENT
    priced = (one for page in site.pages for one in medicine_offers(page, site.medicines))
    offer = next((one for one in priced if one.medicine.group == "abortion"), None)
    if offer is None or _said_who(site):
        return ABSENT
    return present(site.cite(offer.page, offer.block, offer.words), medicine=offer.medicine.inn)


@fact
def prescription_cart_of_nobody(site: Site) -> Answer:
    """All on offer is prescription-only, for sex, weight, hair or muscles; it goes into a cart; nobody says whose."""
    if not site.offered:
        return inconclusive("no medicine was seen on offer")
    groups = set(site.lists["lifestyle_groups"]["words"])
    if not all(medicine.group in groups and site.restricted(medicine) for medicine in site.offered) or _said_who(site):
        return ABSENT
    if not bought_here(site):
        return ABSENT
    offer = next(iter(site.offered.values()))
    return present(site.cite(offer.page, offer.block, offer.words), medicine=offer.medicine.inn)


def _said_who(site: Site) -> bool:
    """Whether a street or a number was read on any page, or may stand where a page was not read in full."""
    readings = [page.reading for page in site.pages]
    return any(
        reading.problem
        or reading.contacts.addresses
        or reading.licence_claims
        or any(organisation.address for organisation in reading.structured.organisations)
        for reading in readings
    )
