"""A person's word over the machine's: it accuses or takes back, ends by itself, and never clears a site."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from pharmcheck.check import judge
from pharmcheck.document import to_json, verdict_document
from pharmcheck.explain import explain
from pharmcheck.model import Category
from pharmcheck.reviewing import (
    NOBODY,
    OVERRIDES,
    Action,
    Standing,
    Word,
    choices,
    overlays_of,
    override_of,
    told_document,
    told_text,
    told_verdict,
)
from pharmcheck.ruleset import load_ruleset
from tests.sites import site

NOW = datetime(2026, 11, 28, 9, tzinfo=UTC)
GREEN = {Category.VERIFIED, Category.VERIFIED_ELSEWHERE}
_RULES = load_ruleset()


def word(action: Action = Action.OVERRIDE, number: int = 1, **changes: object) -> Word:
    said = Word(
        number, "c" * 32, "pills.example.com", action, "danger", "rx_without_prescription", "A quotation of a warning.",
        "officer", NOW, "unverified" if action is Action.OVERRIDE else None,
        NOW + timedelta(days=30) if action is Action.OVERRIDE else None,
    )  # fmt: skip
    return replace(said, **changes)  # type: ignore[arg-type]


def document() -> dict[str, object]:
    capture = site("pills.example.com", at=NOW, home="# Sildenafil 100 mg\n$2.50\n! Add to cart",
                   faq="# Questions\nNo prescription required for any order.")  # fmt: skip
    made: dict[str, object] = verdict_document(judge(capture, _RULES, now=NOW).verdict, _RULES)
    return made


def test_nobody_can_choose_a_green_category() -> None:
    """Whatever the machine said: only a register verifies."""
    for category in Category:
        assert not set(choices(category)) & GREEN
        assert category not in choices(category)
    assert set(choices("danger")) == {Category.UNVERIFIED, Category.NOT_A_PHARMACY}
    assert set(choices("verified")) == {Category.DANGER, Category.CAUTION}


@pytest.mark.parametrize(("machine", "chosen"), list(product(Category, Category)))
def test_no_word_makes_a_site_verified(machine: Category, chosen: Category) -> None:
    """Not even a row that somebody wrote past every form; and green falls to an accusation."""
    standing = Standing(word(category=chosen.value, seen_category=machine.value, seen_reason="x"))
    told = told_document({**document(), "category": machine.value, "reason_code": "x"}, standing, NOW)

    assert told["category"] not in GREEN - {machine}
    assert (told["category"] == chosen.value) == (chosen in OVERRIDES or chosen is machine)


def test_the_machines_word_stands_beside_the_persons() -> None:
    """Who by role, when, until when, why; no score of another band, no advice of another category; nothing else."""
    machine = document()
    told = told_document(machine, Standing(word()), NOW)

    assert (told["category"], told["reason_code"], told["score"]) == ("unverified", "reviewed", None)
    assert told["override"] == {
        "category": "unverified", "by": "officer", "at": "2026-11-28T09:00:00Z", "until": "2026-12-28T09:00:00Z",
        "reason": "A quotation of a warning.",
        "machine": {"category": "danger", "reason_code": "rx_without_prescription", "score": machine["score"],
                    "overlays": []},
    }  # fmt: skip
    assert told["advice"] != machine["advice"]
    changed = {"category", "reason_code", "score", "override", "advice"}
    assert {key: value for key, value in told.items() if key not in changed} == {
        key: value for key, value in machine.items() if key not in changed
    }


def test_an_override_ends_by_itself() -> None:
    """To the second, without anybody doing anything; then not a byte differs from what the machine said."""
    stored = to_json(document())
    end = NOW + timedelta(days=30)
    standing = Standing(word(until=end))

    assert json.loads(told_text(stored, standing, end - timedelta(seconds=1)))["category"] == "unverified"
    assert told_text(stored, standing, end) == stored
    assert told_text(stored, NOBODY, NOW) == stored


def test_a_document_of_before_gets_the_key() -> None:
    """Unknown values are null, never left out; a page that writes the key into a quotation changes nothing."""
    old = document()
    del old["override"]
    old["advice"] = ['"override":']

    assert json.loads(told_text(to_json(old), NOBODY, NOW))["override"] is None


def test_what_the_person_did_not_see_is_not_waved_through() -> None:
    """Let off for one reason and convicted for another: convicted, and somebody has to look again."""
    standing = Standing(word())
    for category, reason, counts in [
        ("danger", "rx_without_prescription", True),
        ("danger", "forged_proof", False),
        ("caution", "warning_signs", False),
    ]:
        assert bool(override_of(standing, category, reason, NOW)) == counts
        assert overlays_of(standing, category, reason, (), NOW) == (() if counts else ("needs_review",))
    assert overlays_of(standing, "unverified", "no_licence_claim", (), NOW) == ()


def test_an_accusation_holds_for_whatever_is_less_grave() -> None:
    """A later look that sees nothing does not end it; one that sees more is told as it is."""
    raised = Standing(word(category="caution", seen_category="unverified", seen_reason="no_licence_claim"))

    for category in ("verified", "unverified", "could_not_check", "not_a_pharmacy"):
        assert override_of(raised, category, "whatever", NOW)
    assert override_of(raised, "danger", "forged_proof", NOW) is None


def test_the_last_ruling_counts_and_closes_a_dispute() -> None:
    """Confirm, then dispute, then judge otherwise: whatever order they are read in."""
    confirm, dispute = word(Action.CONFIRM, 1), word(Action.DISPUTE, 2)
    appeal, override = word(Action.APPEAL, 3), word(number=4)

    def overlays(*words: Word) -> tuple[str, ...]:
        about = ("danger", "rx_without_prescription")
        return overlays_of(Standing.of(words), *about, ("conflict", "needs_review"), NOW)

    assert overlays(appeal) == ("conflict", "needs_review")
    assert overlays(dispute, confirm) == ("conflict", "disputed")
    assert overlays(override, dispute, appeal, confirm) == ("conflict",)
    assert overlays(dispute) == ("conflict", "disputed", "needs_review")


def test_a_person_can_read_it_in_sentences() -> None:
    """The same over a verdict, for pages."""
    capture = site("pills.example.com", at=NOW, home="# Sildenafil 100 mg\n$2.50\n! Add to cart",
                   faq="# Questions\nNo prescription required for any order.")  # fmt: skip
    verdict = judge(capture, _RULES, now=NOW).verdict
    told = told_verdict(verdict, Standing.of([word(), word(Action.DISPUTE, 2)]), NOW)

    assert (told.category, told.score, told.overlays) == (Category.UNVERIFIED, None, ("disputed",))
    for language in ("en", "de", "fr", "es"):
        assert "pills.example.com" in explain(told, _RULES, language).headline
    assert told_verdict(verdict, NOBODY, NOW) == verdict
