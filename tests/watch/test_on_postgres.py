"""What asks the database the most, asked again with PostgreSQL behind it: the very same tests, another store."""

from __future__ import annotations

from pathlib import Path

import pytest

from pharmcheck.settings import Settings
from tests.store.conftest import settings_for
from tests.watch.test_causes import (  # noqa: F401 - the tests of this file, and their fixture
    rules,
    test_several_looks_in_one_round_each_have_their_own_cause,
    test_what_a_person_judged_is_told_as_a_persons,
)
from tests.watch.test_sending import (  # noqa: F401 - the tests of this file, and their fixture
    sender,
    test_a_message_under_way_when_its_sender_died_is_sent_again,
    test_a_receiver_that_fails_is_asked_again_for_about_a_day,
    test_gone_for_good_ends_a_receiver_at_once,
)
from tests.watch.test_watched import (  # noqa: F401
    test_a_site_of_two_lists_is_looked_at_once_and_told_to_both,
    test_a_stopped_watch_rests_and_goes_on_where_it_was,
    test_sites_are_due_by_their_verdicts_the_dangerous_first,
    test_what_waits_in_line_is_not_put_there_again,
)


@pytest.fixture
def settings(tmp_path: Path, postgres_url: str) -> Settings:
    return settings_for(tmp_path / "data", postgres_url)
