"""Goods that no honest pharmacy has: products and substances without authorisation, generics of what has none, and
more of a prescription medicine than anybody needs for three months.

Nothing here convicts.  What is authorised is asked of the countries where the seller says it sits and where the parcel
goes; when neither is known, of the reference countries.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable

import re2

from pharmcheck.model import Evidence, EvidenceKind
from pharmcheck.ruleset.answers import ABSENT, Answer, inconclusive, not_applicable, present, say
from pharmcheck.ruleset.facts.registry import fact
from pharmcheck.ruleset.folding import fold
from pharmcheck.ruleset.medicines import Medicine
from pharmcheck.ruleset.referral import furniture_of
from pharmcheck.ruleset.scan import PageText
from pharmcheck.ruleset.shelf import MedicineOffer, shop_offers
from pharmcheck.ruleset.site import Site
from pharmcheck.ruleset.unpriced import FURNITURE_LEAST

_SHOWN = 3
_SHELF_LEAST = 3  # different brands made for export
_BRAND_CHARS = 7  # of a brand in a domain; a shorter one is part of many words
_MAKER = "IN"  # where the brands made for export are at home
_MAKERS_PRICES = ("₹", "inr", "rs")
_GENERIC = re2.compile(r"\bgener(?:ics?|i[ck]u[ms]|ika?|ic[oa]s?|iques?|isk[ae]?|iek[e]?|yk[iu]?)\b|\b[a-z]*generika\b")
# A quantity and the word for its pieces, in folded text.
_PIECES = re2.compile(
    r"\b([1-9][0-9]{1,3}) ?x? ?(?:(?:pills?|pillen|piller|tab(?:s|l|let[a-z]{0,3})?|caps?(?:ul[a-z]{0,4})?|"
    r"kaps[a-z]{0,4}|compr[a-z]{0,8}|stuck|stk|stuks|szt|ks|tbl)\b|таблет|капсул|шт|錠|粒|片|カプセル|정|حبة|حبوب|قرص|เม็ด|viên)"
)
# At most one a day: potency, premature ejaculation, hair.
_ONCE_A_DAY = frozenset({"erectile_dysfunction", "sexual_health", "hair_loss"})
_DAYS = 90
_LINE = 90  # characters of a line of a price list
_BELOW = 20  # lines of a card or table below the name
_MOST_A_DAY = 4  # of anything else; metformin and gabapentin are taken so


@fact
def export_brand_here(site: Site) -> Answer:
    """A product is on offer that neither the seller's country nor the destination has authorised."""
    if not _known_places(site):
        return inconclusive("neither the seller's country nor a destination is known")
    return _export_brands(site)


@fact
def export_brand_anywhere(site: Site) -> Answer:
    """A product is on offer that hardly any country has authorised, and where the seller sits is not known."""
    if _known_places(site):
        return not_applicable("the seller's country or the destination is known")
    return _export_brands(site)


@fact
def shelf_of_export_brands(site: Site) -> Answer:
    """Several products are for sale that hardly any country has authorised, wherever the seller sits.

    Guides and makers list such goods, too; they hardly speak of carts and parcels.
    """
    if furniture_of(site) < FURNITURE_LEAST:
        return ABSENT
    return _export_brands(site, _SHELF_LEAST)


@fact
def abortion_kit_of_nowhere(site: Site) -> Answer:
    """A kit for abortion is on offer that only the country of its maker has authorised."""
    return _export_brands(site, group="abortion")


def _export_brands(site: Site, least: int = 1, group: str = "") -> Answer:
    """Brands made for export among what is on offer: at least so many, all of one group if one is named."""
    if _MAKER in site.places() or _priced_at_home(site):
        return not_applicable("the seller or the buyer sits where the product is made")
    found: dict[str, MedicineOffer] = {}
    for offer in site.offers.values():
        brand = site.medicines.export_brand_in(fold(offer.words))
        if brand and (not group or offer.medicine.group == group):
            found.setdefault(brand, offer)
    if len(found) >= least:
        return present(*_cited(site, found.values()), medicine=next(iter(found)).title(), count=str(len(found)))
    # A shop's terms name no product, its domain does.
    brand = _brand_of_domain(site) if site.sells and least == 1 and not group else None
    if brand is None:
        return ABSENT
    quote = f"The shop's domain {site.address.registrable_domain} is named after {brand.title()}."
    return present(say(EvidenceKind.LIST, quote), medicine=brand.title())


def _brand_of_domain(site: Site) -> str | None:
    label = site.address.label.replace("-", "")
    brands = (brand for brand in sorted(site.medicines.export_brands) if len(brand) >= _BRAND_CHARS)
    return next((brand for brand in brands if brand.replace(" ", "") in label), None)


@fact
def unapproved_substance_on_offer(site: Site) -> Answer:
    """A substance is on offer of which no medicine is authorised where it is sold and where it goes."""
    found: dict[Medicine, MedicineOffer] = {
        medicine: offer for medicine, offer in site.offered.items() if site.not_approved(medicine)
    }
    if not found:
        return ABSENT
    return present(*_cited(site, found.values()), medicine=next(iter(found)).inn)


@fact
def generic_of_none(site: Site) -> Answer:
    """Something is offered as a generic of a medicine that has none."""
    places = _known_places(site)
    asked = places or site.medicines.reference_countries
    least = len(asked) if places else site.needed_reference_countries
    for offer in site.offers.values():
        none_in = offer.medicine.no_generic.intersection(asked)
        if none_in and len(none_in) >= least and _GENERIC.search(fold(offer.words)):
            return present(*_cited(site, (offer,)), medicine=offer.medicine.inn)
    return ABSENT


@fact
def beyond_ninety_days(site: Site) -> Answer:
    """A prescription medicine is on offer in a quantity for far more than three months."""
    packs: dict[str, list[tuple[int, int]]] = {}
    found: dict[Medicine, MedicineOffer] = {}
    most = 0
    for offer in site.offers.values():
        if offer.medicine in found or not site.restricted(offer.medicine):
            continue
        url = offer.page.reading.url
        if url not in packs:
            packs[url] = _packs_on(offer.page)
        enough = _DAYS * (1 if offer.medicine.group in _ONCE_A_DAY else _MOST_A_DAY)
        pieces = _pieces_of(offer, packs[url])
        if pieces > enough:
            found[offer.medicine] = offer
            most = max(most, pieces)
    if not found:
        return ABSENT
    return present(*_cited(site, found.values()), medicine=next(iter(found)).inn, count=str(most))


def _packs_on(page: PageText) -> list[tuple[int, int]]:
    """Block and number of pieces, wherever a short line of a page says how many there are."""
    blocks = page.reading.blocks
    found = ((page.block_at(match.start(1)), int(match.group(1))) for match in _PIECES.finditer(page.folded))
    return [(block, pieces) for block, pieces in found if len(blocks[block].text) <= _LINE]


def _pieces_of(offer: MedicineOffer, packs: list[tuple[int, int]]) -> int:
    """The largest pack in the words of an offer or in the lines below its name, up to the next medicine."""
    most = max((int(match.group(1)) for match in _PIECES.finditer(fold(offer.words))), default=0)
    if offer.block < 0:
        return most
    for block, pieces in packs[bisect_left(packs, (offer.block, 0)) :]:
        between = range(offer.block + 1, block + 1)
        if len(between) > _BELOW or any(offer.page.medicines_in_block(below) for below in between):
            break
        most = max(most, pieces)
    return most


def _priced_at_home(site: Site) -> bool:
    prices = {offer.price for page in site.pages for offer in shop_offers(page) if offer.price}
    return any(price.lower().startswith(_MAKERS_PRICES) or price.lower().endswith("inr") for price in prices)


def _known_places(site: Site) -> list[str]:
    """Where the seller sits and the parcel goes, of those countries whose law the list knows."""
    return [place for place in site.places() if place in site.medicines.countries]


def _cited(site: Site, offers: Iterable[MedicineOffer]) -> list[Evidence]:
    return [site.cite(offer.page, offer.block, offer.words) for offer in list(offers)[:_SHOWN]]
