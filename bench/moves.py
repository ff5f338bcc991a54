"""Which verdicts moved between two runs, and because of which rules.

A run is saved as one JSON file; nothing of any page is in it but rule ids.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.labelled import Case, LabelError

_SCHEMA = "pharmcheck.accuracy/1"


@dataclass(frozen=True, slots=True)
class Said:
    """What a run said of one site."""

    category: str
    reason_code: str
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Move:
    """A site of which two runs say different things."""

    name: str
    label: str
    before: str
    after: str
    gained: tuple[str, ...]  # rules that hold now and did not
    lost: tuple[str, ...]


def said(cases: Iterable[Case]) -> dict[str, Said]:
    """A run, by file name of the site."""
    return {case.name: Said(case.category.value, case.reason_code, case.rules) for case in cases}


def save(path: Path, ruleset: str, cases: Iterable[Case]) -> None:
    """Write a run so that a later one can be held against it."""
    sites = {name: [run.category, run.reason_code, list(run.rules)] for name, run in sorted(said(cases).items())}
    path.write_text(json.dumps({"schema": _SCHEMA, "ruleset": ruleset, "sites": sites}, indent=1) + "\n", "utf-8")


def load(path: Path) -> tuple[str, dict[str, Said]]:
    """A saved run: its ruleset, and what it said.

    Raises:
        LabelError: the file is no saved run.
    """
    try:
        data: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        sites = {name: Said(row[0], row[1], tuple(row[2])) for name, row in data["sites"].items()}
        schema, ruleset = data["schema"], str(data["ruleset"])
    except (OSError, ValueError, KeyError, TypeError, IndexError) as exc:
        raise LabelError(f"{path} is not a saved run of this bench; make one with --save") from exc
    if schema != _SCHEMA:
        raise LabelError(f"{path} has the schema {schema!r}; this bench reads {_SCHEMA!r}")
    return ruleset, sites


def moves(before: Mapping[str, Said], cases: Iterable[Case]) -> list[Move]:
    """Sites of which another category or reason is said now, by label and name; new and missing sites are moves too."""
    labels = {case.name: case.label for case in cases}
    after = said(cases)
    found = []
    for name in sorted({*before, *after}, key=lambda one: (labels.get(one, ""), one)):
        old, new = before.get(name), after.get(name)
        if old and new and (old.category, old.reason_code) == (new.category, new.reason_code):
            continue
        was, holds = set(old.rules if old else ()), set(new.rules if new else ())
        found.append(
            Move(name, labels.get(name, "?"), _words(old), _words(new),
                 tuple(sorted(holds - was)), tuple(sorted(was - holds)))
        )  # fmt: skip
    return found


def _words(run: Said | None) -> str:
    return f"{run.category}/{run.reason_code}" if run else "not in the set"
