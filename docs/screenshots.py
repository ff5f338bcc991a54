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
from playwright.sync_api import Browser, sync_playwright

from tests.web.gallery import Gallery, open_gallery

HERE = Path(__file__).parent / "screenshots"
WIDE, PHONE, _COLOURS = 760, 320, 32
_LANGUAGES = ("de", "fr", "es")
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
    with Image.open(file) as image:  # text on plain grounds needs few colours, and then a third of the bytes
        image.quantize(_COLOURS, dither=Image.Dither.NONE).save(file, optimize=True)


if __name__ == "__main__":
    main()
