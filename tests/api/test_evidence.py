"""`GET /v1/checks/{id}/evidence.wacz`: a package for those who may see reports."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi.responses import StreamingResponse

from pharmcheck.api.evidence import package_response
from pharmcheck.evidence import read_package, verify
from pharmcheck.store import Scope
from tests.api.conftest import Desk, problem, rogue
from tests.register_shelf import QUAY, Registers

pytestmark = pytest.mark.anyio


async def test_a_check_comes_as_a_package_that_verifies(desk: Desk, tmp_path: Path) -> None:
    """Streamed with its length; what it holds is the verdict that the API gives."""
    check_id = desk.keep(rogue())

    answer = await desk.get(f"/v1/checks/{check_id}/evidence.wacz", headers=desk.bearer(Scope.BATCH))
    file = tmp_path / "package.wacz"
    file.write_bytes(answer.content)

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/wacz"
    assert int(answer.headers["content-length"]) == len(answer.content)
    assert verify(file).problems == []
    (packed,) = read_package(file)
    given = await desk.get(f"/v1/checks/{check_id}")
    assert packed.document == desk.service.store.get_check(check_id).verdict.document
    assert given.json()["verdict"]["category"] == "danger"
    assert packed.replay(desk.service.place.ruleset) == packed.document


async def test_a_package_needs_a_key_that_may_see_reports(desk: Desk) -> None:
    """The archived bytes hold the address as somebody pasted it."""
    check_id = desk.keep(rogue())

    without = await desk.get(f"/v1/checks/{check_id}/evidence.wacz")
    other = await desk.get(f"/v1/checks/{check_id}/evidence.wacz", headers=desk.bearer(Scope.CHECK))

    assert (without.status_code, problem(without)["code"]) == (401, "key_required")
    assert (other.status_code, problem(other)["code"]) == (403, "scope")


async def test_what_cannot_be_proven_is_said(desk: Desk) -> None:
    """No such check; a check whose archived bytes are gone."""
    check_id = desk.keep(rogue())
    key = desk.bearer(Scope.BATCH)
    shutil.rmtree(desk.service.settings.data_dir / "captures")

    gone = await desk.get(f"/v1/checks/{check_id}/evidence.wacz", headers=key)
    never = await desk.get(f"/v1/checks/{'0' * 32}/evidence.wacz", headers=key)

    assert (gone.status_code, problem(gone)["code"]) == (404, "no_evidence")
    assert str(desk.service.settings.data_dir) not in gone.text
    assert (never.status_code, problem(never)["code"]) == (404, "no_check")


async def test_the_page_of_a_verdict_leads_to_its_package(desk: Desk) -> None:
    """Whoever opened the desk gets the file; everybody else is asked for a key."""
    check_id = desk.keep(rogue())
    secret = desk.bearer(Scope.BATCH)["Authorization"].removeprefix("Bearer ")

    shown = await desk.get(f"/v/{check_id}")
    asked = await desk.get(f"/desk/evidence/{check_id}")
    given = await desk.get(f"/desk/evidence/{check_id}", headers={"Cookie": f"desk={secret}"})

    assert f'href="/desk/evidence/{check_id}"' in shown.text
    assert asked.status_code == 401
    assert given.headers["content-type"] == "application/wacz"
    assert given.content.startswith(b"PK")


async def test_a_verdict_comes_as_paper_and_for_exchange(desk: Desk) -> None:
    """The same for one check as for a list."""
    check_id = desk.keep(rogue())
    key = desk.bearer(Scope.BATCH)

    paper = await desk.get(f"/v1/checks/{check_id}/report.pdf", headers=key)
    bundle = await desk.get(f"/v1/checks/{check_id}/report.stix.json", headers=key)
    other = await desk.get(f"/v1/checks/{check_id}/report.exe", headers=key)

    assert paper.headers["content-type"] == "application/pdf"
    assert paper.content.startswith(b"%PDF-")
    assert bundle.headers["content-type"] == "application/stix+json;version=2.1"
    assert {one["type"] for one in bundle.json()["objects"]} >= {"indicator", "domain-name", "identity", "note"}
    assert other.status_code == 422


async def test_a_package_holds_what_the_registers_of_the_service_answered(desk: Desk, tmp_path: Path) -> None:
    """Those that it judges with, which need not be the store's: they are others for the sample shops."""
    shelf = Registers().register("gb_register", "GB", QUAY).lookup()
    check_id = desk.keep(rogue(), registers=shelf)
    service = replace(desk.service, place=replace(desk.service.place, registers=lambda: shelf))
    file = tmp_path / "package.wacz"

    answer = package_response(service, check_id, {})
    assert isinstance(answer, StreamingResponse)
    file.write_bytes(b"".join([bytes(piece) async for piece in answer.body_iterator]))

    (packed,) = read_package(file)
    assert packed.why_no_replay is None
    assert packed.replay(service.place.ruleset) == packed.document
