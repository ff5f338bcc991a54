"""What a page is for: by its address, in the manner of each shop software, and by the words of the link."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pharmcheck.capture import page_role
from pharmcheck.capture.roles import fold, locale_of
from tests.yardstick import assert_costs

ROLES = {
    "/": "home",
    "/en/": "home",
    "/de-at/index.html": "home",
    "/index.php": "home",
    "/contact-us": "contact",
    "/index.php?route=information/contact": "contact",
    "/pages/shipping-policy": "shipping",
    "/shipping-and-returns": "returns",
    "/prescription-faq": "prescription_policy",
    "/upload-prescription": "prescription_policy",
    "/rezept-einloesen": "prescription_policy",
    "/faq/shipping": "shipping",
    "/blog/how-returns-work": "article",
    "/products/return-cream": "product",
    "/p/123": "product",
    "/buy-viagra-online": "product",
    "/viagra.html": "other",
    "/collections/pain": "category",
    "/shop": "category",
    "/cart": "cart",
    "/warenkorb.php": "cart",
    "/Impressum": "imprint",
    "/mentions-legales": "imprint",
    "/aviso-legal": "imprint",
    "/note-legali.html": "imprint",
    "/dane-firmy": "imprint",
    "/agb.html": "terms",
    "/cgv": "terms",
    "/algemene-voorwaarden": "terms",
    "/regulamin": "terms",
    "/widerrufsrecht": "returns",
    "/zwroty": "returns",
    "/frais-de-port": "shipping",
    "/spedizioni": "shipping",
    "/datenschutz": "privacy",
    "/politica-de-privacidad": "privacy",
    "/polityka-prywatnosci": "privacy",
    "/%C3%BCber-uns": "about",
    "/chi-siamo": "about",
    "/quem-somos": "about",
    "/veelgestelde-vragen": "faq",
    "/obchodne-podmienky": "terms",
    "/polityka-wysylki": "shipping",
    "/vopros-otvet": "faq",
    "/fale-conosco": "contact",
    "/x?id=7": "other",
}


@pytest.mark.parametrize(("path", "role"), ROLES.items())
def test_a_path_tells_what_the_page_is_for(path: str, role: str) -> None:
    """In eight languages, the more specific role first."""
    assert page_role(f"https://shop.com{path}") == role


@pytest.mark.parametrize(
    ("words", "role"),
    [
        ("Kontakt", "contact"),
        ("Über uns", "about"),
        ("Conditions générales", "terms"),
        ("Ajouter au panier", "product"),
        ("Regulamin sklepu", "terms"),
        ("Order today and get free delivery on everything in store", "other"),
        ("", "other"),
    ],
)
def test_words_speak_where_the_path_does_not(words: str, role: str) -> None:
    """A short label counts, a sentence that mentions a word does not."""
    assert page_role("https://shop.com/x17", words) == role


@given(st.text(max_size=400), st.text(max_size=400))
def test_any_address_and_words_have_a_role(path: str, words: str) -> None:
    """Role finding never raises and is a function of its input."""
    url = f"https://shop.com/{path}".replace("[", "")
    assert page_role(url, words) is page_role(url, words)


# One row a language: contact, about, terms, faq, shipping, returns, privacy, prescriptions, imprint, cart.
IN_TEN_LANGUAGES = {
    "en": "Contact us|About us|Terms & Conditions|FAQs|Delivery|Returns|Privacy|Upload prescription|Legal notice|Cart",
    "de": "Kontakt|Über uns|AGB|Häufige Fragen|Versand|Widerruf|Datenschutz|E-Rezept|Impressum|Warenkorb",
    "fr": "Nous contacter|À propos|CGV|Foire aux questions|Livraison|Retours|Confidentialité|Mon ordonnance|"
    "Mentions légales|Panier",
    "es": "Contacto|Quiénes somos|Condiciones|Preguntas frecuentes|Envíos|Devoluciones|Privacidad|Receta electrónica|"
    "Aviso legal|Carrito",
    "it": "Contatti|Chi siamo|Termini e condizioni|Domande frequenti|Spedizioni|Resi|Informativa privacy|"
    "Ricetta elettronica|Note legali|Carrello",
    "nl": "Klantenservice|Over ons|Algemene voorwaarden|Veelgestelde vragen|Verzending|Retourneren|Privacybeleid|"
    "Herhaalrecepten|Colofon|Winkelwagen",
    "pl": "Kontakt|O nas|Regulamin|Pytania i odpowiedzi|Dostawa|Zwroty|Prywatność|E-recepta|Dane firmy|Koszyk",
    "pt": "Fale conosco|Quem somos|Termos de uso|Perguntas frequentes|Entrega|Devoluções|Privacidade|Enviar receita|"
    "Aviso legal|Carrinho",
    "cs": "Kontakty|O nás|Obchodní podmínky|Časté dotazy|Doprava|Reklamace|Ochrana osobních údajů|eRecept|"
    "Provozovatel|Košík",
    "sv": "Kontakta oss|Om oss|Köpvillkor|Vanliga frågor|Frakt|Returer|Integritetspolicy|Mina recept|"
    "Företagsinformation|Varukorg",
}
ORDER = "contact about terms faq shipping returns privacy prescription_policy imprint cart".split()
LABELS = [
    (language, label, role)
    for language, labels in IN_TEN_LANGUAGES.items()
    for label, role in zip(labels.split("|"), ORDER, strict=True)
]


@pytest.mark.parametrize(("language", "label", "role"), LABELS)
def test_each_role_has_its_words_in_ten_languages(language: str, label: str, role: str) -> None:
    """The words of a link tell its role, and so does an address made of them, with hyphens or run together."""
    assert page_role("https://shop.com/x17", label) == role
    assert page_role(f"https://shop.com/{language}/{fold(label).replace(' ', '-')}.html") == role
    if len(fold(label).replace(" ", "")) > 3 and "&" not in label:
        assert page_role(f"https://shop.com/{fold(label).replace(' ', '_')}/") == role


SOFTWARE = {
    "/policies/refund-policy": "returns",  # Shopify
    "/pages/about-us": "about",
    "/collections/pain-relief/products/aspirin": "product",
    "/collections/pain-relief": "category",
    "/product/aspirin-75": "product",  # WooCommerce
    "/product-category/pain": "category",
    "/?product_id=12": "product",
    "/content/3-conditions-generales-de-vente": "terms",  # PrestaShop
    "/douleur/12-doliprane-500.html": "product",
    "/index.php?route=information/contact": "contact",  # OpenCart
    "/index.php?route=product/product&product_id=43": "product",
    "/index.php?route=product/category&path=20": "category",
    "/index.php?main_page=shippinginfo": "shipping",  # Zen Cart
    "/index.php?main_page=product_info&products_id=3": "product",
    "/product_info.php?products_id=5": "product",  # osCommerce, xt:commerce
    "/detail/0190f3": "product",  # Shopware
    "/AGB": "terms",
    "/store/p/aspirin": "product",  # Squarespace
    "/product-page/aspirin": "product",  # Wix
    "/arzneimittel/aspirin-pzn-01234567": "product",
    "/p/regulamin-apteki,1.html": "terms",  # /p/ for any page
    "/p/aspirin-75": "product",
    "/AboutUs.aspx": "about",
    "/ueber-uns": "about",
    "/aboutus.php": "about",
    "/pages.php?refund-policy": "returns",
    "/search?q=shipping": "other",
    "/landing?utm_campaign=contact": "other",
    "/uk/contact": "contact",
    "/de-ch/versand": "shipping",
}


@pytest.mark.parametrize(("path", "role"), SOFTWARE.items())
def test_shop_software_has_its_own_way_with_addresses(path: str, role: str) -> None:
    """A directory, a numbered slug or a parameter may name the page; a search or a campaign names nothing."""
    assert page_role(f"https://shop.com{path}") == role


@pytest.mark.parametrize(
    "label",
    [
        "Contact lenses", "Kontaktlinsen", "Lentilles de contact", "Lentes de contacto", "Lenti a contatto",
        "Contactlenzen", "Soczewki kontaktowe", "Kontaktní čočky", "Kontaktlinser", "Médicaments sans ordonnance",
        "Medicamentos sin receta", "Farmaci senza ricetta", "Leki bez recepty", "Medicamentos sem receita",
        "Rezeptfreie Medikamente", "Receptfria läkemedel", "Prescription drugs", "Joint support",
    ],
)  # fmt: skip
def test_a_shelf_is_no_page_about_contact_or_prescriptions(label: str) -> None:
    """Contact lenses and medicines without prescription are goods, whatever words they share with a policy."""
    assert page_role("https://shop.com/x17", label) == "category"


@pytest.mark.parametrize("words", ["Terms", "Geschäftsbedingungen"])
def test_a_script_that_serves_any_page_lets_the_words_speak(words: str) -> None:
    """`shop_content.php?coID=3` says nothing, although it has the word shop in it."""
    assert page_role("https://shop.com/shop_content.php?coID=3", words) == "terms"


@pytest.mark.parametrize("url", ["https://[x/contact", "", "//", "https://shop.com", "mailto:a@b.de"])
def test_what_is_no_address_has_a_role_too(url: str) -> None:
    """Archives by others hold any text as an address."""
    assert page_role(url) in {"other", "home"}


@pytest.mark.parametrize(
    ("segment", "locale"), [("de", "de"), ("de-AT", "de-at"), ("rx", ""), ("p", ""), ("dp", ""), ("en_us", "en_us")]
)
def test_only_known_languages_and_countries_are_locales(segment: str, locale: str) -> None:
    """/rx is about prescriptions and /dp about products; neither is a language."""
    assert locale_of(segment) == locale


def test_reading_a_role_is_linear_in_the_address_and_the_words() -> None:
    """An address and words of a megabyte cost next to nothing."""
    url, words = "https://shop.com/" + "contact-us-" * 90_000, "contact us and prescription " * 40_000
    assert_costs(lambda: [page_role(url, words) for _ in range(20)], 10)
