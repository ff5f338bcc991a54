"""A visit reads what the issuers of a site's seals say of it: few pages, last, on their own hosts only."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from pharmcheck.capture.planner import Wanted, issuer_pages
from pharmcheck.check import judge
from pharmcheck.model import Capture, Category, PageRole
from pharmcheck.ruleset import load_ruleset

RULES = load_ruleset()
PAGE_TO_READ = RULES.vocabulary.issuers.page_to_read
NABP = "https://safe.pharmacy/buy-safely/?url=shop.example"
ENTRY = "https://www.aanbiedersmedicijnen.nl/aanbieders/aanbiederslijst/shop/index"


def wanted(*links: str, domain: str = "shop.example") -> list[str]:
    return [page.url for page in issuer_pages([(link, "") for link in links], domain, PAGE_TO_READ)]


@pytest.mark.parametrize(
    ("link", "read"),
    [
        (NABP, NABP),
        (NABP.replace("https", "http"), NABP),  # whoever answers in clear may be anybody
        ("https://safe.pharmacy/buy-safely/?url=www.shop.example", "https://safe.pharmacy/buy-safely/?url=www.shop.example"),
        (ENTRY, ENTRY),
        ("https://www.pharmacyregulation.org/registers/pharmacy/1099887",) * 2,
        ("https://safe.pharmacy/buy-safely/?url=other.example", None),
        ("https://safe.pharmacy/", None),
        ("https://safe.pharmacy.example.top/buy-safely/?url=shop.example", None),
        ("https://www.aanbiedersmedicijnen.nl/zoeken?q=shop.example", None),
        ("https://www.salute.gov.it/LogoCommercioElettronico/CercaSitoEComm?q=shop", None),  # may repeat what was asked
        ("https://www.bda.bg/list", None),  # nobody has confirmed that host
        ("https://www.pharmacychecker.com/profile/shop", None),  # binds nobody, refuses nobody
        ("https://shop.example/contact", None),
        ("mailto:info@safe.pharmacy", None),
    ],
)  # fmt: skip
def test_only_the_page_that_speaks_of_this_site_is_read(link: str, read: str | None) -> None:
    """The issuer's own host, the form of a seal's link, this domain, encrypted."""
    assert wanted(link) == ([read] if read else [])


def test_few_are_read_and_one_of_each_host() -> None:
    """A page full of seals costs two requests."""
    many = [f"https://www.pharmacyregulation.org/registers/pharmacy/10998{n}" for n in range(10, 99)]
    assert wanted(*many, ENTRY, NABP) == [many[0], ENTRY]


def test_who_looks_at_an_issuer_asks_it_nothing_about_itself() -> None:
    """The issuer's own site is a site like any other."""
    assert wanted("https://www.legitscript.com/websites/legitscript.com/", domain="legitscript.com") == []


def seals(capture: Capture) -> list[Wanted]:
    return [Wanted(attempt.url, attempt.role) for attempt in capture.attempts if attempt.role is PageRole.ISSUER]


def test_a_visit_reads_the_issuers_page_last_and_the_site_is_verified(
    serve: Any, visit: Any, page_bytes: Any, authority: Any, ca_file: str, context_for: Any
) -> None:
    """Through the same door, within the budget, obeying the issuer's robots.txt; what it says binds."""
    server = serve(context_for(authority.issue_cert("shop.example", "safe.pharmacy")))
    server.routes |= {
        "/": page_bytes(
            b"<h1>Our pharmacy</h1><h2>Sildenafil 50 mg</h2><p>$40.00</p><button>Add to cart</button><a href=/contact>"
            b"Contact</a><a href='" + NABP.encode() + b"'><img src=/nabp.png alt=NABP></a>"
        ),
        "/contact": page_bytes(b"<p>1 High Street"),
        "/robots.txt": page_bytes(b"User-agent: *\nDisallow: /private\n"),
        "/buy-safely/?url=shop.example": page_bytes(b"<h1>Result</h1><p>shop.example is accredited by NABP.</p>"),
    }
    policy = server.policy(
        "shop.example", "safe.pharmacy", scheme_port=443, ca_file=ca_file, page_budget=3, page_to_read=PAGE_TO_READ
    )
    capture = visit(policy, "https://shop.example/")
    assert seals(capture) == [Wanted(NABP, PageRole.ISSUER)]
    assert capture.pages[-1].role is PageRole.ISSUER
    assert not any(
        b"\r\ncookie:" in request.lower() or b"\r\nreferer:" in request.lower() for request in server.requests[-2:]
    )
    verdict = judge(capture, RULES, now=datetime(2026, 11, 22, tzinfo=UTC)).verdict
    assert (verdict.category, verdict.reason_code) == (Category.VERIFIED, "accredited")
    assert verdict.coverage == 100


def test_the_issuers_page_leads_nowhere(
    serve: Any, visit: Any, page_bytes: Any, authority: Any, ca_file: str, context_for: Any
) -> None:
    """Its links and refreshes are not followed, and an issuer that forbids machines is not asked."""
    server = serve(context_for(authority.issue_cert("shop.example", "safe.pharmacy")))
    server.routes |= {
        "/": page_bytes(b"<h1>Shop</h1><a href='" + NABP.encode() + b"'><img src=/nabp.png></a>"),
        "/robots.txt": page_bytes(b""),
        "/buy-safely/?url=shop.example": page_bytes(
            b"<meta http-equiv=refresh content='0;url=https://shop.example/elsewhere'><a href=https://shop.example/about>About</a>"
        ),
    }
    settings = {"scheme_port": 443, "ca_file": ca_file, "page_to_read": PAGE_TO_READ}
    visit(server.policy("shop.example", "safe.pharmacy", **settings), "https://shop.example/")
    assert "/elsewhere" not in server.paths()
    assert "/about" not in server.paths()
    server.requests.clear()
    server.routes["/robots.txt"] = page_bytes(b"User-agent: *\nDisallow: /buy-safely\n")
    capture = visit(server.policy("shop.example", "safe.pharmacy", **settings), "https://shop.example/")
    assert "/buy-safely/?url=shop.example" not in server.paths()
    assert [attempt.outcome.value for attempt in capture.attempts if attempt.role is PageRole.ISSUER] == ["robots"]


def test_without_a_table_of_issuers_nobody_else_is_asked(serve: Any, visit: Any, page_bytes: Any) -> None:
    """A visit that is not told which hosts to trust stays on the site."""
    server = serve()
    server.routes["/"] = page_bytes(b"<h1>Shop</h1><a href='" + NABP.encode() + b"'>x</a>")
    assert seals(visit(server.policy("shop.example", "safe.pharmacy"), "shop.example")) == []
