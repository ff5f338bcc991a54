"""Whoever writes a rule is told why an example that should match does not."""

from __future__ import annotations

import pytest

from pharmcheck.examples import run_example
from pharmcheck.ruleset import Ruleset, load_ruleset
from pharmcheck.ruleset.example_schema import Example

_SHELF = "# Amoxicillin 500 mg\n$12.00\n! Add to cart\n"


@pytest.fixture(scope="module")
def ruleset() -> Ruleset:
    return load_ruleset()


def _answer(ruleset: Ruleset, rule_id: str, text: str, side: str = "match") -> str:
    """Why a rule disagrees with an author who says that this page is on that side; nothing when it agrees."""
    rule = ruleset.by_id[rule_id]
    example = Example.model_validate({"lang": "en", "text": text})
    examples = rule.examples.model_copy(update={side: [example]})
    return run_example(ruleset, rule.model_copy(update={"examples": examples}), side, 0).why


@pytest.mark.parametrize(
    ("rule", "text", "told"),
    [
        ("RX001", _SHELF + "Can I buy amoxicillin without a prescription?", "`speaker`"),
        ("RX001", "# Paracetamol 500 mg\n£0.79\n! Add to basket\nNo prescription is needed for it.", "`about`"),
        ("RX001", _SHELF + "We never send antibiotics without a prescription.", "`negated`"),
        ("RX001", _SHELF + "Our shop is green.", "is not on the page"),
        ("PAY002", _SHELF + "We take bitcoin.", ""),
    ],
)
def test_what_kept_the_words_from_counting_is_named(ruleset: Ruleset, rule: str, text: str, told: str) -> None:
    """Each condition of the matcher is tried alone; words that are not there are said not to be."""
    why = _answer(ruleset, rule, text)
    assert told in why
    assert bool(told) == bool(why)


def test_words_that_should_not_count_are_quoted(ruleset: Ruleset) -> None:
    """On the other side: the statement that the rule took."""
    assert _answer(ruleset, "PAY002", _SHELF + "We take bitcoin.", "no_match").endswith("found 'We take bitcoin.'")
