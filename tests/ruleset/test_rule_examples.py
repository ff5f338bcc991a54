"""Every rule carries examples on both sides; each is a test of the real reading and the real rules."""

from __future__ import annotations

import pytest

from pharmcheck.examples import run_example
from pharmcheck.ruleset import Ruleset, default_directory, load_ruleset
from pharmcheck.ruleset.lint import lint_ruleset

_RULES = load_ruleset()
_CASES = [
    pytest.param(rule.id, side, index, id=f"{rule.id}-{side}-{example.lang}-{index + 1}")
    for rule in _RULES.rules
    for side in ("match", "no_match")
    for index, example in enumerate(getattr(rule.examples, side))
]


@pytest.mark.parametrize(("rule_id", "side", "index"), _CASES)
def test_a_rule_answers_its_example_as_its_author_says(rule_id: str, side: str, index: int) -> None:
    """A page of the match side is present; one of the no_match side is not."""
    result = run_example(_RULES, _RULES.by_id[rule_id], side, index)
    assert result.passed, result.why


def test_the_rules_that_we_ship_have_no_lint() -> None:
    """Everything in rules/ loads, is named in the changelog and refers to things that exist."""
    assert lint_ruleset(default_directory()) == []


def test_every_stable_rule_of_the_prescription_criterion_speaks_four_languages() -> None:
    """The prescription criterion is covered in English, German, French and Spanish."""
    for rule in _RULES.rules:
        if rule.category == "prescription" and rule.spoken_languages():
            assert {"en", "de", "fr", "es"} <= rule.spoken_languages(), rule.id


def test_every_criterion_has_rules_that_can_meet_claim_and_deny_it() -> None:
    """A criterion that no rule can deny, or none can meet, would be decoration."""
    outcomes: dict[str, set[str]] = {}
    for rule in _RULES.rules:
        if rule.criterion:
            outcomes.setdefault(rule.criterion.name, set()).add(rule.criterion.outcome)
    assert outcomes == {
        "https": {"met", "not_met"},
        "address": {"met", "claimed", "not_met"},
        "licence": {"met", "claimed", "not_met"},
        "prescription": {"met", "claimed", "not_met"},
    }


def test_the_version_changes_with_any_file(tmp_path: object) -> None:
    """The digest is computed from the files, so no change of rules goes unnamed."""
    import shutil
    from pathlib import Path

    folder = Path(str(tmp_path)) / "rules"
    shutil.copytree(default_directory(), folder)
    before: Ruleset = load_ruleset(folder)
    assert before.version == _RULES.version
    (folder / "lists" / "lifestyle_groups.yaml").write_text("schema: pharmcheck.words/1\nwords: [opioid]\n")
    assert load_ruleset(folder).version != before.version
