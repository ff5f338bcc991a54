"""The desk in a real browser: by keyboard alone, without scripts, on a small screen; axe-core finds nothing."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from pharmcheck.model import Category
from pharmcheck.networks import Trait, known_things
from pharmcheck.store import Deliveries, Networks, NetworkViews, Scope, Tried
from pharmcheck.watch import note_verdicts
from pharmcheck.watch.sending import LEASE
from tests.api.conftest import ROGUE, keep_answer
from tests.sites import site
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
    page.focus("details summary")
    page.keyboard.press("Enter")
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


def look_at(page: Page, name: str, wrong: dict[str, Any]) -> None:
    """Note what is wrong with a page, everything that can be opened open."""
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
    found = Axe().run(page, options=AXE).response
    assert found["passes"], "axe looked at nothing"
    over = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    small = page.evaluate(SMALL_TARGETS)
    if found["violations"] or over > 0 or small:
        wrong[name] = ([(one["id"], one["nodes"][0]["html"]) for one in found["violations"]], over, small)


@pytest.mark.parametrize("form", [{}, PHONE, {"color_scheme": "dark"}])
def test_the_desk_is_for_everybody(form: dict[str, Any], visit: Any, tmp_path: Path) -> None:
    """From the key to a list that runs: axe finds nothing, nobody scrolls sideways, every target can be hit."""
    seen = visit(**form)
    wrong: dict[str, Any] = {}

    def look(name: str) -> None:
        look_at(seen.page, name, wrong)

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


def test_the_page_of_a_watched_list_is_for_everybody(visit: Any, tmp_path: Path) -> None:
    """Begun, told of a change, a receiver registered, a message that failed: by keyboard; axe finds nothing."""
    seen = visit(**PHONE, color_scheme="dark")
    service = seen.gallery.service
    page = open_desk(seen)
    hand_in(page, tmp_path)
    page.focus("text=Check 2 sites")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=0 of 2 sites are done")
    batch_id = page.url.rpartition("/")[2]
    wrong: dict[str, Any] = {}
    page.focus("text=Watch this list")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=This list is not watched")
    look_at(page, "not watched", wrong)
    page.focus("button:text('Watch this list')")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=Stop watching")
    for pages, day in (({"home": "# Ibuprofen 200 mg\n$5\n! Add to cart"}, 0), (ROGUE, 1)):
        at = NOW + timedelta(days=day)
        keep_answer(service, site("pills.example.com", at=at, **pages), at)
        note_verdicts(service.store, at)
    page.focus("#url")
    page.keyboard.type("https://intake.example.org/a-rather-long-address-of-a-program")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=whsec_")
    look_at(page, "secret", wrong)
    messages = Deliveries(service.store)
    messages.announce(NOW + timedelta(days=2), timedelta(0), 9)
    (letter,) = [one for one in messages.claim("test", NOW + timedelta(days=2), LEASE, 9) if one.batch_id == batch_id]
    failed = Tried(1, NOW, "http_error", 500, "site", "The receiver answered with status 500.", 7)
    messages.finish(letter, "test", failed, NOW, disable_why="A message could not be delivered in 8 tries.")
    page.goto(f"{seen.gallery.url}/desk/{batch_id}/watch?days=0")
    page.wait_for_selector("text=Switched off on")
    look_at(page, "change", wrong)
    assert page.locator("tbody tr").count() == 1
    page.focus("text=Switch it on again")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=Switched off on", state="detached")
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
