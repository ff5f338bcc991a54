"""No pattern of the package or of the rules takes long on anything a page can hold (statement P3)."""

from __future__ import annotations

import gc
import importlib
import pkgutil
import re
import time
from collections.abc import Iterator
from itertools import islice
from re import _constants, _parser

import pytest
import re2

import pharmcheck
from pharmcheck.ruleset import load_ruleset

SIZE = 100_000
MOST_HITS = 5_000  # as `Lines` stops; each costs some microseconds on its way to Python
FLOODS = {
    "one letter": "a" * SIZE,
    "one capital": "A" * SIZE,
    "digits": "1" * SIZE,
    "digits and spaces": "1 " * (SIZE // 2),
    "spaces": " " * SIZE,
    "newlines": "\n" * SIZE,
    "less-than": "<" * SIZE,
    "a@": "a@" * (SIZE // 2),
    "dots": "a." * (SIZE // 2),
    "slashes": "/" * SIZE,
    "quotes": "\"'" * (SIZE // 2),
    "words": "no prescription " * (SIZE // 16),
    "street": "12 High Street, AB1 2CD " * (SIZE // 24),
    "accents": "é" * (SIZE // 2),
    "mixture": "a1 <@.,-$£(/'\n" * (SIZE // 14),
}


def _modules() -> Iterator[object]:
    for found in pkgutil.walk_packages(pharmcheck.__path__, "pharmcheck."):
        if not found.name.endswith("__main__") and ".migrations" not in found.name and ".render" not in found.name:
            yield importlib.import_module(found.name)


def _patterns() -> dict[str, re.Pattern]:
    """Every compiled `re` pattern that a module of ours holds, by its name."""
    patterns = {}
    for module in _modules():
        for name, value in vars(module).items():
            held = getattr(value, "__self__", value)
            if isinstance(held, re.Pattern):
                patterns[f"{module.__name__}.{name}"] = held
    return patterns


RE = _patterns()
# These rooms look for patterns in the text of pages; the others ask whether one short address or header is of a form.
ON_PAGES = [
    name
    for name in RE
    if name.startswith(tuple(f"pharmcheck.{room}" for room in ("reading", "ruleset", "findings", "explain", "store")))
]


@pytest.fixture(scope="module")
def most() -> float:
    """Seconds that a pattern may take on 100 kB: 100 ms, and more on a machine that is slow just now."""
    start = time.process_time()
    sum(number * number for number in range(200_000))
    return max(0.1, 10 * (time.process_time() - start))


def _cost(look, flood) -> float:
    best = 9.0
    for _ in range(3):
        start = time.process_time()
        for _match in islice(look(flood) or (), MOST_HITS):
            pass
        best = min(best, time.process_time() - start)
        if best < 0.05:
            break
    return best


@pytest.mark.parametrize("name", RE)
def test_patterns_of_re_are_quick_on_floods(name, most):
    """Looked for everywhere in 100 kB of each flood; or, where only whole strings are asked, asked of it."""
    pattern = RE[name]
    look = pattern.finditer if name in ON_PAGES else lambda flood: pattern.fullmatch(flood) and ()
    for what, flood in FLOODS.items():
        assert _cost(look, flood.encode() if isinstance(pattern.pattern, bytes) else flood) < most, what


def _nested(tree, inside: bool) -> bool:
    for op, value in tree:
        if op in (_constants.MAX_REPEAT, _constants.MIN_REPEAT, getattr(_constants, "POSSESSIVE_REPEAT", None)):
            _low, high, inner = value
            many = high == _constants.MAXREPEAT
            if (many and inside) or _nested(inner, inside or many):
                return True
        elif (op is _constants.SUBPATTERN and _nested(value[-1], inside)) or (
            op is _constants.BRANCH and any(_nested(branch, inside) for branch in value[1])
        ):
            return True
    return False


def test_no_pattern_of_re_in_reading_repeats_a_repeat():
    """Where pages are read, `re` looks for single classes only; everything else is RE2's."""
    assert ON_PAGES
    assert [name for name in ON_PAGES if _nested(_parser.parse(RE[name].pattern), inside=False)] == []
    assert _nested(_parser.parse("(a+b?)+"), inside=False)


def test_patterns_of_re2_are_quick_on_floods(most):
    """All that the package, the lists and the rules have compiled, whoever holds them."""
    load_ruleset()
    patterns = {item.pattern: item for item in gc.get_objects() if isinstance(item, re2._Regexp)}
    assert len(patterns) > 100
    slow = [
        (pattern, what)
        for pattern, item in patterns.items()
        for what, flood in FLOODS.items()
        if _cost(item.finditer, flood.encode() if isinstance(pattern, bytes) else flood) > most
    ]
    assert slow == []
