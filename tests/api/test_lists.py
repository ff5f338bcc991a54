"""Lists: with a key, every row accounted for, results that no spreadsheet obeys."""

from __future__ import annotations

import csv
import io
import json

import pytest

from pharmcheck.exports.cells import defuse
from pharmcheck.store import Scope
from tests.api.conftest import Desk, problem, rogue

pytestmark = pytest.mark.anyio

ROWS = [
    "pills.example.com",
    "not an address",
    "hxxps://pills[.]example[.]com/x",
    "=cmd|'/c calc'!A1",
    "shop.example.net",
]


async def hand_in(desk: Desk, headers: dict[str, str], rows: list[str] = ROWS) -> str:
    answer = await desk.post("/v1/batches", {"urls": rows}, headers=headers)
    assert answer.status_code == 202, answer.text
    assert answer.headers["location"] == f"/v1/batches/{answer.json()['id']}"
    return answer.json()["id"]


async def test_a_list_needs_a_key_with_the_scope(desk: Desk) -> None:
    """401 without one, 403 with a lesser one."""
    assert problem(await desk.post("/v1/batches", {"urls": ROWS}))["code"] == "key_required"
    lesser = desk.bearer(Scope.CHECK)
    assert problem(await desk.post("/v1/batches", {"urls": ROWS}, headers=lesser))["code"] == "scope"


async def test_every_row_is_accounted_for(desk: Desk) -> None:
    """Rows of one site share a check; a row that is no address says why and fails nothing."""
    key = desk.bearer(Scope.BATCH)
    batch_id = await hand_in(desk, key)
    document = (await desk.get(f"/v1/batches/{batch_id}", headers=key)).json()
    assert (document["rows"], document["refused"], document["progress"]["total"]) == (5, 2, 2)
    items = (await desk.get(f"/v1/batches/{batch_id}/items", headers=key)).json()["items"]
    assert [item["row"] for item in items] == [1, 2, 3, 4, 5]
    assert items[0]["check_id"] == items[2]["check_id"]
    assert items[1]["problem"]
    assert items[1]["check_id"] is None


async def test_items_come_in_pages(desk: Desk) -> None:
    """Nothing lost, nothing doubled."""
    key = desk.bearer(Scope.BATCH)
    following = f"/v1/batches/{await hand_in(desk, key)}/items?limit=2"
    rows = []
    while following:
        page = (await desk.get(following, headers=key)).json()
        rows += [item["row"] for item in page["items"]]
        following = page["next"]
    assert rows == [1, 2, 3, 4, 5]


async def test_another_key_sees_nothing_of_a_list(desk: Desk) -> None:
    """Somebody else's list does not exist."""
    batch_id = await hand_in(desk, desk.bearer(Scope.BATCH))
    other = desk.bearer(Scope.BATCH)
    for path in ("", "/items", "/report.csv", "/report.jsonl"):
        assert problem(await desk.get(f"/v1/batches/{batch_id}{path}", headers=other))["code"] == "no_batch"
    assert problem(await desk.client.delete(f"/v1/batches/{batch_id}", headers=other))["code"] == "no_batch"


async def test_a_list_is_called_off(desk: Desk) -> None:
    """What has not begun ends; the batch says so."""
    key = desk.bearer(Scope.BATCH)
    batch_id = await hand_in(desk, key)
    ended = await desk.client.delete(f"/v1/batches/{batch_id}", headers=key)

    assert (ended.json()["state"], ended.json()["states"]) == ("cancelled", {"cancelled": 2})
    assert desk.service.queue.depth()["batch"][0] == 0


async def test_a_key_has_two_lists_at_a_time(desk: Desk) -> None:
    """The third waits; another key's does not."""
    key = desk.bearer(Scope.BATCH)
    await hand_in(desk, key)
    await hand_in(desk, key)
    assert problem(await desk.post("/v1/batches", {"urls": ROWS}, headers=key))["code"] == "too_many_batches"
    await hand_in(desk, desk.bearer(Scope.BATCH))


async def test_a_text_file_is_a_list(desk: Desk) -> None:
    """An address a line, with a byte-order mark, remarks and empty lines."""
    key = desk.bearer(Scope.BATCH)
    text = "\ufeffpills.example.com\r\n\r\n# remark\r\nshop.example.net\n"
    answer = await desk.client.post("/v1/batches", files={"file": ("list.txt", text.encode())}, headers=key)
    assert (answer.status_code, answer.json()["rows"]) == (202, 2)
    assert (
        problem(await desk.client.post("/v1/batches", files={"other": ("x", b"a")}, headers=key))["code"]
        == "invalid_request"
    )


@pytest.mark.parametrize("urls", [[], ["a.example.com"] * 10_001, "a.example.com", [None]])
async def test_a_list_of_the_wrong_form_is_refused(desk: Desk, urls: object) -> None:
    """With a pointer to what is wrong."""
    answer = await desk.post("/v1/batches", {"urls": urls}, headers=desk.bearer(Scope.BATCH))
    assert problem(answer)["code"] == "invalid_request"
    assert problem(answer)["errors"][0]["pointer"].startswith("/urls")


async def test_reports_hold_every_row_and_no_formula(desk: Desk) -> None:
    """Read back with the standard readers: what a row asked, what came out, nothing that acts."""
    key = desk.bearer(Scope.BATCH)
    batch_id = await hand_in(desk, key)
    table = await desk.get(f"/v1/batches/{batch_id}/report.csv", headers=key)
    rows = list(csv.DictReader(io.StringIO(table.content.decode("utf-8-sig"))))
    assert [row["row"] for row in rows] == ["1", "2", "3", "4", "5"]
    assert rows[3]["input"] == "'=cmd|'/c calc'!A1"
    lines = (await desk.get(f"/v1/batches/{batch_id}/report.jsonl", headers=key)).text.splitlines()
    assert [json.loads(line)["input"] for line in lines] == ROWS


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1", "＝1", "＋1", "  =1", "'=1", "\u200b=1"])
def test_no_cell_is_a_formula(text: str) -> None:
    """Signs that a spreadsheet takes for one are quoted, also behind spaces and in full width."""
    assert defuse(text).startswith("'")
    assert "\t" not in defuse(text)
    assert defuse("plain - text") == "plain - text"


async def test_rows_of_a_known_site_are_looked_at_for_the_list(desk: Desk) -> None:
    """A batch is its own evidence: it looks, even where a verdict stands."""
    desk.keep(rogue())
    key = desk.bearer(Scope.BATCH)
    batch_id = await hand_in(desk, key, ["pills.example.com"])
    assert (await desk.get(f"/v1/batches/{batch_id}", headers=key)).json()["states"] == {"queued": 1}
