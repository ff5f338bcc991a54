"""Does a site sell, or send its readers to others for a commission?

Whoever compares sellers writes "no prescription needed" of their goods, beside their prices.  That is not a shop's own
word, so it convicts nobody; what such a site recommends still counts against it.
"""

from __future__ import annotations

from pharmcheck.model import OfferKind
from pharmcheck.ruleset.counting import times
from pharmcheck.ruleset.shelf import shop_offers
from pharmcheck.ruleset.site import Site, own_pages
from pharmcheck.ruleset.unpriced import FURNITURE_LEAST

_BOUGHT_HERE = (OfferKind.CART, OfferKind.STRUCTURED)
_BY_CHAT = tuple(
    f" {way} {name}"
    for way in ("al", "por", "via", "pelo", "sur", "par", "su", "per", "tramite", "on", "by", "over", "uber")
    for name in ("whatsapp", "telegram")
)


def recommends_others(site: Site) -> bool:
    """Whether the site owns up to a commission for sales of others, and nothing can be put into a cart here."""
    if site.recommends is None:
        site.recommends = not bought_here(site) and _owns_up(site)  # in this order: it is known of most shops at once
    return site.recommends


def bought_here(site: Site) -> bool:
    """Whether something can be put into a cart of this site's own."""
    return any(offer.kind in _BOUGHT_HERE for page in site.pages for offer in shop_offers(page))


def furniture_of(site: Site) -> int:
    """How often the site's own pages speak of carts and parcels."""
    return sum(times(site.word_counts(page), site.talk["furniture"]) for page in own_pages(site))


def _owns_up(site: Site) -> bool:
    disclosures = [words for texts in site.lists["shop_talk"]["commission"].values() for words in texts]
    return any(words in site.plain_words(page) for page in own_pages(site) for words in disclosures)


def trades(site: Site) -> bool:
    """Whether anything shows that goods change hands here: a button, a messenger, words of carts and parcels.

    Guides are named after what people search for ("Buy X without a prescription"), and name prices too.
    """
    if site.trades_here is None:
        readings = [page.reading for page in site.pages]
        site.trades_here = (
            any(reading.contacts.handles for reading in readings)
            or any(shop_offers(page) for page in site.pages)
            or any(words in site.plain_words(page) for page in own_pages(site) for words in _BY_CHAT)
            or furniture_of(site) >= FURNITURE_LEAST
        )
    return site.trades_here
