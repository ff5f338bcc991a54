"""The same source in Firefox ESR, where one is installed: as shipped, its permission asked for and given."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.extension.conftest import SITES, World
from tests.extension.marionette import PATIENCE_S, Marionette, write_profile

pytestmark = pytest.mark.xdist_group("extension")

# Not PHARMCHECK_…: those are forgotten before any test module is imported.
_GIVEN = os.environ.get("TEST_FIREFOX")
_MISSING = "NO FIREFOX: the extension is tested in Chromium only.  Install firefox-esr or set TEST_FIREFOX."
UUID = "11111111-2222-4333-8444-555555555555"
OURS = f"moz-extension://{UUID}"
_BUTTON = """
  const { ExtensionParent } = ChromeUtils.importESModule("resource://gre/modules/ExtensionParent.sys.mjs");
  const button = ExtensionParent.apiManager.global.browserActionFor(WebExtensionPolicy.getByID(given[0]).extension);
  const win = Services.wm.getMostRecentWindow("navigator:browser");
"""


@pytest.fixture
def firefox() -> str:
    """The browser; CI has no need of it, so without one the test is skipped aloud everywhere."""
    found = _GIVEN or shutil.which("firefox-esr") or shutil.which("firefox")
    if found is None:
        with warnings.catch_warnings():
            warnings.simplefilter("default")
            warnings.warn(_MISSING, stacklevel=1)
        pytest.skip(_MISSING)
    return found


class Fox:
    """A Firefox with the extension."""

    def __init__(self, talk: Marionette, extension: str) -> None:
        self.talk, self._extension = talk, extension

    def go(self, url: str) -> None:
        """As a link does: the warning page may take the place of the site."""
        self.talk.inside("location.href = given[0];", url)

    def open(self, name: str) -> None:
        self.talk.ask("WebDriver:Navigate", {"url": f"{OURS}/{name}"})
        self.until("document.body.dataset.ready === 'yes'")

    def click(self, selector: str) -> None:
        found = self.talk.ask("WebDriver:FindElement", {"using": "css selector", "value": selector})
        self.talk.ask("WebDriver:ElementClick", {"id": next(iter(found.values()))})

    def until(self, expression: str) -> Any:
        return until(lambda: self.talk.inside(f"try {{ return {expression}; }} catch {{ return null; }}"))

    def press(self) -> None:
        """The button of the extension."""
        self.talk.inside(f"{_BUTTON} await button.triggerAction(win);", self._extension, context="chrome")

    def badge(self) -> str:
        asked = "return button.action.getContextData(win.gBrowser.selectedTab).badgeText ?? '';"
        return str(self.talk.inside(_BUTTON + asked, self._extension, context="chrome"))


def until(true: Callable[[], Any]) -> Any:
    """Asks until the answer is true."""
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        if found := true():
            return found
    pytest.fail("it never came true")


@pytest.fixture
def fox(firefox: str, packages: Path, tmp_path: Path) -> Iterator[Fox]:
    manifest = json.loads((packages / "firefox" / "manifest.json").read_text("utf-8"))
    extension = manifest["browser_specific_settings"]["gecko"]["id"]
    profile = tmp_path / "profile"
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    write_profile(
        profile,
        **{
            "marionette.port": port,
            "extensions.webextensions.uuids": json.dumps({extension: UUID}),
            "extensions.webextOptionalPermissionPrompts": False,  # nobody sits there to say yes
            "network.dns.localDomains": ",".join([*SITES.values(), "nowhere.example.org"]),
        },
    )
    command = [firefox, "--headless", "--marionette", "--remote-allow-system-access", "--profile", str(profile)]
    env = {"HOME": str(tmp_path), "PATH": os.environ["PATH"], "LANG": "C.UTF-8"}
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=env)
    try:
        talk = Marionette(port, process)
        talk.ask("Addon:Install", {"path": str(packages / "firefox"), "temporary": True})
        yield Fox(talk, extension)
        talk.close()
    finally:
        process.kill()
        process.wait()


def test_the_same_source_works_in_firefox(fox: Fox, world: World, shelve: Callable[..., Any]) -> None:
    """Lists, badge on a click and by itself, warning page and way on; and nothing but lists and prefixes leaves."""
    shelve()

    def at(host: str) -> str:
        return f"http://{host}:{world.port}/path?patient=Ida"

    fox.open("options.html")
    fox.click("#update")
    fox.until("document.querySelector('#lists').textContent.includes('with 5 names')")
    fox.go(at(SITES["caution"]))
    fox.until("document.title === 'A page'")
    assert fox.badge() == ""  # it has seen nothing yet
    fox.press()
    until(lambda: fox.badge() == "▲")

    fox.open("options.html")
    fox.click("#badge")
    fox.click("#warn")
    fox.until("document.querySelector('#warn').checked")
    for category, sign in (("verified", "✔"), ("unverified", "?"), ("verified_elsewhere", "◑")):
        fox.go(at(SITES[category]))
        until(lambda sign=sign: fox.badge() == sign)
    fox.go(at("nowhere.example.org"))
    fox.until("location.hostname === 'nowhere.example.org'")
    until(lambda: fox.badge() == "")

    fox.go(at(SITES["danger"]))
    fox.until(f"location.href === '{OURS}/warning.html' && document.body.dataset.ready === 'yes'")
    assert "without a prescription" in fox.talk.inside("return document.querySelector('#reasons').textContent;")
    fox.click("summary")
    fox.click("#go-on")
    fox.until(f"location.hostname === '{SITES['danger']}'")
    until(lambda: fox.badge() == "✖")

    ours = [one for one in world.asked if one.host == f"127.0.0.1:{world.port}"]
    assert ours
    assert {one.target.rpartition("/")[0] for one in ours} <= {"/v1/lists", "/v1/range"}
    for one in ours:
        said = " ".join([one.target, *one.headers.values()])
        assert not [word for word in (*SITES.values(), "Ida", "patient", UUID) if word in said], one
