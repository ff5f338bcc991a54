"""What a page offers for sale, and which medicines are among it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pharmcheck.model import Offer, OfferKind, PageRole, Reading
from pharmcheck.ruleset.folding import fold
from pharmcheck.ruleset.medicines import VETERINARY, Medicine, Medicines
from pharmcheck.ruleset.scan import PageText

_PRICED_LEAST = 2
_LABEL_CHARS = 90  # "Sildenafil 50 mg film-coated tablets, 28 pieces" and its price; a sentence is longer


@dataclass(frozen=True, slots=True)
class MedicineOffer:
    """A medicine that can be bought here, and the words that offer it."""

    medicine: Medicine
    page: PageText
    block: int  # -1: structured data
    words: str


def medicine_offers(page: PageText, medicines: Medicines) -> list[MedicineOffer]:
    """Every medicine for people in the page's own offers."""
    return [
        MedicineOffer(medicine, page, offer.block, offer.product)
        for offer in shop_offers(page.reading)
        for medicine in _named_by(offer, page, medicines)
        if medicine.group != VETERINARY
    ]


def _named_by(offer: Offer, page: PageText, medicines: Medicines) -> Iterable[Medicine]:
    """The medicines in a product's name; the page has been searched already where the name stands in a block."""
    at = page.reading.blocks[offer.block].text.find(offer.product) if offer.block >= 0 else -1
    if at >= 0:
        begin = page.starts[offer.block] + at
        return page.medicines_in(begin, begin + len(offer.product))
    return [medicine for _, _, medicine in medicines.named_in(fold(offer.product))]


def shop_offers(reading: Reading) -> Iterator[Offer]:
    """The offers of a page that are the site's own.

    A price beside a name is a shop's only where shops price things: news and guides name prices too, and quote
    "add to cart".
    """
    article = reading.role is PageRole.ARTICLE
    labels = sum(offer.kind is OfferKind.PRICED and _is_label(reading, offer) for offer in reading.offers)
    enough = reading.role is PageRole.PRODUCT or labels >= _PRICED_LEAST
    for offer in reading.offers:
        if offer.kind is OfferKind.PRICED:
            if enough and not article and _is_label(reading, offer):
                yield offer
        elif not article or offer.kind is OfferKind.STRUCTURED or (offer.control and _is_label(reading, offer)):
            yield offer


def _is_label(reading: Reading, offer: Offer) -> bool:
    """Whether the name stands by itself, and not somewhere in a sentence of news or advice."""
    return offer.block >= 0 and len(reading.blocks[offer.block].text) <= _LABEL_CHARS
