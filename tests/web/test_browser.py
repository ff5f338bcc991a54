"""The page in a real browser: whoever cannot see well, has a small screen, no mouse or no scripts gets the same answer.

axe-core finds what machines can find; reflow, target sizes and focus it does not see, so they are asked here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from pharmcheck.web.helping import helps
from tests.web.conftest import Visit
from tests.web.gallery import VISITED, Gallery

# One worker opens the gallery and the browser for all of these.
pytestmark = pytest.mark.xdist_group("browser")

STATES = (
    *("home", "refused", "help", "owners", "nothing"),
    *("queued", "running", "stalled", "failed"),
    *VISITED,
    *("old", "hostile"),
)
PHONE = {"viewport": {"width": 320, "height": 640}}
FORMS: dict[str, dict[str, Any]] = {
    "light": {"viewport": {"width": 1100, "height": 900}},
    "dark": {"viewport": {"width": 400, "height": 900}, "color_scheme": "dark"},
    "phone": PHONE,
    "forced colours": {"forced_colors": "active"},
}
AXE = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
SMALL_TARGETS = """[...document.querySelectorAll('a, button, input, select, summary')].filter(one => {
  if (one.type === 'hidden' || one.matches('.skip')) return false;
  const inText = one.matches('a') && one.closest('p, li, dd') && getComputedStyle(one).display === 'inline';
  const box = one.getBoundingClientRect();
  return !inText && box.width && (box.width < 24 || box.height < 24);
}).map(one => one.outerHTML.slice(0, 80))"""
FOCUS = """(() => {
  const one = document.activeElement, style = getComputedStyle(one), box = one.getBoundingClientRect();
  return {
    name: one.id || one.getAttribute('href') || one.textContent.trim().slice(0, 40), tag: one.tagName,
    ring: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2,
    seen: box.top < innerHeight && box.bottom > 0 && box.left < innerWidth && box.right > 0,
  };
})()"""

Visits = Callable[..., Visit]


@pytest.mark.parametrize("form", FORMS)
def test_axe_finds_nothing_wrong(form: str, visit: Visits) -> None:
    """No violation of WCAG 2.2 A and AA or of good practice, in any state, in any form."""
    seen = visit(**FORMS[form])
    wrong = {}
    for name in STATES:
        found = Axe().run(seen.see(name), options=AXE).response
        assert found["passes"], "axe looked at nothing"
        if found["violations"]:
            wrong[name] = [(one["id"], one["nodes"][0]["html"]) for one in found["violations"]]
    assert wrong == {}


@pytest.mark.parametrize("language", ["en", "de", "fr", "es"])
def test_nothing_runs_over_the_edge_of_a_small_screen(language: str, visit: Visits) -> None:
    """At 320 px nobody scrolls sideways, and every target can be hit with a finger (24 px)."""
    seen = visit(**PHONE, locale=language)
    wrong: dict[str, Any] = {}
    for name in STATES:
        page = seen.see(name)
        over = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        small = page.evaluate(SMALL_TARGETS)
        if over > 0 or small:
            wrong[name] = (over, small)
    assert wrong == {}


def test_nothing_comes_from_elsewhere_and_the_policy_is_kept(visit: Visits, gallery: Gallery) -> None:
    """No third party learns that somebody asked; no script, style or picture outside the policy is even tried."""
    seen = visit()
    for name in STATES:
        seen.see(name)
        seen.page.wait_for_load_state("networkidle") if name not in ("queued", "running", "stalled") else None
    foreign = {url for url in seen.requested if not url.startswith(f"{gallery.url}/")}
    ours = {"Failed to load resource: the server responded with a status of 404 (Not Found)",
            "Failed to load resource: the server responded with a status of 422 (Unprocessable Content)",
            "Failed to load resource: the server responded with a status of 422 (Unprocessable Entity)"}  # fmt: skip

    assert foreign == set()
    assert set(seen.complaints) - ours == set()
    assert seen.page.context.cookies() == []


def test_what_a_shop_writes_stays_words(visit: Visits, gallery: Gallery) -> None:
    """Tags, templates, script addresses and turned text in quotations do nothing and lead nowhere."""
    seen = visit()
    page = seen.see("hostile")
    text = page.text_content("main") or ""
    links = page.eval_on_selector_all("main a", "all => all.map(one => one.getAttribute('href'))")
    ours = {urlsplit(place.url).netloc for help_ in helps().values() for place in (help_.report, help_.register)}

    assert "<script>document.title='owned'</script> {{7*7}}" in text
    assert "\u202e" not in text
    assert "owned" not in page.title()
    assert page.query_selector_all("main script, main img, main [onerror]") == []
    assert [link for link in links if urlsplit(link).netloc not in {"", *ours} or link.startswith("javascript")] == []
    assert "hostile.example.com" not in text
    assert "evil.example" not in text.replace("evil[.]example", "")
    assert seen.complaints == []


def test_every_link_out_takes_nothing_along(visit: Visits) -> None:
    """Addresses of authorities open without telling where the reader came from."""
    seen = visit()
    for name in ("help", "unverified", "verified-elsewhere"):
        page = seen.see(name)
        out = page.eval_on_selector_all("a[href^=http]", "all => all.map(one => one.rel)")
        assert out
        assert set(out) == {"noopener noreferrer nofollow"}


def test_the_whole_way_by_keyboard(visit: Visits) -> None:
    """From the empty form to the proof of a reason, with Tab and Enter; the focus is always to be seen."""
    seen = visit(**PHONE)
    page = seen.see("home")
    _tab_to(page, lambda focus: focus["name"] == "url")
    page.keyboard.type("https://pillswift.example/")
    _tab_to(page, lambda focus: focus["tag"] == "BUTTON")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("Do not buy here")

    page.keyboard.press("Tab")
    assert page.evaluate(FOCUS)["name"] == "#main"
    page.keyboard.press("Enter")
    _tab_to(page, lambda focus: focus["tag"] == "SUMMARY")
    page.keyboard.press("Enter")
    expect(page.locator("details[open] blockquote").first).to_be_visible()


@pytest.mark.parametrize("name", STATES)
def test_tab_reaches_everything_once_and_shows_where_it_is(name: str, visit: Visits) -> None:
    """No trap, no hidden stop, and a ring around whatever has the focus."""
    page = visit(**PHONE).see(name)
    expected = page.eval_on_selector_all(
        "a[href], button, input, select, summary",
        "all => all.filter(one => one.type !== 'hidden' && one.checkVisibility()).length",
    )
    walked = []
    for _ in range(expected):
        page.keyboard.press("Tab")
        walked.append(page.evaluate(FOCUS))

    assert [focus for focus in walked if focus["tag"] == "BODY" or not focus["ring"] or not focus["seen"]] == []


def test_the_whole_way_without_scripts(visit: Visits, gallery: Gallery) -> None:
    """A form, a page that looks again by itself, an answer, help for a country."""
    page = visit(java_script_enabled=False).see_plain("home")
    page.fill("#url", "https://elmstreetrx.example/opening-hours")
    page.select_option("#destination", "DE")
    page.click(".ask button")
    expect(page.locator("h1")).to_contain_text("Checking")
    gallery.work()
    expect(page.locator(".verdict h1")).to_contain_text("elmstreetrx.example", timeout=60_000)
    page.select_option("#country", "FR")
    page.click(".country button")
    expect(page.locator("dl.help")).to_contain_text("Centre antipoison")


def test_with_scripts_the_answer_comes_by_itself(visit: Visits, gallery: Gallery) -> None:
    """Whoever waits need not press anything, and a screen reader hears how far it is."""
    page = visit().see_plain("home")
    page.fill("#url", "https://medicine-facts.example/about")
    page.select_option("#destination", "AT")
    page.click(".ask button")
    expect(page.locator("[role=status]")).to_be_visible()
    gallery.work()
    expect(page.locator(".verdict h1")).to_contain_text("medicine-facts.example", timeout=60_000)


def test_paper_shows_the_proofs_and_no_buttons(visit: Visits) -> None:
    """Printed for a bank or the police: closed parts are open, forms are gone."""
    seen = visit()
    page = seen.see_plain("danger")
    page.emulate_media(media="print")

    expect(page.locator("blockquote").first).to_be_visible()
    expect(page.locator("form").first).to_be_hidden()
    assert page.locator("blockquote").first.bounding_box()["height"] > 10  # type: ignore[index]


def _tab_to(page: Page, found: Callable[[dict[str, Any]], bool]) -> None:
    for _ in range(40):
        page.keyboard.press("Tab")
        focus = page.evaluate(FOCUS)
        assert focus["ring"], focus
        if found(focus):
            return
    pytest.fail("Tab never got there")
