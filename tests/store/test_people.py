"""People in the store: what is kept of a password and a session, what was said, what counts of it, what waits."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from itertools import product
from typing import Any

import pytest
import sqlalchemy as sa

from pharmcheck.errors import StoreError, UsageError
from pharmcheck.model import Category
from pharmcheck.reviewing import Action, override_of
from pharmcheck.store import (
    Appeals,
    Batches,
    CheckQueue,
    Drafts,
    NewBatch,
    NewItem,
    Officers,
    Order,
    Pruning,
    QueueName,
    Reviews,
    Role,
    Rows,
    Store,
    StoredVerdict,
    hash_password,
    newest_verdicts,
    waiting,
)
from pharmcheck.store.passwords import Cost, is_password
from pharmcheck.store.reviews import Told
from pharmcheck.store.tables import verdicts
from pharmcheck.store.tables_people import appeals, officers, reviews, sessions
from tests.store.conftest import NOON

CHEAP = Cost(4, 8, 1)
PASSWORD = "correct horse battery"
LATER = NOON + timedelta(days=1)
MONTH = timedelta(days=30)


def saved(store: Store, look: Callable[..., Any], host: str = "shop.example.com", **changes: Any) -> StoredVerdict:
    """A verdict about a host, with a document like a real one in what matters here."""
    category = changes.get("category", Category.DANGER)
    reason = "blocked" if category is Category.COULD_NOT_CHECK else "rx_without_prescription"
    document = json.dumps({"address": {"input": ""}, "category": category.value, "reason_code": reason, "score": 6,
                           "overlays": [], "reasons": [], "override": None}, separators=(",", ":"))  # fmt: skip
    check, *rest = look(host, document=document, **changes)
    store.save(check, rest[0], rest[1], rest[2])
    found = store.get_check(check.id)
    assert found is not None
    assert found.verdict is not None
    return found.verdict


def override(store: Store, seen: StoredVerdict, category: Category = Category.UNVERIFIED, **changes: Any) -> int:
    how = {"role": "officer", "reason": "Seen.", "now": NOON, "until": NOON + MONTH} | changes
    return Reviews(store).add(seen, Action.OVERRIDE, category=category, **how)


def test_a_password_is_kept_so_that_it_cannot_be_read(store: Store) -> None:
    """As a hash with salt and cost; nothing in the tables is what somebody types or what a browser sends."""
    people = Officers(store)
    people.add("Ada", Role.ADMIN, hash_password(PASSWORD, CHEAP), NOON)
    secret = people.sign_in(" ADA ", PASSWORD, NOON)
    assert secret is not None

    with store.transaction() as connection:
        rows = [str(tuple(row)) for table in (officers, sessions) for row in connection.execute(sa.select(table))]
    assert len(rows) == 2
    assert not any(PASSWORD in row or secret in row for row in rows)
    assert hash_password(PASSWORD, CHEAP) != hash_password(PASSWORD, CHEAP)
    assert hash_password(PASSWORD).startswith("scrypt$14$8$5$")
    assert is_password("e\u0301" * 12, hash_password("\u00e9" * 12, CHEAP))
    for wrong in ("short", "x" * 201):
        with pytest.raises(UsageError, match="12 to 200"):
            hash_password(wrong)


def test_who_may_not_come_in_gets_no_session(store: Store) -> None:
    """Wrong name, wrong password, disabled, without a password, nonsense."""
    people = Officers(store)
    for name in ("ada", "bob"):
        people.add(name, Role.READER, hash_password(PASSWORD, CHEAP), NOON)
    people.add("proxied", Role.READER, None, NOON)
    people.disable("bob", NOON)

    for name, password in [
        ("ada", "wrong horse battery"), ("bob", PASSWORD), ("proxied", PASSWORD), ("nobody", PASSWORD),
        ("\0", "\ud800"),
    ]:  # fmt: skip
        assert people.sign_in(name, password, NOON) is None
    assert people.named("bob") is None
    with pytest.raises(UsageError, match="named ada already"):
        people.add("ADA", Role.READER, None, NOON)
    with pytest.raises(UsageError, match="letters a–z"):
        people.add("a b", Role.READER, None, NOON)


def test_a_session_ends(store: Store) -> None:
    """By time, by signing out, and at once when a person is disabled, gets another password or another role."""
    people = Officers(store)
    people.add("ada", Role.OFFICER, hash_password(PASSWORD, CHEAP), NOON)

    def session() -> str:
        secret = people.sign_in("ada", PASSWORD, NOON)
        assert secret is not None
        assert people.of_session(secret, NOON) is not None
        return secret

    assert people.of_session(session(), NOON + timedelta(hours=12)) is None
    for end in (
        people.sign_out,
        lambda _: people.set_password("ada", hash_password(PASSWORD, CHEAP)),
        lambda _: people.set_role("ada", Role.READER),
        lambda _: people.disable("ada", NOON),
    ):
        secret = session()
        end(secret)
        assert people.of_session(secret, NOON) is None
    assert not people.enable("nobody")
    assert people.enable("ada")
    session()


def test_nothing_said_is_changed(store: Store, look: Callable[..., Any]) -> None:
    """Each word is a row of its own, with what the person saw; the machine's verdict stays as it was, to the byte."""
    seen = saved(store, look)
    said = Reviews(store)
    override(store, seen)
    said.add(seen, Action.DISPUTE, role="officer", reason="Not sure.", now=LATER)
    said.add(seen, Action.CONFIRM, role="admin", reason="", now=LATER)

    assert [word.action for word in said.of_host(seen.host)] == [Action.CONFIRM, Action.DISPUTE, Action.OVERRIDE]
    assert {(word.seen_category, word.seen_reason) for word in said.of_host(seen.host)} == {
        ("danger", "rx_without_prescription")
    }
    again = store.get_check(seen.check_id)
    assert again is not None
    assert again.verdict == seen
    assert said.told(seen, LATER) == seen  # confirmed: the override counts no more


def test_not_even_the_database_takes_a_green_word(store: Store, look: Callable[..., Any]) -> None:
    """The last wall, behind the forms and the rule."""
    seen = saved(store, look)
    with pytest.raises(StoreError):
        override(store, seen, Category.VERIFIED)


def test_the_database_and_the_code_say_the_same(store: Store, look: Callable[..., Any]) -> None:
    """Which override counts for which verdict, in questions to the database as in `reviewing.override_of`."""
    number = 0
    machines = [one for one in Category if one is not Category.COULD_NOT_CHECK] + [Category.COULD_NOT_CHECK]
    for machine, chosen, about, until in product(
        machines,
        (Category.DANGER, Category.CAUTION, Category.UNVERIFIED),
        ("same", "other"),
        (MONTH, timedelta(hours=1)),
    ):
        number += 1
        seen = saved(store, look, f"s{number}.example.com", category=machine)
        if about == "other":
            seen = StoredVerdict(
                **{name: getattr(seen, name) for name in seen.__dataclass_fields__} | {"reason_code": "x"}
            )
        override(store, seen, chosen, until=NOON + until)

    told, said = Told(LATER), Reviews(store)
    query = sa.select(verdicts.c.check_id, told.category, told.reason_code).select_from(told.join(verdicts))
    with store.transaction() as connection:
        by_database = {row[0]: (row[1], row[2]) for row in connection.execute(query)}
    assert len(by_database) == number
    counted = 0
    for verdict in store.verdicts():
        word = override_of(said.standing(verdict.host), verdict.category.value, verdict.reason_code, LATER)
        counted += word is not None
        expected = (word.category, "reviewed") if word else (verdict.category.value, verdict.reason_code)
        assert by_database[verdict.check_id] == expected
    assert 0 < counted < number


def test_lists_tell_what_people_said(store: Store, look: Callable[..., Any]) -> None:
    """In rows, counts, filters and order, while it holds; afterwards the machine's again."""
    names = ("a.example.com", "b.example.com")
    items = [
        NewItem(row, "accepted", name, row, url=f"https://{name}/", host=name) for row, name in enumerate(names, 1)
    ]
    drafts, batches, queue = Drafts(store), Batches(store), CheckQueue(store)
    drafts.put(NewBatch("b" * 32, "me", None, "list", "0" * 64), items, {}, NOON)
    drafts.start("b" * 32, NOON)
    for job in queue.claim(QueueName.BATCH, 9, "x", NOON, timedelta(minutes=1)):
        check, *rest = look(job.address.host, category=Category.UNVERIFIED, document=json.dumps({
            "address": {"input": ""}, "category": "unverified", "reason_code": "rx_without_prescription", "score": 50,
            "overlays": [], "override": None}))  # fmt: skip
        store.save(replace(check, id=job.id, batch_id=job.batch_id), *rest)
    (second, *_), _ = batches.find("b" * 32, Rows(text="b.exa"), Order.ROW, 0, 9, NOON)
    assert second.check_id is not None
    found = store.get_check(second.check_id)
    assert found is not None
    assert found.verdict is not None
    override(store, found.verdict, Category.DANGER)

    for now, counts, first in [
        (LATER, {"danger": 1, "unverified": 1}, "b.example.com"),
        (NOON + MONTH, {"unverified": 2}, "a.example.com"),
    ]:
        assert batches.categories("b" * 32, now) == counts
        rows, _ = batches.find("b" * 32, Rows(), Order.WORST, 0, 9, now)
        assert rows[0].host == first
        assert batches.find("b" * 32, Rows(category="danger"), Order.ROW, 0, 9, now)[1] == counts.get("danger", 0)
        told = [item.document["category"] for item in batches.all_items("b" * 32, now) if item.document]
        assert told == ["unverified", "danger" if "danger" in counts else "unverified"]
        assert [site[1] for site in batches.sites("b" * 32, now)] == told


def test_what_waits_for_a_person_is_found_the_worst_first(store: Store, look: Callable[..., Any]) -> None:
    """What the rules want looked at, what is disputed, what owners ask; what was ruled on waits no more."""
    said, asked = Reviews(store), Appeals(store)

    def wants_a_person(host: str, at: Any = NOON) -> StoredVerdict:
        seen = saved(store, look, host, at=at, category=Category.CAUTION)
        with store.transaction(writes=True) as connection:  # as `Store.save` does for rules that want it
            document = seen.document.replace('"overlays":[]', '"overlays":["needs_review"]')
            mine = sa.update(verdicts).where(verdicts.c.check_id == seen.check_id)
            connection.execute(mine.values(needs_review=True, document=document))
        found = store.get_check(seen.check_id)
        assert found is not None
        assert found.verdict is not None
        return found.verdict

    wants_a_person("old.example.com", NOON - timedelta(days=3))
    saved(store, look, "old.example.com", category=Category.UNVERIFIED)  # a newer look wants nobody
    wanted = wants_a_person("wanted.example.com")
    confirmed = wants_a_person("confirmed.example.com")
    said.add(confirmed, Action.CONFIRM, role="officer", reason="", now=NOON)
    for_a_day = wants_a_person("for-a-day.example.com")
    override(store, for_a_day, Category.DANGER, until=LATER)
    disputed = saved(store, look, "disputed.example.com")
    said.add(disputed, Action.DISPUTE, role="officer", reason="Hm.", now=NOON)
    let_off = saved(store, look, "let-off.example.com", category=Category.CAUTION)
    override(store, let_off)
    saved(store, look, "let-off.example.com", at=NOON + timedelta(hours=1))  # now convicted of another thing
    appealed = saved(store, look, "appealed.example.com", category=Category.UNVERIFIED)
    assert asked.ask(appealed, "Please.", None, NOON)

    def hosts(now: Any) -> list[tuple[str, tuple[str, ...], int]]:
        return [(one.verdict.host.split(".")[0], one.overlays, len(one.appeals)) for one in waiting(store, now)]

    assert hosts(NOON + timedelta(hours=2)) == [
        ("disputed", ("disputed",), 0),
        ("let-off", ("needs_review",), 0),
        ("wanted", ("needs_review",), 0),
        ("appealed", (), 1),
    ]
    assert ("for-a-day", ("needs_review",), 0) in hosts(LATER)
    said.add(wanted, Action.CONFIRM, role="officer", reason="", now=NOON)
    assert "wanted" not in {host for host, *_ in hosts(NOON + timedelta(hours=2))}


def test_an_owner_asks_and_is_answered_once(store: Store, look: Callable[..., Any]) -> None:
    """By a link whose hash alone is kept; of two answers the first stands; a flood about one host is refused."""
    seen, asked = saved(store, look), Appeals(store)
    secret = asked.ask(seen, "Look at our register entry.", "owner@example.com", NOON)
    assert secret is not None
    found = asked.of_secret(secret)
    assert found is not None
    assert (found.text, found.email, found.answer) == ("Look at our register entry.", "owner@example.com", None)
    assert asked.of_secret(secret + "x") is None
    with store.transaction() as connection:
        assert secret not in str(connection.execute(sa.select(appeals)).all())
    people = Officers(store)
    ada = people.add("ada", Role.ADMIN, None, NOON)

    def answer(action: Action) -> bool:
        return asked.answer(found, action, reason="No.", role="admin", officer_id=ada.id, new_check_id=None, now=LATER)

    assert answer(Action.REFUSE)
    assert not answer(Action.ACCEPT)
    again = asked.of_secret(secret)
    assert again is not None
    assert again.answer is not None
    assert (again.answer.action, again.answer.person, again.answer.answers) == (Action.REFUSE, "ada", again.word.id)
    assert [bool(asked.ask(seen, "!", None, NOON)) for _ in range(4)] == [True, True, True, False]
    assert Reviews(store).told(seen, LATER) == seen  # asking changes nothing


def test_forgetting_a_site_forgets_what_was_said(store: Store, look: Callable[..., Any]) -> None:
    """The one way in which words go: with everything about the site."""
    seen, other = saved(store, look), saved(store, look, "shop.example.org")
    secret = Appeals(store).ask(seen, "Please.", "owner@example.com", NOON)
    assert secret is not None
    found = Appeals(store).of_secret(secret)
    assert found is not None
    ada = Officers(store).add("ada", Role.ADMIN, None, NOON)
    Appeals(store).answer(
        found, Action.REFUSE, reason="No.", role="admin", officer_id=ada.id, new_check_id=None, now=NOON
    )
    override(store, other)

    assert Pruning(store, store._folder).forget("example.com") == 1
    with store.transaction() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(reviews)).scalar_one() == 1
        assert connection.execute(sa.select(sa.func.count()).select_from(appeals)).scalar_one() == 0


def test_browsers_are_told_what_people_said(store: Store, look: Callable[..., Any]) -> None:
    """Also of a site that shows us nothing, and to the person's last day, however old the look is by then."""
    danger, hidden = saved(store, look), saved(store, look, "hidden.example.com", category=Category.COULD_NOT_CHECK)
    override(store, danger)
    override(store, hidden, Category.DANGER)

    def told(now: Any) -> dict[str, tuple[str, bool]]:
        found = Reviews(store).told_each(newest_verdicts(store), now)
        return {one.host: (one.category.value, one.valid_until > now) for one in found}

    assert told(LATER) == {"shop.example.com": ("unverified", True), "hidden.example.com": ("danger", True)}
    late = NOON + MONTH - timedelta(hours=1)
    assert told(late)["hidden.example.com"] == ("danger", True)
    assert told(NOON + MONTH) == {"shop.example.com": ("danger", False)}
