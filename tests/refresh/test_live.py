"""A register asked about one number at its publisher's: the answer, or a sentence."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from pharmcheck.errors import RefreshError, RegisterFileError, UsageError
from pharmcheck.refresh import LIVE, LiveAnswer, ask_live
from pharmcheck.registers.sources import find_source
from pharmcheck.ruleset import load_ruleset
from tests.file_server import HOST, FileServer, file_server

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
PHARMACY = {
    "result_count": 1,
    "results": [
        {
            "number": "1234567893",
            "enumeration_type": "NPI-2",
            "basic": {"organization_name": "SAMPLE PHARMACY LLC", "status": "A"},
            "taxonomies": [{"code": "3336C0003X"}],
        }
    ],
}


@pytest.fixture
def offer(tmp_path: Path) -> Iterator[Callable[..., FileServer]]:
    """Starts a publisher who answers everybody the same."""
    with ExitStack() as stack:

        def start(answer: object, **how: Any) -> FileServer:
            content = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
            return stack.enter_context(file_server(tmp_path, content=content, etag=None, modified=None, **how))

        yield start


def ask(server: FileServer, number: str = "1234567893") -> LiveAnswer:
    source = replace(find_source(load_ruleset().sources, LIVE), live_url=f"https://{HOST}/api?number={{number}}")
    return asyncio.run(ask_live(number, source, server.policy, now=lambda: NOON))


def test_the_publisher_is_asked_about_one_number(offer) -> None:
    """However it was written; when it was asked is told."""
    server = offer(PHARMACY)

    answer = ask(server, " 1234 567 893")

    assert [(record.name, record.entry_id) for record in answer.records] == [("SAMPLE PHARMACY LLC", "1234567893")]
    assert (answer.number, answer.found, answer.asked_at) == ("1234567893", 1, NOON)
    assert [asked["host"] for asked in server.requests] == [HOST]


def test_a_number_that_can_be_none_is_not_sent(offer) -> None:
    """The check digit is looked at here; nobody is asked."""
    server = offer(PHARMACY)

    with pytest.raises(UsageError, match="is not an NPI"):
        ask(server, "1234567890")

    assert server.requests == []


@pytest.mark.parametrize(
    ("answer", "how", "error", "says"),
    [
        (PHARMACY, {"status": 503}, RefreshError, "status 503"),
        (PHARMACY, {"redirect": "http://10.0.0.1/"}, RefreshError, "do not follow"),
        (PHARMACY, {"redirect": f"http://{HOST}/api"}, RefreshError, "could not be asked"),
        (b"x" * (6 << 20), {}, RefreshError, "larger than we read"),
        (b"<html>busy</html>", {}, RegisterFileError, "no JSON"),
        ({"Errors": [{"description": "too many"}]}, {}, RegisterFileError, "too many"),
    ],
)
def test_what_goes_wrong_is_a_sentence(offer, answer: object, how: dict[str, Any], error: type, says: str) -> None:
    """A publisher that is down, leads away, floods, or answers something else."""
    with pytest.raises(error, match=says):
        ask(offer(answer, **how))
