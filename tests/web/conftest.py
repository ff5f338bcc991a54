"""A running service with every state of the page, and a browser to look at it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.api.conftest import anyio_backend, desk, ruleset  # noqa: F401 - fixtures
from tests.web.gallery import Gallery, open_gallery


@pytest.fixture(scope="session")
def gallery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gallery]:
    with open_gallery(tmp_path_factory.mktemp("gallery")) as opened:
        yield opened


@pytest.fixture(
    scope="module"
)  # while it is open an event loop runs in this thread, so other modules could not have theirs
def browser(chromium: Path) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, chromium_sandbox=False)
        yield opened
        opened.close()


@dataclass
class Visit:
    """One person at the page, and everything that their browser noticed."""

    page: Page
    gallery: Gallery
    requested: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def see(self, name: str) -> Page:
        """Look at a state, with everything that can be opened open."""
        if name == "refused":
            self.page.goto(self.gallery.url)
            self.page.fill("#url", "not an address")
            self.page.click(".ask button")
        else:
            self.see_plain(name)
        return self._opened()

    def see_plain(self, name: str) -> Page:
        """Look at a state as it comes."""
        self.page.goto(self.gallery.url + self.gallery.paths[name])
        return self.page

    def _opened(self) -> Page:
        self.page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
        return self.page


@pytest.fixture
def visit(browser: Browser, gallery: Gallery) -> Iterator[Any]:
    """Makes visits; what a test says about the browser goes to Playwright."""
    contexts = []

    def make(**how: Any) -> Visit:
        context = browser.new_context(**how)
        contexts.append(context)
        made = Visit(context.new_page(), gallery)
        made.page.on("request", lambda request: made.requested.append(request.url))
        made.page.on("console", lambda message: made.complaints.append(message.text))
        made.page.on("pageerror", lambda error: made.complaints.append(str(error)))
        made.page.on("dialog", lambda dialog: (made.complaints.append(dialog.message), dialog.dismiss()))
        return made

    yield make
    for context in contexts:
        context.close()
