"""Likeness as names to look up."""

from __future__ import annotations

import random

from pharmcheck.networks.sketch import bands


def _share(overlap: float) -> float:
    """How many of a hundred pairs of sets, so alike, share a name; the same every time."""
    rng = random.Random(20261128)  # noqa: S311 - no secret
    found = 0
    for _ in range(100):
        common, mine, other = (
            [f"{rng.getrandbits(64)}" for _ in range(count)]
            for count in (round(200 * overlap), *2 * (round(100 * (1 - overlap)),))
        )
        found += bool(set(bands([*common, *mine])) & set(bands([*common, *other])))
    return found / 100


def test_like_sets_share_a_name_and_unlike_ones_do_not() -> None:
    """As the share of common elements says: nearly always at 0.8, seldom at 0.3, never at nought."""
    assert _share(0.8) >= 0.9
    assert _share(0.3) <= 0.2
    assert _share(0.0) == 0.0


def test_order_and_repetition_say_nothing() -> None:
    """A page that lists a thing twice is no other page."""
    elements = [f"element {at}" for at in range(40)]

    assert bands(elements) == bands([*reversed(elements), *elements])


def test_a_set_too_small_to_tell_has_no_name() -> None:
    """Two shops with three products each are alike by chance."""
    assert bands(f"{at}" for at in range(11)) == ()
    assert len(set(bands(f"{at}" for at in range(12)))) == 8
