"""What stands between a buyer and a medicine, and what does not: a prescription, a way to pay, a limit, a name.

That no page says a word about prescriptions is no sign here: fourteen sellers of our sets are so silent and hardly
anybody else, but one sentence of advice would end the silence, and advice must move nothing.
"""

from __future__ import annotations

from collections.abc import Iterable

from pharmcheck.ruleset.answers import ABSENT, Answer, inconclusive, not_applicable, present
from pharmcheck.ruleset.facts.registry import fact
from pharmcheck.ruleset.folding import fold
from pharmcheck.ruleset.referral import recommends_others
from pharmcheck.ruleset.scan import PageText, subject_medicines
from pharmcheck.ruleset.shelf import MedicineOffer
from pharmcheck.ruleset.site import Site, own_pages, spoken_languages

_SHOWN = 3
_LINE_CHARS = 300  # a longer block tells of laws and others
_SENTENCE = 120
_SHELF_LEAST = 3
_RESTRICTED_SHARE = 80  # per cent
_CONTROLLED_LEAST = 2
_CONTROLLED_SHARE = 66  # per cent; a pharmacy that prices its whole stock stays far below


@fact
def shelf_of_controlled(site: Site) -> Answer:
    """Two thirds and more of what is on offer are controlled drugs: a choice that no pharmacy makes."""
    chosen = [offer for medicine, offer in site.offered.items() if site.controlled(medicine)]
    if len(chosen) < _CONTROLLED_LEAST or 100 * len(chosen) < _CONTROLLED_SHARE * len(site.offered):
        return ABSENT
    return _told(site, chosen)


@fact
def shelf_of_prescription_medicine(site: Site) -> Answer:
    """Nearly everything on offer is prescription-only."""
    if recommends_others(site):
        return not_applicable("it compares what others sell")
    if len(site.offered) < _SHELF_LEAST:
        return inconclusive("fewer than three medicines seen on offer")
    chosen = [offer for medicine, offer in site.offered.items() if site.restricted(medicine)]
    if 100 * len(chosen) < _RESTRICTED_SHARE * len(site.offered):
        return ABSENT
    return _told(site, chosen)


@fact
def waived_elsewhere(site: Site) -> Answer:
    """Prescription-only medicine is on offer, and a line in a language without phrases says that none is asked for.

    The line, or the heading or title above it, names such a medicine, or nearly all on offer is such: much is sold over
    the counter by these words.
    """
    if not any(map(site.restricted, site.offered)):
        return ABSENT
    talk, spoken = site.lists["shop_talk"], site.lists["voice"]["languages"]
    waivers = sorted({fold(word) for words in talk["waived"].values() for word in words})
    for page in own_pages(site):
        for waiver in waivers if page.reading.language not in spoken else ():
            begin = page.folded.find(waiver)
            while begin >= 0:
                at = page.block_at(begin)
                if _is_promise(site, page, at, begin - page.starts[at], talk["waived_not"]):
                    return present(site.cite(page, at))
                begin = page.folded.find(waiver, begin + len(waiver))
    return ABSENT


def _is_promise(site: Site, page: PageText, at: int, begin: int, turned: Iterable[str]) -> bool:
    line = page.block_text(at)
    asked = "?" in line or "？" in line or "؟" in line or any(fold(word) in line for word in turned)
    if asked or len(line) > _LINE_CHARS:
        return False
    named = subject_medicines(page, at, max(begin - _SENTENCE, 0), begin + _SENTENCE)
    if any(map(site.restricted, named)):
        return True
    # The language of a short page is a guess; a site of which no page speaks a language with phrases is none.
    languages = spoken_languages(site)
    foreign = bool(languages) and languages.isdisjoint(site.lists["voice"]["languages"])
    chosen = sum(map(site.restricted, site.offered))
    goods = sum(site.restricted(medicine) for medicine, _ in site.offers)
    return foreign and goods >= _SHELF_LEAST and 100 * chosen >= _RESTRICTED_SHARE * len(site.offered)


@fact
def from_abroad_elsewhere(site: Site) -> Answer:
    """A shop of prescription-only medicine says, in a language without phrases, that the parcel comes from far away."""
    if not any(map(site.restricted, site.offered)):
        return ABSENT
    spoken = site.lists["voice"]["languages"]
    pages = [page for page in own_pages(site) if page.reading.language not in spoken]
    words = sorted({fold(word) for word in site.lists["shop_talk"]["abroad"]}) if pages else ()
    for page in pages:
        place = next((at for at in map(page.folded.find, words) if at >= 0), None)
        if place is not None:
            return present(site.cite(page, page.block_at(place)))
    return ABSENT


@fact
def paid_beyond_recall(site: Site) -> Answer:
    """Prescription-only medicine is paid by transfer or in coins, and no page names a card or a payment service."""
    if not any(map(site.restricted, site.offered)):
        return ABSENT
    talk = site.lists["shop_talk"]
    if any(_names(site, page, talk["cards"]) for page in site.pages):
        return ABSENT
    return _quoted(site, talk["transfer"])


@fact
def sold_in_bulk(site: Site) -> Answer:
    """Prescription-only medicine is on offer, and the shop speaks of wholesale, resellers or minimum orders."""
    if not any(map(site.restricted, site.offered)):
        return ABSENT
    return _quoted(site, site.lists["shop_talk"]["bulk"])


def _quoted(site: Site, wanted: Iterable[str]) -> Answer:
    """The first line of the site's own pages with one of these words."""
    for page in own_pages(site):
        if _names(site, page, wanted):
            place = next((at for at in range(len(page.starts)) if _line_has(page.block_text(at), wanted)), None)
            if place is not None:
                return present(site.cite(page, place))
    return ABSENT


def _names(site: Site, page: PageText, wanted: Iterable[str]) -> bool:
    words = f"{site.plain_words(page)} "
    return any(word in words for word in wanted)


def _line_has(text: str, wanted: Iterable[str]) -> bool:
    line = f" {text} "
    return any(word in line for word in wanted)


def _told(site: Site, offers: list[MedicineOffer]) -> Answer:
    names = ", ".join(offer.medicine.inn for offer in offers[:_SHOWN])
    cited = (site.cite(offer.page, offer.block, offer.words) for offer in offers[:_SHOWN])
    return present(*cited, medicine=names, count=str(len(offers)))
