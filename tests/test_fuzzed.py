"""Every reader of strangers' bytes on its seeds, and on whatever broke one once: `make fuzz` finds those."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest

from bench.fuzz import TARGETS
from pharmcheck.intake import read_list

FOUND = Path(__file__).parent / "fuzzed"


def test_every_target_is_known_and_everything_found_belongs_to_one() -> None:
    """A target that nobody lists is never run."""
    written = {path.stem for path in (Path(__file__).parents[1] / "bench/fuzz/targets").glob("[a-z]*.py")}

    assert set(TARGETS) == written
    assert {path.name for path in FOUND.iterdir()} <= written


@pytest.mark.parametrize("target", TARGETS)
def test_no_input_breaks_what_a_reader_promises(target: str) -> None:
    """The seeds, each also cut short, and everything that was found."""
    module = importlib.import_module(f"bench.fuzz.targets.{target}")
    found = [path.read_bytes() for path in sorted((FOUND / target).glob("*"))]

    for data in [*module.SEEDS, *(seed[: len(seed) // 2] for seed in module.SEEDS), *found]:
        module.once(data)


@pytest.mark.parametrize("target", ["list_xlsx", "list_ods"])
def test_a_seed_of_a_workbook_is_one(target: str) -> None:
    """A fuzzer that begins with what is refused at once learns nothing."""
    module = importlib.import_module(f"bench.fuzz.targets.{target}")

    for seed in module.SEEDS:
        assert [entry for entry in read_list(module.packed(seed)).entries() if entry.address is not None]
