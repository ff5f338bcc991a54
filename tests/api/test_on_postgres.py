"""What asks the store the most, asked again with PostgreSQL behind it: the very same tests, another desk."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import SecretStr

from pharmcheck.ruleset import Ruleset
from pharmcheck.settings import Settings
from pharmcheck.store import Store
from tests.api.conftest import Desk, keep_answer, open_desk, open_service, problem, rogue
from tests.api.test_checks import (  # noqa: F401 - the tests of this file
    test_a_check_is_taken_and_says_where_to_look,
    test_a_check_that_nobody_does_is_said_to_be_stalled,
    test_a_stored_verdict_answers_at_once,
    test_an_idempotency_key_makes_a_repeated_request_harmless,
    test_an_old_verdict_does_not_answer,
    test_an_unknown_check_is_a_problem_with_a_code,
    test_one_site_is_not_looked_at_without_end,
    test_two_who_ask_wait_for_one_check,
)
from tests.api.test_lists import (  # noqa: F401
    test_a_key_has_two_lists_at_a_time,
    test_a_list_is_called_off,
    test_another_key_sees_nothing_of_a_list,
    test_every_row_is_accounted_for,
    test_items_come_in_pages,
    test_reports_hold_every_row_and_no_formula,
    test_rows_of_a_known_site_are_looked_at_for_the_list,
)
from tests.api.test_progress import (  # noqa: F401
    test_a_listener_hears_every_step_and_the_end,
    test_a_listener_that_lost_its_line_hears_the_rest,
)
from tests.api.test_runner import (  # noqa: F401
    street,
    test_a_fault_of_ours_ends_one_check_and_no_other,
    test_a_site_whose_owner_opted_out_is_not_visited_and_registers_still_answer,
    test_an_orderly_stop_gives_back_what_is_not_done,
    test_waiting_checks_get_the_verdicts_that_they_deserve,
)
from tests.api.test_verdicts import (  # noqa: F401
    test_a_look_that_failed_does_not_replace_a_verdict,
    test_a_new_verdict_is_seen_at_once,
    test_a_verdict_is_given_as_it_was_stored,
    test_a_wrong_key_is_refused_and_a_right_one_has_its_own_limit,
    test_answers_from_memory_and_from_the_store_are_the_same,
    test_evidence_names_every_rule_and_the_archived_bytes,
    test_history_comes_in_pages_that_lose_and_double_nothing,
    test_one_host_does_not_speak_for_another,
)
from tests.services.postgres import PostgresServer

pytestmark = pytest.mark.anyio


@pytest.fixture
async def desk(tmp_path: Path, ruleset: Ruleset, postgres_url: str) -> AsyncIterator[Desk]:
    async for made in open_desk(tmp_path, ruleset, database_url=SecretStr(postgres_url)):
        yield made


@pytest.fixture
def store(tmp_path: Path, postgres_url: str) -> Iterator[Store]:
    with Store.open(Settings(data_dir=tmp_path / "data", database_url=SecretStr(postgres_url))) as opened:
        yield opened


async def test_a_verdict_of_another_process_is_seen_at_once(
    desk: Desk, tmp_path: Path, ruleset: Ruleset, postgres_url: str
) -> None:
    """What is remembered goes with the first request after anybody's commit, not a second later."""
    desk.keep(rogue())
    path = "/v1/verdicts/pills.example.com"
    before = [(await desk.get(path)).json()["checked_at"] for _ in range(3)]
    with open_service(tmp_path / "another", ruleset, desk.clock, database_url=SecretStr(postgres_url)) as another:
        desk.clock.turn(hours=1)
        keep_answer(another, replace(rogue(), started_at=desk.clock(), finished_at=desk.clock()), desk.clock())

    assert len(set(before)) == 1
    assert (await desk.get(path)).json()["checked_at"] > before[0]


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/v1/checks/%00", {}),
        ("/v1/checks/" + "a" * 400, {}),
        ("/v1/batches/a%00b", {}),
        ("/v1/checks/%00/events", {"Last-Event-ID": "9" * 40}),
        ("/check/%00", {}),
        ("/v1/verdicts/a%00b.com", {}),
    ],
)
async def test_a_question_that_the_database_would_refuse_has_an_answer(desk: Desk, path: str, headers: dict) -> None:
    """PostgreSQL takes no NUL and no number beyond its column; whoever sends one learns that there is no such thing."""
    answer = await desk.get(path, headers=headers)
    assert 400 <= answer.status_code < 500, answer.text


async def test_a_listener_may_have_heard_more_than_there_is(desk: Desk) -> None:
    """A number beyond all numbers is answered like one beyond the last step."""
    identifier = desk.keep(rogue())
    answer = await desk.get(f"/v1/checks/{identifier}/events", headers={"Last-Event-ID": "9" * 40})
    assert answer.status_code in (200, 204)


async def test_a_place_in_a_list_that_nobody_gave_out_is_no_failure(desk: Desk) -> None:
    """A cursor may be made up: times of any year, ids of any form."""
    desk.keep(rogue())
    for parts in (["0001-01-02T00:00:00+00:00", "\x00"], ["9999-12-30T00:00:00+00:00", "x" * 99]):
        cursor = base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")
        answer = await desk.get(f"/v1/verdicts/pills.example.com/history?cursor={cursor}")
        assert answer.status_code == 200, answer.text


async def test_while_the_database_is_away_everybody_is_told_so(tmp_path: Path, ruleset: Ruleset) -> None:
    """Look-ups and questions alike get a 503, remembered or not; nothing has to be restarted afterwards."""
    server = PostgresServer()
    try:
        server.start()
        url = SecretStr(server.url(server.new_database()))
        async for desk in open_desk(tmp_path, ruleset, database_url=url):
            desk.keep(rogue())
            paths = ["/v1/verdicts/pills.example.com", "/v1/verdicts/pills.example.com/history", "/readyz"]
            for _ in range(2):
                assert [(await desk.get(path)).status_code for path in paths] == [200] * 3
            server.stop(crash=True)
            for path in paths:
                answer = await desk.get(path)
                assert problem(answer)["code"] == "not_ready", answer.text
                assert "psycopg" not in answer.text
            assert (await desk.get("/healthz")).status_code == 200
            server.start()
            assert [(await desk.get(path)).status_code for path in paths] == [200] * 3
    finally:
        server.close()
