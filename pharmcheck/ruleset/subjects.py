"""Goods of pages that are about one medicine, where the words beside the price or the button name none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from pharmcheck.model import BlockKind, OfferKind, PageRole
from pharmcheck.reading.goods import is_pack
from pharmcheck.ruleset.medicines import VETERINARY
from pharmcheck.ruleset.scan import PageText
from pharmcheck.ruleset.shelf import LABEL_CHARS, MedicineOffer, is_name

_PACKS_LEAST = 2  # with their prices
_NAMED_LEAST = 3  # times that a page about one medicine names it
_BEGINS = 20  # characters before the name in such a line: "Buy generic "


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
        below = _first_sale(page)
        if below is None:
            continue
        said = [(start, medicine) for start, _, medicine in page.named if not _is_entry(page, page.block_at(start))]
        if len(said) < _NAMED_LEAST:
            continue
        medicine, times = Counter(medicine for _, medicine in said).most_common(1)[0]
        if times < _NAMED_LEAST or 2 * times < len(said) or medicine.group == VETERINARY:
            continue
        for start, _, named in page.named:
            at = page.block_at(start)
            if at >= below:
                break
            if named is medicine and start - page.starts[at] <= _BEGINS and _is_subject(page, at):
                found.append(MedicineOffer(medicine, page, at, page.reading.blocks[at].text))
                break
    return found


def _is_entry(page: PageText, block: int) -> bool:
    """Whether a name is an entry of a menu: it says what else there is, and not what the page is about."""
    return page.reading.blocks[block].kind is not BlockKind.HEADING and is_name(page, block)


def _first_sale(page: PageText) -> int | None:
    """The block of the first button to buy, or of the first of several packs with their prices."""
    offers = [offer for offer in page.reading.offers if offer.block >= 0]
    packs = [offer.block for offer in offers if offer.kind is OfferKind.PRICED and is_pack(offer.product)]
    pressed = [offer.block for offer in offers if offer.control]
    return min([*pressed, *(packs if len(packs) >= _PACKS_LEAST else ())], default=None)


def _is_subject(page: PageText, block: int) -> bool:
    piece = page.reading.blocks[block]
    shown = piece.kind not in (BlockKind.TITLE, BlockKind.META) and len(piece.text) <= LABEL_CHARS
    return shown and ". " not in piece.text and not piece.text.endswith(("?", ":", ".", ","))
