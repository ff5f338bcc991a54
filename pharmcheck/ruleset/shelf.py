"""What a page offers for sale, and which medicines are among it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from pharmcheck.model import Offer, OfferKind, PageRole, Reading
from pharmcheck.reading.goods import is_pack
from pharmcheck.ruleset.folding import fold
from pharmcheck.ruleset.medicines import VETERINARY, Medicine, Medicines
from pharmcheck.ruleset.scan import PageText

_PRICED_LEAST = 2
_ABOVE = 12  # lines of a card between what is sold and "per pill"
_NAME_CHARS = 60  # of a line that names goods
_LABEL_LEAST = 3  # offers of one page under the same words
_MORE_CHARS = 12  # "100 mg", "online"
LABEL_CHARS = 90  # "Sildenafil 50 mg film-coated tablets, 28 pieces" and its price; a sentence is longer


class MedicineOffer(NamedTuple):
    """A medicine that can be bought here, and the words that offer it."""

    medicine: Medicine
    page: PageText
    block: int  # -1: structured data
    words: str
    sure: bool = True  # with a price, a button or its strength on a shelf; a name alone convicts nobody


def medicine_offers(page: PageText, medicines: Medicines) -> list[MedicineOffer]:
    """Every medicine for people in the page's own offers."""
    found: list[MedicineOffer] = []
    offers = shop_offers(page)
    said = Counter(offer.product for offer in offers)
    naming = set(page.naming)
    for offer in offers:
        named = _named_by(offer, page, medicines)
        found += [MedicineOffer(medicine, page, offer.block, offer.product) for medicine in named]
        label = not named and (said[offer.product] >= _LABEL_LEAST or is_pack(offer.product))
        if label or offer.block - 1 in naming:
            found += _named_above(offer, page, naming, sure=bool(named), label=label)
    return [offer for offer in found if offer.medicine.group != VETERINARY]


def _named_by(offer: Offer, page: PageText, medicines: Medicines) -> Sequence[Medicine]:
    """The medicines in a product's name; the page has been searched already where the name stands in a block."""
    at = page.reading.blocks[offer.block].text.find(offer.product) if offer.block >= 0 else -1
    if at >= 0:
        begin = page.starts[offer.block] + at
        return page.medicines_in(begin, begin + len(offer.product))
    return [medicine for _, _, medicine in medicines.named_in(fold(offer.product))]


def _named_above(offer: Offer, page: PageText, naming: set[int], *, sure: bool, label: bool) -> list[MedicineOffer]:
    """The medicines that a line above names: the brand above its substance or its shelf, or what "10 pills" are of.

    Args:
        offer: as read.
        page: where it stands.
        naming: the blocks of the page that name a medicine.
        sure: its own words name a medicine.
        label: its words name nothing, or stand beside every price: "our price".
    """
    if offer.block <= 0:
        return []
    least = max(offer.block - (_ABOVE if label else 1), 0)
    for at in range(offer.block - 1, least - 1, -1):
        line = page.reading.blocks[at].text
        if at in naming and len(line) <= _NAME_CHARS and (sure or label or is_name(page, at)):
            named = page.medicines_in_block(at)
            return [MedicineOffer(medicine, page, at, line) for medicine in named]
    return []


def is_name(page: PageText, block: int) -> bool:
    """Whether a block is the name of a medicine and hardly anything more."""
    start, size = page.starts[block], len(page.reading.blocks[block].text)
    named = next(page.named_ends(start, start + size), start)
    return size <= _NAME_CHARS and named - start > 0 and size - (named - start) <= _MORE_CHARS


def shop_offers(page: PageText) -> Sequence[Offer]:
    """The offers of a page that are the site's own.

    A price beside a name is a shop's only where shops price things: news and guides name prices too, and quote
    "add to cart".
    """
    if page.shop_offers is None:
        page.shop_offers = tuple(_shop_offers(page.reading))
    return page.shop_offers


def _shop_offers(reading: Reading) -> Iterator[Offer]:
    article = reading.role is PageRole.ARTICLE
    labels = sum(offer.kind is OfferKind.PRICED and _is_label(reading, offer) for offer in reading.offers)
    enough = reading.role in (PageRole.PRODUCT, PageRole.CART) or labels >= _PRICED_LEAST
    for offer in reading.offers:
        if offer.kind is OfferKind.PRICED:
            if enough and not article and _is_label(reading, offer):
                yield offer
        elif not article or offer.kind is OfferKind.STRUCTURED or (offer.control and _is_label(reading, offer)):
            yield offer


def _is_label(reading: Reading, offer: Offer) -> bool:
    """Whether the name stands by itself, and not somewhere in a sentence of news or advice."""
    return offer.block >= 0 and len(reading.blocks[offer.block].text) <= LABEL_CHARS
