"""`pharmcheck replay` and `pharmcheck rules`: what today's rules would move, and the rules themselves."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from typer.testing import Result

from pharmcheck.ruleset import default_directory
from pharmcheck.settings import load_settings
from pharmcheck.store import Store
from pharmcheck.store.tables import captures, verdicts

Run = Callable[..., Result]
DANGER, UNVERIFIED = "pillswift.example", "elmstreetrx.example"


@pytest.fixture
def stored(run: Run, way: list[str]) -> list[dict[str, Any]]:
    """Two stored verdicts."""
    result = run("check", "--json", DANGER, UNVERIFIED, *way)
    return [json.loads(line) for line in result.stdout.splitlines()]


def change(data_dir: Path, table: sa.Table, host: str, **values: object) -> None:
    with Store.open(load_settings(data_dir)) as store, store._engine.begin() as connection:
        connection.execute(sa.update(table).where(table.c.host == host).values(**values))


def lines(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_the_same_rules_change_nothing(run: Run, stored: list[dict[str, Any]]) -> None:
    """Replay is byte for byte the same as long as the rules are."""
    result = run("replay")

    assert result.exit_code == 0
    assert re.fullmatch(r"2 stored verdicts judged by ruleset \S+: 0 would change\.\n", result.stdout)


def test_a_verdict_that_would_change_is_shown_before_and_after(
    run: Run, stored: list[dict[str, Any]], data_dir: Path
) -> None:
    """Host, both categories, both reasons, and the rules that moved it; dangerous names cannot be clicked."""
    change(data_dir, verdicts, DANGER, category="caution", reason_code="warning_signs", score=30)

    result = run("replay")

    assert result.exit_code == 0
    assert "pillswift[.]example: caution → danger\n" in result.stdout
    assert "  because: warning_signs → controlled_without_prescription; score 30 → " in result.stdout
    assert result.stdout.endswith(": 1 would change.\n")


def test_replay_speaks_json(run: Run, stored: list[dict[str, Any]], data_dir: Path) -> None:
    """One line for every verdict, changed or not, and nothing else."""
    change(data_dir, verdicts, DANGER, category="caution")

    told = {line["host"]: line for line in lines(run("replay", "--json"))}

    assert {host: line["changed"] for host, line in told.items()} == {DANGER: True, UNVERIFIED: False}
    assert told[DANGER]["schema"] == "pharmcheck.replay/1"
    assert (told[DANGER]["before"]["category"], told[DANGER]["after"]["category"]) == ("caution", "danger")


def test_one_capture_can_be_replayed(run: Run, stored: list[dict[str, Any]]) -> None:
    """By the id that every verdict document carries."""
    told = lines(run("replay", "--json", "--capture", stored[1]["capture_id"]))

    assert [line["host"] for line in told] == [UNVERIFIED]


def test_an_unknown_capture_is_a_usage_error(run: Run, stored: list[dict[str, Any]]) -> None:
    """A mistyped id is not "nothing changes"."""
    result = run("replay", "--capture", "0" * 32)

    assert result.exit_code == 2
    assert "no stored verdict for a capture" in result.stderr


def test_a_time_can_be_given(run: Run, stored: list[dict[str, Any]]) -> None:
    """What would have been said then, or would be said later; a time without a zone is UTC."""
    told = lines(run("replay", "--json", "--at", "2030-01-01T12:00:00+02:00"))
    bare = lines(run("replay", "--json", "--at", "2030-01-01"))

    assert {line["judged_at"] for line in told} == {"2030-01-01T10:00:00Z"}
    assert {line["judged_at"] for line in bare} == {"2030-01-01T00:00:00Z"}


def test_a_lost_capture_is_told_and_does_not_stop_the_others(
    run: Run, stored: list[dict[str, Any]], data_dir: Path
) -> None:
    """One damaged file among many."""
    change(data_dir, captures, DANGER, warc_sha256="0" * 64)

    result = run("replay")

    assert result.exit_code == 0
    assert "was changed after it was stored" in result.stderr
    assert "1 stored verdicts judged" in result.stdout
    assert "1 could not be read again." in result.stdout


def test_an_empty_store_has_nothing_to_replay(run: Run) -> None:
    """And that is no failure."""
    result = run("replay")

    assert (result.exit_code, result.stdout) == (0, "There are no stored captures to judge.\n")


def test_diff_asks_only_the_verdicts_in_force(
    run: Run, stored: list[dict[str, Any]], way: list[str], data_dir: Path
) -> None:
    """A site that was visited twice is one verdict that could move; replay judges both visits."""
    run("check", "--json", "--fresh", UNVERIFIED, *way)

    assert len(lines(run("replay", "--json"))) == 3
    assert sorted(line["host"] for line in lines(run("rules", "diff", "--json"))) == [UNVERIFIED, DANGER]
    assert run("rules", "diff").exit_code == 0


@pytest.fixture
def own_rules(tmp_path: Path) -> Path:
    """A copy of the rules, to be changed."""
    return Path(shutil.copytree(default_directory(), tmp_path / "rules"))


def test_a_change_of_the_rules_shows_what_it_moves(
    run: Run, stored: list[dict[str, Any]], own_rules: Path, data_dir: Path
) -> None:
    """`rules diff --rules DIR` before a change is released: without its convicting rules the shop is no danger."""
    for file in own_rules.rglob("*.yaml"):
        text = file.read_text("utf-8")
        if re.search(r"^effect: convict$", text, re.MULTILINE):
            file.write_text(re.sub(r"^status: stable$", "status: experimental", text, flags=re.MULTILINE), "utf-8")

    result = run("rules", "diff", "--rules", own_rules)

    assert result.exit_code == 0
    assert "pillswift[.]example: danger → " in result.stdout
    assert "  no longer: " in result.stdout


def test_the_rules_pass_their_lint_and_examples(run: Run) -> None:
    """The program's own rules, by the commands that their authors use."""
    lint, test = run("rules", "lint"), run("rules", "test")

    assert (lint.exit_code, lint.stdout, test.exit_code, test.stdout) == (0, "", 0, ""), lint.stdout + test.stdout
    assert re.search(r"\d+ rules without a problem, ruleset 20", lint.stderr)
    assert re.search(r"\d+ examples, 0 failed", test.stderr)


def test_a_broken_rule_is_shown_with_file_and_line(run: Run, own_rules: Path) -> None:
    """Every problem on stdout, the sum on stderr, exit 1."""
    file = next(own_rules.glob("*/OFF001-*.yaml"))
    file.write_text(file.read_text("utf-8") + "unknown_key: 1\n", "utf-8")

    result = run("rules", "lint", "--rules", own_rules)

    assert result.exit_code == 1
    assert re.match(rf"{re.escape(str(file))}:\d+: .*unknown_key", result.stdout)
    assert re.search(r"\d+ problems? in ", result.stderr)


def test_broken_rules_are_our_own_failure_for_a_check(
    run: Run, own_rules: Path, monkeypatch: pytest.MonkeyPatch, make_archive: Callable[..., Path]
) -> None:
    """Nothing is judged by half a ruleset: a sentence with file and line, exit 4."""
    from pharmcheck import ruleset

    file = next(own_rules.glob("*/OFF001-*.yaml"))
    file.write_text("id: [", "utf-8")
    real = ruleset.load_ruleset
    monkeypatch.setattr(ruleset, "load_ruleset", lambda _=None: real(own_rules))

    result = run("check", make_archive("one.example.com"))

    assert (result.exit_code, result.stdout) == (4, "")
    assert re.match(rf"pharmcheck: {re.escape(str(file))}:\d+: ", result.stderr)


def test_a_failing_example_is_shown(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the name of the test that is made of it."""
    from pharmcheck import examples

    failing = examples.ExampleResult("RX001", "match", "en", 1, passed=False, why="answered absent")
    monkeypatch.setattr(examples, "run_examples", lambda _: (failing,))

    result = run("rules", "test")

    assert (result.exit_code, result.stdout) == (1, "RX001-match-en-1: answered absent\n")
    assert "1 example, 1 failed" in result.stderr


def test_a_rule_is_shown_as_a_pharmacist_would_read_it(run: Run) -> None:
    """What it does and says, where it can be wrong, who says that it matters; the id in any case."""
    result = run("rules", "show", "rx001")

    assert result.exit_code == 0
    assert result.stdout.startswith("RX001  ")
    for title in ("What it says", "Where it can be wrong", "Who says that it matters", "Examples that it finds"):
        assert f"\n{title}\n" in result.stdout


def test_an_unknown_rule_is_a_usage_error_with_a_suggestion(run: Run) -> None:
    """A slip of the finger is answered with what was probably meant."""
    result = run("rules", "show", "RX01")

    assert result.exit_code == 2
    assert "did you mean RX0" in result.stderr
