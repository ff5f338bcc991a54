"""The pages as plain HTML: every state, every language, forms, history, links to share; no browser needed."""

from __future__ import annotations

import re
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest

from pharmcheck.model import Category, FetchOutcome, PageRole
from pharmcheck.ruleset import Ruleset
from pharmcheck.store import QueueName
from pharmcheck.web.language import NAMES
from pharmcheck.web.view import _LIGHTS
from tests.api.conftest import Desk, open_desk, rogue
from tests.sites import site

pytestmark = pytest.mark.anyio

SHOP = "# Ibuprofen 200 mg\n$5\n! Add to cart"


class Outline(HTMLParser):
    """What a machine needs of a page: its language, headings, fields and the words outside scripts."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.lang, self.headings, self.ids, self.labels = "", [], [], []
        self.fields: dict[str, dict[str, str | None]] = {}
        self._in: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self._in.append(tag)
        self.lang = given.get("lang", "") or self.lang if tag == "html" else self.lang
        self.ids += [given["id"]] if "id" in given else []
        self.labels += [given["for"]] if tag == "label" else []
        if tag in ("input", "select") and given.get("type") != "hidden":
            self.fields[given["id"] or ""] = given
        if tag in ("h1", "h2"):
            self.headings.append(tag)


async def states(desk: Desk) -> dict[str, str]:
    """The address of each state."""
    running = (await desk.post("/v1/checks", {"url": "running.example.com"})).json()["id"]
    desk.service.queue.claim(QueueName.INTERACTIVE, 1, "other", desk.clock(), timedelta(minutes=5))
    waiting = (await desk.post("/v1/checks", {"url": "queued.example.com"})).json()["id"]
    failed = (await desk.post("/v1/checks", {"url": "failed.example.com"})).json()["id"]
    desk.service.queue.fail(failed, "internal", desk.clock())
    blocked = desk.keep(site("wall.example.com", failed={PageRole.HOME: FetchOutcome.BLOCKED_BY_SITE}))
    return {
        "home": "/", "help": "/help?country=DE", "owners": "/owners", "nothing": f"/v/{'0' * 32}",
        "queued": f"/v/{waiting}", "running": f"/v/{running}", "failed": f"/v/{failed}", "blocked": f"/v/{blocked}",
        "danger": f"/v/{desk.keep(rogue())}", "unclear": f"/v/{desk.keep(site('shop.example.com', home=SHOP))}",
    }  # fmt: skip


@pytest.mark.parametrize("language", NAMES)
async def test_every_state_speaks_every_language_and_is_well_made(desk: Desk, language: str) -> None:
    """One h1, every field labelled, no id twice, no placeholder left, and the language is declared."""
    for name, path in (await states(desk)).items():
        answer = await desk.get(path, headers={"Accept-Language": language})
        outline = Outline(answer.text)
        assert answer.status_code == (404 if name == "nothing" else 200), name
        assert outline.lang == language
        assert outline.headings.count("h1") == 1, name
        assert outline.headings[0] == "h1", name
        assert set(outline.fields) <= set(outline.labels), name
        assert len(outline.ids) == len(set(outline.ids)), name
        assert re.findall(r"%\(\w+\)|\{\{|\{\w+\}", answer.text.replace("{{7*7}}", "")) == [], name


async def test_a_form_leads_to_its_check_and_reloading_repeats_nothing(desk: Desk) -> None:
    """303 to a page of its own; the same address again leads to the same check."""
    first = await desk.client.post("/check", data={"url": "see https://shop.example.com/offer", "destination": "DE"})
    again = await desk.client.post("/check", data={"url": "shop.example.com", "destination": "DE"})

    assert first.status_code == 303
    assert first.headers["location"].startswith("/v/")
    assert again.headers["location"] == first.headers["location"]
    assert desk.service.queue.depth()["interactive"][0] == 1
    check = desk.service.store.get_check(first.headers["location"].removeprefix("/v/"))
    assert check is not None
    assert check.destination == "DE"


async def test_a_stored_answer_is_shown_at_once_and_a_new_look_is_a_button(desk: Desk) -> None:
    """Nobody waits for what is known; who presses "Look again" gets a new check."""
    check_id = desk.keep(rogue())
    known = await desk.client.post("/check", data={"url": "pills.example.com"})
    anew = await desk.client.post("/check", data={"url": "pills.example.com", "again": "yes"})

    assert known.headers["location"] == f"/v/{check_id}"
    assert anew.headers["location"] != f"/v/{check_id}"


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "no web address in the text"), ("de", "keine Internetadresse"), ("fr", "pas d’adresse web"),
     ("es", "ninguna dirección web")],
)  # fmt: skip
async def test_what_is_no_address_is_told_beside_the_field(desk: Desk, language: str, words: str) -> None:
    """422, in the reader's language, tied to the field for screen readers, and the text is still there."""
    answer = await desk.client.post("/check", data={"url": "my <pharmacy>"}, headers={"Accept-Language": language})
    field = Outline(answer.text).fields["url"]

    assert answer.status_code == 422
    assert words in answer.text
    assert field["aria-invalid"] == "true"
    assert "url-problem" in (field["aria-describedby"] or "").split()
    assert field["value"] == "my <pharmacy>"
    assert "<pharmacy>" not in answer.text


@pytest.mark.parametrize("data", [{}, {"url": ""}, {"url": "x" * 5000}, {"url": "a.example.com", "destination": "XX"},
                                  {"url": "shop.example.com", "destination": "GERMANY"}, {"other": "1"}])  # fmt: skip
async def test_no_form_however_wrong_is_our_failure(desk: Desk, data: dict[str, str]) -> None:
    """A sentence or a check, and never a document for machines."""
    answer = await desk.client.post("/check", data=data)

    assert answer.status_code in (303, 422)
    assert answer.status_code == 303 or answer.headers["content-type"].startswith("text/html")


async def test_limits_are_told_on_the_page(tmp_path: Path, ruleset: Ruleset) -> None:
    """Who asks too often reads a sentence, in their language, with the form still there."""
    async for desk in open_desk(tmp_path, ruleset, checks_per_hour=1, looks_per_site_and_hour=1):
        await desk.client.post("/check", data={"url": "one.example.com"})
        over = await desk.client.post("/check", data={"url": "two.example.net"}, headers={"Accept-Language": "de"})
        assert over.status_code == 429
        assert "viele Prüfungen" in over.text
        async with desk.from_address("198.51.100.9") as other:
            desk.service.queue.claim(QueueName.INTERACTIVE, 1, "x", desk.clock(), timedelta(seconds=9))
            again = await other.post("/check", data={"url": "www.one.example.com"})
        assert again.status_code == 429
        assert "last answer stands" in again.text


async def test_a_page_that_waits_looks_again_without_scripts(desk: Desk) -> None:
    """A refresh inside noscript, one script of our own, and none of it once there is an answer."""
    paths = await states(desk)
    for name in ("queued", "running"):
        text = (await desk.get(paths[name])).text
        assert '<noscript><meta http-equiv="refresh" content="3"></noscript>' in text
        assert re.findall(r"<script[^>]*>", text) == ['<script src="/static/htmx-2.0.11.min.js" defer>']
    for name in ("home", "help", "owners", "danger", "failed", "nothing"):
        text = (await desk.get(paths[name])).text
        assert "<script" not in text, name
        assert "refresh" not in text, name


async def test_progress_is_a_part_of_the_page_until_the_answer_is_there(desk: Desk) -> None:
    """The part that is asked for every second says how far it is; then it sends the reader to the whole page."""
    paths = await states(desk)
    part = await desk.get(f"{paths['running']}/progress")
    assert part.text.startswith('<div id="progress"')
    desk.service.events.add(paths["running"].removeprefix("/v/"), [("page", {"pages": 2})], desk.clock())
    assert "We have read 2 pages so far." in (await desk.get(f"{paths['running']}/progress")).text
    ended = await desk.get(f"{paths['danger']}/progress")
    assert (ended.headers["hx-redirect"], ended.text) == (paths["danger"], "")
    assert (await desk.get(f"/v/{'0' * 32}/progress")).status_code == 404


async def test_the_answer_comes_first_then_one_thing_to_do_then_why(desk: Desk) -> None:
    """A frightened person reads no further than the frame."""
    text = (await desk.get((await states(desk))["danger"])).text
    order = ["Do not buy here", "without a prescription", "Leave this site", "<h2>Why", "<h2>What to do now",
             "<h2>The four things", "<h2>About this answer"]  # fmt: skip

    assert [text.index(words) for words in order] == sorted(text.index(words) for words in order)
    assert "pills.example.com" not in text.replace('value="https://pills.example.com/"', "")  # of the form
    assert "pills[.]example[.]com" in text
    assert "score" not in text.lower()


async def test_every_reason_can_be_read(desk: Desk) -> None:
    """Five at first, the others behind one step; none is left to a document for machines."""
    shop = site(
        "pills.example.com",
        home="# Sildenafil 100 mg\n$2.50\n! Add to cart\nNo prescription required. Pay with Bitcoin.",
        faq="No prescription required for any order. If customs seize your parcel we send it again free of charge.",
        terms="You agree not to involve law enforcement. Buyer is responsible for import law of their country.",
        shipping="Orders are sent by airmail in discreet packaging to any country.",
    )
    check_id = desk.keep(shop)
    verdict = (await desk.get(f"/v1/checks/{check_id}")).json()["verdict"]
    text = (await desk.get(f"/v/{check_id}")).text

    assert len(verdict["reasons"]) > 5
    assert text.count("<li><p>") == len(verdict["reasons"])
    assert f"Show {len(verdict['reasons']) - 5} more reason" in text


async def test_history_names_other_answers_about_the_site(desk: Desk) -> None:
    """Each with its date and its link; none about another site."""
    old = desk.keep(rogue())
    desk.clock.turn(days=1)
    new = desk.keep(site("pills.example.com", home=SHOP))
    desk.keep(rogue("other.example.net"))

    text = (await desk.get(f"/v/{new}")).text
    assert f'<a href="/v/{old}">1 November 2026, 12:00 UTC</a>: Do not buy here' in text
    assert text.count('<a href="/v/') == 1


async def test_an_old_answer_says_that_it_is_old(desk: Desk) -> None:
    """A link that was shared months ago must not pass for today's answer."""
    check_id = desk.keep(rogue())
    assert "This answer is old" not in (await desk.get(f"/v/{check_id}")).text
    desk.clock.turn(days=60)
    assert "This answer is old" in (await desk.get(f"/v/{check_id}")).text


async def test_help_is_by_country_and_says_that_nobody_confirmed_it(desk: Desk) -> None:
    """Numbers can be called; what comes from general knowledge says so; an unknown country shows nothing."""
    text = (await desk.get("/help?country=GB")).text
    assert '<a href="tel:999">999</a>' in text
    assert "nobody of us has confirmed them" in text
    assert "tel:" not in (await desk.get("/help?country=<script>")).text
    check_id = desk.keep(rogue(), destination="FR")
    assert '<option value="FR" selected>' in (await desk.get(f"/v/{check_id}")).text


async def test_help_says_which_registers_are_asked(desk: Desk) -> None:
    """Without any, nobody can be confirmed, and the page does not hide it."""
    assert "No register is loaded here yet" in (await desk.get("/help")).text


async def test_only_a_chosen_language_is_remembered(desk: Desk) -> None:
    """One cookie, for one purpose, out of reach of scripts and of other sites."""
    for path in (await states(desk)).values():
        assert "set-cookie" not in (await desk.get(path)).headers
    chosen = await desk.get("/language/fr?to=/help")
    assert re.fullmatch(r"language=fr; HttpOnly; Max-Age=31536000; Path=/; SameSite=lax", chosen.headers["set-cookie"])
    assert 'lang="fr"' in (await desk.get("/help", headers={"Cookie": "language=fr"})).text


@pytest.mark.parametrize("file", ["style.css", "icon.svg", "htmx-2.0.11.min.js"])
async def test_what_pages_are_made_of_is_served(desk: Desk, file: str) -> None:
    """Our own files, with their type and a tag, and nothing outside their folder."""
    answer = await desk.get(f"/static/{file}")
    assert answer.status_code == 200
    assert answer.headers["etag"]
    for outside in ("../pages.py", "..%2fpages.py", "%2e%2e/help.yaml"):
        assert (await desk.get(f"/static/{outside}")).status_code == 404


def test_nothing_but_a_confirmation_is_green() -> None:
    """What could not be checked is neither green nor red, and nor is what counts for another country."""
    assert {category for category, light in _LIGHTS.items() if light == "good"} == {Category.VERIFIED}
    assert {category for category, light in _LIGHTS.items() if light == "warning"} == {
        Category.CAUTION,
        Category.DANGER,
    }
    assert set(_LIGHTS) == set(Category)


def test_a_template_has_no_way_around_escaping() -> None:
    """Not one `|safe`, no inline script or style that the policy would have to allow."""
    for file in Path(__file__).parents[2].glob("pharmcheck/web/templates/*.html"):
        text = file.read_text("utf-8")
        assert re.findall(r"\|\s*safe|Markup|autoescape|\sstyle=|\son\w+=|<style|<script(?! src=)", text) == [], (
            file.name
        )
