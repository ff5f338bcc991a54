"""The pages, with PostgreSQL behind them: the very same tests, another desk."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from pharmcheck.ruleset import Ruleset
from tests.api.conftest import Desk, open_desk
from tests.web.test_pages import (  # noqa: F401 - the tests of this file
    test_a_form_leads_to_its_check_and_reloading_repeats_nothing,
    test_a_stored_answer_is_shown_at_once_and_a_new_look_is_a_button,
    test_an_old_answer_says_that_it_is_old,
    test_every_reason_can_be_read,
    test_help_says_which_registers_are_asked,
    test_history_names_other_answers_about_the_site,
    test_progress_is_a_part_of_the_page_until_the_answer_is_there,
)

pytestmark = pytest.mark.anyio


@pytest.fixture
async def desk(tmp_path: Path, ruleset: Ruleset, postgres_url: str) -> AsyncIterator[Desk]:
    async for made in open_desk(tmp_path, ruleset, database_url=SecretStr(postgres_url)):
        yield made
