"""Offers, claims, seals, structured data, language, role: found, and not found where there are none."""

# ruff: noqa: E501 - a case of a table in one line

from __future__ import annotations

import pytest

from pharmcheck.model import OfferKind, PageRole
from pharmcheck.reading.licences import well_formed

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


def test_each_card_keeps_its_own_price(reading):
    """Names, prices and controls of neighbours do not mix."""
    body = "".join(f"<div><h3>Item{n} forte</h3><p>${n}.00</p><button>Buy now</button></div>" for n in range(1, 6))
    assert [(offer.product, offer.price) for offer in reading(body).offers] == [
        (f"Item{n} forte", f"${n}.00") for n in range(1, 6)
    ]


def test_every_number_form_accepts_its_valid_and_refuses_its_invalid_example(vocabulary):
    """The data file proves itself."""
    for entry in vocabulary.formats:
        assert well_formed(entry, entry.valid), entry.id
        assert not well_formed(entry, entry.invalid), entry.id


def test_every_valid_example_is_found_beside_each_of_its_labels(reading, vocabulary):
    """Every label of every scheme finds the scheme's own example."""
    for entry in vocabulary.formats:
        for label in entry.labels:
            claims = reading(f"<p>{label}: {entry.valid}</p>").licence_claims
            assert entry.id in {claim.scheme for claim in claims}, (entry.id, label)


@pytest.mark.parametrize(
    ("body", "scheme", "number", "good"),
    [
        ("<p>NPI number 1234567893</p>", "us_npi", "1234567893", True),
        ("<p>NPI # 1234567890.</p>", "us_npi", "1234567890", False),
        ("<tr><td>NPI</td><td>1234567893</td>", "us_npi", "1234567893", True),
        ("<p>GPhC premises number: 1234567</p>", "gb_gphc_premises", "1234567", True),
        ("<p>IČO: 063 78 510</p>", "cz_ico", "06378510", True),
        ("<p>Registered in England and Wales No. 01234567. Founded 1998</p>", "gb_company", "01234567", True),
        ("<p>License No. AB-12345</p>", "unspecified", "AB12345", None),
        ("<p>FINESS 12345</p>", "fr_finess", "12345", False),
    ],
)
def test_a_licence_claim_is_found_with_its_form(reading, body, scheme, number, good):
    """Label and number in one block or in neighbouring cells; a bad checksum is kept and said."""
    claims = {claim.scheme: claim for claim in reading(body).licence_claims}
    assert (claims[scheme].number, claims[scheme].well_formed) == (number, good)


@pytest.mark.parametrize(
    "body",
    [
        "<p>We are a licensed pharmacy.</p>",
        "<p>Check the licence number before you buy.</p>",
        "<p>1234567893</p>",
        "<p>big 19 sale</p>",
    ],
)
def test_words_without_a_number_are_no_claim(reading, body):
    """Adjectives, advice and bare digits claim nothing."""
    assert reading(body).licence_claims == ()


@pytest.mark.parametrize(
    ("body", "issuer", "leads"),
    [
        (
            "<a href=https://www.legitscript.com/websites/x><img src=/s.png alt='LegitScript certified'></a>",
            "legitscript",
            True,
        ),
        (
            "<a href=https://legitscript.com.evil.example/><img src=/s.png alt='LegitScript certified'></a>",
            "legitscript",
            False,
        ),
        ("<img src=/img/nabp-logo.gif>", "nabp", False),
        ("<a href=https://versandhandel.dimdi.de/x><img src=/eu-logo.png></a>", "eu_common_logo", True),
        ("<footer><p>FDA approved pharmacy</p></footer>", "fda_claim", False),
    ],
)
def test_a_seal_is_found_and_where_it_leads(reading, body, issuer, leads):
    """By picture, by words on a badge; only the issuer's own host counts as leading there."""
    seals = {seal.issuer: seal for seal in reading(body).seals}
    assert seals[issuer].links_to_issuer is leads


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
