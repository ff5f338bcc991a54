"""Which pages matter: roles by address and words, the plan, links, robots.txt."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pharmcheck.capture import page_links, page_role, plan
from pharmcheck.capture.robots import for_status, parse_robots

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


def links(*paths: str) -> list[tuple[str, str]]:
    return [(path if "//" in path else f"https://shop.com{path}", "") for path in paths]


def wanted(*paths: str, **more: object) -> list[str]:
    found = plan(links(*paths), domain="shop.com", seen=["https://shop.com/"], **more)  # type: ignore[arg-type]
    return [one.url.removeprefix("https://shop.com") for one in found]


def test_one_page_of_each_role_and_three_products() -> None:
    """The pages that say who sells, under which rules and what."""
    paths = [
        "/contact", "/contact/berlin", "/imprint", "/about", "/terms", "/faq", "/shipping", "/returns", "/rx-policy",
        "/privacy", "/product/1", "/product/2", "/product/3", "/product/4", "/category/a", "/category/b", "/cart",
    ]  # fmt: skip
    chosen = wanted(*paths, budget=20)
    assert sorted(chosen) == sorted(set(paths) - {"/contact/berlin", "/product/4", "/category/b"})
    assert len(wanted(*paths)) == 12
    assert wanted(*paths, budget=0) == []
    assert chosen[:4] == ["/product/1", "/rx-policy", "/contact", "/imprint"]


def test_what_changes_something_or_leads_away_is_never_wanted() -> None:
    """No other sites, no accounts, no actions, no files, no traps, no second view of the same page."""
    assert (
        wanted(
            "https://other.com/contact", "/login", "/logout?to=/contact", "/my-account/terms", "/cart?add-to-cart=5",
            "/contact?action=delete", "/terms.pdf", "/a/b/a/b/a/b/about", "/1/2/3/4/5/6/7/faq", "/?page=2",
            "/wishlist", "/wp-admin/about", "/register",
        )
        == []
    )  # fmt: skip
    assert wanted("/about?utm=1", "/about?utm=2", "/registered-pharmacy-terms") == [
        "/about?utm=1",
        "/registered-pharmacy-terms",
    ]


def test_subdomains_of_the_site_belong_to_it_and_neighbours_do_not() -> None:
    """The registrable domain draws the line."""
    assert wanted("https://help.shop.com/faq", "https://shop.com.evil.net/terms") == ["https://help.shop.com/faq"]


def test_links_are_found_with_their_words() -> None:
    """Relative, entity-coded, nested and unclosed links; what is no web link is left out."""
    source = b"""<base href="/en/"><a href="contact">Get <b>in&nbsp;touch</b></a><a href='/x?a=1&amp;b=2'>X
    <a href="mailto:a@b.de">mail</a><a name=q>no</a><script>"<a href=/no>"</script><!-- <a href=/no> -->
    <a href="/last">L"""
    assert page_links(source, "https://shop.com/") == [
        ("https://shop.com/en/contact", "Get in touch"),
        ("https://shop.com/x?a=1&b=2", "X"),
        ("https://shop.com/last", "L"),
    ]


@pytest.mark.parametrize(
    "source",
    [
        b"<a " * 100_000,
        b"<!--" * 100_000,
        b"<a b='" * 50_000,
        b"<a " + b"x=1 " * 100_000 + b">",
        b"<a href=/x>" * 50_000,
    ],
    ids=["open", "comments", "quotes", "attributes", "links"],
)
def test_hostile_markup_costs_little(source: bytes) -> None:
    """Input that takes other parsers half a minute is read in less than a second."""
    start = time.process_time()
    page_links(source, "https://shop.com/")
    assert time.process_time() - start < 1


@given(st.binary(max_size=300))
def test_any_bytes_have_links_or_none(body: bytes) -> None:
    """Link finding never raises."""
    page_links(b"<a href='" + body, "https://shop.com/")


ROBOTS = """
# comment
User-agent: BadBot
Disallow: /

User-agent: *
User-agent: other
Disallow: /private/
Allow: /private/open
Disallow: /*?add-to-cart=
Disallow: /*.pdf$
Disallow:
Nonsense
Disallow: /caf%C3%A9
Crawl-delay: 5
"""


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/", True),
        ("/private/x", False),
        ("/private/open/x", True),
        ("/shop?add-to-cart=3", False),
        ("/a.pdf", False),
        ("/a.pdf?x", True),
        ("/caf\u00e9", False),
        ("/robots.txt", True),
    ],
)
def test_the_longest_rule_decides(path: str, allowed: bool) -> None:
    """RFC 9309: longest match, `*` and `$`, encodings compared alike."""
    assert parse_robots(ROBOTS.encode()).allows(f"https://shop.com{path}") is allowed


def test_rules_that_name_us_win_over_those_for_everyone() -> None:
    """A site can speak to us alone."""
    rules = parse_robots(b"User-agent: *\nDisallow: /\n\nUser-agent: Pharmcheck\nDisallow: /x\n")
    assert rules.allows("https://shop.com/a")
    assert not rules.allows("https://shop.com/x")


@pytest.mark.parametrize(("status", "allowed"), [(200, False), (301, True), (404, True), (500, False), (None, False)])
def test_the_status_of_robots_txt_decides_without_a_file(status: int | None, allowed: bool) -> None:
    """No file, no rules; no answer, no reading."""
    assert for_status(status, b"User-agent: *\nDisallow: /").allows("https://shop.com/a") is allowed


@given(st.binary(max_size=300), st.text(max_size=50))
def test_any_robots_file_can_be_read(body: bytes, path: str) -> None:
    """Neither the file nor the address makes it raise."""
    parse_robots(b"User-agent: *\nDisallow: /" + body).allows("https://shop.com/" + path.replace("[", ""))


def test_a_hostile_robots_file_costs_little() -> None:
    """Thousands of stars do not multiply."""
    rules = parse_robots(b"User-agent: *\n" + (b"Disallow: /" + b"*a" * 100 + b"b\n") * 3000)
    start = time.process_time()
    assert rules.allows("https://shop.com/" + "a" * 2000)
    assert time.process_time() - start < 1
