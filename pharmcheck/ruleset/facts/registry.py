"""The table of facts, and what several of them need."""

from __future__ import annotations

from collections.abc import Callable

from pharmcheck.ruleset.answers import Answer
from pharmcheck.ruleset.site import Site

Fact = Callable[[Site], Answer]

FACTS: dict[str, Fact] = {}
"""Every fact by the name that rule files use."""


def fact(function: Fact) -> Fact:
    """Register a fact under its function's name."""
    FACTS[function.__name__] = function
    return function
