"""What a shop answers to its own questions, on pages of our own."""

from __future__ import annotations

import pytest

from pharmcheck.check import judge
from pharmcheck.model import Category
from pharmcheck.ruleset import load_ruleset
from tests.sites import WHEN, site

_RULES = load_ruleset()
_HOME = "# Tramadol 100 mg\n$39.00\n! Add to cart"


def _held(answer: str, question: str = "Do I need a prescription?") -> bool:
    judgement = judge(site(home=_HOME, faq=f"# Questions\n{question}\n{answer}"), _RULES, now=WHEN)
    return judgement.verdict.category is Category.CAUTION


@pytest.mark.parametrize(
    "answer",
    ["No.", "No, you just order.", "Answer:\nNo, we never look at one.", "A: No! Add it to the cart.", "Not at all."],
)
def test_a_plain_no_is_the_shops_own_word(answer: str) -> None:
    """Behind the question, in the next line, and behind a label."""
    assert _held(answer)


@pytest.mark.parametrize(
    "answer",
    [
        "Yes, always.",
        "No order of ours leaves without one.",
        "No, our doctors will write it after your consultation.",
        "No, but only for over-the-counter medicines.",
        "Nobody else may collect it for you.",
        "Ask us.",
    ],
)
def test_any_other_answer_says_nothing(answer: str) -> None:
    """A no that begins another sentence, or that speaks of doctors or of free medicines."""
    assert not _held(answer)


def test_a_yes_counts_where_the_question_is_the_other_way_round() -> None:
    """Bought without one: granted convinces, denied is what honest pharmacies write."""
    question = "Can I buy Tramadol without a prescription?"
    assert _held("Yes, just add it to the cart.", question)
    assert not _held("No.", question)
    assert not _held("Yes, our doctor will review your answers.", question)


def test_the_question_and_the_answer_are_both_quoted() -> None:
    """Neither says anything alone."""
    judgement = judge(site(home=_HOME, faq="Do I need a prescription?\nNo, you just order."), _RULES, now=WHEN)
    told = next(finding for finding in judgement.findings if finding.rule_id == "RX009")

    assert {"Do I need a prescription?", "No, you just order."} <= {evidence.quote for evidence in told.evidence}
