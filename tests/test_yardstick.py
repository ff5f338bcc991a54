"""The yardstick itself: what is quadratic or too dear fails, what is linear and within its budget passes."""

from __future__ import annotations

import sys
from functools import lru_cache
from types import ModuleType

import pytest

from tests import yardstick
from tests.yardstick import assert_costs, assert_linear, min_until


def _linear(size: int):
    return lambda: sum(number * number for number in range(100 * size))


def _quadratic(size: int):
    return lambda: sum(one * other for one in range(size) for other in range(size))


def test_what_is_quadratic_fails() -> None:
    """Every element looked at once for every other."""
    with pytest.raises(AssertionError, match="4 times the size took"):
        assert_linear(_quadratic, 300)


def test_what_is_quadratic_behind_a_fixed_cost_fails() -> None:
    """A cost that every size has, half as high as the small size's own, does not hide it."""
    with pytest.raises(AssertionError, match="4 times the size took"):
        assert_linear(lambda size: lambda: (_quadratic(280)(), _quadratic(size)()), 400)


def test_what_is_linear_passes() -> None:
    """Four times the numbers, four times the sum."""
    assert_linear(_linear, 1_000)


def test_a_cache_that_the_large_size_overflows_makes_nothing_quadratic(monkeypatch: pytest.MonkeyPatch) -> None:
    """Warm, the small size would cost nothing and the large one everything."""
    module = ModuleType("pharmcheck.of_a_test")
    module.remembered = lru_cache(maxsize=1_000)(lambda number: sum(range(number % 7 + 300)))
    monkeypatch.setitem(sys.modules, module.__name__, module)
    assert_linear(lambda size: lambda: [module.remembered(number) for number in range(size)], 900)


def test_what_is_over_its_budget_fails() -> None:
    """Ten times the fixed work is not five times, and is twenty times."""
    tenfold = [yardstick._fixed_work] * 10
    with pytest.raises(AssertionError, match="times the work beside it, and may take 5"):
        assert_costs(lambda: [work() for work in tenfold], 5)
    assert_costs(lambda: [work() for work in tenfold], 20)


def test_one_good_try_is_enough() -> None:
    """A busy moment is forgiven, and after a success nothing is measured again."""
    measured = iter([9.0, 9.0, 2.0, 9.0])
    assert min_until(lambda: next(measured), 3.0) == 2.0
    assert next(measured) == 9.0


def test_the_memory_of_a_child_is_its_own() -> None:
    """Neither this process nor another child counts; what the child held and dropped does."""
    *said, small = yardstick.child("import sys; print(*sys.argv[1:])", "a", "b")
    (large,) = yardstick.child("bytearray(b'x') * (200 << 20)")
    assert said == ["a", "b"]
    assert int(small) < 100
    assert 200 < int(large) < 300
