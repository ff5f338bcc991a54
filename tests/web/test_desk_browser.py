"""The desk in a real browser: by keyboard alone, without scripts, on a small screen; axe-core finds nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from pharmcheck.model import Category
from pharmcheck.networks import Trait, known_things
from pharmcheck.store import Networks, NetworkViews, Scope
from tests.web.conftest import Visit
from tests.web.gallery import NOW, Gallery
from tests.web.test_browser import AXE, PHONE, SMALL_TARGETS

pytestmark = pytest.mark.xdist_group("browser")

LIST = "Site\npills.example.com\nhxxps://other[.]example[.]com\nslip.con\nn/a\n"


def open_desk(visit: Visit) -> Page:
    """Open the desk with a key, by keyboard."""
    _, secret = visit.gallery.service.keys.create("officer", [Scope.BATCH], NOW, None)
    page = visit.page
    page.goto(f"{visit.gallery.url}/desk")
    page.focus("#key")
    page.keyboard.type(secret)
    page.keyboard.press("Enter")
    page.wait_for_selector("#file")
    return page


def hand_in(page: Page, folder: Path) -> None:
    file = folder / "list.csv"
    file.write_text(LIST, "utf-8")
    page.set_input_files("#file", file)
    page.focus("text=Look through the list")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=Nobody has been visited yet")


def a_network(gallery: Gallery) -> str:
    """The id of a network of two shops."""
    store, known = gallery.service.store, known_things(gallery.service.place.ruleset)
    shown = [Trait(kind, "x", "x", "https://page.example/", "9f" * 32) for kind in ("phone", "handle")]
    for domain in ("one.example", "two.example"):
        Networks(store).note(domain, Category.DANGER, shown, NOW)
    Networks(store).build(known, NOW)
    return NetworkViews(store).all(0, 1)[0].id


@pytest.mark.parametrize("form", [{}, PHONE, {"color_scheme": "dark"}])
def test_the_desk_is_for_everybody(form: dict[str, Any], visit: Any, tmp_path: Path) -> None:
    """From the key to a list that runs: axe finds nothing, nobody scrolls sideways, every target can be hit."""
    seen = visit(**form)
    wrong: dict[str, Any] = {}

    def look(name: str) -> None:
        seen.page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
        found = Axe().run(seen.page, options=AXE).response
        assert found["passes"], "axe looked at nothing"
        over = seen.page.evaluate("document.documentElement.scrollWidth - innerWidth")
        small = seen.page.evaluate(SMALL_TARGETS)
        if found["violations"] or over > 0 or small:
            wrong[name] = ([(one["id"], one["nodes"][0]["html"]) for one in found["violations"]], over, small)

    seen.page.goto(f"{seen.gallery.url}/desk")
    look("key")
    page = open_desk(seen)
    look("desk")
    page.goto(f"{seen.gallery.url}/desk/networks/{a_network(seen.gallery)}")
    look("network")
    page.goto(f"{seen.gallery.url}/desk/networks")
    look("networks")
    page.goto(f"{seen.gallery.url}/desk")
    hand_in(page, tmp_path)
    look("draft")
    page.focus("text=Check 2 sites")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=0 of 2 sites are done")
    look("running")
    page.focus("text=Call it off")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=Called off")
    look("cancelled")
    assert wrong == {}
    assert [one for one in seen.complaints if "Security Policy" in one] == []


def test_the_desk_works_without_scripts(visit: Any, tmp_path: Path) -> None:
    """Handing in, looking through, filtering."""
    seen = visit(java_script_enabled=False)
    page = open_desk(seen)
    hand_in(page, tmp_path)
    page.select_option("#kind", "needs_person")
    page.click("text=Show")

    assert "1 row." in page.inner_text("main")
    assert "No site can end in" in page.inner_text("main")
