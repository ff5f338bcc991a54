"""Trades that no pharmacy follows, told without a language: substances of nowhere by the shelf, goods "for research"
sold to anybody, and orders by messenger of what no counter hands out.

What such shops say differs in every language; what they print beside it (HPLC, USDT, names of substances) does not.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import re2

from pharmcheck.model import Evidence, EvidenceKind, OfferKind, PageRole
from pharmcheck.reading.goods import is_goods
from pharmcheck.ruleset.answers import ABSENT, Answer, inconclusive, present, say
from pharmcheck.ruleset.cards import TOXIN, trades_in_fillers
from pharmcheck.ruleset.chatting import order_lines
from pharmcheck.ruleset.facts.registry import fact
from pharmcheck.ruleset.referral import furniture_of
from pharmcheck.ruleset.scan import PageText
from pharmcheck.ruleset.shelf import MedicineOffer, is_name
from pharmcheck.ruleset.site import Site, own_pages
from pharmcheck.ruleset.unpriced import FURNITURE_LEAST, is_card
from pharmcheck.ruleset.voice import POLICY_ROLES

_SHOWN = 3
_DOPING = frozenset({"anabolic", "peptide", "tanning", "weight_loss", "nootropic"})
_DOPING_LEAST = 2
_GOODS_LEAST = 2  # times that peptides are named on a page
_MARKS_LEAST = 3  # different marks of a laboratory
_SHOP_LEAST = 2
_SPOKEN_ON = (
    *POLICY_ROLES,
    PageRole.HOME,
    PageRole.CATEGORY,
    PageRole.PRODUCT,
    PageRole.CART,
    PageRole.FAQ,
    PageRole.ABOUT,
)
"""Where a shop speaks of its goods: a supplements shop may well warn of steroids in its blog, whatever its address."""
_ANABOLIC_LEAST = 3  # times on the whole site; a report or a rule of sports says it once or twice …
_STEROIDS_LEAST = 10  # … and with "steroids" this often,
_CANADIAN_LEAST = 3  # times; a report or a price comparison says it once or twice
_COINS = re2.compile(
    r"bitcoin|\bbtc\b|\busdt\b|ethereum|litecoin|monero|биткоин|біткоін|ビットコイン|比特币|比特幣|비트코인|بيتكوين"
)
_CANADIAN = re2.compile(
    r"\bcanadian (?:online |internet |mail[- ]order )?(?:pharmacy|pharmacies|drugstores?|drugs|meds)\b"
)
_SECRET = frozenset({"telegram", "wickr", "signal", "threema", "session", "kik"})
_ANY_CHAT = _SECRET | {"whatsapp", "viber", "wechat", "line", "kakao", "zalo", "skype"}
_SEVERAL = 2  # controlled drugs that nobody hands out to a name in any chat …
_SHARE = 3  # … when of so many medicines one is such; a pharmacy that has a number for chats stocks other things


@fact
def shelf_of_unauthorised(site: Site) -> Answer:
    """Substances for muscles, weight, tan or mind are on offer that no medicine may hold: two, or nothing else."""
    offers = [
        offer for medicine, offer in site.offered.items() if medicine.group in _DOPING and site.not_approved(medicine)
    ]
    if len(offers) < (1 if _is_all(site) else _DOPING_LEAST):
        return ABSENT
    names = ", ".join(offer.medicine.inn for offer in offers[:_SHOWN])
    return present(*_cited(site, offers), medicine=names, count=str(len(offers)))


@fact
def research_trade(site: Site) -> Answer:
    """Peptides are sold with the marks of a laboratory, by the cart, to people."""
    talk = site.lists["shop_talk"]
    signs = {word.split()[0] for word in talk["research_goods"]}
    if not any(sign in page.folded for page in own_pages(site) for sign in signs):  # as of nearly every site
        return ABSENT if site.pages else inconclusive("no page was read")
    told = [(page, f"{site.plain_words(page)} ") for page in own_pages(site)]
    goods = [(page, text) for page, text in told if sum(map(text.count, talk["research_goods"])) >= _GOODS_LEAST]
    marks = {word for _, text in goods for word in talk["research_marks"] if word in text}
    uses = any(word in text for _, text in goods for word in talk["research_use"])
    dosed = any(_sells_water(page, talk["for_needles"]) for page, _ in told) and _doping_is_carded(site)
    people = uses and (dosed or any(word in text for _, text in told for word in talk["for_people"]))
    if len(marks) >= _MARKS_LEAST and people and _is_shop(site):
        page = goods[0][0]
        return present(site.cite(page, _first(page, talk["research_goods"])))
    return ABSENT


@fact
def steroid_trade(site: Site) -> Answer:
    """A shop is named after anabolic steroids or speaks of them again and again, in whatever language: its goods."""
    talk = site.lists["shop_talk"]
    anabolic = others = 0
    shown: tuple[PageText, int] | None = None
    for page in site.pages_of(*_SPOKEN_ON):
        said = sum(page.folded.count(word) for word in talk["anabolic"])
        anabolic, others = anabolic + said, others + sum(page.folded.count(word) for word in talk["steroid"])
        shown = shown or ((page, _first(page, talk["anabolic"])) if said else None)
    label = site.address.label
    by_name = any(word in label for word in (*talk["steroid"], *(talk["anabolic"] if anabolic + others else ())))
    if by_name and site.sells and furniture_of(site) >= FURNITURE_LEAST:  # "anabolic" alone names food for athletes
        quote = f"The shop's domain {site.address.registrable_domain} is named after anabolic steroids."
        return present(say(EvidenceKind.LIST, quote))
    often = anabolic >= _ANABOLIC_LEAST and anabolic + others >= _STEROIDS_LEAST
    if shown and often and furniture_of(site) >= FURNITURE_LEAST:
        return present(site.cite(*shown))
    return ABSENT if site.pages else inconclusive("no page was read")


@fact
def forbidden_goods_by_messenger(site: Site) -> Answer:
    """A controlled drug is ordered by a secret messenger; several of them, or medicines for abortion, by any."""
    drugs = [offer for medicine, offer in site.offered.items() if site.controlled(medicine)]
    abortion = [offer for medicine, offer in site.offered.items() if medicine.group == "abortion"]
    many = len(drugs) >= _SEVERAL and len(drugs) * _SHARE >= len(site.offered)
    wanted = _ANY_CHAT if abortion or many else _SECRET if drugs else frozenset()
    for page in site.pages if wanted else ():
        handle = next((one for one in page.reading.contacts.handles if one.kind in wanted), None)
        if handle is not None:
            chosen = (abortion or drugs)[0]
            place = (site.cite(page, handle.block),) if handle.block >= 0 else ()
            return present(site.cite(chosen.page, chosen.block, chosen.words), *place, medicine=chosen.medicine.inn)
    return ABSENT


@fact
def ordered_in_a_chat(site: Site) -> Answer:
    """A prescription-only medicine is on offer, and a short line about orders names messengers or stands above."""
    if not any(map(site.restricted, site.offered)):
        return ABSENT
    found = chat_line(site)
    return present(site.cite(*found)) if found else ABSENT


@fact
def sold_by_nobody_in_a_chat(site: Site) -> Answer:
    """All that is on offer is prescription-only and ordered in a chat; no address, number or cart was read anywhere."""
    if not site.offered or not all(map(site.restricted, site.offered)):
        return ABSENT
    found = chat_line(site)
    readings = [page.reading for page in site.pages]
    named = any(reading.contacts.addresses or reading.licence_claims for reading in readings)
    if found is None or named or any(reading.problem for reading in readings):
        return ABSENT
    offer = next(iter(site.offered.values()))
    return present(site.cite(offer.page, offer.block, offer.words), site.cite(*found), medicine=offer.medicine.inn)


def chat_line(site: Site) -> tuple[PageText, int] | None:
    """Where a short line takes orders by messenger."""
    return next(((page, at) for page in own_pages(site) for at in order_lines(page, site.orders)), None)


@fact
def toxins_in_trade(site: Site) -> Answer:
    """Botulinum toxin is on offer at a trade in fillers, which sends parcels and treats nobody."""
    offer = next((offer for medicine, offer in site.offered.items() if medicine.inn == TOXIN), None)
    talk = site.lists["shop_talk"]
    if offer is None or not trades_in_fillers(own_pages(site), talk, site.talk["furniture"]):
        return ABSENT
    return present(site.cite(offer.page, offer.block, offer.words), medicine=offer.medicine.inn)


@fact
def coins_named(site: Site) -> Answer:
    """Coins are named on the pages of a shop in languages of which the rules have no words."""
    spoken = site.lists["voice"]["languages"]
    for page in own_pages(site) if site.sells else ():
        if page.reading.language in spoken:
            continue
        for match in _COINS.finditer(page.folded):
            return present(site.cite(page, page.block_at(match.start())))
    return ABSENT


@fact
def landing_for_one(site: Site) -> Answer:
    """All that is on offer is one medicine for sex, weight, hair or muscles, and its name heads the first page."""
    groups = set(site.lists["lifestyle_groups"]["words"])
    if not _is_all(site):
        return ABSENT
    medicine, offer = next(iter(site.offered.items()))
    if medicine.group not in groups or not site.restricted(medicine):
        return ABSENT
    return present(site.cite(offer.page, offer.block, offer.words), medicine=medicine.inn)


@fact
def canadian_by_name(site: Site) -> Answer:
    """The site calls itself a Canadian pharmacy, and nothing on the pages read is Canadian."""
    label = site.address.label
    pages = [page for page in own_pages(site) if "canadian" in page.folded]
    said = [(page, match) for page in pages for match in _CANADIAN.finditer(page.folded)]
    named = "canad" in label and any(part in label for part in site.lists["shop_talk"]["domain"])
    if not (named or len(said) >= _CANADIAN_LEAST) or not site.sells:
        return ABSENT
    readings = [page.reading for page in site.pages]
    addresses = (address.country for reading in readings for address in reading.contacts.addresses)
    claims = (claim.country for reading in readings for claim in reading.licence_claims)
    if "CA" in {*addresses, *claims} or site.address.registrable_domain.endswith(".ca"):
        return ABSENT
    if said:
        page, match = said[0]
        return present(site.cite(page, page.block_at(match.start())))
    return present(say(EvidenceKind.LIST, f"The domain {site.address.registrable_domain} calls itself Canadian."))


def _is_all(site: Site) -> bool:
    """Whether one medicine is all that is on offer, and its name stands by itself on the first page."""
    home = site.home or (site.pages[0] if site.pages and site.capture.archived else None)
    if len(site.offered) != 1 or home is None:
        return False
    medicine = next(iter(site.offered))
    return any(is_name(home, at) and medicine in home.medicines_in_block(at) for at in range(len(home.starts)))


def _sells_water(page: PageText, parts: Sequence[str]) -> bool:
    """Whether what powders for needles are dissolved in stands as goods, with its size; calculators speak of it too."""
    named = any(part in page.folded for part in parts)
    return named and any(
        is_goods(piece.text) and any(part in page.block_text(at) for part in parts)
        for at, piece in enumerate(page.reading.blocks)
    )


def _doping_is_carded(site: Site) -> bool:
    """Whether a substance that no medicine may hold stands somewhere with its strength, as goods do."""
    return any(
        medicine.group in _DOPING and site.not_approved(medicine)
        for page in own_pages(site)
        for at in page.naming
        if is_card(page, at)
        for medicine in page.medicines_in_block(at)
    )


def _is_shop(site: Site) -> bool:
    """Whether it has prices, or speaks of carts and parcels in any language that we know the words of."""
    spoken = furniture_of(site)
    priced = (OfferKind.CART, OfferKind.PRICED, OfferKind.STRUCTURED)
    return spoken >= _SHOP_LEAST or any(o.kind in priced for page in own_pages(site) for o in page.reading.offers)


def _first(page: PageText, parts: Iterable[str]) -> int:
    wanted = tuple(part.strip() for part in parts)
    return next((at for at in range(len(page.starts)) if any(part in page.block_text(at) for part in wanted)), 0)


def _cited(site: Site, offers: Sequence[MedicineOffer]) -> list[Evidence]:
    return [site.cite(offer.page, offer.block, offer.words) for offer in offers[:_SHOWN]]
