"""What a page offers for sale, and which medicines are among it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from pharmcheck.model import BlockKind, Offer, OfferKind, PageRole, Reading
from pharmcheck.reading.goods import is_goods, is_pack
from pharmcheck.reading.prices import PRICE
from pharmcheck.ruleset.folding import fold
from pharmcheck.ruleset.medicines import VETERINARY, Medicine, Medicines
from pharmcheck.ruleset.scan import PageText

_PRICED_LEAST = 2
_ABOVE = 12  # lines of a card between what is sold and "per pill"
_NAME_CHARS = 60  # of a line that names goods
_LABEL_LEAST = 3  # offers of one page under the same words
_MORE_CHARS = 12  # "100 mg", "online"
_LINES_MOST = 50
_WORD = re.compile(r"\w+")  # linear: one class
_HEADED_LEAST = 2
_SAID_CHARS = 120
_SAID_LEAST = 2
_SUBJECT_LEAST = 3  # times that a page about one medicine names it
_BEGINS = 20  # characters before the name in such a line: "Buy generic "
_LISTED_LEAST = 2
_FURNITURE_LEAST = 3  # times; one or two stand in the small print of anybody
_SHELF_ROLES = (PageRole.HOME, PageRole.CATEGORY, PageRole.PRODUCT, PageRole.CART, PageRole.OTHER)
_SHOP_PAGES = (PageRole.HOME, PageRole.CATEGORY, PageRole.PRODUCT, PageRole.CART)
_MUCH_FURNITURE = 10  # times
_AROUND = 100  # characters of a quotation on either side of the name
_SHELVES = (PageRole.CATEGORY, PageRole.PRODUCT)
_SHELVED_LEAST = 3
_MESSENGERS = frozenset(
    {"whatsapp", "telegram", "viber", "wickr", "threema", "вотсап", "ватсап", "телеграм", "واتساب", "微信"}
)
_NO_SHOP_ROLES = (PageRole.ARTICLE, PageRole.PRIVACY)  # reports and notices speak of orders too
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
    found: list[MedicineOffer] = []
    offers = list(shop_offers(page.reading))
    said = Counter(offer.product for offer in offers)
    naming = {page.block_at(start) for start, _, _ in page.named}
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


def headed_offers(pages: Iterable[PageText], furniture: Mapping[str, Iterable[str]]) -> list[MedicineOffer]:
    """Lines that name a medicine and its strength, on pages with a price, a button to buy or words of a cart.

    Needs hardly a word of any language.  One such line may be a leaflet; those name no price, and never twice.

    Args:
        pages: of the site.
        furniture: words that hardly stand anywhere but in a shop, by language, folded.
    """
    found: dict[str, list[MedicineOffer]] = {}
    wanted = frozenset(chain.from_iterable(furniture.values()))
    for page in pages:
        if page.reading.role is PageRole.ARTICLE or not page.named:
            continue
        lines = [at for at in sorted({page.block_at(start) for start, _, _ in page.named}) if _is_goods(page, at)]
        if lines and _is_shop_page(page, wanted):
            for at in lines[:_LINES_MOST]:
                line = page.reading.blocks[at].text
                found.setdefault(
                    line, [MedicineOffer(medicine, page, at, line) for medicine in page.medicines_in_block(at)]
                )
    if len(found) < _HEADED_LEAST:
        return []
    return [offer for offers in found.values() for offer in offers if offer.medicine.group != VETERINARY]


def subject_offers(pages: Iterable[PageText]) -> list[MedicineOffer]:
    """What a page sells that is about one medicine, when the words beside its price or button name none.

    "Add to cart" far below the name, "10 pieces = 90 €" under "Price": the line above that begins with the medicine's
    name says of what.

    Args:
        pages: of the site, those without offers of medicines.
    """
    found: list[MedicineOffer] = []
    for page in pages:
        if page.reading.role is PageRole.ARTICLE or not page.named:
            continue
        counted = Counter(medicine for _, _, medicine in page.named)
        medicine, times = counted.most_common(1)[0]
        below = _first_sale(page)
        if below is None or times < _SUBJECT_LEAST or 2 * times < len(page.named) or medicine.group == VETERINARY:
            continue
        for start, _, named in page.named:
            at = page.block_at(start)
            if at >= below:
                break
            if named is medicine and start - page.starts[at] <= _BEGINS and _is_subject(page, at):
                found.append(MedicineOffer(medicine, page, at, page.reading.blocks[at].text))
                break
    return found


def _first_sale(page: PageText) -> int | None:
    """The block of the first button to buy, or of the first of several packs with their prices."""
    offers = [offer for offer in page.reading.offers if offer.block >= 0]
    packs = [offer.block for offer in offers if offer.kind is OfferKind.PRICED and is_pack(offer.product)]
    pressed = [offer.block for offer in offers if offer.control]
    return min([*pressed, *(packs if len(packs) >= _PRICED_LEAST else ())], default=None)


def _is_subject(page: PageText, block: int) -> bool:
    piece = page.reading.blocks[block]
    shown = piece.kind not in (BlockKind.TITLE, BlockKind.META) and len(piece.text) <= _LABEL_CHARS
    return shown and ". " not in piece.text and not piece.text.endswith(("?", ":", ".", ","))


def _is_goods(page: PageText, block: int) -> bool:
    return is_goods(page.reading.blocks[block].text)


def _is_shop_page(page: PageText, furniture: frozenset[str]) -> bool:
    controls = any(offer.control for offer in page.reading.offers)
    return controls or PRICE.search(page.folded) is not None or not furniture.isdisjoint(_WORD.findall(page.folded))


def spoken_offers(pages: Iterable[PageText], words: Mapping[str, Sequence[str]]) -> list[MedicineOffer]:
    """Short lines that name a medicine beside "for sale", in languages of which the rules know little more.

    Args:
        pages: of the site.
        words: parts of words that put something up for sale, by the language of the page.
    """
    found: dict[str, list[MedicineOffer]] = {}
    for page in pages:
        said = words.get(page.reading.language or "", ())
        if not said or page.reading.role is PageRole.ARTICLE:
            continue
        for at in sorted({page.block_at(start) for start, _, _ in page.named}):
            line = page.block_text(at)
            if len(line) <= _SAID_CHARS and any(word in line for word in said):
                medicines = page.medicines_in_block(at)
                found.setdefault(line, [MedicineOffer(medicine, page, at, line) for medicine in medicines])
    if len(found) < _SAID_LEAST:
        return []
    return [offer for offers in found.values() for offer in offers if offer.medicine.group != VETERINARY]


def listed_offers(pages: Sequence[PageText], talk: Mapping[str, Mapping[str, Iterable[str]]]) -> list[MedicineOffer]:
    """Names of several medicines, each a line of its own, on the shelves of a site that speaks of carts and parcels.

    The prices of such a shelf come from a data base or an answer in a chat.  Guides and indexes list names too; they
    speak of no cart.  Where orders go by messenger, nobody speaks of one either: then the shelf must be called so.

    Args:
        pages: of the site.
        talk: how shops talk (`shop_talk`): the words of carts.
    """
    found: dict[str, list[MedicineOffer]] = {}
    for page in pages:
        if page.reading.role not in _SHELF_ROLES or not page.named:
            continue
        for at in sorted({page.block_at(start) for start, _, _ in page.named}):
            line = page.reading.blocks[at].text
            if _stands_alone(page, at):
                found.setdefault(
                    line, [MedicineOffer(medicine, page, at, line) for medicine in page.medicines_in_block(at)]
                )
    listed = [offer for offers in found.values() for offer in offers if offer.medicine.group != VETERINARY]
    if not listed:  # before every word of every page is looked at
        return []
    shelved = [offer for offer in listed if offer.page.reading.role in _SHELVES]
    if _says_often(pages, frozenset(chain.from_iterable(talk["furniture"].values()))):
        return _several(listed, _LISTED_LEAST)
    return _several(shelved, _SHELVED_LEAST) if _says_often(pages, _MESSENGERS) else []


def spoken_of_offers(
    pages: Sequence[PageText], talk: Mapping[str, Mapping[str, Iterable[str]]]
) -> list[MedicineOffer]:
    """What a shop with a checkout keeps naming on its home page, shelves and product pages, though no goods were seen.

    Its goods come from a data base; those who only inform have neither a checkout nor so many words of carts.

    Args:
        pages: of the site.
        talk: how shops talk (`shop_talk`): the words of carts.
    """
    shop = [page for page in pages if page.reading.role in _SHOP_PAGES and page.named]
    named = Counter(medicine for page in shop for _, _, medicine in page.named)
    often = {medicine for medicine, times in named.items() if times >= _SUBJECT_LEAST and medicine.group != VETERINARY}
    furniture = frozenset(chain.from_iterable(talk["furniture"].values()))
    checkout = any(page.reading.role is PageRole.CART for page in pages)
    if not often or not (checkout or _says_often(pages, furniture, _MUCH_FURNITURE)):
        return []
    found: dict[Medicine, MedicineOffer] = {}
    for page in shop:
        for start, _, medicine in page.named:
            if medicine in often and medicine not in found:
                at = page.block_at(start)
                begin = max(start - page.starts[at] - _AROUND, 0)
                words = page.reading.blocks[at].text[begin : start - page.starts[at] + _AROUND]
                found[medicine] = MedicineOffer(medicine, page, at, words)
    return list(found.values())


def _several(offers: Sequence[MedicineOffer], least: int) -> list[MedicineOffer]:
    return list(offers[:_LINES_MOST]) if len({offer.medicine for offer in offers}) >= least else []


def _says_often(pages: Iterable[PageText], wanted: frozenset[str], least: int = _FURNITURE_LEAST) -> bool:
    own = (page for page in pages if page.reading.role not in _NO_SHOP_ROLES)
    return sum(word in wanted for page in own for word in _WORD.findall(page.folded)) >= least


def _stands_alone(page: PageText, block: int) -> bool:
    """Whether a line is a name, or goods with their strength, and asks or announces nothing."""
    piece = page.reading.blocks[block]
    shown = piece.kind not in (BlockKind.TITLE, BlockKind.META)
    return shown and not piece.text.endswith(("?", ":", ".", ",")) and (is_name(page, block) or is_goods(piece.text))


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
