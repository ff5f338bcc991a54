"""Offers of shops of which neither a price nor a cart was seen: cards of goods, and landings for one medicine.

A card is a name with its strength, on one line or on lines beside each other.  Leaflets, indexes and lists of makers
have such lines too, but hardly one that is about sex, weight and muscles and about little else.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from pharmcheck.model import BlockKind, PageRole
from pharmcheck.reading.prices import PRICE
from pharmcheck.ruleset.counting import times_said
from pharmcheck.ruleset.medicines import VETERINARY, Medicine, Medicines
from pharmcheck.ruleset.scan import PageText
from pharmcheck.ruleset.shelf import LABEL_CHARS, MedicineOffer
from pharmcheck.ruleset.unpriced import is_card, spoken_of_offers, stands_beside

_SHELVES = (PageRole.CATEGORY, PageRole.PRODUCT, PageRole.CART)
_NO_SHOP = (PageRole.ARTICLE, PageRole.PRIVACY)
_LANDINGS = (PageRole.HOME, PageRole.CATEGORY, PageRole.PRODUCT)
_DOPING = frozenset({"anabolic", "peptide", "tanning"})  # no maker that people know has a shelf of these
_ON_SHELVES_LEAST = 2  # medicines on pages that are shelves
_ELSEWHERE_LEAST = 3  # … or on any page
_SHARE = 60  # per cent of all medicines on cards; lists of makers and of pharmacies stay far below
_SUBJECT_LEAST = 4  # times that a landing names its medicine
_ORDERS_LEAST = 2  # times
TOXIN = "botulinum toxin"
_QUOTE_CHARS = 300
_LABEL_CHARS = 30  # of a menu's or a heading's words for toxins
_FILLERS_LEAST = 3  # times, on all pages; likewise the next two
_TRADE_LEAST = 5
_TRADE_OVER_VISITS = 10
_WORD = re.compile(r"\w+")  # linear: one class


def unseen_offers(
    pages: Sequence[PageText],
    lists: Mapping[str, Any],
    talk: Mapping[str, frozenset[str]],
    medicines: Medicines,
    restricted: Callable[[Medicine], bool],
) -> Iterator[MedicineOffer]:
    """What a shop sells of which no offer was seen: the first way that tells.

    Args:
        pages: of the site.
        lists: of the rules.
        talk: words of shops in every language, see `Ruleset`.
        medicines: known.
        restricted: whether nobody may sell a medicine here without a prescription; names alone tell of no other.
    """
    furniture, orders = talk["furniture"], talk["order"] | talk["furniture"]
    named = [offer for offer in spoken_of_offers(pages, furniture) if restricted(offer.medicine)]
    cards = named or card_offers(pages, lists["lifestyle_groups"]["words"], furniture)
    toxins = cards or toxin_offers(pages, medicines, lists["shop_talk"], furniture)
    yield from toxins or [
        offer for offer in landing_offers(pages, orders, lists["shop_talk"]["for_people"]) if restricted(offer.medicine)
    ]


def card_offers(
    pages: Sequence[PageText], groups: Collection[str], furniture: frozenset[str]
) -> Sequence[MedicineOffer]:
    """What stands on the cards of a site, when most of it is for sex, weight, hair or muscles.

    Args:
        pages: of the site.
        groups: of medicines for these ends.
        furniture: as for `offers_of`.
    """
    spoken = [page for page in pages if page.reading.role not in _NO_SHOP]
    cards = [offer for page in spoken for offer in _cards(page)]
    shown = {offer.medicine for offer in cards}
    wanted = {medicine for medicine in shown if medicine.group in groups}
    if not wanted or 100 * len(wanted) < _SHARE * len(shown):
        return ()
    doping = {medicine for medicine in wanted if medicine.group in _DOPING}
    if any(offer.medicine in doping and stands_beside(offer.page, offer.block, PRICE.search) for offer in cards):
        return cards
    shelved = {offer.medicine for offer in cards if offer.page.reading.role in _SHELVES}
    if len(doping & shelved) >= _ON_SHELVES_LEAST:
        return cards
    if len(wanted & shelved) >= _ON_SHELVES_LEAST and _takes_orders(spoken, furniture):
        return cards
    # Calculators and guides show cards too, and speak of shipping; they take no orders by messenger.
    return cards if len(wanted) >= _ELSEWHERE_LEAST and _by_messenger(spoken) else ()


def _cards(page: PageText) -> Iterator[MedicineOffer]:
    for at in page.naming:
        if is_card(page, at):
            sure = page.reading.role in _SHELVES or stands_beside(page, at, PRICE.search)
            for medicine in page.medicines_in_block(at):
                if medicine.group != VETERINARY:
                    yield MedicineOffer(medicine, page, at, page.reading.blocks[at].text, sure)


def _takes_orders(pages: Sequence[PageText], furniture: frozenset[str]) -> bool:
    return _by_messenger(pages) or sum(times_said(page.folded, furniture) for page in pages) >= _ORDERS_LEAST


def _by_messenger(pages: Sequence[PageText]) -> bool:
    return any(page.reading.contacts.handles for page in pages)


def toxin_offers(
    pages: Sequence[PageText], medicines: Medicines, talk: Mapping[str, Sequence[str]], furniture: frozenset[str]
) -> Sequence[MedicineOffer]:
    """Toxins by their name on the shelves of a trade in fillers.

    Args:
        pages: of the site.
        medicines: known.
        talk: words of shops, see `trades_in_fillers`.
        furniture: as for `offers_of`.
    """
    told = [page for page in pages if page.reading.role not in _NO_SHOP]
    named = [(page, at) for page in told for at in _blocks_with(page, talk["toxins"])]
    if not named or not trades_in_fillers(told, talk, furniture):
        return ()
    labels = [(page, at) for page, at in named if len(page.reading.blocks[at].text) <= _LABEL_CHARS]
    if not labels and sum(times_said(page.folded, furniture) for page in told) < _TRADE_LEAST:
        return ()  # reports name toxins and traders too, and no parcels
    toxin = next(medicine for _, _, medicine in medicines.named_in(TOXIN))
    places = labels or named[:1]
    return [
        MedicineOffer(toxin, page, at, page.reading.blocks[at].text[:_QUOTE_CHARS], sure=False) for page, at in places
    ]


def trades_in_fillers(pages: Iterable[PageText], talk: Mapping[str, Sequence[str]], furniture: frozenset[str]) -> bool:
    """Whether a site sells injections against wrinkles by parcels, quotes and resellers, and treats nobody.

    Clinics name the same goods, and speak of appointments.

    Args:
        pages: of the site, those that speak for it.
        talk: parts of words about toxins, fillers, trade and visits, folded.
        furniture: as for `offers_of`.
    """
    told = list(pages)
    texts = [f" {' '.join(_WORD.findall(page.folded))} " for page in told]

    def times(what: str) -> int:
        return sum(text.count(part) for text in texts for part in talk[what])

    if times("fillers") < _FILLERS_LEAST:
        return False
    trade = times("trade") + sum(times_said(page.folded, furniture) for page in told)
    return trade >= _TRADE_LEAST and _TRADE_OVER_VISITS * times("visits") <= trade


def _blocks_with(page: PageText, parts: Sequence[str]) -> Iterator[int]:
    if any(part in page.folded for part in parts):
        for at, piece in enumerate(page.reading.blocks):
            shown = piece.kind not in (BlockKind.TITLE, BlockKind.META)
            if shown and any(part in page.block_text(at) for part in parts):
                yield at


def landing_offers(pages: Sequence[PageText], orders: frozenset[str], people: Sequence[str]) -> Iterator[MedicineOffer]:
    """The one medicine that a page is about which speaks of orders, and of secrecy or a messenger.

    Leaflets, guides and offices are about one medicine too; none of them promises a parcel that nobody will notice.

    Args:
        pages: of the site.
        orders: words of orders and parcels, of all languages, folded.
        people: parts of words by which sellers speak to people who buy, folded.
    """
    for page in pages:
        landed = page.reading.role in _LANDINGS or (len(pages) == 1 and page.reading.role is PageRole.OTHER)
        if not landed or not page.named:
            continue
        medicine, times = Counter(medicine for _, _, medicine in page.named).most_common(1)[0]
        if times < _SUBJECT_LEAST or 2 * times < len(page.named) or medicine.group == VETERINARY:
            continue
        text = f" {' '.join(_WORD.findall(page.folded))} "
        if any(part in text for part in people) and times_said(page.folded, orders) >= _ORDERS_LEAST:
            at = _shown_at(page, medicine)
            yield MedicineOffer(medicine, page, at, page.reading.blocks[at].text, sure=False)


def _shown_at(page: PageText, medicine: Medicine) -> int:
    """The first short line that names it, or the first of any length."""
    naming = [at for at in page.naming if medicine in page.medicines_in_block(at)]
    shown = (BlockKind.TITLE, BlockKind.META)
    short = (at for at in naming if len(page.reading.blocks[at].text) <= LABEL_CHARS)
    return next((at for at in short if page.reading.blocks[at].kind not in shown), naming[0])
