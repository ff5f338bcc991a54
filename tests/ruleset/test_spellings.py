"""Ten thousand names are looked for in one pass, whatever the page."""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import partial

import pytest

from pharmcheck.ruleset import load_ruleset
from pharmcheck.ruleset.spellings import Spellings
from tests.yardstick import assert_costs, assert_linear

_MEDICINES = load_ruleset().medicines
_NAMES = sorted(_MEDICINES.by_name)
_SOUPS: dict[str, Callable[[int], str]] = {
    "all names": lambda size: _soup(_NAMES, " ", size),
    "all names without a gap": lambda size: _soup(_NAMES, "", size),
    "beginnings of names": lambda size: _soup([name[:-1] for name in _NAMES], " ", size),
    "names with endings": lambda size: _soup([name + "em" for name in _NAMES], ", ", size),
    "ambiguous names": lambda size: _soup(sorted(_MEDICINES.only_apart), " 5", size),
    "one letter": lambda size: "a" * size,
    "accents": lambda size: _soup([f"é {name}" for name in _NAMES], " ", size),
}


def _soup(words: list[str], gap: str, size: int) -> str:
    chance = random.Random(7)  # noqa: S311 - the same soup each time, no secret
    shuffled = chance.sample(words, len(words))
    return (gap.join(shuffled) * (1 + size // 10_000))[:size]


@pytest.mark.parametrize("soup", _SOUPS)
def test_looking_grows_no_faster_than_the_text(soup: str) -> None:
    """Four times the soup takes about four times as long, and 200 kB a bearable while."""
    # The small soup holds nearly every name once: with fewer, RE2 remembers all of them, and is twice as quick.
    assert_linear(lambda size: partial(_MEDICINES.named_in, _SOUPS[soup](size)), 100_000)
    assert_costs(partial(_MEDICINES.named_in, _SOUPS[soup](200_000)), 500)


def test_the_longest_name_wins_and_places_are_counted_in_characters() -> None:
    """Letters of two bytes before a name move nothing."""
    found = list(Spellings(["red", "red pill", "жар"]).found_in("éé red pillbox, red pill; жара red"))
    assert found == [(3, 6, "red"), (16, 24, "red pill"), (31, 34, "red")]
    assert list(Spellings(["красный"]).found_in("ж красный")) == [(2, 9, "красный")]


def test_no_names_find_nothing() -> None:
    """An empty list is a list."""
    assert not list(Spellings([]).found_in("anything"))
