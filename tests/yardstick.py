"""How tests measure: against work of the same kind done right beside, never against a clock on the wall.

A machine may be three times as slow tomorrow, or busy with something else today; neither is a bug of ours.  So a
budget is a multiple of fixed work (`assert_costs`), growth is one size against four times that size (`assert_linear`),
both with cold caches, as the best of several tries that end with the first success, because noise only ever adds.
"""

from __future__ import annotations

import functools
import gc
import json
import re
import resource
import subprocess
import sys
import time
import unicodedata
from collections.abc import Callable, Sequence
from pathlib import Path

ROOT = Path(__file__).parents[1]
Work = Callable[[], object]
Clock = Callable[[], float]

# Seconds on the wall for what has an end of its own: only what never ends takes longer, on any machine.
PATIENCE_S = 120.0

TIMES = 4  # how much larger the large size is
MOST_GROWTH = 8.0  # linear work grows 4 times, quadratic work 16 times; the middle, where both are a factor of two away
_TRIES = 6
_PAGE_MEMORY = 16  # a cache with room for at least as many entries is filled by pages

_TEXT = "Buy Tramadol 50 mg online, £12.99, café №5: no prescription needed! " * 200  # 13 kB
_WORD = re.compile(r"\w+")


def assert_costs(
    work: Work, most: float, what: str = "it", beside: Work | None = None, clock: Clock | None = None
) -> None:
    """Hold `work` to at most `most` times the processor time of `beside`, or of the fixed work."""

    def ratio() -> float:
        return _seconds(work, clock or _processor_s) / _least_seconds(beside or fixed_work, clock or _processor_s)

    least = min_until(ratio, most)
    assert least <= most, f"{what} took {least:.1f} times the work beside it, and may take {most:g}"


def assert_linear(prepare: Callable[[int], Work], size: int, clock: Clock = time.process_time) -> None:
    """Hold the work that `prepare` makes of a size to growing in proportion; making its input is not measured.

    Nor are children: that a page from some size on is tried in a child of its own is a step, and no growth.
    """
    small, large = prepare(size), prepare(TIMES * size)
    of_small: list[float] = []
    of_large: list[float] = []

    def growth() -> float:
        of_small.append(_least_seconds(small, clock))
        of_large.append(_seconds(large, clock))
        return min(of_large) / min(of_small)

    least = min_until(growth, MOST_GROWTH)
    assert least <= MOST_GROWTH, f"{TIMES} times the size took {least:.1f} times as long"


def min_until(measure: Callable[[], float], enough: float) -> float:
    """The least of several measurements; the first that is small enough is the last."""
    least = measure()
    for _ in range(_TRIES - 1):
        if least <= enough:
            break
        least = min(least, measure())
    return least


def child(program: str, *arguments: str) -> Sequence[str]:
    """The words that `program`, run by a fresh interpreter, prints at its end: its highest memory in MB goes last."""
    # Not getrusage: its highest mark is inherited from the process that started this one.
    peak = "\nprint(int(open('/proc/self/status').read().partition('VmHWM:')[2].split()[0]) // 1024)"
    done = subprocess.run(
        [sys.executable, "-c", program + peak, *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout.split()


def fixed_work() -> None:
    """What reading and judging do, in small and from the standard library: words, patterns, letters, records.

    Four milliseconds on a laptop of 2026.
    """
    for _ in range(4):
        counts: dict[str, int] = {}
        for match in _WORD.finditer(_TEXT):
            counts[match[0]] = counts.get(match[0], 0) + 1
        for char in unicodedata.normalize("NFKD", _TEXT):
            if unicodedata.combining(char):
                counts[char] = 1
        json.loads(json.dumps(_TEXT.split()))


def _processor_s() -> float:
    """Of this process and its children."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def _least_seconds(work: Work, clock: Clock) -> float:
    """Of three runs: what others are held against must not look dear for one busy moment."""
    return min(_seconds(work, clock) for _ in range(3))


def _seconds(work: Work, clock: Clock) -> float:
    """Processor time of one run, with nothing remembered of any page and no pause for garbage."""
    for cache in _page_memories():
        cache.cache_clear()
    gc.disable()
    try:
        start = clock()
        work()
        return clock() - start
    finally:
        gc.enable()


def _page_memories() -> list[functools._lru_cache_wrapper]:
    modules = [module for name, module in sys.modules.items() if name.startswith("pharmcheck.")]
    held = [value for module in modules for value in vars(module).values()]
    caches = [value for value in held if isinstance(value, functools._lru_cache_wrapper)]
    return [cache for cache in caches if (cache.cache_parameters()["maxsize"] or 0) >= _PAGE_MEMORY]
