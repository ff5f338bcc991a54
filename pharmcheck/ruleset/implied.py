"""Goods that no line puts up for sale: what product pages or orders in a chat are about, what a domain is named after.

Each way needs more than names: pages that are products by their address, or words of sale beside the name.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pharmcheck.model import PageRole
from pharmcheck.reading.goods import is_goods
from pharmcheck.ruleset.chatting import OrderWords, order_lines
from pharmcheck.ruleset.medicines import Medicine, Medicines
from pharmcheck.ruleset.scan import PageText
from pharmcheck.ruleset.shelf import MedicineOffer

if TYPE_CHECKING:  # a site is built with these
    from pharmcheck.ruleset.site import Site

_NAME_CHARS = 5  # shorter names stand inside other words by chance
_MUSCLES = "anabolic"
_ABORTION = "abortion"
_TOP = 3  # lines of a product page that may be its name
_PAGES_LEAST = 3  # different names; a maker's range has one or two
_BESIDE = 60  # characters on either side of the name
_TOLD_LEAST = 3  # times that a page names what is ordered below it
_ADDRESSED = re.compile(r"[@\d]")  # a name or a number to write to
_SOLD_LEAST = 3  # times; a guide asks once or twice where to buy


def implied_offers(site: Site, lists: Mapping[str, Any]) -> Iterator[MedicineOffer]:
    """What a site sells of which no offer was seen: by chat, or as the only subject of a domain."""
    victim = site.address.suffix in lists["shop_talk"]["public_suffix"]  # somebody put articles there that are none
    told = [page for page in site.pages if victim or page.reading.role is not PageRole.ARTICLE]
    yield from chat_offers(told, site.medicines, site.orders)
    medicine = medicine_of_label(site.address.label, site.medicines, lists["mail_order"]["domain_leads"])
    if medicine is not None and site.restricted(medicine):
        yield from doorway_offers(site.pages, medicine, lists["shop_words"]["sale"])


def medicine_of_label(label: str, medicines: Medicines, leads: Sequence[str]) -> Medicine | None:
    """The medicine that the first part of a domain is named after.

    Args:
        label: that part.
        medicines: to look for.
        leads: words of shops before a name.
    """
    named = medicines.named_in(label.replace("-", " "))
    if named:
        return named[0][2]
    # "kamagrastore", "cheapviagra", "buyxanaxfast", "yourxanaxstore": a name at either end, or after a word of shops
    joined = label.replace("-", "")
    after = [joined.partition("buy")[2], *(joined[len(lead) :] for lead in leads if joined.startswith(lead))]
    starts = {text[:size] for text in (joined, *after) for size in range(_NAME_CHARS, len(text) + 1)}
    ends = {joined[at:] for at in range(len(joined) - _NAME_CHARS + 1)}
    for name in sorted(starts | ends, key=lambda found: (-len(found), found)):
        if name in medicines.by_name and name not in medicines.only_apart:
            return medicines.by_name[name]
    return None


def muscle_offers(pages: Iterable[PageText]) -> list[MedicineOffer]:
    """Steroids for muscles that head product pages, each with its strength: nobody but their sellers has such pages.

    Args:
        pages: of the site.
    """
    found: dict[str, list[MedicineOffer]] = {}
    for page in pages:
        if page.reading.role is not PageRole.PRODUCT:
            continue
        for at in page.naming:
            line = page.reading.blocks[at].text
            if at < _TOP and is_goods(line):
                named = [medicine for medicine in page.medicines_in_block(at) if medicine.group == _MUSCLES]
                found.setdefault(line, [MedicineOffer(medicine, page, at, line) for medicine in named])
    heads = {line: offers for line, offers in found.items() if offers}
    return [offer for offers in heads.values() for offer in offers] if len(heads) >= _PAGES_LEAST else []


def chat_offers(pages: Iterable[PageText], medicines: Medicines, words: OrderWords) -> list[MedicineOffer]:
    """Medicines for abortion and controlled drugs that a page tells of, with a line below that takes orders in a chat.

    Args:
        pages: of the site; reports and guides print the words of sellers and are none of these.
        medicines: tells what is controlled.
        words: of orders.
    """
    for page in pages:
        told = _told_of(page, medicines)
        lines = order_lines(page, words) if told else ()
        place = next((at for at in lines if _ADDRESSED.search(page.block_text(at))), None)
        if place is not None:
            return [MedicineOffer(one, page, place, page.reading.blocks[place].text) for one in told]
    return []


def _told_of(page: PageText, medicines: Medicines) -> list[Medicine]:
    """The medicines for abortion that a page keeps naming, or the controlled drugs."""
    counted = Counter(named for _, _, named in page.named)
    abortion = [one for one in counted if one.group == _ABORTION]
    if sum(counted[one] for one in abortion) >= _TOLD_LEAST:
        return abortion
    return [one for one, times in counted.items() if times >= _TOLD_LEAST and medicines.controlled(one, ())]


def doorway_offers(
    pages: Iterable[PageText], medicine: Medicine, words: Mapping[str, Sequence[str]]
) -> list[MedicineOffer]:
    """The medicine that a domain is named after, when its text speaks of selling it again and again.

    Args:
        pages: of the site.
        medicine: after which the domain is named.
        words: parts of words that put something up for sale, by the language of the page.
    """
    times = 0
    for page in pages:
        said = words.get(page.reading.language or "", ())
        for start, end, named in page.named if said else ():
            around = page.folded[max(start - _BESIDE, 0) : end + _BESIDE]
            times += named is medicine and any(word in around for word in said)
            if times >= _SOLD_LEAST:
                at = page.block_at(start)
                begin = max(start - page.starts[at] - _BESIDE, 0)
                words_of = page.reading.blocks[at].text[begin : end - page.starts[at] + _BESIDE]
                return [MedicineOffer(medicine, page, at, words_of, sure=False)]
    return []
