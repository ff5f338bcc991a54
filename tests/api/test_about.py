"""Rules, registers, health, opt-outs, and what every answer carries."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pharmcheck.api.openapi import problems
from pharmcheck.api.problems import TITLES
from pharmcheck.store import Scope
from tests.api.conftest import Desk, problem

pytestmark = pytest.mark.anyio
DOCS = Path(__file__).parents[2] / "docs"


async def test_rules_and_registers_are_open(desk: Desk) -> None:
    """Whoever doubts a verdict can see what it rests on."""
    rules = (await desk.get("/v1/rules")).json()
    assert rules["ruleset"] == desk.service.version
    assert {rule["id"] for rule in rules["rules"]} >= {"RX001", "REG001"}
    assert all(rule["sources"] for rule in rules["rules"])
    assert (await desk.get("/v1/registers")).json() == {"registers": []}


async def test_health_tells_that_it_lives_and_nothing_else(desk: Desk) -> None:
    """No version, address, setting or stack."""
    assert (await desk.get("/healthz")).json() == {"status": "ok"}
    assert (await desk.get("/readyz")).json() == {"status": "ok"}
    metrics = (await desk.get("/metrics")).text
    assert "pharmcheck_requests_total" in metrics
    assert "example.com" not in metrics


async def test_metrics_tell_how_many_checks_wait_and_for_how_long(desk: Desk) -> None:
    """Read from the rows: true whoever does the checks, and however many processes answer."""
    await desk.post("/v1/checks", {"url": "pharmacy.example.com"})
    desk.clock.turn(seconds=90)
    metrics = (await desk.get("/metrics")).text

    assert 'pharmcheck_queue_depth{queue="interactive"} 1.0' in metrics
    assert 'pharmcheck_queue_age_seconds{queue="interactive"} 90.0' in metrics
    assert 'pharmcheck_queue_depth{queue="batch"} 0.0' in metrics


async def test_a_store_that_does_not_answer_is_not_ready(desk: Desk) -> None:
    """503 with a code; the process itself still lives."""
    desk.service.store.close()
    _break(desk.service.settings.data_dir / "pharmcheck.sqlite3")
    assert problem(await desk.get("/readyz"))["code"] == "not_ready"
    assert (await desk.get("/healthz")).status_code == 200


def _break(file: Path) -> None:
    file.write_bytes(b"this is no database at all" * 100)
    for side in ("-wal", "-shm"):
        Path(f"{file}{side}").unlink(missing_ok=True)


async def test_only_an_administrator_opts_a_site_out(desk: Desk) -> None:
    """And takes it back."""
    asked = {"domain": "https://www.example.com/shop"}
    assert problem(await desk.post("/v1/opt-outs", asked))["code"] == "key_required"
    assert problem(await desk.post("/v1/opt-outs", asked, headers=desk.bearer(Scope.CHECK)))["code"] == "scope"
    key = desk.bearer(Scope.ADMIN)
    assert (await desk.post("/v1/opt-outs", asked, headers=key)).json() == {"domain": "example.com", "opted_out": True}
    assert desk.service.queue.opted_out("example.com")
    await desk.client.delete("/v1/opt-outs/example.com", headers=key)
    assert not desk.service.queue.opted_out("example.com")


async def test_every_answer_carries_its_shields(desk: Desk) -> None:
    """A strict policy without inline or foreign code, no sniffing, no referrer; on good, bad and static answers."""
    for path in ("/", "/healthz", "/v1/nothing", "/static/style.css", "/v1/verdicts/x.example.com"):
        headers = (await desk.get(path)).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "http" not in policy
        assert (headers["x-content-type-options"], headers["referrer-policy"]) == ("nosniff", "no-referrer")


def test_every_code_is_documented_and_described() -> None:
    """A row in docs/errors.md for each, an example in OpenAPI for each that a resource names."""
    text = (DOCS / "errors.md").read_text("utf-8")
    rows = {code: int(status) for code, status in re.findall(r"</a>`(\w+)` \| (\d+) \|", text)}
    assert rows == {code: status for code, (status, _) in TITLES.items()}
    described = problems(*TITLES)
    assert sum(len(answer["content"]["application/problem+json"]["examples"]) for answer in described.values()) == len(
        TITLES
    )


async def test_the_openapi_document_has_an_example_for_every_answer(desk: Desk) -> None:
    """OpenAPI 3.1; whoever writes a client sees each answer and each error."""
    document = (await desk.get("/v1/openapi.json")).json()
    assert document["openapi"].startswith("3.1")
    without = []
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            for status, answer in operation["responses"].items():
                for kind, content in answer.get("content", {}).items():
                    if "example" not in content and "examples" not in content and kind.endswith("json"):
                        without.append(f"{method} {path} {status} {kind}")
    assert without == []
