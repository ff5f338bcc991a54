"""Lists as files: any format, looked through before anybody is visited, results in every format, runs compared."""

from __future__ import annotations

import hashlib
import io
import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from pharmcheck.api import lists
from pharmcheck.check import judge
from pharmcheck.ruleset import Ruleset
from pharmcheck.store import QueueName, Scope
from pharmcheck.work import keep
from tests.api.conftest import ROGUE, Desk, problem
from tests.messy_lists import messy_workbook
from tests.sites import site

pytestmark = pytest.mark.anyio


async def upload(desk: Desk, key: dict[str, str], body: bytes, **fields: str) -> Any:
    return await desk.client.post("/v1/batches", files={"file": ("list.xlsx", body)}, data=fields, headers=key)


def answer_all(desk: Desk, ruleset: Ruleset, **pages: str) -> None:
    """Do every check that waits, with a capture of these pages."""
    for job in desk.service.queue.claim(QueueName.BATCH, 999, "test", desk.clock(), timedelta(minutes=1)):
        capture = replace(site(job.address.host, at=desk.clock(), **pages), address=job.address)
        keep(
            desk.service.store, capture, judge(capture, ruleset, now=desk.clock()), ruleset,
            check_id=job.id, created_at=job.created_at, decided_at=desk.clock(), batch_id=job.batch_id,
        )  # fmt: skip


async def test_a_workbook_is_looked_through_before_it_is_run(desk: Desk) -> None:
    """A preview puts nothing in line; a start does, once; every row says what became of it."""
    key = desk.bearer(Scope.BATCH)
    body, expected = messy_workbook(150)
    made = await upload(desk, key, body, preview="true", destination="DE")
    draft = made.json()
    assert (made.status_code, draft["state"], draft["destination"]) == (201, "draft", "DE")
    assert draft["upload_sha256"] == hashlib.sha256(body).hexdigest()
    assert draft["intake"]["found_in"] == ["Complaints: column C (“Website”)"]
    assert sum(draft["kinds"].values()) == draft["rows"] == len(expected)
    assert desk.service.queue.depth()["batch"][0] == 0
    rows = (await desk.get(f"{made.headers['location']}/items?limit=200", headers=key)).json()["items"]
    assert [(row["line"], row["kind"], row["url"]) for row in rows] == expected

    begun = await desk.post(f"{made.headers['location']}/start", {}, headers=key)

    assert (begun.status_code, begun.json()["state"]) == (202, "queued")
    assert desk.service.queue.depth()["batch"][0] == draft["progress"]["total"] > 50
    assert problem(await desk.post(f"{made.headers['location']}/start", {}, headers=key))["code"] == "not_a_draft"
    listed = (await desk.get("/v1/batches", headers=key)).json()["items"]
    assert [one["id"] for one in listed] == [draft["id"]]


async def test_a_file_that_is_no_list_is_refused_with_a_sentence(desk: Desk) -> None:
    """And so is a list that breaks off at a limit; neither leaves anything behind."""
    key = desk.bearer(Scope.BATCH)
    for body, sentence in ((b"%PDF-1.7", "PDF"), (b"", "empty"), (b"PK\x03\x04", "cannot be opened")):
        refused = problem(await upload(desk, key, body))
        assert refused["code"] == "list_refused"
        assert sentence in refused["detail"]
    assert problem(await upload(desk, key, b"x,site\n1,a.com\n", column="phone!"))["code"] == "list_refused"
    assert problem(await upload(desk, key, b"a.com", destination="Germany"))["code"] == "invalid_request"
    assert (await desk.get("/v1/batches", headers=key)).json()["items"] == []


async def test_json_has_a_smaller_limit_than_a_file(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """It stands in memory while it is read."""
    monkeypatch.setattr(lists, "JSON_BODY", 100)
    answer = await desk.post("/v1/batches", {"urls": ["a" * 100]}, headers=desk.bearer(Scope.BATCH))

    assert problem(answer)["code"] == "body_too_large"


async def test_drafts_are_not_kept_without_end(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor do they count as running."""
    monkeypatch.setattr(lists, "MOST_DRAFTS", 2)
    key = desk.bearer(Scope.BATCH)
    made = [await upload(desk, key, b"a.com", preview="true") for _ in range(3)]

    assert [answer.status_code for answer in made] == [201, 201, 409]
    await desk.client.delete(made[0].headers["location"], headers=key)
    assert (await upload(desk, key, b"a.com", preview="true")).status_code == 201


async def test_results_come_in_every_format(desk: Desk, ruleset: Ruleset) -> None:
    """Each as an attachment under its own type; only for whose list it is."""
    key = desk.bearer(Scope.BATCH)
    here = (await upload(desk, key, b"pills.example.com\nn/a\n")).headers["location"]
    answer_all(desk, ruleset, **ROGUE)
    links = (await desk.get(here, headers=key)).json()["links"]
    for form in ("csv", "xlsx", "jsonl", "html"):
        report = await desk.get(links[f"report_{form}"], headers=key)
        assert report.status_code == 200
        assert report.headers["content-disposition"].endswith(f'.{form}"')
        assert problem(await desk.get(links[f"report_{form}"], headers=desk.bearer(Scope.BATCH)))["code"] == "no_batch"
        assert problem(await desk.get(links[f"report_{form}"], headers=desk.bearer(Scope.CHECK)))["code"] == "scope"
        if form == "xlsx":
            book = CalamineWorkbook.from_filelike(io.BytesIO(report.content))
            assert book.get_sheet_by_name("Items").to_python()[1][5:7] == ["pills[.]example[.]com", "danger"]
        if form == "jsonl":
            assert json.loads(report.text.splitlines()[0])["verdict"]["category"] == "danger"
    assert problem(await desk.get(f"{here}/report.doc", headers=key))["code"] == "invalid_request"


async def test_two_runs_are_compared(desk: Desk, ruleset: Ruleset) -> None:
    """What became worse is told, what stayed the same is counted; another's list does not exist."""
    key = desk.bearer(Scope.BATCH)
    here = []
    for pages in ({"home": "# Ibuprofen 200 mg\n$5\n! Add to cart"}, ROGUE):
        here.append((await upload(desk, key, b"pills.example.com\nother.example.com\n")).headers["location"])
        answer_all(desk, ruleset, **pages)
        desk.clock.turn(days=1)
    first = here[0].rpartition("/")[2]

    changes = (await desk.get(f"{here[1]}/changes?since={first}", headers=key)).json()

    assert changes["counts"] == {"worse": 2}
    assert changes["items"][0]["after"]["category"] == "danger"
    same = (await desk.get(f"{here[0]}/changes?since={first}", headers=key)).json()
    assert (same["counts"], same["items"]) == ({"same": 2}, [])
    assert problem(await desk.get(f"{here[1]}/changes?since={'0' * 32}", headers=key))["code"] == "no_batch"


async def test_a_list_on_which_nothing_happens_is_said_to_be_stalled(desk: Desk) -> None:
    """Somebody should look whether any runner is there."""
    key = desk.bearer(Scope.BATCH)
    here = (await upload(desk, key, b"pills.example.com")).headers["location"]
    desk.clock.turn(minutes=11)

    assert (await desk.get(here, headers=key)).json()["state"] == "stalled"


async def test_the_pace_gives_an_estimate(desk: Desk, ruleset: Ruleset) -> None:
    """From what has been done so far."""
    key = desk.bearer(Scope.BATCH)
    here = (await upload(desk, key, b"a.example.com\nb.example.com\n")).headers["location"]
    desk.clock.turn(minutes=1)
    (job,) = desk.service.queue.claim(QueueName.BATCH, 1, "test", desk.clock(), timedelta(minutes=1))
    desk.service.queue.fail(job.id, "internal", desk.clock())

    progress = (await desk.get(here, headers=key)).json()["progress"]

    assert (progress["done"], progress["total"], progress["per_minute"]) == (1, 2, 1.0)
    assert progress["eta"] == (desk.clock() + timedelta(minutes=1)).isoformat().replace("+00:00", "Z")
