"""What can be bought here."""

from __future__ import annotations

import re
from collections import Counter

from pharmcheck.model import EvidenceKind, OfferKind, PageRole
from pharmcheck.reading.goods import is_goods
from pharmcheck.ruleset.answers import ABSENT, Answer, inconclusive, not_applicable, present, say
from pharmcheck.ruleset.counting import times
from pharmcheck.ruleset.facts.naming import medicine_of_domain
from pharmcheck.ruleset.facts.registry import fact
from pharmcheck.ruleset.referral import furniture_of
from pharmcheck.ruleset.scan import PageText
from pharmcheck.ruleset.shelf import shop_offers
from pharmcheck.ruleset.site import Site, own_pages
from pharmcheck.ruleset.voice import POLICY_ROLES

_LIFESTYLE_SHARE = 80  # per cent
_LIFESTYLE_LEAST = 3
_ORDERS_LEAST = 3  # one or two stand in any small print
_MEDICINES_LEAST = 2
_TRACES_LEAST = 3  # of each, on the whole site
_SHELF_LEAST = 3  # different names with a strength on one page
_SIGN_CHARS = 60  # of a line that may be the name over the door
_CALLED_LEAST = 2  # different lines
_COUNTER_MUCH = 4  # different words, all of one language
_CALLED_AGAIN = 4  # lines, of a site that says little of its counter
_WORD = re.compile(r"\w+")  # linear: no alternatives, no nesting


@fact
def medicine_on_offer(site: Site) -> Answer:
    """A product with a medicine's name can be bought here."""
    if not site.offered:
        return ABSENT
    chosen = list(site.offered.values())[:3]
    evidence = (site.cite(offer.page, offer.block, offer.words) for offer in chosen)
    return present(*evidence, medicine=chosen[0].medicine.inn, count=str(len(site.offered)))


@fact
def other_goods_on_offer(site: Site) -> Answer:
    """Something can be bought here, and no medicine is named among it."""
    if site.offered:
        return ABSENT
    for page in site.pages:
        for offer in shop_offers(page):
            if offer.kind in (OfferKind.CART, OfferKind.STRUCTURED):
                return present(site.cite(page, offer.block, offer.product))
    return ABSENT


@fact
def controlled_on_offer(site: Site) -> Answer:
    """A controlled drug can be bought here: more than its name on a list."""
    for medicine, offer in site.surely_offered().items():
        if site.controlled(medicine):
            return present(site.cite(offer.page, offer.block, offer.words), medicine=medicine.inn)
    return ABSENT


@fact
def lifestyle_catalogue(site: Site) -> Answer:
    """Nearly everything on offer is for sex, weight, hair or muscles."""
    groups = set(site.lists["lifestyle_groups"]["words"])
    offered = site.offered
    if len(offered) < _LIFESTYLE_LEAST:
        return inconclusive("fewer than three medicines seen on offer")
    chosen = [offer for medicine, offer in offered.items() if medicine.group in groups]
    if 100 * len(chosen) < _LIFESTYLE_SHARE * len(offered):
        return ABSENT
    return present(*(site.cite(offer.page, offer.block, offer.words) for offer in chosen[:2]), count=str(len(chosen)))


@fact
def only_general_sale(site: Site) -> Answer:
    """Every medicine seen on offer may be sold without a prescription where the seller sits."""
    offered = site.offered
    countries = site.claimed_countries()
    if not offered or not countries:
        return inconclusive("no offer, or no country of the seller, seen")
    for medicine in offered:
        if any(medicine.legal_class.get(country) != "general_sale" for country in countries):
            return ABSENT
    offer = next(iter(offered.values()))
    return present(site.cite(offer.page, offer.block, offer.words), country=", ".join(countries))


@fact
def shop_policy_about_medicines(site: Site) -> Answer:
    """A page of terms, delivery or returns speaks of orders and of medicines: that shop sells them.

    Only the policy pages of shops count: guides and authorities write about orders of medicines too.
    """
    if site.offered:
        return not_applicable("medicines were seen on offer already")
    talk = site.lists["shop_talk"]
    medicine_words, order_words = site.talk["medicine"], site.talk["order"]
    label = site.address.label
    named = medicine_of_domain(site) or any(part in label for part in talk["domain"])
    least = 0 if named else _MEDICINES_LEAST
    roles = (*POLICY_ROLES, PageRole.FAQ) if named else POLICY_ROLES
    for page in site.pages_of(*roles):
        words = site.word_counts(page)
        orders = times(words, order_words)
        medicines = times(words, medicine_words) + len(page.named)
        if orders >= _ORDERS_LEAST and medicines >= least:
            return present(site.cite(page, _first_block(page, medicine_words, order_words)))
    return ABSENT if site.pages_of(*roles) else inconclusive("no terms, delivery or returns page was read")


@fact
def traces_of_a_shop(site: Site) -> Answer:
    """Carts and parcels, and medicines, are spoken of on the site's own pages, though no offer was seen.

    Reports and privacy notices speak of orders too; they do not count.
    """
    if site.offered:
        return not_applicable("medicines are on offer here")
    medicine_words, furniture = site.talk["medicine"], site.talk["furniture"]
    orders = medicines = 0
    shown: tuple[PageText, int] | None = None
    for page in own_pages(site):
        if page.reading.role is PageRole.PRIVACY:
            continue
        words = site.word_counts(page)
        orders += times(words, furniture)
        medicines += times(words, medicine_words) + len(page.named)
        if shown is None and not furniture.isdisjoint(words):
            shown = (page, _first_block(page, furniture))
        if shown and orders >= _TRACES_LEAST and medicines >= _TRACES_LEAST:
            return present(site.cite(*shown))
    return ABSENT if site.pages else inconclusive("no page was read")


@fact
def medicines_on_a_shelf(site: Site) -> Answer:
    """Lines of names and strengths fill a shelf of a shop; the prices come from a data base and were not seen.

    A list alone sells nothing: an index or a maker's range looks the same, so the site must speak of carts.
    """
    if furniture_of(site) < _TRACES_LEAST:
        return ABSENT
    for page in site.pages_of(PageRole.CATEGORY, PageRole.PRODUCT, PageRole.CART):
        lines = [block for block in page.naming if is_goods(page.reading.blocks[block].text)]
        if len({page.block_text(block) for block in lines}) >= _SHELF_LEAST:
            return present(*(site.cite(page, block) for block in lines[:_SHELF_LEAST]))
    return ABSENT


@fact
def beyond_prescription(site: Site) -> Answer:
    """A controlled drug can be bought here that is a medicine in no country we know of."""
    for medicine, offer in site.offered.items():
        classes = set(medicine.legal_class.values())
        if medicine.controlled and classes == {"not_approved"}:
            return present(site.cite(offer.page, offer.block, offer.words), medicine=medicine.inn)
    return ABSENT


@fact
def neighbourhood_pharmacy(site: Site) -> Answer:
    """A pharmacy round the corner: it calls itself one line after line, and speaks of its counter, much or a little."""
    if site.offered:
        return not_applicable("medicines were seen on offer already")
    talk = site.lists["shop_talk"]
    nouns = tuple(talk["counter_nouns"])
    label = site.address.label
    told = site.trades.told_by(site.trades.counter, site.told_words())
    text = "".join(site.plain_words(page) for page in own_pages(site)) if told else ""
    spoken = Counter(language for word, languages in told.items() if word in text for language in languages)
    most = max(spoken.values(), default=0)
    if most < site.trades.counter.least:
        return ABSENT
    called: dict[str, tuple[PageText, int]] = {}
    for page in own_pages(site):
        for at, block in enumerate(page.reading.blocks):
            if len(block.text) <= _SIGN_CHARS and any(noun in page.block_text(at) for noun in nouns):
                called.setdefault(page.block_text(at), (page, at))
    named = any(noun in label for noun in nouns)
    by_counter = most >= _COUNTER_MUCH and len(called) >= (1 if named else _CALLED_LEAST)
    if not by_counter and len(called) < _CALLED_AGAIN:
        return ABSENT
    return present(*(site.cite(*place) for place in list(called.values())[:_SHELF_LEAST]))


@fact
def named_like_a_pharmacy(site: Site) -> Answer:
    """The domain calls itself a pharmacy or a prescription-only medicine, whatever the pages say."""
    if site.sells:
        return not_applicable("medicines are on offer here")
    domain = site.address.registrable_domain
    label = domain.split(".", 1)[0]
    medicine = medicine_of_domain(site)
    if medicine is not None and site.restricted(medicine):
        return present(say(EvidenceKind.LIST, f"The domain {domain} is named after {medicine.inn}."))
    if not any(part in label for part in site.lists["shop_talk"]["pharmacy_domain"]):
        return ABSENT
    return present(say(EvidenceKind.LIST, f"The domain {domain} calls itself a pharmacy."))


@fact
def offered_on_a_public_host(site: Site) -> Answer:
    """A medicine is on offer under an ending that only authorities and schools of a country get."""
    suffix = site.address.suffix
    if suffix not in site.lists["shop_talk"]["public_suffix"] or not site.offered:
        return ABSENT
    offer = next(iter(site.offered.values()))
    return present(site.cite(offer.page, offer.block, offer.words), medicine=offer.medicine.inn, ending=f".{suffix}")


def _first_block(page: PageText, *wanted: frozenset[str]) -> int:
    """The first block with a word of the first set that occurs at all."""
    for words in wanted:
        for index in range(len(page.starts)):
            if not words.isdisjoint(_WORD.findall(page.block_text(index))):
                return index
    return 0
