"""Trades that no pharmacy follows, told without a language: substances of nowhere by the shelf, goods "for research"
sold to anybody, and orders by messenger of what no counter hands out.

What such shops say differs in every language; what they print beside it (HPLC, USDT, names of substances) does not.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pharmcheck.model import Evidence, OfferKind
from pharmcheck.ruleset.answers import ABSENT, Answer, inconclusive, present
from pharmcheck.ruleset.facts.registry import fact
from pharmcheck.ruleset.scan import PageText
from pharmcheck.ruleset.shelf import MedicineOffer
from pharmcheck.ruleset.site import Site, own_pages

_SHOWN = 3
_DOPING = frozenset({"anabolic", "peptide", "tanning", "weight_loss", "nootropic"})
_DOPING_LEAST = 2
_GOODS_LEAST = 2  # times that peptides are named on a page
_MARKS_LEAST = 3  # different marks of a laboratory
_SHOP_LEAST = 2
_SECRET = frozenset({"telegram", "wickr", "signal", "threema", "session", "kik"})
_ANY_CHAT = _SECRET | {"whatsapp", "viber", "wechat", "line", "skype"}


@fact
def shelf_of_unauthorised(site: Site) -> Answer:
    """Two and more substances for muscles, weight, tan or mind are on offer of which no medicine is authorised."""
    offers = [
        offer for medicine, offer in site.offered.items() if medicine.group in _DOPING and site.not_approved(medicine)
    ]
    if len(offers) < _DOPING_LEAST:
        return ABSENT
    names = ", ".join(offer.medicine.inn for offer in offers[:_SHOWN])
    return present(*_cited(site, offers), medicine=names, count=str(len(offers)))


@fact
def research_trade(site: Site) -> Answer:
    """Peptides are sold with the marks of a laboratory, by the cart, to people."""
    talk = site.lists["shop_talk"]
    goods: tuple[PageText, int] | None = None
    marks: set[str] = set()
    uses = people = False
    for page in own_pages(site):
        text = f"{site.plain_words(page)} "
        people = people or any(word in text for word in talk["for_people"])
        if sum(text.count(word) for word in talk["research_goods"]) < _GOODS_LEAST:
            continue
        marks.update(word for word in talk["research_marks"] if word in text)
        uses = uses or any(word in text for word in talk["research_use"])
        goods = goods or (page, _first(page, talk["research_goods"]))
    if goods and len(marks) >= _MARKS_LEAST and uses and people and _is_shop(site):
        return present(site.cite(*goods))
    return ABSENT if site.pages else inconclusive("no page was read")


@fact
def forbidden_goods_by_messenger(site: Site) -> Answer:
    """Controlled drugs are ordered by a secret messenger, or medicines for abortion by any."""
    drugs = [offer for medicine, offer in site.offered.items() if site.controlled(medicine)]
    abortion = [offer for medicine, offer in site.offered.items() if medicine.group == "abortion"]
    wanted = _ANY_CHAT if abortion else _SECRET if drugs else frozenset()
    for page in site.pages if wanted else ():
        handle = next((one for one in page.reading.contacts.handles if one.kind in wanted), None)
        if handle is not None:
            chosen = (abortion or drugs)[0]
            place = (site.cite(page, handle.block),) if handle.block >= 0 else ()
            return present(site.cite(chosen.page, chosen.block, chosen.words), *place, medicine=chosen.medicine.inn)
    return ABSENT


def _is_shop(site: Site) -> bool:
    """Whether it has prices, or speaks of carts and parcels in any language that we know the words of."""
    furniture = {word for words in site.lists["shop_talk"]["furniture"].values() for word in words}
    spoken = sum(site.word_counts(page)[word] for page in own_pages(site) for word in furniture)
    priced = (OfferKind.CART, OfferKind.PRICED, OfferKind.STRUCTURED)
    return spoken >= _SHOP_LEAST or any(o.kind in priced for page in own_pages(site) for o in page.reading.offers)


def _first(page: PageText, parts: Iterable[str]) -> int:
    wanted = tuple(part.strip() for part in parts)
    return next((at for at in range(len(page.starts)) if any(part in page.block_text(at) for part in wanted)), 0)


def _cited(site: Site, offers: Sequence[MedicineOffer]) -> list[Evidence]:
    return [site.cite(offer.page, offer.block, offer.words) for offer in offers[:_SHOWN]]
