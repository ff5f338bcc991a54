"""The pages of the extension: for people who do not see, do not use a mouse, read other languages, and want to know."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import axe_playwright_python
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.extension.conftest import SITES, Browser, World
from tests.web.test_browser import AXE, SMALL_TARGETS

pytestmark = pytest.mark.xdist_group("extension")
Start = Callable[..., Browser]
PAGES = ("options.html", "permissions.html", "privacy.html", "warning.html")
AXE_SCRIPT = Path(axe_playwright_python.__file__).parent / "axe.min.js"
LANGUAGES = {"de": "Hier nicht kaufen", "fr": "N’achetez pas ici", "es": "No compre aquí"}


def test_axe_finds_nothing_wrong_and_nothing_runs_over(start: Start, world: World) -> None:
    """No violation of WCAG 2.2 AA, light or dark; at 320 px nobody scrolls sideways, and every target can be hit."""
    browser = start("chrome")
    schemes: tuple[Any, ...] = ("light", "dark")
    for name in PAGES:
        page = browser.page_of(name)
        for scheme in schemes:
            page.emulate_media(color_scheme=scheme)
            found = Axe().run(page, options=AXE).response
            assert found["passes"], "axe looked at nothing"
            assert [(one["id"], one["nodes"][0]["html"]) for one in found["violations"]] == []
        page.set_viewport_size({"width": 320, "height": 640})
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
        assert page.evaluate(SMALL_TARGETS) == []
        if name == "options.html":
            _walk(page)
        page.close()


def _walk(page: Page) -> None:
    """Tab reaches every control of the settings, and shows where it is."""
    wanted = ["badge", "warn", "update", "service", "key"]
    met = []
    for _ in range(8):
        page.keyboard.press("Tab")
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
        met.append(page.evaluate("document.activeElement.id"))
    assert [name for name in met if name in wanted] == wanted


def test_the_popup_is_accessible(start: Start, world: World, shelve: Callable[..., Any]) -> None:
    """Axe finds nothing, with the popup full of words; the answer is told by a screen reader when it comes."""
    shelve()
    browser = start("chrome")
    browser.visit(f"http://{SITES['danger']}/")
    popup = browser.click()
    popup.ask(AXE_SCRIPT.read_text("utf-8") + "; 1")
    found = json.loads(popup.ask(f"axe.run({json.dumps(AXE)}).then(JSON.stringify)"))
    assert found["passes"]
    assert [(one["id"], one["nodes"][0]["html"]) for one in found["violations"]] == []
    assert popup.ask("document.querySelector('#answer').getAttribute('role')") == "status"
    assert popup.ask("document.documentElement.scrollWidth - innerWidth") <= 0


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_speaks_the_language_of_the_browser(
    start: Start, world: World, shelve: Callable[..., Any], language: str
) -> None:
    """Answer and reasons in the popup, and every word of a page."""
    shelve()
    browser = start("chrome", language)
    page = browser.page_of("options.html")
    assert page.get_attribute("html", "lang") == language
    assert all(page.eval_on_selector_all("[data-say]", "all => all.map(one => one.textContent)"))
    browser.visit(f"http://{SITES['danger']}/")
    popup = browser.click()
    assert LANGUAGES[language] in popup.text("#label")
    words = {"de": "sagt, dass", "fr": "dit", "es": "dice que"}
    assert words[language] in popup.text("#reasons")


def test_a_service_of_ones_own_is_taken_only_with_its_key(
    start: Start, world: World, shelve: Callable[..., Any]
) -> None:
    """Address and key are judged before they are kept; the lists of the service before are thrown away."""
    shelve()
    browser = start("chrome")
    assert browser.update() is None
    page = browser.page_of("options.html")
    key = page.input_value("#key")
    for service, given, says in (
        ("http://lists.example.org", key, "must begin with https://"),
        ("https://user:secret@lists.example.org", key, "must begin with https://"),
        ("https://lists.example.org", "AAAA", "not a public key"),
    ):
        page.fill("#service", service)
        page.fill("#key", given)
        page.click("#own button")
        page.wait_for_function("says => document.querySelector('#saved').textContent.includes(says)", arg=says)
    page.fill("#service", f"http://localhost:{world.port}/some/path?x=1")
    page.fill("#key", "A" * 43)
    page.click("#own button")
    page.wait_for_function("() => document.querySelector('#saved').textContent.startsWith('Saved')")
    # Signed with another key than was entered.
    page.wait_for_function("() => document.querySelector('#lists').textContent.includes('there is no list yet')")
    assert browser.stored("local", "service") == f"http://localhost:{world.port}"
