"""Why what is told changed: the site, our rules, our registers, or a person; none is announced as another's."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from pharmcheck.check import judge
from pharmcheck.digest import Cause
from pharmcheck.model import Category, Judgement
from pharmcheck.reviewing import Action
from pharmcheck.ruleset import Ruleset, load_ruleset
from pharmcheck.store import Reviews, Store, WatchChange, Watches, new_check_id
from pharmcheck.watch import change_document, note_verdicts
from pharmcheck.work import keep
from tests.sites import WHEN, site
from tests.watch.conftest import BATCH, HOSTS, NOON, answer, make_list

HOST = "pills.example.com"
DAY = timedelta(days=1)
MILD = {"home": "# Sildenafil 100 mg\n$2.50\n! Add to cart"}
ROGUE = {**MILD, "faq": "# Questions\nNo prescription required for any order."}


@pytest.fixture(scope="module")
def rules() -> Ruleset:
    return load_ruleset()


def older(rules: Ruleset) -> Ruleset:
    """Rules that cannot convict yet."""
    kept = tuple(rule for rule in rules.rules if not rule.id.startswith("RX"))
    return replace(rules, version="2026.01.0+00000000", rules=kept)


def look(store: Store, rules: Ruleset, at: datetime, pages: dict[str, str], **changes: object) -> str:
    """A look at the site, judged and kept as a runner would."""
    capture, check_id = site(HOST, at=at, **pages), new_check_id()
    judgement = judge(capture, rules, now=at)
    judgement = Judgement(replace(judgement.verdict, **changes), judgement.findings, judgement.readings)
    keep(store, capture, judgement, rules, check_id=check_id, created_at=at, decided_at=at)
    return check_id


def told(store: Store) -> list[tuple[str, str, str, str]]:
    """Each entry: what, why, from what to what."""
    return [
        (" ".join(one.notices), one.cause.value, str(one.before_category), one.after_category)
        for one in Watches(store).changes(BATCH)
    ]


@pytest.mark.parametrize(
    ("before", "after", "cause"),
    [
        (MILD, ROGUE, Cause.SITE),  # whatever became of the rules meanwhile
        (ROGUE, ROGUE, Cause.RULES),
        (ROGUE, {**ROGUE, "about": "# About us\nWe are new here."}, Cause.RULES),  # what it added moved nothing
    ],
)
def test_rules_that_changed_are_not_told_as_a_site_that_did(
    store: Store, rules: Ruleset, before: dict[str, str], after: dict[str, str], cause: Cause
) -> None:
    """The earlier capture by today's rules gives today's answer: then the site need not have changed."""
    make_list(store, hosts=(HOST,), at=WHEN)
    look(store, older(rules), WHEN, before)
    Watches(store).start(BATCH, WHEN)
    note_verdicts(store, WHEN, rules)
    look(store, rules, WHEN + DAY, after)
    note_verdicts(store, WHEN + DAY, rules)

    ((_, why, _, now),) = told(store)
    assert (why, now) == (cause.value, "danger")


def test_the_same_rules_and_another_answer_of_the_same_pages_is_the_registers(store: Store, rules: Ruleset) -> None:
    """An entry came or went, or a copy grew old: nothing that the site did."""
    make_list(store, hosts=(HOST,), at=WHEN)
    look(store, rules, WHEN, ROGUE, category=Category.VERIFIED, reason_code="register_names_site")
    Watches(store).start(BATCH, WHEN)
    note_verdicts(store, WHEN, rules)
    look(store, rules, WHEN + DAY, ROGUE)
    note_verdicts(store, WHEN + DAY, rules)

    assert told(store) == [("worse", "registers", "verified", "danger")]


def test_without_the_earlier_capture_the_cause_is_not_known(watched: Store, rules: Ruleset) -> None:
    """Nobody guesses; whether anybody is there at all needs no guess."""
    note_verdicts(watched, NOON, rules)
    answer(watched, HOSTS[0], Category.CAUTION, NOON + DAY)
    for hours in (24, 25):
        answer(watched, HOSTS[2], Category.COULD_NOT_CHECK, NOON + timedelta(hours=hours))
    note_verdicts(watched, NOON + 2 * DAY, rules)

    assert [(what, why) for what, why, _, _ in told(watched)] == [("better", "unknown"), ("vanished", "site")]


def override(store: Store, host: str, category: Category, at: datetime, days: int = 30) -> None:
    seen = store.latest(".".join(host.split(".")[-2:]), host, None)
    assert seen is not None
    Reviews(store).add(
        seen, Action.OVERRIDE, role="officer", reason="It is quoted.", now=at, category=category, until=at + days * DAY
    )


def test_what_a_person_judged_is_told_as_a_persons(watched: Store) -> None:
    """At once, without a new look, with what the rules say beside it; once; and again when it falls away."""
    note_verdicts(watched, NOON)
    override(watched, HOSTS[0], Category.UNVERIFIED, NOON + DAY)
    assert note_verdicts(watched, NOON + DAY) == 1
    answer(watched, HOSTS[0], Category.DANGER, NOON + 2 * DAY)  # the rules say what they said
    assert note_verdicts(watched, NOON + 2 * DAY) == 0
    assert note_verdicts(watched, NOON + 40 * DAY) == 1

    assert told(watched) == [
        ("better", "person", "danger", "unverified"),
        ("worse", "person", "unverified", "danger"),
    ]
    first, second = (change_document(one, None) for one in changes(watched))
    machine = {"category": "danger", "reason_code": "rx_without_prescription"}
    assert (first["from"]["machine"], first["to"]["reason_code"], first["to"]["machine"]) == (None, "reviewed", machine)
    assert (second["from"]["machine"], second["to"]["machine"]) == (machine, None)


def test_what_an_override_covers_is_not_announced(watched: Store) -> None:
    """A person said danger until a day: the rules may waver below that, and everybody is told danger all the while."""
    note_verdicts(watched, NOON)
    override(watched, HOSTS[2], Category.DANGER, NOON)
    note_verdicts(watched, NOON)
    answer(watched, HOSTS[2], Category.UNVERIFIED, NOON + DAY)
    note_verdicts(watched, NOON + DAY)
    assert told(watched) == [("worse", "person", "caution", "danger")]

    answer(watched, HOSTS[2], Category.COULD_NOT_CHECK, NOON + 2 * DAY)
    answer(watched, HOSTS[2], Category.COULD_NOT_CHECK, NOON + 3 * DAY)
    note_verdicts(watched, NOON + 3 * DAY)
    answer(watched, HOSTS[2], Category.UNVERIFIED, NOON + 4 * DAY)
    note_verdicts(watched, NOON + 4 * DAY)
    assert [what for what, *_ in told(watched)[1:]] == ["vanished", "came_back"]  # that nobody is there, no word hides


def test_several_looks_in_one_round_each_have_their_own_cause(store: Store, rules: Ruleset) -> None:
    """The second is weighed against the first, not against what stood before the round."""
    make_list(store, hosts=(HOST,), at=WHEN)
    look(store, older(rules), WHEN, ROGUE)
    Watches(store).start(BATCH, WHEN)
    note_verdicts(store, WHEN, rules)
    look(store, rules, WHEN + DAY, ROGUE)
    look(store, rules, WHEN + 2 * DAY, MILD)
    note_verdicts(store, WHEN + 3 * DAY, rules)

    assert [(what, why) for what, why, _, _ in told(store)] == [("worse", "rules"), ("better", "site")]
    assert json.dumps([change_document(one, None) for one in changes(store)])


def changes(store: Store) -> list[WatchChange]:
    return Watches(store).changes(BATCH)
