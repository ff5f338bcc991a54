"""Medicine for abortion, sold by somebody whom no page names.

Clinics hand it out, doctors send it, pharmacies dispense it; each says who it is.  Told without a language: by what has
a price or a button, and by what is printed beside it.
"""

from __future__ import annotations

from pharmcheck.ruleset.answers import ABSENT, Answer, present
from pharmcheck.ruleset.facts.registry import fact
from pharmcheck.ruleset.shelf import medicine_offers
from pharmcheck.ruleset.site import Site

_GROUP = "abortion"


@fact
def abortion_medicine_of_nobody(site: Site) -> Answer:
    """A medicine for abortion has a price or a button here, and no street or licence number was read anywhere.

    Words alone do not count: guides name the medicine, and what it costs, as shops do.
    """
    if not any(medicine.group == _GROUP for medicine in site.surely_offered()):
        return ABSENT
    priced = (one for page in site.pages for one in medicine_offers(page, site.medicines))
    offer = next((one for one in priced if one.medicine.group == _GROUP), None)
    if offer is None:
        return ABSENT
    readings = [page.reading for page in site.pages]
    named = any(reading.contacts.addresses or reading.licence_claims for reading in readings)
    if named or any(reading.problem for reading in readings):
        return ABSENT
    return present(site.cite(offer.page, offer.block, offer.words), medicine=offer.medicine.inn)
