"""People's pages in a real browser: signed in and reviewed by keyboard alone; axe-core finds nothing wrong."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from pharmcheck.store import Role, hash_password
from tests.api.conftest import keep_answer, rogue
from tests.web.conftest import Visit
from tests.web.desk_forms import CHEAP, PASSWORD
from tests.web.gallery import NOW
from tests.web.test_browser import AXE, PHONE, SMALL_TARGETS

pytestmark = pytest.mark.xdist_group("browser")


@dataclass
class Inspector:
    """Looks at one page after the other for what keeps people out."""

    page: Page
    wrong: dict[str, Any] = field(default_factory=dict)

    def look(self, name: str) -> None:
        self.page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
        found = Axe().run(self.page, options=AXE).response
        assert found["passes"], "axe looked at nothing"
        over = self.page.evaluate("document.documentElement.scrollWidth - innerWidth")
        small = self.page.evaluate(SMALL_TARGETS)
        if found["violations"] or over > 0 or small:
            self.wrong[name] = ([(one["id"], one["nodes"][0]["html"]) for one in found["violations"]], over, small)


def sign_in(visit: Visit, name: str) -> Page:
    """By keyboard."""
    officers = visit.gallery.service.officers
    if officers.named(name) is None:
        officers.add(name, Role.ADMIN, hash_password(PASSWORD, CHEAP), NOW)
    page = visit.page
    page.goto(f"{visit.gallery.url}/desk")
    page.focus("#name")
    page.keyboard.type(name)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_selector("text=The lists of this desk")
    return page


def ask(page: Page) -> None:
    """An owner asks for a new look, by keyboard."""
    page.focus("#appeal summary")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("We are in the register since May.")
    page.focus("#appeal button")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=It waits for a person.")


def refuse(page: Page) -> None:
    """A person answers, by keyboard."""
    page.focus("#refuse")
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.type("It is not there.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=refused. It is not there.")


@pytest.mark.parametrize("form", [{}, {**PHONE, "color_scheme": "dark"}], ids=["wide", "phone"])
def test_the_pages_of_people_are_for_everybody(form: dict[str, Any], visit: Any) -> None:
    """Axe finds nothing, nobody scrolls sideways, every target can be hit; an owner asks, a person answers."""
    seen: Visit = visit(**form)
    url, page, inspector = seen.gallery.url, seen.page, Inspector(seen.page)
    check_id = keep_answer(seen.gallery.service, rogue(f"{len(form)}.reviewed.example.com"), NOW)
    page.goto(f"{url}/v/{check_id}")
    ask(page)
    inspector.look("what an owner is shown")
    sign_in(seen, "ada")
    page.focus("nav[aria-label='The desk'] >> text=What waits for a person")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=an owner asks")
    inspector.look("queue")
    page.focus(f"tr:has(a[href$='{check_id}']) >> text=an owner asks")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=What they wrote")
    inspector.look("request")
    refuse(page)
    page.goto(f"{url}/desk/verdicts/{check_id}")
    page.focus("#dispute-reason")
    page.keyboard.type("The owner shows a licence.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector("ol.said >> text=The owner shows a licence.")
    inspector.look("verdict with words")
    for name in (f"v/{check_id}", "desk/people", "desk/opt-outs"):
        page.goto(f"{url}/{name}")
        inspector.look(name)
    page.focus("text=Sign out")
    page.keyboard.press("Enter")
    page.wait_for_selector("#password")
    inspector.look("signed out")
    assert inspector.wrong == {}
    assert [one for one in seen.complaints if "Security Policy" in one] == []


def test_a_person_judges_otherwise_without_scripts(visit: Any) -> None:
    """From the form to the page for everybody."""
    seen: Visit = visit(java_script_enabled=False)
    check_id = keep_answer(seen.gallery.service, rogue("plain.reviewed.example.com"), NOW)
    page = sign_in(seen, "grace")
    page.goto(f"{seen.gallery.url}/desk/verdicts/{check_id}")
    page.select_option("#category", "unverified")
    page.fill("#override-reason", "It quotes a warning.")
    page.fill("#until", "2027-01-31")
    page.click("button:text-is('Judge otherwise')")
    page.wait_for_selector("ol.said >> text=It quotes a warning.")
    assert "until 31 January 2027" in page.inner_text("ol.said")
    page.goto(f"{seen.gallery.url}/v/{check_id}")
    assert "looked at the evidence about" in page.inner_text("main")
