"""Take the pictures of every state of the page for docs/page.md.

    .venv/bin/python -m docs.screenshots [--chromium PROGRAM] [FOLDER]

Needs a Chromium.  Sites, register and time are those of the sample street, so the pictures change only with the page.
"""

from __future__ import annotations

import argparse
import logging
import shutil
import tempfile
from pathlib import Path

import structlog
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from pharmcheck.api import Service
from pharmcheck.model import Category
from pharmcheck.networks import Trait, known_things
from pharmcheck.store import Networks, QueueName, Role, hash_password
from tests.web.gallery import NOW, Gallery, open_gallery

HERE = Path(__file__).parent / "screenshots"
WIDE, PHONE, _COLOURS = 760, 320, 32
DESK = 1000
_LANGUAGES = ("de", "fr", "es")
_PASSWORD = "a password of these pictures"  # noqa: S105 - of a service that ends with them
_COMPLAINTS = b"""Complaints of November,,
no.,web site,who says so
1,hxxps://pillswift[.]example/,a reader
2,maple-direct-meds.example,a reader
3,https://harbourpharmacy.example/shop,hospital
4,pillswift.example; medicine-facts.example,two at once
5,www.elmstreetrx.example,a reader
6,see my e-mail,
7,http://10.0.0.7/,the inspector
8,wallgate-pharmacy.example,a reader
"""
_REFUSED = "refused"  # what the form says to a text that holds no address


def main() -> None:
    """Take them all."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--chromium", default=shutil.which("chromium") or shutil.which("google-chrome"))
    parser.add_argument("folder", nargs="?", type=Path, default=HERE)
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    with (
        tempfile.TemporaryDirectory() as data,
        open_gallery(Path(data)) as gallery,
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=options.chromium, chromium_sandbox=False) as browser,
    ):
        take(gallery, browser, options.folder)
        take_desk(gallery, browser, options.folder)


def take(gallery: Gallery, browser: Browser, folder: Path) -> None:
    """Every state wide in English; the answer that matters most in every form."""
    for name in gallery.paths:
        if name != "hostile":  # a case for tests
            _shoot(browser, gallery, name, folder / f"{name}.png")
    _shoot(browser, gallery, _REFUSED, folder / f"{_REFUSED}.png")
    _shoot(browser, gallery, "danger", folder / "danger-dark.png", dark=True)
    for name in ("home", "running", "danger", "verified"):
        _shoot(browser, gallery, name, folder / f"{name}-phone.png", width=PHONE)
    for code in _LANGUAGES:
        _shoot(browser, gallery, "danger", folder / f"danger-{code}.png", language=code)


def take_desk(gallery: Gallery, browser: Browser, folder: Path) -> None:
    """A list from the file to the answers, what waits for a person, and a network."""
    service = gallery.service
    service.officers.add("ada", Role.OFFICER, hash_password(_PASSWORD), NOW)
    _make_network(service)
    page = browser.new_context(viewport={"width": DESK, "height": 800}, reduced_motion="reduce").new_page()
    page.goto(f"{gallery.url}/desk")
    _keep(page, folder / "desk-sign-in.png")
    page.fill("#name", "ada")
    page.fill("#password", _PASSWORD)
    page.press("#password", "Enter")
    page.set_input_files("input[type=file]", {"name": "complaints.csv", "mimeType": "text/csv", "buffer": _COMPLAINTS})
    page.click("form.ask button")
    _keep(page, folder / "desk-preview.png")
    page.click("main button:has-text('Check ')")
    gallery.work(QueueName.BATCH)
    page.goto(page.url.split("?")[0] + "?order=worst")
    _keep(page, folder / "desk-list.png")
    page.goto(f"{gallery.url}/desk/queue")
    _keep(page, folder / "desk-queue.png")
    page.goto(f"{gallery.url}/desk/networks")
    page.click("main a[href^='/desk/networks/']")
    _keep(page, folder / "desk-network.png")


def _make_network(service: Service) -> None:
    """Shops of one hand, as their visits would have told it."""
    shared = [("handle", "telegram:pillsdesk", "Telegram pillsdesk"), ("checkout", "pay.example", "pay[.]example")]
    store = service.store
    for number, domain in enumerate(("one-meds.example", "two-meds.example", "three-meds.example")):
        page = f"https://{domain}/contact"
        traits = [Trait(kind, value, shown, page, "9f" * 32) for kind, value, shown in shared]
        traits.append(Trait("phone", f"+4420000000{number}", f"+44 20 0000 000{number}", page, "9f" * 32))
        Networks(store).note(domain, Category.DANGER, traits, NOW)
    Networks(store).build(known_things(service.place.ruleset), NOW)


def _keep(page: Page, file: Path) -> None:
    page.screenshot(path=file, full_page=True)
    _make_small(file)


def _shoot(
    browser: Browser, gallery: Gallery, name: str, file: Path, *, width: int = WIDE, dark: bool = False,
    language: str = "en",
) -> None:  # fmt: skip
    context = browser.new_context(
        viewport={"width": width, "height": 700}, color_scheme="dark" if dark else "light", locale=language,
        reduced_motion="reduce",
    )  # fmt: skip
    page = context.new_page()
    if name == _REFUSED:
        page.goto(gallery.url)
        page.fill("#url", "my pharmacy")
        page.click(".ask button")
    else:
        page.goto(gallery.url + gallery.paths[name])
    page.screenshot(path=file, full_page=True)
    context.close()
    _make_small(file)


def _make_small(file: Path) -> None:
    with Image.open(file) as image:  # text on plain grounds needs few colours, and then a third of the bytes
        image.quantize(_COLOURS, dither=Image.Dither.NONE).save(file, optimize=True)


if __name__ == "__main__":
    main()
