"""The page of a watched list: begun by one button, says what changed, keeps receivers; by plain forms."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from pharmcheck.model import Category
from pharmcheck.reviewing import Action
from pharmcheck.store import Deliveries, Reviews, Targets
from pharmcheck.watch import note_verdicts
from pharmcheck.watch.sending import GATHERED, LEASE
from tests.api.conftest import ROGUE, Desk
from tests.api.test_list_files import answer_all
from tests.sites import site
from tests.web.desk_forms import open_with_key, send
from tests.web.test_desk import hand_in, words
from tests.web.test_pages import Outline

pytestmark = pytest.mark.anyio

MILD = {"home": "# Ibuprofen 200 mg\n$5\n! Add to cart"}


async def watched(desk: Desk, ruleset: Any) -> str:
    await open_with_key(desk)
    here = await hand_in(desk)
    await send(desk, f"{here}/start")
    answer_all(desk, ruleset, **MILD)
    assert f'href="{here}/watch"' in (await desk.get(here)).text
    assert "This list is not watched" in words(await desk.get(f"{here}/watch"))
    begun = await send(desk, f"{here}/watch")
    assert (begun.status_code, begun.headers["location"]) == (303, f"{here}/watch")
    note_verdicts(desk.service.store, desk.clock())
    return here


async def test_what_changed_is_on_the_page_by_period_and_as_files(desk: Desk, ruleset: Any) -> None:
    """Since when, from what to what, with the evidence of both; nothing can be clicked that should not be."""
    here = await watched(desk, ruleset)
    assert "Since 2026-10-25 12:00 UTC: 0 changes" in words(await desk.get(f"{here}/watch"))
    desk.clock.turn(days=1)
    check_id = desk.keep(site("pills.example.com", at=desk.clock(), **ROGUE))
    note_verdicts(desk.service.store, desk.clock(), ruleset)

    seen = await desk.get(f"{here}/watch")
    assert "1 change (worse: 1)" in words(seen)
    assert "The site changed." in words(seen)
    assert "pills[.]example[.]com" in seen.text
    assert f'href="/v/{check_id}">✖ Do not buy here</a>' in seen.text
    assert 'href="https://' not in seen.text
    desk.clock.turn(days=2)
    assert "0 changes" in words(await desk.get(f"{here}/watch?days=1"))
    assert "1 change" in words(await desk.get(f"{here}/watch?days=0"))
    assert (await desk.get(f"{here}/watch?days=%27")).status_code == 200
    for form in ("csv", "jsonl"):
        file = await desk.get(f"{here}/watch/changes.{form}?days=7")
        assert file.headers["content-disposition"].startswith("attachment")
        assert "pills[.]example[.]com" in file.text
    assert (await desk.get(f"{here}/watch/changes.exe")).status_code == 404
    await send(desk, f"{here}/watch/stop")
    assert "Not watched any more" in words(await desk.get(f"{here}/watch"))


async def test_a_receiver_is_registered_shown_once_switched_on_and_removed(desk: Desk, ruleset: Any) -> None:
    """Its secret stands in the answer to its registration and nowhere else."""
    here = await watched(desk, ruleset)
    refused = await send(desk, f"{here}/watch/targets", {"url": "http://<b>intake.example.org"})
    assert refused.status_code == 422
    assert "<b>" not in refused.text
    made = await send(desk, f"{here}/watch/targets", {"url": "https://intake.example.org/x"})
    assert made.status_code == 200
    assert "whsec_" in made.text
    assert "hxxps://intake[.]example[.]org/x" in made.text
    assert "whsec_" not in (await desk.get(f"{here}/watch")).text

    (target,) = Targets(desk.service.store).of_batch(here.rpartition("/")[2])
    desk.clock.turn(days=1)
    desk.keep(site("pills.example.com", at=desk.clock(), **ROGUE))
    note_verdicts(desk.service.store, desk.clock())
    messages = Deliveries(desk.service.store)
    messages.announce(desk.clock(), GATHERED - GATHERED, 9)
    (letter,) = messages.claim("test", desk.clock(), LEASE, 9)
    assert "No end is known" in words(await desk.get(f"{here}/watch"))
    (delivery,) = messages.of_batch(target.batch_id, 9)
    gone = type(delivery.attempts[0])(1, desk.clock(), "http_error", 410, "site", "The receiver is gone.", 3)
    messages.finish(letter, "test", gone, desk.clock(), disable_why="It said that it is gone.")

    told = words(await desk.get(f"{here}/watch"))
    assert "Switched off on 2026-11-02 12:00 UTC: It said that it is gone." in told
    assert "The receiver is gone. (the receiver's fault)" in told.replace("&#39;", "'")
    replay = f"{here}/watch/deliveries/{delivery.id}/replay"
    assert "switched off" in words(await send(desk, replay))
    assert (await send(desk, f"{here}/watch/targets/{target.id}/enable")).status_code == 303
    assert (await send(desk, replay)).status_code == 303
    assert messages.of_batch(target.batch_id, 9)[0].state == "waiting"
    await send(desk, f"{here}/watch/targets/{target.id}/remove")
    assert "There are none." in words(await desk.get(f"{here}/watch"))


async def test_a_persons_change_is_said_to_be_one(desk: Desk, ruleset: Any) -> None:
    """With what our rules say beside it, on the page and in the file."""
    here = await watched(desk, ruleset)
    (seen,) = desk.service.store.history("example.com", "pills.example.com", None, 1)
    until = desk.clock() + timedelta(days=30)
    Reviews(desk.service.store).add(
        seen, Action.OVERRIDE, role="officer", reason="Seen.", now=desk.clock(), category=Category.DANGER, until=until
    )
    note_verdicts(desk.service.store, desk.clock(), ruleset)

    told = words(await desk.get(f"{here}/watch"))
    assert "A person judged it, or such a judgement fell away." in told
    assert "judged by a person our rules: Unclear" in told
    assert "danger,reviewed,," in (await desk.get(f"{here}/watch/changes.csv")).text


async def test_another_sites_form_and_another_key_change_nothing(desk: Desk, ruleset: Any) -> None:
    """As everywhere at the desk."""
    here = await watched(desk, ruleset)
    paths = [f"{here}/watch{path}" for path in ("", "/stop", "/targets", "/targets/x/enable", "/targets/x/remove")]
    data = {"url": "https://intake.example.org/"}
    for path in paths:
        foreign = await send(desk, path, data, headers={"Sec-Fetch-Site": "cross-site"})
        assert foreign.status_code == 403
    await open_with_key(desk)
    for path in paths:
        assert (await send(desk, path, data)).status_code == 404
    assert (await desk.get(f"{here}/watch")).status_code == 404


async def test_the_page_can_be_read_by_machines(desk: Desk, ruleset: Any) -> None:
    """One first heading, a label for each field, no id twice."""
    here = await watched(desk, ruleset)
    made = await send(desk, f"{here}/watch/targets", {"url": "https://intake.example.org/"})
    for text in (made.text, (await desk.get(f"{here}/watch")).text):
        outline = Outline(text)
        assert (outline.lang, outline.headings.count("h1"), outline.headings[0]) == ("en", 1, "h1")
        assert set(outline.fields) <= set(outline.labels)
        assert len(outline.ids) == len(set(outline.ids))
