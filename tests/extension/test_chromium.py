"""The extension in a real Chromium, against a running service that looked at the sample street."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.extension.conftest import SITES, Browser, World, until

pytestmark = pytest.mark.xdist_group("extension")
Start = Callable[..., Browser]
Shelve = Callable[..., Any]

SIGNS = {"danger": "✖", "caution": "▲", "unverified": "?", "verified_elsewhere": "◑", "verified": "✔"}


def test_try(start: Start, world: World, shelve: Shelve) -> None:
    """Experiment."""
    built = shelve()
    print(built)
    browser = start("chrome")
    page = browser.visit("http://pillswift.example/order?patient=Ida")
    popup = browser.click()
    print(popup.text("body"))
    print(popup.ask("chrome.tabs.query({active:true,currentWindow:true}).then(x=>JSON.stringify(x))"))
    print(popup.ask("chrome.tabs.query({}).then(x=>JSON.stringify(x.map(y=>[y.url,y.active,y.windowId])))"))
    print(popup.ask("chrome.tabs.query({active:true,lastFocusedWindow:true}).then(x=>JSON.stringify(x))"))
    print([(a.method, a.host, a.target) for a in world.asked])
    print([a.headers for a in world.asked_service][-1])
    print(browser.badge(page))
    raise SystemExit
