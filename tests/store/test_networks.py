"""Networks kept: a few sites at a time gives what everything at once gives, on both databases."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from pharmcheck.model import Category
from pharmcheck.networks import Known, Trait, known_things
from pharmcheck.ruleset import load_ruleset
from pharmcheck.store import Networks, NetworkViews, Pruning, Rechecks, Store
from pharmcheck.store import networks as networks_module
from pharmcheck.store.network_traits import forget_site
from pharmcheck.store.tables_networks import network_sites, site_traits
from tests.store.conftest import NOON, settings_for


@pytest.fixture(scope="module")
def known() -> Known:
    return known_things(load_ruleset())


def traits(*keys: str) -> list[Trait]:
    """As a visit would bring them."""
    split = (key.partition(":") for key in keys)
    return [Trait(kind, value, value, f"https://page.example/{value}", "9f" * 32) for kind, _, value in split]


def labels(store: Store) -> dict[str, tuple[str | None, str | None]]:
    """Component and network of every site; those that only joined it are marked."""
    with store.transaction() as connection:
        rows = connection.execute(sa.select(network_sites)).all()
    return {row.domain: (row.component, row.network and f"{row.network}{'+' * row.joined}") for row in rows}


_keys = st.sampled_from(
    [f"{kind}:{value}" for kind in ("phone", "tracking", "licence", "handle", "words", "checkout") for value in "12"]
)
_steps = st.lists(
    st.tuples(
        st.sampled_from(("note", "note", "note", "register", "forget", "build")),
        st.sampled_from([f"{letter}.example" for letter in "abcdefgh"]),
        st.frozensets(_keys, max_size=5),
    ),
    max_size=24,
)


@pytest.fixture(scope="module")
def one_store(tmp_path_factory: pytest.TempPathFactory) -> object:
    with Store.open(settings_for(tmp_path_factory.mktemp("networks") / "data")) as opened:
        yield opened


@given(_steps, st.sampled_from((2, 4)))
@settings(max_examples=60)
def test_site_by_site_gives_what_everything_at_once_gives(
    one_store: Store, known: Known, steps: list[tuple[str, str, frozenset[str]]], most: int
) -> None:
    """Whatever is seen, seen again, registered or forgotten, in whatever order: components, networks and their ids.

    With few sites making a provider, so that things come and go as ties.
    """
    known = Known(known.data.model_copy(update={"provider_above": most}), known.order_hosts)
    with one_store.transaction(writes=True) as connection:
        connection.execute(sa.delete(site_traits))
        connection.execute(sa.delete(network_sites))
    networks = Networks(one_store)
    for minute, (what, domain, keys) in enumerate(steps):
        now = NOON + timedelta(minutes=minute)
        if what == "build":
            networks.build(known, now)
        elif what == "forget":
            with one_store.transaction(writes=True) as connection:
                forget_site(connection, domain)
        else:
            category = Category.VERIFIED if what == "register" else Category.DANGER
            networks.note(domain, category, traits(*sorted(keys)), now)
    networks.build(known, NOON)
    by_parts = labels(one_store)
    networks.build(known, NOON, everything=True)

    assert by_parts == labels(one_store)


@pytest.mark.parametrize("seed", [1003, 1019, 1042, 1077, 1101, 1130])
def test_sites_that_join_without_a_tie_join_the_same_network_one_by_one(
    one_store: Store, known: Known, seed: int
) -> None:
    """Two operators who rotate what they show, their shops seen, seen again, registered and forgotten."""
    chance = random.Random(seed)  # noqa: S311 - the same web every time
    with one_store.transaction(writes=True) as connection:
        connection.execute(sa.delete(site_traits))
        connection.execute(sa.delete(network_sites))
    networks = Networks(one_store)
    kinds = ("phone", "tracking", "prices", "words", "handle", "email", "template")
    for minute in range(80):
        now, number, what = NOON + timedelta(minutes=minute), chance.randrange(22), chance.random()
        if what < 0.2:
            networks.build(known, now)
        elif what < 0.25:
            with one_store.transaction(writes=True) as connection:
                forget_site(connection, f"s{number}.example")
        else:
            category = Category.VERIFIED if what < 0.28 else Category.DANGER
            keys = [f"{kind}:{number % 2}{chance.randrange(2)}" for kind in kinds if chance.random() < 0.45]
            networks.note(f"s{number}.example", category, traits(*keys), now)
    networks.build(known, NOON)
    by_parts = labels(one_store)
    networks.build(known, NOON, everything=True)

    assert by_parts == labels(one_store)


def test_a_new_site_joins_without_the_others_being_looked_at(store: Store, known: Known) -> None:
    """Only those that share something with it are done again."""
    networks = Networks(store)
    for number in range(30):
        pair = number // 2
        networks.note(f"s{number}.example", Category.DANGER, traits(f"phone:{pair}", f"tracking:{pair}"), NOON)
    assert networks.build(known, NOON).looked_at == 30
    networks.note("new.example", Category.UNVERIFIED, traits("phone:3", "tracking:3"), NOON)

    assert networks.build(known, NOON).looked_at == 3
    assert networks.build(known, NOON).looked_at == 0
    found = labels(store)
    assert found["new.example"] == found["s6.example"] == found["s7.example"]
    assert found["new.example"][1]


def test_a_network_shows_its_evidence(store: Store, known: Known) -> None:
    """Every thing with the page, and its digest, of each site that shows it; and what a site has beside danger."""
    networks, views = Networks(store), NetworkViews(store)
    shared = traits("phone:+442071234567", "tracking:google_analytics:UA-1-1")
    networks.note("a.example", Category.DANGER, shared, NOON)
    networks.note("b.example", Category.UNVERIFIED, shared, NOON)
    networks.note("c.example", Category.UNVERIFIED, traits("phone:+1"), NOON)
    networks.build(known, NOON)
    (summary,) = views.all(0, 10)
    detail = views.get(summary.id, known)

    assert detail is not None
    assert (summary.sites, summary.danger, views.count()) == (2, 1, 1)
    assert [member.domain for member in detail.members] == ["a.example", "b.example"]
    assert {thing.kind: [where.page_sha256 for where in thing.on] for thing in detail.things} == {
        "phone": ["9f" * 32] * 2, "tracking": ["9f" * 32] * 2,
    }  # fmt: skip
    assert detail.ties[0].sites == ("a.example", "b.example")
    beside = views.beside(["a.example", "b.example", "c.example"], known)
    assert beside.keys() == {"a.example", "b.example"}
    assert (beside["b.example"].danger, beside["a.example"].danger) == (1, 0)
    assert beside["b.example"].kinds == ("telephone number", "tracking or pixel id")
    assert views.get("no such", known) is None


def test_a_site_that_joins_is_shown_with_what_it_shares_and_leaves_when_that_is_gone(
    store: Store, known: Known
) -> None:
    """Its lines lead to each site that shows what counted; without them it is alone again."""
    networks, views = Networks(store), NetworkViews(store)
    for site, more in (("a", "email:1"), ("b", "email:1"), ("c", "template:1"), ("d", "template:1")):
        networks.note(f"{site}.example", Category.DANGER, traits("phone:1", "tracking:1", more), NOON)
    networks.build(known, NOON)
    networks.note("x.example", Category.UNVERIFIED, traits("email:1", "template:1"), NOON)
    networks.build(known, NOON)
    (summary,) = views.all(0, 10)
    detail = views.get(summary.id, known)

    assert detail is not None
    assert [member.domain for member in detail.members][-1] == "x.example"
    assert {tie.sites[0]: tie.traits for tie in detail.ties if "x.example" in tie.sites} == {
        "a.example": ("email:1",), "b.example": ("email:1",), "c.example": ("template:1",), "d.example": ("template:1",)
    }  # fmt: skip
    with store.transaction(writes=True) as connection:
        forget_site(connection, "a.example")
    networks.build(known, NOON)
    assert labels(store)["x.example"] == (None, None)
    assert views.all(0, 10)[0].sites == 3


def test_what_was_noted_while_networks_were_put_together_still_waits(
    store: Store, known: Known, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And a second builder that was quicker makes the first begin again."""
    networks = Networks(store)
    both = traits("phone:1", "tracking:1")
    networks.note("a.example", Category.DANGER, both, NOON)
    real, meanwhile = networks_module.find_cores, [True]

    def slow(*args: object) -> object:
        if meanwhile.pop() if meanwhile else False:
            networks.note("b.example", Category.DANGER, both, NOON)
            Networks(store).build(known, NOON)
        return real(*args)

    monkeypatch.setattr(networks_module, "find_cores", slow)
    networks.build(known, NOON)
    networks.build(known, NOON)

    assert labels(store)["a.example"] == labels(store)["b.example"]
    assert labels(store)["a.example"][1]


def test_a_forgotten_site_leaves_nothing(store: Store, known: Known, tmp_path: Path) -> None:
    """Not its traits, not its place; and who was tied to it alone is tied no more."""
    networks = Networks(store)
    for site in ("a.example", "b.example"):
        networks.note(site, Category.DANGER, traits("phone:1", "tracking:1"), NOON)
    networks.build(known, NOON)
    Pruning(store, tmp_path).forget("a.example")
    networks.build(known, NOON)

    assert labels(store) == {"b.example": (None, None)}


def test_a_site_that_shows_something_else_every_time_does_not_fill_the_store(store: Store, known: Known) -> None:
    """The last values are kept, older ones go; texts and builds are those of the last visit."""
    networks = Networks(store)
    for number in range(30):
        at = NOON + timedelta(days=number)
        networks.note("a.example", Category.DANGER, traits(f"phone:{number}", f"words:{number}"), at)
    with store.transaction() as connection:
        kept = set(connection.execute(sa.select(site_traits.c.trait)).scalars())

    assert kept == {*(f"phone:{number}" for number in range(10, 30)), "words:29"}


def test_of_sites_with_the_same_answer_those_beside_dangerous_ones_are_checked_again_first(
    store: Store, known: Known, look
) -> None:
    """Membership raises priority; nothing else."""
    for host, until in (("early.example", 0), ("late.example", 1)):
        check, capture, judgement, document = look(host, NOON + timedelta(hours=until), Category.UNVERIFIED)
        store.save(check, capture, judgement, document)
    with store.transaction(writes=True) as connection:
        connection.execute(sa.text("UPDATE checks SET batch_id = 'x'"))  # somebody asked
    later = NOON + timedelta(days=20)
    assert [one.address.host for one in Rechecks(store).due(later, 2)] == ["early.example", "late.example"]
    networks = Networks(store)
    for site, category in (("late.example", Category.UNVERIFIED), ("bad.example", Category.DANGER)):
        networks.note(site, category, traits("phone:1", "tracking:1"), NOON)
    networks.build(known, NOON)

    assert [one.address.host for one in Rechecks(store).due(later, 2)] == ["late.example", "early.example"]


def test_many_who_note_at_once_do_not_keep_each_other_waiting_for_ever(store: Store, known: Known) -> None:
    """Each wakes the others' sites, a registered one among them, while somebody puts networks together."""
    networks = Networks(store)

    def note(number: int) -> None:
        category = Category.VERIFIED if number % 3 == 0 else Category.DANGER
        keys = [f"phone:{number % 4}", f"tracking:{number % 3}", f"handle:{number % 2}"]
        networks.note(f"s{number % 12}.example", category, traits(*keys), NOON + timedelta(minutes=number))
        if number % 10 == 0:
            networks.build(known, NOON)

    with ThreadPoolExecutor(4) as several:
        list(several.map(note, range(36)))
    networks.build(known, NOON)
    by_parts = labels(store)
    networks.build(known, NOON, everything=True)

    assert len(by_parts) == 12
    assert by_parts == labels(store)
