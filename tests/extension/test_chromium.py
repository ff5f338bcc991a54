"""The extension in a real Chromium, against a running service that looked at the sample street."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.extension.conftest import A_WHILE_MS, DAY, SITES, Browser, Popup, World, until

pytestmark = pytest.mark.xdist_group("extension")
Start = Callable[..., Browser]
Shelve = Callable[..., Any]

SIGNS = {"danger": "✖", "caution": "▲", "unverified": "?", "verified_elsewhere": "◑", "verified": "✔"}
COLOURS = {
    "danger": "163,20,31,255",
    "caution": "138,83,0,255",
    "unverified": "47,93,138,255",
    "verified_elsewhere": "31,102,115,255",
    "verified": "27,107,53,255",
}
GREY = "107,107,107,255"
WORDS = {
    "danger": ("Do not buy here", "Do not order or pay", "without a prescription"),
    "caution": ("Be careful", "Ask a pharmacy near you", "warning signs"),
    "unverified": ("nobody confirms", "This is not a recommendation", "We cannot confirm"),
    "verified_elsewhere": ("for another country", "send medicine to your country", ""),
    "verified": ("Confirmed by an official source", "still needs a prescription", ""),
}
OF_THE_BROWSER = {"update.googleapis.com", "clients2.google.com", "accounts.google.com", "www.google.com"}
"""Whom Chromium itself may ask for, whatever it has installed."""


def open_popup(browser: Browser, url: str) -> Popup:
    browser.visit(url)
    return browser.click()


def test_a_click_tells_what_is_known_of_each_class(start: Start, world: World, shelve: Shelve) -> None:
    """As shipped, without any permission granted: word, sign, colour, date, reasons, what to do, and the full page."""
    shelve()
    browser = start("chrome")
    for category, host in SITES.items():
        page = browser.visit(f"http://{host}/order?patient=Ida")
        popup = browser.click()
        label, todo, why = WORDS[category]
        assert label in popup.text("#label")
        assert todo in popup.text("#todo")
        assert f"Looked at on {datetime.now(UTC):%B} {datetime.now(UTC).day}" in popup.text("#date")
        assert why in popup.text("main")
        assert popup.text("#sign") == SIGNS[category]
        assert popup.ask("document.querySelector('#service').href") == f"{world.url}/site/{host}"
        popup.close()
        badge = browser.badge(page)
        assert (badge["text"], badge["color"]) == (SIGNS[category], COLOURS[category])
        assert badge["title"].startswith(f"{host}: ")
        assert label in badge["title"]
        page.close()


def test_a_site_on_no_list_is_sent_only_when_told_to(start: Start, world: World, shelve: Shelve) -> None:
    """The button says what it sends; before it is pressed nothing about the site has left, and then its name alone."""
    shelve()
    browser = start("chrome")
    popup = open_popup(browser, "http://www.some-shop.example.com/basket?order=4711")
    assert "Not on our lists" in popup.text("#label")
    assert "sends it the name www.some-shop.example.com, nothing else" in popup.text("#sent")
    assert "Ask the service to check" in popup.text("#ask")
    assert not [one for one in world.asked_service if "some-shop" in str(one)]

    with browser.context.expect_page() as opened:
        popup.press("#service")
    opened.value.wait_for_selector("#url")
    assert opened.value.input_value("#url") == "www.some-shop.example.com"
    assert not [one for one in world.asked_service if "4711" in str(one)]
    assert world.service.queue.depth()["interactive"][0] == 0  # that it opens asks for no visit yet


def test_as_installed_it_sees_no_page(start: Start, world: World, shelve: Shelve) -> None:
    """No host permission, nothing optional; a visit alone changes nothing on the button and asks nobody."""
    shelve()
    browser = start("chrome")
    options = browser.page_of("options.html")
    held = options.evaluate("chrome.permissions.getAll()")
    assert held["origins"] == []
    assert set(held["permissions"]) == {"activeTab", "alarms", "storage"}
    assert options.is_checked("#badge") is options.is_checked("#warn") is False

    page = browser.visit(f"http://{SITES['danger']}/")
    assert browser.badge(page)["text"] == ""
    assert world.asked_service == []


def test_the_badge_comes_by_itself_when_wanted(start: Start, world: World, shelve: Shelve) -> None:
    """The right one for each class, on a subdomain too, none on other sites; a worker that was ended comes back."""
    shelve()
    browser = start()
    assert browser.update() is None
    browser.settings(badge=True)
    for category, host in SITES.items():
        page = browser.visit(f"http://www.{host}/")
        until(lambda page=page, category=category: browser.badge(page)["text"] == SIGNS[category])
        assert browser.badge(page)["color"] == COLOURS[category]
        assert host in browser.badge(page)["title"]
        browser.kill_worker()
    page = browser.visit("http://nowhere.example.org/")
    until(lambda: "nowhere.example.org" in browser.badge(page)["title"])
    assert browser.badge(page)["text"] == ""


def test_a_warning_stands_before_a_dangerous_site_and_has_a_way_on(start: Start, world: World, shelve: Shelve) -> None:
    """It says why; leaving leads back; going on opens the very address, and asks no more until the browser closes."""
    shelve()
    browser = start()
    assert browser.update() is None
    browser.settings(warn=True)
    page = browser.visit("http://before.example.org/")
    _go(page, f"http://{SITES['danger']}/offer?ref=x#top")
    page.wait_for_selector("body[data-ready]", timeout=A_WHILE_MS)
    assert page.url.endswith("/warning.html")  # nothing of the address stands in the history
    assert "Stop: do not buy here" in page.inner_text("h1")
    assert "pillswift[.]example" in page.inner_text("#host")
    assert "without a prescription" in page.inner_text("#reasons")

    page.click("#leave")
    page.wait_for_url("http://before.example.org/")
    _go(page, f"http://{SITES['danger']}/offer?ref=x#top")
    page.wait_for_selector("body[data-ready]", timeout=A_WHILE_MS)
    page.click("summary")
    page.click("#go-on")
    page.wait_for_url(f"http://{SITES['danger']}/offer?ref=x#top")
    _go(page, f"http://www.{SITES['danger']}/")
    page.wait_for_url(f"http://www.{SITES['danger']}/")


def test_a_redirect_does_not_lead_around_the_warning(start: Start, world: World, shelve: Shelve) -> None:
    """A link that names another site and ends at a dangerous one is stopped when it gets there."""
    shelve()
    world.redirects["short.example.org"] = f"http://{SITES['danger']}/"
    browser = start()
    assert browser.update() is None
    browser.settings(warn=True)
    page = browser.visit("http://before.example.org/")
    _go(page, "http://short.example.org/abc")
    page.wait_for_selector("body.warning[data-ready]", timeout=A_WHILE_MS)
    page.click("#leave")
    page.wait_for_url("http://before.example.org/")


def test_an_answer_by_prefix_never_overrules_the_list(start: Start, world: World, shelve: Shelve) -> None:
    """It is not signed.  Without a row the warning stays and says so; longer prefixes say nothing about a site."""
    shelve()
    browser = start()
    assert browser.update() is None
    browser.settings(warn=True)
    page = browser.visit("http://before.example.org/")
    for bits, says in ((0, "the service no longer does"), (1, "The service does not answer")):
        answer = json.dumps({"version": 1, "bits": bits, "rows": [], "padding": ""}).encode()
        world.change = lambda name, body, answer=answer: answer if name == "all" else body
        browser.inside("() => chrome.storage.session.clear()")
        _go(page, f"http://{SITES['danger']}/{bits}")
        page.wait_for_selector("body.warning[data-ready]", timeout=A_WHILE_MS)
        assert says in page.inner_text("#date")
        assert page.inner_text("h1") == "Stop: do not buy here"
        assert not page.is_visible("#go-on")
        page.click("#leave")
        page.wait_for_url("http://before.example.org/")


def test_other_classes_are_never_stopped(start: Start, world: World, shelve: Shelve) -> None:
    """Only what is listed as dangerous has a page before it."""
    shelve()
    browser = start()
    assert browser.update() is None
    browser.settings(warn=True, badge=True)
    for category in set(SITES) - {"danger"}:
        page = browser.visit(f"http://{SITES[category]}/")
        until(lambda page=page, category=category: browser.badge(page)["text"] == SIGNS[category])
        assert urlsplit(page.url).hostname == SITES[category]


def test_an_old_list_says_nothing(start: Start, world: World, shelve: Shelve) -> None:
    """Older than a week: grey, whatever it held; no warning page; the popup says so; a new one brings colour back."""
    shelve(datetime.now(UTC) - 8 * DAY)
    browser = start()
    assert browser.update() is None
    browser.settings(badge=True, warn=True)
    for host in (SITES["verified"], SITES["danger"], "nowhere.example.org"):
        page = browser.visit(f"http://{host}/")
        until(lambda page=page: browser.badge(page)["text"] == "…")
        assert browser.badge(page)["color"] == GREY
        assert urlsplit(page.url).hostname == host
    popup = open_popup(browser, f"http://{SITES['verified']}/")
    assert "the list is too old" in popup.text("#label")
    assert "Then it said: Confirmed by an official source" in popup.text("#todo")
    popup.close()

    shelve()
    assert browser.update() is None
    popup = open_popup(browser, f"http://{SITES['verified']}/")
    assert popup.text("#sign") == "✔"


def test_a_list_that_somebody_touched_is_refused(start: Start, world: World, shelve: Shelve) -> None:
    """One bit of any is enough; the popup says why there is no answer, and the next good list is taken."""
    shelve()
    browser = start("chrome")
    for spoilt in ("danger.change", "danger.base", "verified.base"):
        world.change = lambda name, body, spoilt=spoilt: (
            body[:100] + bytes([body[100] ^ 1]) + body[101:] if name == spoilt else body
        )
        assert browser.update() == "signature"
    popup = open_popup(browser, f"http://{SITES['danger']}/")
    assert "signature is wrong" in popup.text("#problem")
    assert "there is no list yet" in popup.text("#label")
    popup.close()

    world.change = None
    assert browser.update() is None
    assert open_popup(browser, f"http://{SITES['danger']}/").text("#sign") == "✖"


def test_an_older_list_is_refused_and_the_newer_stays(start: Start, world: World, shelve: Shelve) -> None:
    """Whoever replays yesterday's signed list cannot take a warning away, nor pass one class off as another."""
    shelve()
    before = world.service.shelf.list("danger.change").content
    shelve()  # the same base, a newer change
    browser = start("chrome")
    assert browser.update() is None
    world.change = lambda name, body: body  # by a server that knows no tags: the same again is no older list
    assert browser.update() is None
    world.change = lambda name, body: before if name == "danger.change" else body
    assert browser.update() == "rollback"
    world.change = None
    shelve(datetime.now(UTC) - DAY, restart=True)
    assert browser.update() == "rollback"
    popup = open_popup(browser, f"http://{SITES['danger']}/")
    assert popup.text("#sign") == "✖"
    assert "older than the one here" in popup.text("#problem")
    popup.close()

    shelve(datetime.now(UTC) + DAY / 2, restart=True)
    green = world.service.shelf.list("verified.change").content
    world.change = lambda name, body: green if name == "danger.change" else body
    assert browser.update() == "mismatch"
    world.change = None
    shelve(datetime.now(UTC) + 3 * DAY, restart=True)
    assert browser.update() == "future"


def test_a_service_that_is_down_is_left_in_peace(start: Start, world: World, shelve: Shelve) -> None:
    """What is held still answers; the popup says that reasons are missing; the next try waits longer each time."""
    shelve()
    browser = start("chrome")
    assert browser.update() is None
    assert 360 <= _minutes_to_next(browser) <= 420
    world.down = True
    waits = []
    for failures in (1, 2, 3):
        assert browser.update() == "network"
        assert browser.stored("local", "update")["failures"] == failures
        waits.append(_minutes_to_next(browser))
    assert [15 * 2**n - 1 <= wait <= 30 * 2**n for n, wait in enumerate(waits)] == [True] * 3
    popup = open_popup(browser, f"http://{SITES['danger']}/")
    assert popup.text("#sign") == "✖"
    assert "The service does not answer" in popup.text("#date")
    assert "could not be reached" in popup.text("#problem")


def test_while_somebody_browses_nothing_leaves_but_lists_and_prefixes(
    start: Start, world: World, shelve: Shelve
) -> None:
    """Recorded at the other end: paths, headers and hosts of everything that left the browser."""
    shelve()
    browser = start()
    assert browser.update() is None
    browser.settings(badge=True, warn=True)
    hosts = [*SITES.values(), "nowhere.example.org", "accounts.example.net"]
    page = browser.visit("http://nowhere.example.org/")
    for host in hosts:
        _go(page, f"http://{host}/path/{host}?patient=Ida&token=4711#part")
        if host == SITES["danger"]:
            page.wait_for_selector("body.warning[data-ready]", timeout=A_WHILE_MS)
        else:
            until(lambda host=host: browser.badge(page)["title"].startswith(f"{host}:"))
        browser.click().close()
    page.goto(f"http://{SITES['verified']}/")
    shelve()
    assert browser.update() is None  # with the tags of what it holds

    kinds = ("danger", "caution", "unverified", "verified_elsewhere", "verified")
    lists = {f"/v1/lists/{name}.{kind}" for name in kinds for kind in ("base", "change")}
    targets = {one.target for one in world.asked_service}
    assert targets <= lists | {"/v1/range/all"}
    assert "/v1/range/all" in targets
    assert {one.host for one in world.asked} <= {*hosts, f"127.0.0.1:{world.port}", *OF_THE_BROWSER}
    for one in world.asked_service:
        assert one.method in ("GET", "OPTIONS")
        assert not {"cookie", "referer", "authorization"} & set(one.headers)
        said = " ".join([one.target, *one.headers.values()])
        assert not [word for word in (*hosts, "Ida", "4711", "patient") if word in said]
    held = [one.headers["if-none-match"] for one in world.asked_service if "if-none-match" in one.headers]
    assert held
    assert all(len(tag) == 34 for tag in held)  # half a digest of the list itself: the same in every browser


def _go(page: Any, url: str) -> None:
    """As a link does: the warning page may take the place of the site, so that waiting for it would fail."""
    page.evaluate("url => { setTimeout(() => { location.href = url }) }", url)


def _minutes_to_next(browser: Browser) -> float:
    minutes = "() => chrome.alarms.get('update').then(alarm => (alarm.scheduledTime - Date.now()) / 60000)"
    return float(browser.inside(minutes))
