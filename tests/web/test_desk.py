"""The desk as plain HTML: a key opens it; a list is handed in, looked through, run, sorted, written and compared."""

from __future__ import annotations

import re
from datetime import timedelta

import httpx
import pytest

from pharmcheck.store import QueueName, Scope
from tests.api.conftest import ROGUE, Desk
from tests.api.test_list_files import answer_all
from tests.messy_lists import messy_workbook
from tests.web.desk_forms import a_key, open_with_key, send
from tests.web.test_pages import Outline

pytestmark = pytest.mark.anyio

LIST = b"Site\npills.example.com\nhxxps://other[.]example[.]com\nslip.con\n<script>alert(1)</script>\n"


async def hand_in(desk: Desk, body: bytes = LIST, **fields: str) -> str:
    answer = await send(desk, "/desk", fields, files={"file": ("list.csv", body)})
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def words(answer: httpx.Response) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.text).split())


async def test_the_desk_needs_a_key_with_the_scope(desk: Desk) -> None:
    """Without one there is the form and nothing else; the key is kept where no script and no other site gets it."""
    for path in ("/desk", "/desk/" + "0" * 32):
        assert (await desk.get(path)).status_code == 401
    for wrong in ("pc_live_nonsense", a_key(desk, Scope.CHECK)):
        answer = await send(desk, "/desk/key", {"key": wrong})
        assert answer.status_code == 401
        assert "desk=" not in answer.headers.get("set-cookie", "")
    answer = await send(desk, "/desk/key", {"key": a_key(desk, Scope.BATCH)})
    cookie = answer.headers["set-cookie"].lower()
    assert all(part in cookie for part in ("httponly", "samesite=strict", "path=/desk"))
    assert (await desk.get("/desk")).status_code == 200
    await send(desk, "/desk/close")
    assert (await desk.get("/desk")).status_code == 401


async def test_a_key_that_is_revoked_closes_the_desk(desk: Desk) -> None:
    """At once."""
    await open_with_key(desk)
    (key,) = desk.service.keys.all()
    desk.service.keys.revoke(key.id, desk.clock())

    assert (await desk.get("/desk")).status_code == 401


@pytest.mark.parametrize("path", ["/desk", "/desk/key", "/desk/close", "/desk/{id}/start", "/desk/{id}/cancel"])
async def test_another_sites_form_changes_nothing(desk: Desk, path: str) -> None:
    """Browsers say who sends a form."""
    await open_with_key(desk)
    here = await hand_in(desk)
    headers = {"Sec-Fetch-Site": "cross-site"}
    answer = await send(desk, path.format(id=here.rpartition("/")[2]), {"key": "x"}, headers=headers)

    assert answer.status_code in (401, 403)
    assert desk.service.queue.depth()["batch"][0] == 0
    assert "Nobody has been visited yet" in (await desk.get(here)).text


async def test_a_list_is_looked_through_then_run_then_sorted(desk: Desk, ruleset) -> None:
    """Every row with what became of it; then its answers, filtered and in order; nothing can be clicked by accident."""
    await open_with_key(desk)
    here = await hand_in(desk)
    draft = await desk.get(here)
    assert "2 sites would be checked" in words(draft)
    assert "looked at instead: hxxps://other[.]example[.]com/" in words(draft)
    assert "No site can end in “.con”" in words(draft)
    assert "<script>alert" not in draft.text

    begun = await send(desk, f"{here}/start")

    assert (begun.status_code, begun.headers["location"]) == (303, here)
    running = await desk.get(here)
    assert "0 of 2 sites are done" in words(running)
    assert '<noscript><meta http-equiv="refresh"' in running.text
    assert "0 of 2" in (await desk.get(f"{here}/progress")).text
    answer_all(desk, ruleset, **ROGUE)
    assert (await desk.get(f"{here}/progress")).headers["hx-redirect"] == here
    done = await desk.get(f"{here}?category=danger&order=host")
    assert "2 rows" in words(done)
    assert done.text.index("other[.]example") < done.text.index("pills[.]example", done.text.index('id="rows"'))
    assert 'href="https://' not in done.text
    assert "1 row." in words(await desk.get(f"{here}?kind=needs_person"))
    assert "1 row." in words(await desk.get(f"{here}?text=PILLS&order=worst&page=1"))
    assert (await desk.get(f"{here}?kind=x&category=x&order=x&page=-1&text=%25")).status_code == 200


async def test_rows_come_in_pages(desk: Desk) -> None:
    """All of them, by links that keep what was chosen."""
    await open_with_key(desk)
    following, seen = await hand_in(desk, messy_workbook(160)[0]), 0
    while following:
        text = (await desk.get(following)).text
        seen += text.count('<th scope="row">') - text.partition('id="rows"')[0].count('<th scope="row">')
        link = re.search(r'href="([^"]+)">Rows behind', text)
        following = link[1].replace("&amp;", "&") if link else ""

    assert seen == len(messy_workbook(160)[1])


async def test_results_and_changes_are_files(desk: Desk, ruleset) -> None:
    """In every format; and what changed since the run before stands on the page."""
    await open_with_key(desk)
    here = []
    for pages in ({"home": "# Ibuprofen 200 mg\n$5\n! Add to cart"}, ROGUE):
        here.append(await hand_in(desk))
        await send(desk, f"{here[-1]}/start")
        answer_all(desk, ruleset, **pages)
        desk.clock.turn(days=1)
    for form in ("csv", "xlsx", "jsonl", "html"):
        file = await desk.get(f"{here[1]}/report.{form}")
        assert file.headers["content-disposition"].startswith("attachment")
    assert (await desk.get(f"{here[1]}/report.exe")).status_code == 404
    assert "worse: 2" in words(await desk.get(here[1]))
    changes = await desk.get(f"{here[1]}/changes?since={here[0].rpartition('/')[2]}")
    assert "Worse: 2" in changes.text
    assert (await desk.get(f"{here[1]}/changes?since=x")).status_code == 404


async def test_another_keys_list_does_not_exist(desk: Desk) -> None:
    """For this officer."""
    await open_with_key(desk)
    here = await hand_in(desk)
    await open_with_key(desk)

    assert (await desk.get(here)).status_code == 404
    assert (await send(desk, f"{here}/start")).status_code == 404
    assert "There are none yet" in (await desk.get("/desk")).text


async def test_what_is_no_list_is_a_sentence_on_a_page(desk: Desk) -> None:
    """No traceback, no JSON."""
    await open_with_key(desk)
    answer = await send(desk, "/desk", files={"file": ("list.pdf", b"%PDF-1.7")})

    assert answer.status_code == 422
    assert "The file is a PDF document" in words(answer)


async def test_every_state_can_be_read_by_machines(desk: Desk, ruleset) -> None:
    """One first heading, a label for each field, no id twice, a language."""
    pages = [await desk.get("/desk")]
    await open_with_key(desk)
    pages.append(await desk.get("/desk"))
    here = await hand_in(desk)
    pages += [await desk.get(here), await desk.get("/desk/nothing")]
    await send(desk, f"{here}/start")
    pages.append(await desk.get(here))
    desk.service.queue.claim(QueueName.BATCH, 1, "x", desk.clock(), timedelta(minutes=1))
    answer_all(desk, ruleset, **ROGUE)
    pages.append(await desk.get(here))
    await send(desk, f"{here}/cancel")
    pages.append(await desk.get(here))
    for answer in pages:
        outline = Outline(answer.text)
        assert (outline.lang, outline.headings.count("h1"), outline.headings[0]) == ("en", 1, "h1")
        assert set(outline.fields) <= set(outline.labels)
        assert len(outline.ids) == len(set(outline.ids))
