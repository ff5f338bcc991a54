"""The yardstick itself: what is quadratic or too dear fails, what is linear and within its budget passes."""

from __future__ import annotations

import sys
import time
from functools import lru_cache
from types import ModuleType

import pytest

from tests import yardstick
from tests.yardstick import Work, assert_costs, assert_linear, fixed_work, min_until


class _Toil:
    """Work that is counted: its clock moves by what was done, so that no busy machine speaks here."""

    def __init__(self) -> None:
        self.done = 0

    def clock(self) -> float:
        return self.done

    def of(self, amount: int) -> Work:
        def work() -> None:
            self.done += amount

        return work


def test_what_is_quadratic_fails() -> None:
    """Every element looked at once for every other."""
    toil = _Toil()
    with pytest.raises(AssertionError, match="4 times the size took 16"):
        assert_linear(lambda size: toil.of(size**2), 300, toil.clock)


def test_what_is_quadratic_behind_a_fixed_cost_fails() -> None:
    """A cost that every size has, half as high as the small size's own, does not hide it."""
    toil = _Toil()
    with pytest.raises(AssertionError, match="4 times the size took 11"):
        assert_linear(lambda size: toil.of(200**2 // 2 + size**2), 200, toil.clock)


def test_what_is_linear_passes() -> None:
    """Four times the numbers, four times the work."""
    toil = _Toil()
    assert_linear(toil.of, 1_000, toil.clock)


def test_a_busy_moment_of_the_small_size_hides_nothing() -> None:
    """One slow run of what the large size is held against is not believed."""
    toil = _Toil()
    slow = iter([3, 1, 1])

    def prepare(size: int) -> Work:
        def work() -> None:
            toil.done += size**2 * (next(slow, 1) if size == 300 else 1)

        return work

    with pytest.raises(AssertionError, match="4 times the size took 16"):
        assert_linear(prepare, 300, toil.clock)


def test_a_cache_that_the_large_size_overflows_makes_nothing_quadratic(monkeypatch: pytest.MonkeyPatch) -> None:
    """Warm, the small size would cost nothing and the large one everything."""
    toil = _Toil()
    module = ModuleType("pharmcheck.of_a_test")
    module.remembered = lru_cache(maxsize=1_000)(lambda _number: toil.of(1)())
    monkeypatch.setitem(sys.modules, module.__name__, module)
    assert_linear(lambda size: lambda: [module.remembered(number) for number in range(size)], 900, toil.clock)


def test_what_is_over_its_budget_fails() -> None:
    """Ten times the work beside it is not five times, and is twenty times."""
    toil = _Toil()
    with pytest.raises(AssertionError, match="may take 5"):
        assert_costs(toil.of(10), 5, beside=toil.of(1), clock=toil.clock)
    assert_costs(toil.of(10), 20, beside=toil.of(1), clock=toil.clock)


def test_the_clock_counts_work_and_not_waiting() -> None:
    """A wait is free; ten times the fixed work is well below fifty times it."""
    tenfold = [fixed_work] * 10
    assert_costs(lambda: [work() for work in tenfold], 50)
    assert_costs(lambda: time.sleep(0.05), 5)


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
