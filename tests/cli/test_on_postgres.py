"""The command line with PostgreSQL behind it: the same words, and one sentence when the server says no."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from typer.testing import Result

Run = Callable[..., Result]


@pytest.fixture
def postgres(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """Named by the environment, as an operator would."""
    monkeypatch.setenv("PHARMCHECK_DATABASE_URL", postgres_url)
    return postgres_url


def test_a_check_is_kept_told_again_and_replayed(postgres: str, run: Run, data_dir: Path, way: list[str]) -> None:
    """Every command finds what the one before has kept, and no file stands in for the database."""
    first, again = (json.loads(run("check", "--json", *way, "pillswift.example").stdout) for _ in range(2))
    assert first["category"] == "danger"
    assert again == first  # told from the store, to the letter
    replayed = run("replay", "--json")
    assert replayed.exit_code == 0, replayed.stderr
    assert run("forget").exit_code == 0

    assert not (data_dir / "pharmcheck.sqlite3").exists()
    engine = sa.create_engine(postgres)
    with engine.begin() as connection:
        assert connection.execute(sa.text("SELECT count(*) FROM verdicts")).scalar_one() == 1
    engine.dispose()


def test_keys_are_made_listed_and_revoked(postgres: str, run: Run) -> None:
    """What `keys create` makes is in the list."""
    made = run("keys", "create", "desk")
    assert made.exit_code == 0, made.stderr
    assert "desk" in run("keys", "list").stdout


def test_a_server_that_refuses_is_one_sentence(
    postgres: str, run: Run, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No traceback, no address, no password."""
    monkeypatch.setenv("PHARMCHECK_DATABASE_URL", postgres.replace("postgres:@", "nobody:hunter2@"))
    answer = run("keys", "list")
    assert answer.exit_code == 4
    assert "refuses our name or password" in answer.stderr
    for secret in ("hunter2", "Traceback", "psycopg"):
        assert secret not in answer.stderr + answer.stdout
