"""Medicines are found by their names, as whole words, and never by the soup around them."""

from __future__ import annotations

import random
import re

import pytest

from pharmcheck.ruleset import load_ruleset
from pharmcheck.ruleset.medicines import Medicines

_MEDICINES = load_ruleset().medicines
_NAMES = sorted(set(_MEDICINES.by_name) - _MEDICINES.ambiguous)


def _one_by_one(medicines: Medicines, text: str) -> set[tuple[int, int]]:
    """Every name looked for by itself; the longest at each place."""
    places = set()
    for name in _NAMES:
        for spelling in (name, name.replace(" ", "-")):
            at = text.find(spelling)
            while at >= 0:
                end = at + len(spelling)
                if not text[end : end + 1].isalnum() and not text[max(at - 1, 0) : at].isalnum():
                    places.add((at, end))
                at = text.find(spelling, end)
    assert all(text[at:end].replace("-", " ") in medicines.by_name for at, end in places)
    kept: set[tuple[int, int]] = set()
    reached = 0
    for at, end in sorted(places, key=lambda place: (place[0], -place[1])):
        if at >= reached:
            kept.add((at, end))
            reached = end
    return kept


@pytest.mark.parametrize("count", [3, 30, 3_000], ids=["a sentence", "a shelf", "a soup"])
@pytest.mark.parametrize("between", [" ", "-", ", ", "_", "é", ""])
def test_names_are_those_found_one_by_one(count: int, between: str) -> None:
    """Whatever stands between the names, and however many there are: one look finds what asking for each finds."""
    chance = random.Random(count)  # noqa: S311 - repeatable texts, not secrets
    text = between.join(chance.choices([*_NAMES, "word", "and"], k=count))
    assert {(at, end) for at, end, _ in _MEDICINES.named_in(text)} == _one_by_one(_MEDICINES, text)


def test_the_longest_name_counts() -> None:
    """One medicine is not another whose name it ends with, and a name within a word is none."""
    found = _MEDICINES.named_in("super kamagra, viagraland, viagra")
    assert [medicine.inn for _, _, medicine in found][-1] == "sildenafil"
    assert len(found) == len(re.findall("super kamagra|viagra$", "super kamagra, viagraland, viagra"))
