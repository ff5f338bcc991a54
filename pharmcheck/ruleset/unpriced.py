"""Goods whose prices stand elsewhere, or nowhere: lines, shelves and subjects that name a medicine where a shop speaks.

Each way needs marks of a shop beside the names: a price or a button on the page, words of carts, a checkout.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from urllib.parse import unquote, urlsplit

from pharmcheck.model import BlockKind, PageRole
from pharmcheck.reading.goods import ends_a_sentence, has_letters, has_strength, is_goods, is_pack
from pharmcheck.reading.prices import PRICE
from pharmcheck.ruleset.counting import times_said
from pharmcheck.ruleset.folding import fold
from pharmcheck.ruleset.implied import muscle_offers
from pharmcheck.ruleset.medicines import VETERINARY, Medicine, Medicines
from pharmcheck.ruleset.scan import PageText
from pharmcheck.ruleset.shelf import LABEL_CHARS, MedicineOffer, is_name, medicine_offers
from pharmcheck.ruleset.subjects import subject_offers

_NO_LETTERS = re.compile(r"[\W_]+|html?$|php$")  # linear: one class, or an ending
_LINES_MOST = 50
_HEADED_LEAST = 2
_SAID_CHARS = 120
_SAID_LEAST = 2
_SUBJECT_LEAST = 3  # times that a page about one medicine names it
_LISTED_LEAST = 2
FURNITURE_LEAST = 3  # words of carts and parcels; one or two stand in the small print of anybody
_SHELF_ROLES = (PageRole.HOME, PageRole.CATEGORY, PageRole.PRODUCT, PageRole.CART, PageRole.OTHER)
_SHOP_PAGES = (PageRole.HOME, PageRole.CATEGORY, PageRole.PRODUCT, PageRole.CART)
_MUCH_FURNITURE = 10  # times
_AROUND = 100  # characters of a quotation on either side of the name
_SIZE_CHARS = 40  # of a line that tells how much there is: "10 x 200 mg", "5 mg, lyophilised"
_BELOW = 2  # lines below a name on which that may stand; above it only one
_SHELVES = (PageRole.CATEGORY, PageRole.PRODUCT)
_SHELVED_LEAST = 3
_MESSENGERS = frozenset(
    {"whatsapp", "telegram", "viber", "wickr", "threema", "вотсап", "ватсап", "телеграм", "واتساب", "微信"}
)
_NO_SHOP_ROLES = (PageRole.ARTICLE, PageRole.PRIVACY)  # reports and notices speak of orders too


def offers_of(
    pages: Sequence[PageText],
    medicines: Medicines,
    sale: Mapping[str, Sequence[str]],
    furniture: frozenset[str],
    turned: Sequence[str] = (),
) -> Iterator[MedicineOffer]:
    """Every offer of a medicine on the pages of a site, those with a price or a button on shop pages first.

    Args:
        pages: of the site.
        medicines: to look for.
        sale: as for `spoken_offers`.
        furniture: words that hardly stand anywhere but in a shop, of all languages, folded.
        turned: as for `spoken_offers`.
    """
    priced: set[str] = set()
    for page in sorted(pages, key=lambda item: item.reading.role not in _SHOP_PAGES):
        for offer in medicine_offers(page, medicines):
            priced.add(page.reading.url)
            yield offer
    bare = [page for page in pages if page.reading.url not in priced]
    yield from headed_offers(bare, furniture)
    yield from subject_offers(bare)
    yield from muscle_offers(bare)
    yield from spoken_offers(pages, sale, turned)
    yield from listed_offers(pages, furniture)
    yield from addressed_offers(pages, medicines, furniture)


def headed_offers(pages: Iterable[PageText], furniture: frozenset[str]) -> list[MedicineOffer]:
    """Lines that name a medicine and its strength, on pages with a price, a button to buy or words of a cart.

    Needs hardly a word of any language.  One such line may be a leaflet; those name no price, and never twice.

    Args:
        pages: of the site.
        furniture: as for `offers_of`.
    """
    found: dict[str, list[MedicineOffer]] = {}
    for page in pages:
        if page.reading.role is PageRole.ARTICLE or not page.named:
            continue
        lines = [at for at in page.naming if _is_goods(page, at)]
        if lines and _is_shop_page(page, furniture):
            for at in lines[:_LINES_MOST]:
                line = page.reading.blocks[at].text
                found.setdefault(
                    line, [MedicineOffer(medicine, page, at, line) for medicine in page.medicines_in_block(at)]
                )
    if len(found) < _HEADED_LEAST:
        return []
    return [offer for offers in found.values() for offer in offers if offer.medicine.group != VETERINARY]


def _is_goods(page: PageText, block: int) -> bool:
    return is_goods(page.reading.blocks[block].text)


def _is_shop_page(page: PageText, furniture: frozenset[str]) -> bool:
    if any(offer.control for offer in page.reading.offers) or PRICE.search(page.folded) is not None:
        return True
    return times_said(page.folded, furniture) > 0


def spoken_offers(
    pages: Iterable[PageText], words: Mapping[str, Sequence[str]], turned: Sequence[str] = ()
) -> list[MedicineOffer]:
    """Short lines that name a medicine beside "for sale", in languages of which the rules know little more.

    Args:
        pages: of the site.
        words: parts of words that put something up for sale, by the language of the page.
        turned: parts of words that turn such a line into a warning, folded.
    """
    found: dict[str, list[MedicineOffer]] = {}
    for page in pages:
        said = words.get(page.reading.language or "", ())
        if not said or page.reading.role is PageRole.ARTICLE:
            continue
        for at in page.naming:
            line = page.block_text(at)
            warns = any(word in line for word in turned)
            if len(line) <= _SAID_CHARS and not warns and any(word in line for word in said):
                medicines = page.medicines_in_block(at)
                found.setdefault(line, [MedicineOffer(medicine, page, at, line) for medicine in medicines])
    if len(found) < _SAID_LEAST:
        return []
    return [offer for offers in found.values() for offer in offers if offer.medicine.group != VETERINARY]


def listed_offers(pages: Sequence[PageText], furniture: frozenset[str]) -> list[MedicineOffer]:
    """Names of several medicines, each a line of its own, on the shelves of a site that speaks of carts and parcels.

    The prices of such a shelf come from a data base or an answer in a chat.  Guides and indexes list names too; they
    speak of no cart.  Where one button buys or orders go by messenger, nobody speaks of one either: then the shelf
    must be called so.

    Args:
        pages: of the site.
        furniture: as for `offers_of`.
    """
    found: dict[str, list[MedicineOffer]] = {}
    for page in pages:
        if page.reading.role not in _SHELF_ROLES or not page.named:
            continue
        for at in page.naming:
            line = page.reading.blocks[at].text
            if _stands_alone(page, at):
                named = page.medicines_in_block(at)
                sure = page.reading.role in _SHELVES and is_card(page, at)
                found.setdefault(line, [MedicineOffer(medicine, page, at, line, sure) for medicine in named])
    listed = [offer for offers in found.values() for offer in offers if offer.medicine.group != VETERINARY]
    if not listed:  # before every word of every page is looked at
        return []
    shelved = [offer for offer in listed if offer.page.reading.role in _SHELVES]
    if _says_often(pages, furniture):
        return _several(listed, _LISTED_LEAST)
    pressed = any(offer.control for page in pages for offer in page.reading.offers)
    return _several(shelved, _SHELVED_LEAST) if pressed or _says_often(pages, _MESSENGERS) else []


def addressed_offers(
    pages: Sequence[PageText], medicines: Medicines, furniture: frozenset[str]
) -> Iterator[MedicineOffer]:
    """Pages of products whose address names a medicine that they are about, on a site that speaks of carts and parcels.

    Needs no word of the page's language.  Makers and guides have such addresses too, and no cart.

    Args:
        pages: of the site.
        medicines: to look for.
        furniture: as for `offers_of`.
    """
    products = [page for page in pages if page.reading.role is PageRole.PRODUCT and page.named]
    if not products or not _says_often(pages, furniture):
        return
    for page in products:
        last = urlsplit(page.reading.url).path.rstrip("/").rpartition("/")[2]
        named = {medicine for _, _, medicine in medicines.named_in(fold(_NO_LETTERS.sub(" ", unquote(last))))}
        for start, _, medicine in page.named:
            if medicine in named and medicine.group != VETERINARY:
                at = page.block_at(start)
                yield MedicineOffer(medicine, page, at, page.reading.blocks[at].text[:LABEL_CHARS], sure=False)
                break


def spoken_of_offers(pages: Sequence[PageText], furniture: frozenset[str]) -> list[MedicineOffer]:
    """What a shop with a checkout keeps naming on its home page, shelves and product pages, though no goods were seen.

    Its goods come from a data base; those who only inform have neither a checkout nor so many words of carts.

    Args:
        pages: of the site.
        furniture: as for `offers_of`.
    """
    shop = [page for page in pages if page.reading.role in _SHOP_PAGES and page.named]
    named = Counter(medicine for page in shop for _, _, medicine in page.named)
    often = {medicine for medicine, times in named.items() if times >= _SUBJECT_LEAST and medicine.group != VETERINARY}
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
                found[medicine] = MedicineOffer(medicine, page, at, words, sure=False)
    return list(found.values())


def _several(offers: Sequence[MedicineOffer], least: int) -> list[MedicineOffer]:
    return list(offers[:_LINES_MOST]) if len({offer.medicine for offer in offers}) >= least else []


def _says_often(pages: Iterable[PageText], wanted: frozenset[str], least: int = FURNITURE_LEAST) -> bool:
    times = 0
    for page in pages:
        if page.reading.role not in _NO_SHOP_ROLES:
            times += times_said(page.folded, wanted)
            if times >= least:
                return True
    return False


def _stands_alone(page: PageText, block: int) -> bool:
    """Whether a line is a name, or goods with their strength, and asks or announces nothing."""
    piece = page.reading.blocks[block]
    shown = piece.kind not in (BlockKind.TITLE, BlockKind.META)
    return shown and not piece.text.endswith(("?", ":", ".", ",")) and (is_name(page, block) or is_goods(piece.text))


def is_card(page: PageText, block: int) -> bool:
    """Whether a line names goods with their strength, or stands beside a line that says how much there is of them."""
    piece = page.reading.blocks[block]
    if piece.kind in (BlockKind.TITLE, BlockKind.META):
        return False
    return is_goods(piece.text) or (_stands_alone(page, block) and stands_beside(page, block, _is_size))


def stands_beside(page: PageText, block: int, what: Callable[[str], object]) -> bool:
    """Whether one of the lines beside a name says something: how much there is of it, or what it costs."""
    blocks = page.reading.blocks
    beside = (*blocks[max(block - 1, 0) : block], *blocks[block + 1 : block + 1 + _BELOW])
    return any(
        len(piece.text) <= _SIZE_CHARS and not ends_a_sentence(piece.text) and what(piece.text) for piece in beside
    )


def _is_size(line: str) -> bool:
    return has_strength(line) is not None or (
        has_letters(line) is not None and any(map(str.isdigit, line)) and is_pack(line)
    )
