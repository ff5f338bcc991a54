"""The rules, loaded once."""

from __future__ import annotations

import pytest

from pharmcheck.networks import Known, known_things
from pharmcheck.ruleset import Ruleset, load_ruleset


@pytest.fixture(scope="session")
def ruleset() -> Ruleset:
    return load_ruleset()


@pytest.fixture(scope="session")
def known(ruleset: Ruleset) -> Known:
    return known_things(ruleset)
