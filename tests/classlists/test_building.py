"""A build: right names in right lists, nobody accused wrongly, versions that only go forward, whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from pharmcheck.classlists import Built, Shelf
from pharmcheck.classlists.files import read_base, read_header
from pharmcheck.classlists.keys import range_hash
from pharmcheck.classlists.ranges import ALL, FEWEST_NAMES, Entry, bits_for, buckets, prefix_of
from pharmcheck.classlists.signing import is_signed_by
from pharmcheck.errors import UsageError
from pharmcheck.model import Category
from pharmcheck.registers import Record, Snapshot
from pharmcheck.store import Store
from tests.classlists.conftest import KEY, NOON

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
DOCUMENT = '{"reasons":[{"rule":"RX001"},{"rule":"RX001"},{"rule":"PAY003"},{"rule":"ID004"},{"rule":"ID009"}]}'
TWIN = "popular-2491541.example.org"
"""With a salt of zeros it has the same place as pills.example.com in a list of one."""


@pytest.fixture
def say(store: Store, look: Callable[..., Any]) -> Callable[..., None]:
    """Stores a verdict."""

    def keep(host: str, category: Category = Category.DANGER, at: Any = NOON - DAY, **more: Any) -> None:
        store.save(*look(host, at, category, document=DOCUMENT, **more))

    return keep


@pytest.fixture
def register(store: Store) -> Callable[..., None]:
    """Loads a register that names hosts."""

    def load(*hosts: str) -> None:
        snapshot = Snapshot("quay", "CZ", "Quay Authority", date(2026, 11, 27), DAY)
        entries = (Record("quay", str(n), host, "CZ", (f"https://{host}/",)) for n, host in enumerate(hosts))
        store.replace_register(snapshot, entries, sha256="0" * 64, now=NOON, accept=lambda *_: None)

    return load


def content(shelf: Shelf, name: str) -> bytes:
    found = shelf.list(name)
    assert found is not None
    return found.content


def base(shelf: Shelf, name: str) -> Any:
    whole = content(shelf, f"{name}.base")
    assert is_signed_by(KEY.public_key(), whole)
    return read_base(whole)


def change(shelf: Shelf, name: str) -> Any:
    whole = content(shelf, f"{name}.change")
    assert is_signed_by(KEY.public_key(), whole)
    return read_header(whole)[0]


def test_each_class_has_its_names(make: Callable[..., Built], shelf: Shelf, say, store: Store) -> None:
    """The last complete verdict counts, while it holds; www is nobody else; what sells nothing is in no list."""
    say("pills.example.com")
    say("www.good.example.com", Category.VERIFIED)
    say("abroad.example.com", Category.VERIFIED_ELSEWHERE)
    say("unclear.example.com", Category.UNVERIFIED)
    say("odd.example.com", Category.CAUTION)
    say("news.example.com", Category.NOT_A_PHARMACY)
    say("wall.example.com", Category.COULD_NOT_CHECK)
    say("past.example.com", at=NOON - 30 * DAY)
    say("better.example.com", Category.DANGER, NOON - 2 * DAY)
    say("better.example.com", Category.UNVERIFIED)
    say("failed-since.example.com", at=NOON - 2 * DAY)
    say("failed-since.example.com", Category.COULD_NOT_CHECK)
    say("only-for-norway.example.com", destination="NO")
    say("closed.example.com", Category.DANGER, NOON - 2 * DAY)
    say("closed.example.com", Category.NOT_A_PHARMACY)
    built = make()

    assert built.counts == {"danger": 2, "caution": 1, "unverified": 2, "verified_elsewhere": 1, "verified": 1}
    lists = {name: base(shelf, name) for name in built.counts}
    where = {
        "pills.example.com": "danger", "failed-since.example.com": "danger", "odd.example.com": "caution",
        "unclear.example.com": "unverified", "better.example.com": "unverified", "good.example.com": "verified",
        "abroad.example.com": "verified_elsewhere",
    }  # fmt: skip
    for host in [*where, "news.example.com", "wall.example.com", "past.example.com", "www.good.example.com",
                 "only-for-norway.example.com", "closed.example.com", "example.com"]:  # fmt: skip
        assert [name for name, one in lists.items() if one.holds(host)] == ([where[host]] if host in where else [])


def test_a_name_that_covers_strangers_is_in_no_list(make: Callable[..., Built], say) -> None:
    """A verdict about the front page of a platform says nothing about whoever rents there."""
    say("github.io")
    say("pills.github.io")
    assert make().counts["danger"] == 1


def test_a_salt_that_accuses_somebody_is_changed(make: Callable[..., Built], shelf: Shelf, say) -> None:
    """A popular name that would seem to be listed makes the build draw again."""
    say("pills.example.com")
    salts = iter([bytes(16)] + [bytes([n]) * 16 for n in range(1, 20)])
    built = make(popular={TWIN}, draw=lambda _: next(salts))

    assert built.salts_thrown == 1
    assert base(shelf, "danger").holds("pills.example.com")
    assert not base(shelf, "danger").holds(TWIN)


def test_a_pharmacy_that_is_registered_later_gets_a_new_base(
    make: Callable[..., Built], shelf: Shelf, say, register
) -> None:
    """It is not taken for a name of the list before; the base that would do so is given up at once."""
    say("pills.example.com")
    salts = iter([bytes(16), *(bytes([n]) * 16 for n in range(1, 50))])
    make(draw=lambda _: next(salts))
    assert base(shelf, "danger").holds(TWIN)

    register(TWIN)
    make(NOON + HOUR, draw=lambda _: next(salts))
    assert not base(shelf, "danger").holds(TWIN)
    assert base(shelf, "danger").header["version"] == change(shelf, "danger")["version"]


def test_no_salt_at_all_ends_the_build(make: Callable[..., Built], shelf: Shelf, say) -> None:
    """A source of salts that never changes does not run for ever, and nothing goes out."""
    say("pills.example.com")
    with pytest.raises(UsageError, match="No salt"):
        make(popular={TWIN}, draw=lambda _: bytes(16))
    assert shelf.edition() is None


def test_warnings_about_whom_many_rely_on_wait_for_a_person(make: Callable[..., Built], say, register) -> None:
    """A registered pharmacy in danger, a popular site with any warning; `cleared` lets one through."""
    say("harbour.example.com")
    say("big.example.org", Category.CAUTION)
    say("small.example.net")
    say("fine.example.info", Category.VERIFIED)
    register("harbour.example.com", "fine.example.info")
    built = make(popular={"big.example.org", "www.fine.example.info"})
    assert built.held_back == ["big.example.org", "harbour.example.com"]
    assert built.counts == {"danger": 1, "caution": 0, "unverified": 0, "verified_elsewhere": 0, "verified": 1}

    built = make(NOON + HOUR, popular={"big.example.org"}, cleared={"harbour.example.com"})
    assert built.held_back == ["big.example.org"]
    assert built.counts["danger"] == 2


def test_changes_are_small_and_count_from_their_base(make: Callable[..., Built], shelf: Shelf, say) -> None:
    """The base stays byte for byte; the change names what came and went; every edition is dated anew."""
    say("pills.example.com")
    say("gone.example.com", at=NOON - 7 * DAY + HOUR)
    first = make()
    before = content(shelf, "danger.base")
    assert (change(shelf, "danger")["added"], change(shelf, "danger")["removed"]) == (0, 0)

    say("new.example.com")
    second = make(NOON + 2 * HOUR)
    assert content(shelf, "danger.base") == before
    header = change(shelf, "danger")
    assert (header["base"], header["version"]) == (first.version, second.version)
    assert (header["added"], header["removed"]) == (1, 1)
    assert header["made"] == "2026-11-28T14:00:00Z"
    assert second.bytes["danger.change"] < 400


@pytest.mark.parametrize("why", ["a week has passed", "it was wanted", "another key signs", "very many changes"])
def test_a_new_base_when_one_is_due(make: Callable[..., Built], shelf: Shelf, say, why: str, monkeypatch) -> None:
    """A week, a wish, a new key or too many changes; nothing else."""
    say("pills.example.com", at=NOON - HOUR)
    make()
    before = content(shelf, "danger.base")
    other = Ed25519PrivateKey.from_private_bytes(bytes(32))
    if why == "very many changes":
        monkeypatch.setattr("pharmcheck.classlists.building.FEWEST_CHANGES", 3)
        for n in range(4):
            say(f"new-{n}.example.com")
    make(
        NOON + (7 * DAY if why == "a week has passed" else HOUR),
        new_bases=why == "it was wanted",
        key=other if why == "another key signs" else KEY,
    )
    assert content(shelf, "danger.base") != before


def test_versions_never_go_back(make: Callable[..., Built], shelf: Shelf, say) -> None:
    """Not when the clock is set back, not when the folder was lost."""
    say("pills.example.com")
    first = make()
    second = make(NOON - DAY)
    assert second.version == first.version + 1
    assert change(shelf, "danger")["version"] == second.version
    assert first.version == int(NOON.timestamp())


def test_a_build_that_fails_leaves_the_one_before(make: Callable[..., Built], shelf: Shelf, say, monkeypatch) -> None:
    """Whoever reads meanwhile, and afterwards, gets yesterday's lists, whole."""
    say("pills.example.com")
    first = make()
    say("new.example.com")

    def broken(*_: Any) -> Any:
        raise StopAsyncIteration("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr("pharmcheck.classlists.building.buckets", broken)
        with pytest.raises(StopAsyncIteration):
            make(NOON + HOUR)
    edition = shelf.edition()
    assert edition is not None
    assert edition.version == first.version
    assert change(shelf, "danger")["version"] == first.version
    assert make(NOON + HOUR).version > first.version
    assert shelf.list("danger.base") is not None


def test_what_is_served_is_only_what_was_built(make: Callable[..., Built], shelf: Shelf, say) -> None:
    """No name leads out of the folder, nor to what the next build needs."""
    assert shelf.list("danger.base") is None
    say("pills.example.com")
    make()
    for name in ("names.json", "../current", "danger", "danger.base/../names.json", "", "DANGER.base", "x.base"):
        assert shelf.list(name) is None


def entries(count: int) -> dict[str, Entry]:
    return {f"{n}.example": Entry("danger", "rx_without_prescription", ("RX001",), date(2026, 11, 28))
            for n in range(count)}  # fmt: skip


@pytest.mark.parametrize(("count", "bits"), [(0, 0), (1, 0), (199, 0), (300, 1), (5000, 5)])
def test_every_bucket_hides_among_a_hundred(count: int, bits: int) -> None:
    """At least a hundred listed names share each prefix; while there are fewer, all share one."""
    listed = entries(count)
    assert bits_for(listed) == bits
    found = dict(buckets(listed, bits, 7))
    assert len(found) == 1 << bits
    assert len({len(answer) for answer in found.values()}) == 1
    sizes = [len(json.loads(answer)["rows"]) for answer in found.values()]
    assert sum(sizes) == count
    if bits:
        assert min(sizes) >= FEWEST_NAMES
        longer = dict(buckets(listed, bits + 1, 7))
        assert min(len(json.loads(answer)["rows"]) for answer in longer.values()) < FEWEST_NAMES


def test_a_name_stands_in_the_bucket_of_its_prefix() -> None:
    """With category, reason, rules and day; and the hash that only its name has."""
    listed = entries(300)
    found = {prefix: json.loads(answer) for prefix, answer in buckets(listed, 1, 7)}
    for name in listed:
        rows = [row for row in found[prefix_of(name, 1)]["rows"] if row["hash"] == range_hash(name)[:10].hex()]
        assert [(row["category"], row["reason_code"], row["rules"], row["checked_on"]) for row in rows] == [
            ("danger", "rx_without_prescription", ["RX001"], "2026-11-28")
        ]
    assert prefix_of("a.example", 0) == ALL
