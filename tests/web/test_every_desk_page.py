"""Every page of the desk, walked as its links lead: by each role, and in each language."""

from __future__ import annotations

import re
from datetime import timedelta
from html.parser import HTMLParser

import httpx
import pytest

from pharmcheck.model import Category
from pharmcheck.networks import Trait, known_things
from pharmcheck.ruleset import Ruleset
from pharmcheck.store import Deliveries, Networks, Role, Tried
from pharmcheck.watch import note_verdicts
from pharmcheck.watch.sending import LEASE
from pharmcheck.web.language import NAMES
from tests.api.conftest import ROGUE, Desk
from tests.api.test_list_files import answer_all
from tests.sites import site
from tests.web.desk_forms import come_back, open_with_key, person, send, sign_in
from tests.web.test_desk import hand_in

pytestmark = pytest.mark.anyio

ROWS = b"""Complaints,,
no.,web site,who
1,hxxps://pills[.]example[.]com,a reader
2,https://shop.example.org/a,
3,shop.example.org/b,
4,n/a,
5,slip.con,
6,me@mail.example.com,
7,http://10.0.0.7/,
8,,www.elsewhere.example.net
"""
MILD = {"home": "# Ibuprofen 200 mg\n$5\n! Add to cart"}
FILES = re.compile(r"/report\.|/evidence/|\.graphml$|/changes")


class Shown(HTMLParser):
    """What a page shows: words, links into the desk, and forms with their hidden fields."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.words: set[str] = set()
        self.links: set[str] = set()
        self.forms: list[tuple[str, str, dict[str, str]]] = []
        self._quiet = ""  # inside what is no word of ours: countries, commands, styles, pages' own words
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.words |= {given[name] for name in ("aria-label", "title", "placeholder") if name in given}
        if tag in ("code", "style", "script", "bdi") or given.get("id") == "destination":
            self._quiet = self._quiet or tag
        if tag == "a" and given.get("href", "").startswith("/desk"):
            self.links.add(given["href"].partition("#")[0])
        elif tag == "form":
            self.forms.append((given.get("method", "get"), given["action"].partition("#")[0], {}))
        elif tag == "input" and given.get("type") == "hidden" and self.forms:
            self.forms[-1][2][given["name"]] = given["value"]

    def handle_endtag(self, tag: str) -> None:
        self._quiet = "" if tag == self._quiet else self._quiet

    def handle_data(self, data: str) -> None:
        if not self._quiet:
            self.words.add(" ".join(data.split()))


async def furnish(desk: Desk, ruleset: Ruleset, shop: str = "pills") -> None:
    """A desk with something on every page of it, in the client's browser of whoever is there."""
    rows = ROWS.replace(b"pills", shop.encode())
    here = await hand_in(desk, rows)
    await send(desk, f"{here}/start")
    answer_all(desk, ruleset, **MILD)
    await send(desk, f"{here}/watch")
    note_verdicts(desk.service.store, desk.clock())
    for _ in range(2):
        await send(desk, f"{here}/watch/targets", {"url": f"https://intake{_}.example.org/"})
    desk.clock.turn(hours=1)
    desk.keep(site(f"{shop}.example.com", at=desk.clock(), **ROGUE))
    note_verdicts(desk.service.store, desk.clock(), ruleset)
    messages = Deliveries(desk.service.store)
    messages.announce(desk.clock(), timedelta(0), 9)
    first, *_rest = messages.claim("test", desk.clock(), LEASE, 9)
    failed = Tried(1, desk.clock(), "http_error", 500, "site", "The receiver answered with status 500.", 3)
    sentence = "A message could not be delivered in 8 tries. The last: The receiver answered with status 500."
    messages.finish(first, "test", failed, desk.clock(), disable_why=sentence)
    desk.clock.turn(hours=1)  # so that one look at a site is the last, whatever their ids
    again = await hand_in(desk, rows)
    await send(desk, f"{again}/start")
    answer_all(desk, ruleset, **MILD)
    await send(desk, f"{await hand_in(desk, rows)}/start")
    await hand_in(desk, b"Site\nother.example.net\n")
    shown = [Trait(kind, "x", "x", "https://page.example/", "9f" * 32) for kind in ("phone", "handle")]
    for domain in ("example.com", "example.org"):
        Networks(desk.service.store).note(domain, Category.DANGER, shown, desk.clock())
    Networks(desk.service.store).build(known_things(ruleset), desk.clock())


async def speak(desk: Desk) -> None:
    """Words of people and of an owner about verdicts; for an administrator's browser."""
    ids = {host: desk.service.store.history(host.partition(".")[2], host, None, 1)[0].check_id
           for host in ("pills.example.com", "shop.example.org")}  # fmt: skip
    until = (desk.clock() + timedelta(days=9)).date().isoformat()
    over = {"action": "override", "category": "caution", "reason": "Zzz.", "until": until}
    await send(desk, f"/desk/verdicts/{ids['pills.example.com']}", over)
    for action in ("confirm", "dispute"):
        await send(desk, f"/desk/verdicts/{ids['shop.example.org']}", {"action": action, "reason": "Zzz."})
    for check_id in ids.values():
        await desk.client.post(f"/v/{check_id}/appeal", data={"text": "Zzz."})
    await send(desk, "/desk/opt-outs", {"domain": "left.example.net", "note": "Zzz."})
    note_verdicts(desk.service.store, desk.clock())


async def walk(desk: Desk, **headers: str) -> dict[str, httpx.Response]:
    """Every page that a link of the desk leads to."""
    seen: dict[str, httpx.Response] = {}
    ahead = ["/desk"]
    while ahead:
        path = ahead.pop()
        seen[path] = await desk.get(path, headers=headers)
        for link in sorted(Shown(seen[path].text).links):
            # A list filtered in one way stands for all: it is the same page.
            if not FILES.search(link) and "?" not in link and link not in seen and link not in ahead:
                ahead.append(link)
    return seen


async def test_nobody_is_shown_what_they_may_not_do(desk: Desk, ruleset: Ruleset) -> None:
    """Every link and every button that a page shows answers each role, with whatever, but not with 403."""
    await sign_in(desk, Role.ADMIN, "boss")
    await furnish(desk, ruleset)
    await speak(desk)
    # The reader first: what others press changes what is there.
    for role in (Role.READER, Role.OFFICER, Role.ADMIN, "key"):
        desk.client.cookies.clear()
        if role == "key":
            await open_with_key(desk)
            await furnish(desk, ruleset, "potions")  # about which nobody has said anything
        else:
            await come_back(desk, person(desk, Role(role)))
        seen = await walk(desk)
        denied = [path for path, page in seen.items() if page.status_code != 200]
        forms = [form for page in seen.values() for form in Shown(page.text).forms]
        pressed = {action: fields for method, action, fields in forms if method == "post"}
        del pressed["/desk/close"]
        for action, fields in sorted(pressed.items()):
            # Without what people fill in: most forms are refused for that, with another status.
            denied += [action] if (await desk.client.post(action, data=fields)).status_code == 403 else []
        assert denied == [], role
        assert any("/watch" in action for action in pressed) == (role != Role.READER)
        assert (pressed == {}) == (role == Role.READER)


async def test_no_english_is_left_on_the_desk_in_another_language(desk: Desk, ruleset: Ruleset) -> None:
    """No text is the same in all four languages but names, numbers, addresses and what people wrote."""
    await sign_in(desk, Role.ADMIN, "boss")
    await furnish(desk, ruleset)
    await speak(desk)

    english = await walk(desk, **{"Accept-Language": "en"})
    assert len(english) > 12
    for path, page in english.items():
        same = Shown(page.text).words
        for code in NAMES:
            if code != "en":
                spoken = await desk.get(path, headers={"Accept-Language": code})
                assert f'<html lang="{code}">' in spoken.text
                same &= Shown(spoken.text).words
        left = {word for word in same if re.search(r"[a-z]{3}", re.sub(DATA, "", word))}
        assert left == set(), path


DATA = re.compile(
    r"[\w-]+(\[\.\]|\.)[\w\[\].-]+\S*|hxxps?\S*|\b[0-9a-f]{6,}\b|msg_\S+|pharmcheck|SHA-256|list\.csv|boss|me@\S+|"
    r"\b(English|Deutsch|Français|Español)\b|JSONL|Zzz|^(Site|web site|Complaints)$|Telegram|\b[A-Z]{2,4}\d{3}\b"
)
