"""docs/threats.md names tests: each is there, and so is every one that an attack is said to be held by."""

from __future__ import annotations

import re
from pathlib import Path

from bench.fuzz import TARGETS

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "docs" / "threats.md").read_text("utf-8")
_ROW = re.compile(r"^\| (?!-)(.+) \|$", re.MULTILINE)
_NAMED = re.compile(r"`(?:(tests/[\w/]+\.py)(?:::(\w+)(…?))?|…(?:::)?(test_\w+)(…?))`")


def named() -> list[tuple[str, str, str]]:
    """(file, beginning of a test's name, "…" if it goes on), row by row: a name alone is of the file before it."""
    found = []
    for row in _ROW.findall(TEXT):
        file = ""
        for path, name, open_end, alone, alone_open in _NAMED.findall(row):
            file = path or file
            found.append((file, name or alone, open_end or alone_open))
    return found


def test_every_test_that_holds_an_attack_is_there() -> None:
    """By its file and the beginning of its name."""

    def is_there(file: str, name: str, goes_on: str) -> bool:
        path = ROOT / file
        end = r"\w*\(" if goes_on else r"\("
        return path.is_file() and bool(re.search(f"def {name}{end}" if name else "def test_", path.read_text("utf-8")))

    assert len(named()) > 100
    assert [one for one in named() if not is_there(*one)] == []


def test_every_row_names_a_test_or_a_measure() -> None:
    """An attack without a test is no line of a table."""
    rows = [row for row in _ROW.findall(TEXT.partition("\n## Floods")[0]) if not row.endswith("held by")]

    assert [row for row in rows if not _NAMED.search(row)] == []


def test_every_target_of_the_fuzzer_has_its_figures() -> None:
    """Runs and findings are stated for each."""
    assert set(re.findall(r"^\| `(\w+)` \|", TEXT.partition("\n## Fuzzing")[2], re.MULTILINE)) == set(TARGETS)
