"""What one visit shows of who runs a site, and what is left out because it leads to nobody."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import replace
from typing import Any

import pytest

from pharmcheck.model import Capture
from pharmcheck.networks import known_things, site_traits
from pharmcheck.reading import read
from pharmcheck.ruleset import Ruleset
from tests.sites import site


def shown(capture: Capture, ruleset: Ruleset) -> dict[str, set[str]]:
    """Values by kind."""
    readings = [read(page, ruleset.vocabulary) for page in capture.pages]
    found: dict[str, set[str]] = {}
    for trait in site_traits(capture, readings, known_things(ruleset)):
        found.setdefault(trait.kind, set()).add(trait.value)
        assert trait.page_sha256
        assert trait.page_url.startswith("https://")
    return found


@pytest.mark.parametrize(
    ("html", "kind", "value"),
    [
        ("<script>ga('create', 'UA-1234567-2')</script>", "tracking", "google_analytics:UA-1234567-2"),
        ("<script>gtag('config', 'G-AB12CD34EF')</script>", "tracking", "google_analytics:G-AB12CD34EF"),
        ("<script>fbq('init', '123456789012345')</script>", "tracking", "meta_pixel:123456789012345"),
        ("<script>ym(12345678, 'init', {})</script>", "tracking", "yandex_metrica:12345678"),
        (f"<script src='https://embed.tawk.to/{'5f' * 12}/x'></script>", "account", f"tawk:{'5f' * 12}"),
        (f"<script>Stripe('pk_live_{'a1' * 12}')</script>", "merchant", f"stripe:pk_live_{'a1' * 12}"),
        (f"<p>Pay to bc1q{'w508d6qe' * 5}</p>", "merchant", f"bitcoin:bc1q{'w508d6qe' * 5}"),
        ("<p>Phone: <a href='tel:+442071234567'>call</a></p>", "phone", "+442071234567"),
        ("<p><a href='https://wa.me/442071234567'>chat</a></p>", "phone", "+442071234567"),
        ("<p><a href='https://t.me/Pill_Desk'>chat</a></p>", "handle", "telegram:pill_desk"),
        ("<p>Write to <a href='mailto:pills@gmail.com'>us</a></p>", "email", "pills@gmail.com"),
        ("<p>Write to <a href='mailto:a@pill-desk.com'>us</a></p>", "mail_domain", "pill-desk.com"),
        (("<form method='post' action='https://pay.pill-desk.com/x'><button>Add to cart</button></form>"
         "<h2>Viagra 50 mg</h2><p>$4.00</p><button>Add to cart</button>"), "checkout", "pill-desk.com"),
    ],
)  # fmt: skip
def test_what_leads_to_a_hand_is_seen(html: str, kind: str, value: str, ruleset: Ruleset) -> None:
    """In the text, in links, and in the source that nobody reads."""
    assert value in shown(site(home=f"<html><body>{html}</body></html>"), ruleset).get(kind, set())


@pytest.mark.parametrize(
    "html",
    [
        "<div data-sitekey='6LeIxAcTAAAAAJcZVRqyHh71UMIEGNQ_MXjiZKhI'></div>",
        "<p>Side effects: <a href='tel:+18003321088'>FDA</a></p>",
        "<p>Complain to <a href='mailto:casework@ico.org.uk'>the ICO</a></p>",
        "<p>Write to <a href='mailto:me@shop.example.com'>us</a></p>",
        "<p>Website by Pixel Farm, <a href='mailto:hello@pixelfarm.com'>hello</a></p>",
        (
            "<form method='post' action='https://www.paypal.com/cgi-bin/webscr'><button>Add to cart</button></form>"
            "<h2>Viagra 50 mg</h2><p>$4.00</p><button>Add to cart</button>"
        ),
        "".join(f"<p><a href='tel:+44207123456{at}'>x</a></p>" for at in range(9)),
        "".join(f"<div class='product-{word} col-{word}'><p>x</p></div>" for word in "abcdefghijklmnopqrstuvwxyz"),
    ],
)
def test_what_leads_to_nobody_is_not(html: str, ruleset: Ruleset) -> None:
    """Documentation's keys, authorities, its own domain, its maker, big providers, a directory, a stock theme."""
    seen = shown(site(home=f"<html><body>{html}</body></html>"), ruleset)

    assert not seen.keys() - {"licence", "certificate", "tls_key"}


def test_articles_and_other_sites_say_nothing(ruleset: Ruleset) -> None:
    """News names other people's numbers."""
    assert shown(site(article="<html><body><p>Call <a href='tel:+442071234567'>them</a></p>"), ruleset) == {}


def _built(name: str, at: int) -> str:
    words = "alpha beta gamma delta epsilon zeta eta iota kappa lambda omega sigma tau rho phi chi psi".split()
    return "".join(f"<div class='{name}-{word}'><p>{word} {at}</p></div>" for word in words)


def test_pages_of_one_build_are_alike_whatever_they_say(ruleset: Ruleset) -> None:
    """And those of another build are not."""
    one, two, other = (
        shown(site(home=f"<html><body>{_built(name, at)}</body></html>"), ruleset)["template"]
        for name, at in (("pillz", 1), ("pillz", 2), ("medsy", 3))
    )

    assert one == two
    assert not one & other


def test_a_key_ties_and_a_certificate_only_if_it_is_for_several_domains(ruleset: Ruleset) -> None:
    """A key may outlive its certificate; a certificate for hundreds of strangers is a hoster's."""

    def secured(*names: str) -> dict[str, set[str]]:
        capture = site(home="<html></html>")
        facts = replace(capture.tls[0], subject_names=names, key_sha256="ab" * 32)
        return shown(replace(capture, tls=(facts,)), ruleset)

    assert secured("shop.example.com")["tls_key"] == {"ab" * 32}
    assert "certificate" not in secured("shop.example.com", "www.example.com")
    assert secured("example.com", "example.net")["certificate"] == {"0" * 64}
    assert "certificate" not in secured(*(f"a{at}.com" for at in range(40)))


def test_an_icon_is_the_same_as_a_file_and_in_the_page(ruleset: Ruleset) -> None:
    """Its digest is that of the picture."""
    picture = b"\x89PNG\r\n\x1a\n" + bytes(60)
    written = base64.b64encode(picture).decode()
    capture = site(home="<html></html>")
    page = replace(capture.pages[0], body=picture, sha256=hashlib.sha256(picture).hexdigest())
    inside = site(home=f"<html><head><link rel='icon' href='data:image/png;base64,{written}'></head></html>")

    assert shown(replace(capture, icon=page), ruleset)["icon"] == shown(inside, ruleset)["icon"]


def test_the_same_visit_gives_the_same_traits(ruleset: Ruleset) -> None:
    """In the same order, each once."""
    pages: dict[str, Any] = {"home": "# Pills\nCall +44 20 7123 4567", "contact": "Call +44 20 7123 4567 now"}
    capture = site(**pages)
    readings = [read(page, ruleset.vocabulary) for page in capture.pages]
    once, again = (site_traits(capture, order, known_things(ruleset)) for order in (readings, list(readings)))

    assert once == again
    assert len({trait.key for trait in once}) == len(once)
