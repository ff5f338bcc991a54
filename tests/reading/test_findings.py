"""Offers, seals, structured data, language, role: found, and not found where there are none."""

# ruff: noqa: E501 - a case of a table in one line

from __future__ import annotations

import pytest

from pharmcheck.model import OfferKind, PageRole

CART, PRICED, CONTROL, STRUCTURED = OfferKind.CART, OfferKind.PRICED, OfferKind.CONTROL, OfferKind.STRUCTURED


@pytest.mark.parametrize(
    ("body", "offer"),
    [
        (
            "<h3>Sildex 100mg</h3><p>Good</p><p>US$45.00</p><button>Add to cart</button>",
            (CART, "Sildex 100mg", "US$45.00", "USD"),
        ),
        (
            "<h3>Sildex 100mg</h3><button>In den Warenkorb</button><p>45,00 €</p>",
            (CART, "Sildex 100mg", "45,00 €", "EUR"),
        ),
        ("<p>Sildex 100mg 30 pills $1.20 Add to cart</p>", (CART, "Sildex 100mg 30 pills", "$1.20", None)),
        ("<p>Sildex 2mg<p>£120.00<p>Buy now", (CART, "Sildex 2mg", "£120.00", "GBP")),
        (
            "<h2>Sildex</h2><table><tr><td>50mg x 30 pills<td>$45.00<td>$1.50<td><a class=btn href=/c>Add to cart</a></table>",
            (CART, "Sildex 50mg x 30 pills", "$45.00", None),
        ),
        (
            "<h1>Sildex</h1><p>50mg x 30 pills | $45.00 | Add to cart</p>",
            (CART, "Sildex 50mg x 30 pills", "$45.00", None),
        ),
        (
            "<h3>Sildex 200mg</h3><p>For night</p><a href=/x class=button>Ajouter au panier</a>",
            (CONTROL, "Sildex 200mg", None, None),
        ),
        ("<a class=btn href=/x>Buy Sildex 10mg</a>", (CONTROL, "Sildex 10mg", None, None)),
        ("<p>Read this or <a href=/x>buy Sildex online</a> here.</p>", (CONTROL, "Sildex online", None, None)),
        ("<p>Sildex oral jelly - 3.00 EUR</p>", (PRICED, "Sildex oral jelly", "3.00 EUR", "EUR")),
        ("<h2><a href=/p>Sildex</a></h2><p>CA$9.99</p>", (PRICED, "Sildex", "CA$9.99", "CAD")),
        ("<h2><a href=/p>Sildex</a></h2><p>kr. 290</p>", (PRICED, "Sildex", "kr. 290", None)),
        ("<h2><a href=/p>Sildex</a></h2><p>290,-</p>", (PRICED, "Sildex", "290,-", None)),
        ("<h2><a href=/p>Sildex</a></h2><p>900 р.</p>", (PRICED, "Sildex", "900 р.", None)),
        (
            "<ul><li><a href=/p>Sildex 5 mg</a><span> 9,90 zł</span></li></ul>",
            (PRICED, "Sildex 5 mg", "9,90 zł", "PLN"),
        ),
        (
            (
                '<script type="application/ld+json">{"@graph":[{"@type":["Product","Drug"],"name":"Sildex",'
                '"offers":{"price":9.5,"priceCurrency":"eur"}}]}</script><p>x'
            ),
            (STRUCTURED, "Sildex", "9.5", "EUR"),
        ),
    ],
)
def test_an_offer_is_found(reading, body, offer):
    """Cards, tables, plain lines, controls that name the product, and structured data."""
    (found,) = reading(body).offers
    assert (found.kind, found.product, found.price, found.currency) == offer


@pytest.mark.parametrize(
    "body",
    [
        (
            "<p>The study, which cost $45 million, found that the medicine was sold for $30 a pill in many of the towns that our reporters "
            "visited last year across the whole country and beyond it.</p>"
        ),
        "<p>Free shipping on orders over $200</p>",
        "<p>Your order total: $0.00</p>",
        "<a href=/t>Order tracking</a> <button>Order status</button>",
        "<nav><a href=/b>Buy Sildex</a></nav><p>Hello.</p>",
        "<title>Buy Sildex $9.99</title><p>Nothing here.</p>",
        "<p>How to buy medicine safely</p>",
    ],
)
def test_what_is_no_offer(reading, body):
    """Prices in prose, shipping notes, order pages, menus and titles offer nothing."""
    assert reading(body).offers == ()


_CART = "<button>Add to cart</button>"


@pytest.mark.parametrize(
    ("body", "products"),
    [
        (f"<h1>Pills</h1><p>Sildex 100 mg</p><p>$39.90</p>{_CART}", ["Pills", "Sildex 100 mg"]),
        (f"<h1>Pills</h1><img alt='Sildex 100 mg'><p>$39.90</p>{_CART}", ["Pills", "Sildex 100 mg"]),
        (
            f"<h2>For men</h2><div><p>Sildex</p><p>$9</p>{_CART}</div><div><p>Tadax</p><p>$8</p>{_CART}</div>",
            ["For men", "Sildex", "Tadax"],
        ),
        (
            f"<h2>Pills</h2><ul><li>Sildex 50 mg – $9 {_CART}</li><li>Tadax 20 mg – $8 {_CART}</li></ul>",
            ["Pills", "Sildex 50 mg", "Tadax 20 mg"],
        ),
        (f"<h1>Pills</h1><table><tr><td>Sildex 5 mg<td>$9<td>{_CART}</table>", ["Sildex 5 mg"]),
        (f"<h3>Sildex</h3><p>Sildenil 100 mg</p><p>$9</p>{_CART}", ["Sildex", "Sildenil 100 mg"]),
    ],
)
def test_a_shelf_does_not_hide_the_names_of_its_goods(reading, body, products):
    """Under a heading that may be a shelf's, the line below is a name too: cards, lists, rows, pictures."""
    assert [offer.product for offer in reading(body).offers] == products


@pytest.mark.parametrize(
    "body",
    [
        f"<h3>Sildex 100 mg</h3><p>Generic 100 mg</p><p>$9</p>{_CART}",
        f"<h3>Herbal V</h3><p>Natural alternative to Sildex 100 mg</p><p>$9</p>{_CART}",
        f"<h3>Sildex</h3><p>Sildex 100 mg</p><p>$9</p>{_CART}",
        f"<h1>Sildex</h1><p>Best seller</p><p>$9</p>{_CART}<button>Buy now</button>",
        f"<h1>Sildex</h1><p>100 mg x 30 pills</p><p>$9</p>{_CART}",
        "<h1>What pills cost</h1><p>Sildex 100 mg</p><p>$9</p>",
        f"<h1>How fakes are sold</h1><p>Of Sildex 100 mg we were shown two boxes. Each was $9 that day.</p>{_CART}",
    ],
)
def test_a_line_below_a_name_is_no_second_one(reading, body):
    """A heading with a strength, a comparison, a pack, praise, a price without a control: the heading stays alone."""
    assert {offer.product for offer in reading(body).offers} == {reading(body).blocks[0].text}


@pytest.mark.parametrize(
    ("body", "product"),
    [
        ("<p>Sildex 100 mg</p><p>$1.20 per pill</p>", "Sildex 100 mg"),
        ("<p>Sildex 100 mg</p><p>1,20 € pro Stück</p>", "Sildex 100 mg"),
        (f"<p>Sildex Kit</p><p>34 kits left</p><p>$20</p>{_CART}", "Sildex Kit"),
        ("<p>Sildex 100 mg</p><p>790 MXN</p>", "Sildex 100 mg"),
        ("<p>Sildex 100 mg</p><p>S/ 180</p>", "Sildex 100 mg"),
        ("<p>Sildex 100 mg</p><p>25 000 FCFA</p>", "Sildex 100 mg"),
        ("<p>Sildex 100 mg for men</p><p>Order now via Telegram</p>", "Sildex 100 mg for men"),
    ],
)
def test_what_stands_between_a_name_and_its_price_is_no_name(reading, body, product):
    """For how many the price is, how many are left, and by which way one orders."""
    assert [offer.product for offer in reading(body).offers] == [product]


def test_each_card_keeps_its_own_price(reading):
    """Names, prices and controls of neighbours do not mix."""
    body = "".join(f"<div><h3>Item{n} forte</h3><p>${n}.00</p><button>Buy now</button></div>" for n in range(1, 6))
    assert [(offer.product, offer.price) for offer in reading(body).offers] == [
        (f"Item{n} forte", f"${n}.00") for n in range(1, 6)
    ]


def test_prose_that_names_an_issuer_is_no_seal(reading):
    """Guides name NABP and the GPhC too."""
    body = (
        "<p>We explain what the NABP and the GPhC do, and why that matters to you as a patient today and tomorrow.</p>"
    )
    assert reading(body).seals == ()


def test_structured_data_names_the_organisation(reading):
    """Types, identity and identifiers; broken JSON is said."""
    body = (
        '<script type="application/ld+json">{"@context":"https://schema.org","@type":"Pharmacy","name":"Shop","telephone":"1",'
        '"address":{"streetAddress":"1 Road","postalCode":"X"},"identifier":{"propertyID":"GPhC","value":1234567}}</script>'
        '<script type="application/ld+json">{"broken</script><p>x'
    )
    structured = reading(body).structured
    (organisation,) = structured.organisations
    assert (organisation.name, organisation.address, organisation.identifiers) == (
        "Shop",
        "1 Road, X",
        ("GPhC: 1234567",),
    )
    assert structured.types == ("Pharmacy",)
    assert structured.problems == ("JSON-LD is not valid JSON",)


@pytest.mark.parametrize(
    ("body", "language"),
    [
        ("<p>We deliver your medicine to your door within three working days of the order.</p>", "en"),
        ("<p>Wir liefern Ihre Arzneimittel innerhalb von drei Werktagen nach Hause zu Ihnen.</p>", "de"),
        ("<p>Nous livrons vos médicaments chez vous dans les trois jours ouvrables suivants.</p>", "fr"),
        ("<html lang=de><p>ok</p>", None),
        ("<html lang=sv-SE><p>Viagra Cialis Kamagra Levitra Xanax Valium Tramadol Ozempic</p>", "sv"),
    ],
)
def test_the_language_is_that_of_the_text(reading, body, language):
    """The declared language decides only where the text leaves doubt; too little text has none."""
    assert reading(body).language == language


ARTICLE = (
    "<article><h1>News</h1><p>By Jane Doe</p><p>12 May 2025</p>"
    + f"<p>{'A long paragraph of prose about a topic. ' * 5}</p>" * 6
)


@pytest.mark.parametrize(
    ("body", "given", "role"),
    [
        (ARTICLE, PageRole.OTHER, PageRole.ARTICLE),
        (ARTICLE, PageRole.TERMS, PageRole.TERMS),
        ('<script type="application/ld+json">{"@type":"BlogPosting"}</script><p>x', PageRole.OTHER, PageRole.ARTICLE),
        ('<script type="application/ld+json">{"@type":"Product"}</script><p>x', PageRole.CATEGORY, PageRole.PRODUCT),
        ("<p>Short</p>", PageRole.HOME, PageRole.HOME),
    ],
)
def test_content_refines_the_role(reading, body, given, role):
    """Articles and products show themselves; pages with a settled role keep it."""
    assert reading(body, role=given).role is role


@pytest.mark.parametrize("tag", ["nav", "header", "footer"])
def test_a_page_inside_one_landmark_still_offers(reading, tag):
    """Landmarks that hold the whole page mean nothing."""
    body = f"<{tag}><h3>Sildex 100mg</h3><p>$45.00</p><p>Sildex jelly $4.00</p></{tag}>"
    assert [offer.product for offer in reading(body).offers] == ["Sildex 100mg", "Sildex jelly"]


def test_a_year_in_ukrainian_is_no_price(reading):
    """What stands for roubles in Russian, "р.", stands for a year in Ukrainian."""
    assert not reading("<h2><a href=/p>Sildex</a></h2><p>2020 р.</p>").offers


@pytest.mark.parametrize(
    "button", ["In den Warenkorb legen", "Plaats in winkelwagen", "Wrzuć do koszyka", "Koupit teď"]
)
def test_the_whole_words_of_a_button_are_no_name(reading, button):
    """What a button says besides "cart" is no product: the heading is."""
    (offer,) = reading(f"<h2>Sildex</h2><p>29,00 €</p><button>{button}</button>").offers
    assert offer.product == "Sildex"


@pytest.mark.parametrize(
    "body",
    [
        "<img src=a alt=Sildex><div>Sildex</div><div>Strong men</div><div>$0.99 for pill</div><a href=/a>Buy Now</a>",
        "<ul><li><a href=/a>Sildex</a> from $0.99 <a href=/a>Order now</a></li></ul>",
    ],
)
def test_a_picture_tells_the_name_and_small_words_are_no_part_of_it(reading, body):
    """The line that the picture repeats is the name; "from" belongs to the price."""
    (offer,) = reading(body).offers
    assert (offer.product, offer.price, offer.kind) == ("Sildex", "$0.99", CART)
