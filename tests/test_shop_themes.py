"""The ways in which shop software writes an offer: each is seen, and the words beside it convict."""

from __future__ import annotations

import pytest

from pharmcheck.check import judge
from pharmcheck.model import Category
from pharmcheck.reading import read
from pharmcheck.ruleset import load_ruleset
from pharmcheck.ruleset.scan import page_text
from pharmcheck.ruleset.shelf import shop_offers
from tests.sites import WHEN, site

_RULES = load_ruleset()
_THEMES = {
    "woo-loop": (
        '<ul class="products"><li class="product"><a href="/product/viagra"><img src="v.jpg" alt=""><h2 '
        'class="woocommerce-loop-product__title">Viagra 100mg</h2><span class="price"><span '
        'class="amount"><bdi><span>$</span>45.00</bdi></span></span></a><a href="?add-to-cart=1" '
        'class="button add_to_cart_button">Add to cart</a></li></ul>'
    ),
    "woo-single": (
        '<div class="product"><h1 class="product_title">Cialis 20 mg</h1><p class="price"><del><span>'
        '$</span>90.00</del> <ins><span>$</span>70.00</ins></p><form class="cart" method="post"><input '
        'type="number" name="quantity" value="1"><button type="submit" name="add-to-cart" value="5" '
        'class="single_add_to_cart_button">Add to cart</button></form></div>'
    ),
    "select-options": (
        '<div><h3><a href="/levitra">Levitra</a></h3><span>$1.20 – $3.40</span><a class="button" '
        'href="/levitra">Select options</a></div>'
    ),
    "price-table": (
        "<h1>Amoxicillin</h1><table><tr><th>Package</th><th>Price</th><th>Per pill</th><th>Order</th>"
        '</tr><tr><td>500mg x 30 pills</td><td>$29.95</td><td>$0.99</td><td><a href="/cart?add=1">Buy '
        "Now</a></td></tr><tr><td>500mg x 90 pills</td><td>$69.95</td><td>$0.77</td><td><input "
        'type="submit" value="Add to cart"></td></tr></table>'
    ),
    "list-from": (
        '<h2>Bestsellers</h2><ul><li><a href="/viagra">Viagra</a> <b>from $0.25</b> <a href="/viagra" '
        'class="buy">Buy now</a></li><li><a href="/cialis">Cialis</a> <b>from $0.65</b> <a '
        'href="/cialis">Buy now</a></li></ul>'
    ),
    "shopify": (
        '<div class="product"><h1>Modafinil 200mg</h1><div class="price">$89.00</div><form '
        'action="/cart/add" method="post"><select name="id"><option>100 tablets - $89.00</option>'
        '</select><button type="submit"><span>Add to Cart</span></button></form></div>'
    ),
    "jsonld": (
        '<h1>Tadalafil</h1><script type="application/ld+json">'
        '{"@context":"https://schema.org","@type":"Product","name":"Tadalafil 20 '
        'mg","offers":{"@type":"Offer","price":"39.00","priceCurrency":"USD"}}</script>'
    ),
    "img-button": (
        '<h1>Zithromax</h1><p>250mg × 12 pills</p><p>$54.00</p><a href="/order"><img src="buy.gif" alt="Order now"></a>'
    ),
    "plain": (
        "<h1>Buy Xanax Online</h1><p>We sell Xanax at low prices. Xanax 2mg 90 pills $250. Contact us "
        "on WhatsApp to order.</p>"
    ),
    "microdata": (
        '<div itemscope itemtype="http://schema.org/Product"><span itemprop="name">Propecia 1mg</span> '
        '<span itemprop="offers" itemscope itemtype="http://schema.org/Offer"><meta itemprop="price" '
        'content="55"><span>55,00 €</span></span> <button>In den Warenkorb</button></div>'
    ),
    "euro-card": (
        '<article class="card"><a href="/p/ozempic"><h3>Ozempic 1 mg Pen</h3></a><div>'
        '199,90&nbsp;€</div><button aria-label="In den Warenkorb"><svg></svg></button></article>'
    ),
    "inputbtn": ('<form><b>Tramadol 100mg</b> 60 tablets - $120 <input type="button" value="ORDER NOW"></form>'),
}


@pytest.mark.parametrize("theme", sorted(_THEMES))
def test_an_offer_is_seen_however_the_shop_is_built(theme: str) -> None:
    """One of the offers names the medicine of the page, whatever the markup around it."""
    words = "<p>No prescription required. Order today.</p>"
    page = f"<html lang=en><title>Shop</title><body>{_THEMES[theme]}{words}</body></html>"
    capture = site(home="# Shop\nWelcome to our pharmacy.", product=page)
    offers = [
        offer.product for offer in shop_offers(page_text(read(capture.pages[1], _RULES.vocabulary), _RULES.medicines))
    ]
    verdict = judge(capture, _RULES, now=WHEN).verdict
    assert offers
    assert not any("prescription" in product for product in offers)
    assert verdict.category.value == "danger"


def test_what_medicines_cost_is_no_shop() -> None:
    """A page that tells prices under a heading, with nothing to press, sells nothing."""
    lines = "<p>Viagra 100 mg</p><p>$39.90</p><h2>And you?</h2><p>Ask your pharmacist what you would pay.</p>"
    page = f"<html lang=en><title>Prices</title><body><h1>What medicines cost</h1>{lines}</body></html>"
    judgement = judge(site(home=page, faq="# Questions\nWe sell nothing and explain prices."), _RULES, now=WHEN)
    assert judgement.verdict.category in (Category.NOT_A_PHARMACY, Category.COULD_NOT_CHECK)
    assert not list(shop_offers(page_text(judgement.readings[0], _RULES.medicines)))
