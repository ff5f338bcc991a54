"""Which pages are read next, and which links are never asked for; robots.txt."""

from __future__ import annotations

from collections import Counter
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pharmcheck.capture import plan
from pharmcheck.capture.robots import for_status, parse_robots
from pharmcheck.capture.traps import acts, may_ask, place
from pharmcheck.model import PageRole
from tests.yardstick import assert_costs


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


ACTING = [
    "/cart/add/5", "/cart?add-to-cart=5", "/checkout/cart/add/uenc/aHR0/product/5", "/checkout/cart/delete/id/5",
    "/product/x?add_to_wishlist=5", "/?remove_item=abc", "/panier?add=1&id_product=5", "/cart?delete=1",
    "/index.php?route=account/logout", "/index.php?route=checkout/cart/add", "/shop?action=buy_now&products_id=5",
    "/index.php?BUYproducts_id=5", "/checkout/addArticle/buy?add=1", "/abmelden", "/logout.php", "/mode?act=logout",
    "/mein-konto", "/mon-compte", "/mi-cuenta", "/minha-conta", "/il-mio-account", "/moje-konto", "/mina-sidor",
    "/customer/account/create", "/wishlist/index/add/product/5", "/merkzettel", "/ulubione", "/newsletter/unsubscribe",
    "/unsubscribe?mail=a", "/newsletter", "/register", "/registrierung", "/prihlaseni", "/logga-in", "/zaloguj",
    "/password/reset", "/compare/add/5", "/vote/5", "/comment?replytocom=5", "/order/cancel", "/item/delete",
    "/contact?nonce=12", "/contact?csrf_token=12", "/wp-login.php", "/wp-admin/", "/xmlrpc.php", "/setlang/de",
]  # fmt: skip


@pytest.mark.parametrize("path", ACTING)
def test_a_link_that_acts_is_never_asked_for(path: str) -> None:
    """Nothing is put into a cart, nobody logged in or out, nothing deleted, voted for or unsubscribed."""
    assert not may_ask(f"https://shop.com{path}")
    assert wanted(path, budget=50) == []


TRAPS = [
    "/calendar/2031/12", "/2025/11/18/flu", "/events", "/filter/color-red/size-5", "/shop/page/17",
    "/pain/sort/price-asc", "/price:10-20/pain", "/a=1/b=2", "/faq/print", "/tag/pain", "/author/anna", "/feed",
    "/a/b/a/b", "/about/x/about/y/about", "/1/2/3/4/5/6/7/8/faq", "/terms.pdf", "/agb.docx", "/search?q=viagra",
    "/suche/viagra", "/wp-content/uploads/terms",
]  # fmt: skip


@pytest.mark.parametrize("path", TRAPS)
def test_endless_views_and_files_are_left_alone(path: str) -> None:
    """Calendars, filters, sorted lists, print versions, mirrors of mirrors and PDF files."""
    assert not may_ask(f"https://shop.com{path}")


@pytest.mark.parametrize(
    "path",
    [
        "/registered-pharmacy-terms", "/pharmacy-registration", "/blog-interviews", "/address", "/domain-name",
        "/contact?subject=address", "/index.php?route=information/contact", "/shop/shop/pain", "/products/filter-paper",
        "/cancellation-policy", "/newsletter-archive-terms", "/likely-side-effects", "/print-shop", "/?page=terms",
    ],
)  # fmt: skip
def test_a_word_inside_another_is_no_act(path: str) -> None:
    """“add” in “address”, “log in” in “blog interviews”: pages to read."""
    assert may_ask(f"https://shop.com{path}")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://shop.com/faq", "https://www.shop.com/faq/"),
        ("https://shop.com/faq", "http://shop.com/en/faq"),
        ("https://shop.com/faq", "https://de.shop.com/de-at/faq"),
        ("https://shop.com/faq", "https://shop.com/faq;jsessionid=0A1B2C3D"),
        ("https://shop.com/faq", "https://shop.com/(S(abc123))/faq"),
        ("https://shop.com/faq", "https://shop.com/0123456789abcdef0123456789abcdef/faq"),
        ("https://shop.com/faq", "https://shop.com/faq?utm_source=x&gclid=1&PHPSESSID=2&osCsid=3"),
        ("https://shop.com/faq", "https://shop.com/faq?sort=price&page=2&currency=EUR&lang=de&print=1"),
        ("https://shop.com/pain", "https://shop.com/pain?filter[color]=red&orderby=date"),
        ("https://shop.com/", "https://shop.com/index.php"),
        ("https://shop.com/x?id=1&b=2", "https://shop.com/x?b=2&id=1"),
    ],
)
def test_the_same_page_in_another_dress_is_the_same_place(one: str, other: str) -> None:
    """Languages, sessions, tracking, sorting and the order of parameters make no new page."""
    assert place(one) == place(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://shop.com/x?id=1", "https://shop.com/x?id=2"),
        ("https://shop.com/x?page=terms", "https://shop.com/x?page=contact"),
        ("https://help.shop.com/faq", "https://shop.com/faq"),
        ("https://shop.com/rx", "https://shop.com/"),
    ],
)
def test_different_pages_stay_different(one: str, other: str) -> None:
    """A number that names a page, another host and a short word that is no language."""
    assert place(one) != place(other)


def test_one_page_in_many_dresses_is_asked_for_once() -> None:
    """Whatever the links around it say it is."""
    pages = [
        ("https://shop.com/x17", "Contact"),
        ("https://www.shop.com/x17/", "About us"),
        ("https://shop.com/x17", "FAQ"),
    ]
    assert plan(pages, domain="shop.com") == plan(pages[:1], domain="shop.com")
    assert len(plan(pages, domain="shop.com")) == 1
    assert plan(pages, domain="shop.com", seen=["http://shop.com/x17?utm_source=a"]) == ()


def test_products_in_two_languages_count_once() -> None:
    """/en/product/a and /de/product/a are one product."""
    paths = ["/en/product/a", "/de/product/a", "/fr/product/a", "/en/product/b"]
    assert wanted(*paths) == ["/en/product/a", "/en/product/b"]


def test_the_language_of_the_site_is_read_rather_than_a_translation() -> None:
    """The shorter address loses when it belongs to another language than most links."""
    paths = ["/en/faq", "/de/agb", "/de/impressum", "/de/haeufige-fragen", "/de/versand"]
    assert "/de/haeufige-fragen" in wanted(*paths)
    assert "/en/faq" not in wanted(*paths)


def test_products_that_differ_by_their_number_are_several() -> None:
    """Old shop software names every product by a parameter of one script."""
    paths = [f"/product_info.php?products_id={number}" for number in range(5)]
    assert wanted(*paths) == paths[:3]
    assert wanted("/product/a?variant=1", "/product/a?variant=2") == ["/product/a?variant=1"]


def test_words_that_promise_an_act_need_an_address_that_names_a_page() -> None:
    """“Add to cart” on the address of a product is a product; on an opaque address it may be the act itself."""
    assert plan([("https://shop.com/go?x=7", "Add to cart")], domain="shop.com") == ()
    assert plan([("https://shop.com/go7", "Abmelden")], domain="shop.com") == ()
    assert [one.role for one in plan([("https://shop.com/product/a", "Add to cart")], domain="shop.com")] == ["product"]
    assert acts("Log out")
    assert not acts("About us")


def test_what_was_read_is_not_wanted_again() -> None:
    """Roles of pages at hand count against what is wanted."""
    paths = ["/contact", "/terms", "/product/1", "/product/2", "/product/3"]
    have = [PageRole.HOME, PageRole.CONTACT, PageRole.PRODUCT, PageRole.PRODUCT]
    assert wanted(*paths, have=have) == ["/terms", "/product/1"]


def test_a_first_round_keeps_places_for_what_deeper_pages_lead_to() -> None:
    """Without a product in sight the shelf goes first, and its products find their places free."""
    paths = ["/collections/pain", "/contact", "/about", "/terms", "/privacy", "/cart", "/odd", "/odd2"]
    first = plan(links(*paths), domain="shop.com", seen=["https://shop.com/"], budget=8, final=False)
    assert [one.role for one in first] == ["category", "contact", "about", "terms"]
    more = links(*paths, "/collections/pain/products/a", "/collections/pain/products/b")
    seen = ["https://shop.com/", *(one.url for one in first)]
    second = plan(more, domain="shop.com", seen=seen, have=[one.role for one in first], budget=8 - len(first))
    assert [one.role for one in second] == ["product", "product", "privacy", "cart"]


def test_pages_of_no_known_use_wait_for_the_last_round() -> None:
    """Whatever place is left in the first round: a policy found deeper is worth more than /odd."""
    assert wanted("/contact", "/odd", budget=30, final=False) == ["/contact"]
    assert wanted("/contact", "/odd", budget=30) == ["/contact", "/odd"]


def test_a_door_is_opened_when_there_is_nothing_else() -> None:
    """A page that only offers languages, or a shop on another host, leads on."""
    assert wanted("/en/", "/de/") == ["/en/"]
    assert [one.url for one in plan([("https://www.shop.com", "")], domain="shop.com")] == ["https://www.shop.com"]
    found = plan([("https://shop.pharm.com/", "Online shop")], domain="pharm.com", seen=["https://www.pharm.com/"])
    assert [(one.url, one.role) for one in found] == [("https://shop.pharm.com/", PageRole.CATEGORY)]


def test_terms_are_wanted_before_ways_to_pay_and_contact_before_branches() -> None:
    """The longer address is the better page when the shorter one is beside the point."""
    assert wanted("/payment", "/terms-and-conditions") == ["/terms-and-conditions"]
    assert wanted("/locations", "/customer-service") == ["/customer-service"]


paths = st.lists(
    st.tuples(
        st.sampled_from(["https://shop.com", "https://www.shop.com", "https://evil.com", "http://shop.com.evil.net"]),
        st.lists(
            st.sampled_from(
                "contact en de cart add logout product 1 2 pain.html terms agb ?id=1 ?action=x ;s=1 konto p %2F".split()
            )
            | st.text(max_size=8),
            max_size=5,
        ),
        st.sampled_from(["", "Contact", "Add to cart", "Logout", "Terms", "x" * 400]) | st.text(max_size=20),
    ),
    max_size=40,
)


@given(paths, st.integers(-3, 15), st.booleans(), st.lists(st.sampled_from(list(PageRole)), max_size=6))
def test_a_plan_keeps_its_promises(
    found: list[tuple[str, list[str], str]], budget: int, final: bool, have: list[PageRole]
) -> None:
    """Within budget, on the domain, nothing that acts, nothing twice, nothing again, whatever the links are."""
    pairs = [(f"{host}/{'/'.join(parts)}", words) for host, parts, words in found]
    seen = [url for url, _ in pairs[:2]]
    chosen = plan(pairs, domain="shop.com", seen=seen, have=have, budget=budget, final=final)
    assert len(chosen) <= max(0, budget)
    assert {one.url for one in chosen} <= {url for url, _ in pairs}
    assert all(may_ask(one.url) for one in chosen)
    assert all(one.url.split("/")[2] in {"shop.com", "www.shop.com"} for one in chosen)
    assert max(Counter(one.url for one in chosen).values(), default=0) <= 1
    assert not {one.url for one in chosen} & set(seen)


def test_one_address_with_two_names_is_one_page() -> None:
    """The other words of a second link do not make a second page of it."""
    links = [("https://www.shop.com/", ""), ("https://www.shop.com/", "Contact")]
    assert len(plan(links, domain="shop.com", seen=["https://evil.com/"])) == 1


@given(st.text(max_size=300), st.text(max_size=300))
def test_any_text_is_judged(url: str, words: str) -> None:
    """Neither addresses nor words make the planner raise."""
    may_ask(url)
    place(url)
    acts(words)
    plan([(url, words)], domain="shop.com")


def test_a_hundred_thousand_links_cost_no_more_than_the_first_thousands() -> None:
    """Beyond a bound, links are not looked at; a link farm does not buy our time."""
    farm = [(f"https://shop.com/x{number}", "") for number in range(100_000)]
    assert_costs(partial(plan, farm, domain="shop.com"), 100)


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
    url = "https://shop.com/" + "a" * 2000
    assert rules.allows(url)
    assert_costs(partial(rules.allows, url), 75)
