"""What each question of the store costs its database: rows that belong to the answer are read, and few others."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from pharmcheck.registers import Identifier, Record, Snapshot, WarningEntry
from pharmcheck.settings import Settings
from pharmcheck.store import (
    Appeals,
    Batches,
    CheckQueue,
    Events,
    Looks,
    Officers,
    Pruning,
    QueueName,
    Requests,
    Reviews,
    Store,
    Weighing,
    waiting,
)  # fmt: skip
from pharmcheck.store.tables import (
    batch_items,
    batches,
    captures,
    check_events,
    checks,
    evidence,
    findings,
    verdicts,
)
from pharmcheck.store.tables_people import appeals, reviews
from tests.store.conftest import NOON, settings_for

MANY = 2000
DOCUMENT = '{"address": {}, "category": "danger", "reason_code": "x", "score": 6, "overlays": []}'
LEASE = timedelta(seconds=30)
LARGE = (
    "captures|checks|verdicts|findings|evidence|check_events|batch_items|reviews|appeals|"
    "register_(?!snapshots|quarantine)\\w+"
)
WHOLE_TABLE = re.compile(rf"Seq Scan on ({LARGE})\b|SCAN ({LARGE})$")


def key(number: int) -> str:
    return f"{number:032x}"


def fill(store: Store) -> None:
    """As in use: most checks are done, a tenth waits, all of a list came at one time."""
    numbers = range(MANY)
    later = [NOON + timedelta(seconds=number) for number in numbers]
    sites = [{"registrable_domain": f"d{n % 500}.com", "host": f"d{n % 500}.com"} for n in numbers]
    rows: dict[sa.Table, list[dict[str, Any]]] = {
        captures: [
            {"id": key(n), **sites[n], "started_at": later[n], "finished_at": later[n], "pages": 1, "warc_sha256": "",
             "warc_bytes": 1} for n in numbers
        ],
        batches: [{"id": key(n), "owner": f"o{n % 200}", "created_at": NOON} for n in range(400)],
        checks: [
            {"id": key(n), "input": "", "url": "", "display_host": "", **sites[n], "queue": "batch", "created_at": NOON,
             "state": "done" if n % 10 else "queued", "batch_id": key(n % 400), "capture_id": key(n)} for n in numbers
        ],
        batch_items: [{"batch_id": key(n % 400), "row": n, "input": "", "check_id": key(n)} for n in numbers],
        verdicts: [
            {"check_id": key(n), "capture_id": key(n), **sites[n], "category": "danger", "reason_code": "x",
             "complete": True, "ruleset": "r", "checked_at": later[n], "judged_at": later[n], "valid_until": later[n],
             "document": DOCUMENT} for n in numbers
        ],
        findings: [
            {"check_id": key(n), "position": 0, "rule_id": "RX001", "rule_version": 1, "outcome": "", "direction": "",
             "severity": "", "category": "", "weight": 1, "effect": "", "shadow": False, "reason": "", "facts": ""}
            for n in numbers
        ],
        evidence: [{"check_id": key(n), "finding": 0, "position": 0, "kind": "page", "quote": ""} for n in numbers],
        check_events: [{"check_id": key(n), "number": 1, "kind": "state", "data": "{}", "at": NOON} for n in numbers],
        reviews: [
            {"id": n + 1, "check_id": key(n), **{name: sites[n][name] for name in ("registrable_domain", "host")},
             "action": "confirm" if n else "override", "seen_category": "danger", "seen_reason": "x", "reason": "",
             "role": "officer", "at": NOON, "until": None if n else later[n]} for n in numbers
        ],
        appeals: [{"review_id": n + 1, "sha256": key(n), "text": ""} for n in numbers],
    }  # fmt: skip
    with store.transaction(writes=True) as connection:
        for table, held in rows.items():
            connection.execute(sa.insert(table), held)
    for name in ("anchor", "quay"):
        entries = [
            entry for n in range(MANY) for entry in (
                Record(name, str(n), "x", "GB", (f"https://d{n}.com/",), identifiers=(Identifier("one", str(n)),)),
                WarningEntry(name, "Q", f"d{n}.com", None),
            )
        ]  # fmt: skip
        snapshot = Snapshot(name, "GB", name, None, timedelta(days=3))
        store.replace_register(snapshot, entries, sha256="", now=NOON, accept=lambda _old, _counts: None)
    with store.transaction(writes=True) as connection:
        connection.exec_driver_sql("ANALYZE")


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def settings(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """One for all tests here: filling a store takes seconds."""
    folder = tmp_path_factory.mktemp("store")
    if request.param == "sqlite":
        yield settings_for(folder)
        return
    server = request.getfixturevalue("postgres_server")
    name = server.new_database()
    yield settings_for(folder, server.url(name))
    server.drop_database(name)


@pytest.fixture(scope="module")
def store(settings: Settings) -> Iterator[Store]:
    with Store.open(settings) as opened:
        fill(opened)
        yield opened


@pytest.fixture
def plans(store: Store) -> Iterator[Callable[[Callable[[], object]], list[str]]]:
    """Asks a question; returns how its database went about each statement."""
    explain = "EXPLAIN " if store._engine.dialect.name == "postgresql" else "EXPLAIN QUERY PLAN "
    asked: list[tuple[str, Any]] = []

    @sa.event.listens_for(store._engine, "before_cursor_execute")
    def note(_connection, _cursor, statement: str, parameters: Any, _context, _many) -> None:
        if statement.startswith(("SELECT", "UPDATE", "DELETE")):
            asked.append((statement, parameters))

    def tell(question: Callable[[], object]) -> list[str]:
        asked.clear()
        question()
        found = []
        with store._engine.begin() as connection:
            for statement, parameters in asked:
                lines = connection.exec_driver_sql(explain + statement, parameters).all()
                found.append("\n".join(str(line[-1]) for line in lines))
        assert found
        return found

    yield tell
    sa.event.remove(store._engine, "before_cursor_execute", note)


def test_no_question_reads_a_whole_table(plans, store: Store, settings: Settings) -> None:
    """However much was checked before, each answer costs what it holds."""
    queue, looks, lists, registers = CheckQueue(store), Looks(store), Batches(store), store.registers()
    questions: dict[str, Callable[[], object]] = {
        "latest": lambda: store.latest("d7.com", "d7.com", None),
        "latest for a country": lambda: store.latest("d7.com", "d7.com", "DE"),
        "a check": lambda: store.get_check(key(7)),
        "history": lambda: store.history("d7.com", "d7.com", (NOON, key(1)), 10),
        "findings": lambda: store.findings_of(key(7)),
        "digest": lambda: store.capture_digest(key(7)),
        "verdicts of a capture": lambda: list(store.verdicts(key(7))),
        "naming": lambda: registers.naming("www.d7.com"),
        "numbered": lambda: registers.numbered("one", "7"),
        "numbered in any scheme": lambda: registers.numbered("unspecified", "7"),
        "warnings": lambda: registers.warnings("www.d7.com", "d7.com"),
        "who waits for a site": lambda: looks.waiting_for("d7.com", "d7.com", None),
        "looks at a site": lambda: looks.since("d7.com", NOON),
        "words about watched sites": lambda: Weighing(store).note_words(NOON),
        "claim": lambda: queue.claim(QueueName.BATCH, 10, "one", NOON, LEASE),
        "renew": lambda: queue.renew([key(0)], "one", NOON, LEASE),
        "give back": lambda: queue.give_back([key(0)], "one"),
        "fail": lambda: queue.fail(key(20), "internal", NOON),
        "reap": lambda: queue.reap(NOON + timedelta(days=1)),
        "cancel": lambda: queue.cancel_batch(key(30), NOON),
        "lease": lambda: queue.lease_of(key(3)),
        "a step": lambda: Events(store).add(key(3), [("state", {})], NOON),
        "steps": lambda: Events(store).since(key(3), 0),
        "a list": lambda: lists.get(key(4)),
        "how far a list is": lambda: lists.states(key(4)),
        "what waits of a list": lambda: lists.unfinished(key(4), 10),
        "lists of somebody": lambda: lists.of_owner("o4"),
        "lists of the same file": lambda: lists.of_upload("o4", "0" * 64, None),
        "drafts": lambda: lists.drafts("o4"),
        "a claim from one list": lambda: CheckQueue(store, only_batch=key(4)).claim(
            QueueName.BATCH, 10, "one", NOON, LEASE
        ),
        "verdicts of a list": lambda: lists.categories(key(4), NOON),
        "sites of a list": lambda: list(lists.sites(key(4), NOON)),
        "lists under way": lambda: lists.running("o4"),
        "rows of a list": lambda: lists.items(key(4), 0, 10, NOON),
        "what waits for a person": lambda: waiting(store, NOON),
        "what people said": lambda: Reviews(store).of_host("d7.com"),
        "told": lambda: Reviews(store).standing("d7.com"),
        "an appeal": lambda: Appeals(store).of_secret("x"),
        "appeals": lambda: Appeals(store).open(9),
        "a session": lambda: Officers(store).of_session("x", NOON),
        "a request": lambda: Requests(store).remember("x", "y", "z", NOON),
        "forget": lambda: Pruning(store, settings.data_dir).forget("d9.com"),
    }
    for name, question in questions.items():
        for plan in plans(question):
            assert not WHOLE_TABLE.search(plan), f"{name}:\n{plan}"


def test_the_next_of_a_long_line_is_found_without_sorting_the_line(plans, store: Store) -> None:
    """A list of 200,000 came at one time; whoever claims ten of it reads ten."""
    plan, *_ = plans(lambda: CheckQueue(store).claim(QueueName.BATCH, 10, "one", NOON, LEASE))
    assert "ix_checks_waiting" in plan
    assert "Sort" not in plan
    assert "TEMP B-TREE" not in plan


def test_the_oldest_captures_are_found_without_those_that_are_gone(plans, store: Store, settings: Settings) -> None:
    """What was pruned years ago is not looked at again."""
    all_plans = plans(lambda: Pruning(store, settings.data_dir).prune(NOON, timedelta(days=90), 10**9))
    plan = next(plan for plan in all_plans if "ix_captures_kept" in plan)
    assert "TEMP B-TREE" not in plan


def test_the_next_page_begins_where_the_last_one_ended(plans, store: Store) -> None:
    """Walking over a million verdicts reads each once, not each page from the start."""
    pages = plans(lambda: [verdict for verdict, _ in zip(store.verdicts(), range(120), strict=False)])
    assert len(pages) == 3
    assert all("ix_verdicts_order" in page for page in pages)
    assert all(re.search(r"Index Cond: \(ROW|SEARCH verdicts .*checked_at", page) for page in pages[1:]), pages[1]
