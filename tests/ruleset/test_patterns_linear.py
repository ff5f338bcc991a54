"""No pattern of the package or of the rules takes long on anything a page can hold (statement P3)."""

from __future__ import annotations

import gc
import importlib
import pkgutil
import re
from collections import deque
from collections.abc import Callable, Iterator
from itertools import islice
from re import _constants, _parser

import pytest
import re2

import pharmcheck
from pharmcheck.ruleset import load_ruleset
from tests.yardstick import assert_costs

SIZE = 100_000
MOST = 50  # times the fixed work, for all floods together; what is quadratic takes a thousand for one
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


def _assert_quick(pattern: str | bytes, look: Callable) -> None:
    texts = [flood.encode() if isinstance(pattern, bytes) else flood for flood in FLOODS.values()]
    assert_costs(lambda: [deque(islice(look(text) or (), MOST_HITS), 0) for text in texts], MOST, repr(pattern))


@pytest.mark.parametrize("name", RE)
def test_patterns_of_re_are_quick_on_floods(name):
    """Looked for everywhere in 100 kB of each flood; or, where only whole strings are asked, asked of it."""
    pattern = RE[name]
    look = pattern.finditer if name in ON_PAGES else lambda flood: pattern.fullmatch(flood) and ()
    _assert_quick(pattern.pattern, look)


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


def test_patterns_of_re2_are_quick_on_floods():
    """All that the package, the lists and the rules have compiled, whoever holds them."""
    load_ruleset()
    patterns = {item.pattern: item for item in gc.get_objects() if type(item) is re2._Regexp}
    assert len(patterns) > 100
    for pattern, item in patterns.items():
        _assert_quick(pattern, item.finditer)
