"""Lists as bits: what goes in comes out, whoever reads it, and the shared vectors hold."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pharmcheck.classlists.files import slots_of
from pharmcheck.classlists.golomb import best_remainder_bits, coded_bits, decode, encode
from pharmcheck.classlists.keys import covers_strangers, key_of, listed_name, names_asked, range_hash, slot_of
from pharmcheck.errors import UsageError

VECTORS = json.loads((Path(__file__).parents[2] / "extension" / "vectors.json").read_text("utf-8"))
distinct = st.lists(st.integers(0, 2**44), unique=True, max_size=60).map(sorted)


@given(distinct, st.integers(20, 40))
def test_what_goes_in_comes_out(values: list[int], bits: int) -> None:
    """Any ascending numbers, with any remainder."""
    assert decode(encode(values, bits), len(values), bits) == values


@given(distinct)
def test_the_best_remainder_is_the_best_of_its_neighbours(values: list[int]) -> None:
    """And the bits that are counted are the bits that are written."""
    best = best_remainder_bits(values)
    near = {bits: coded_bits(values, bits) for bits in range(max(0, best - 1), min(40, best + 1) + 1)}
    assert near[best] == min(near.values())
    assert len(encode(values, best)) == -(-near[best] // 8)


def test_a_list_that_breaks_off_is_refused() -> None:
    """Half a list is no list."""
    coded = encode([5, 1000, 70000], 8)
    with pytest.raises(UsageError, match="ends before"):
        decode(coded[:-2], 3, 8)


@pytest.mark.parametrize("case", VECTORS["golomb"], ids=lambda case: case["what"])
def test_the_shared_vectors_of_coding(case) -> None:
    """The same file holds the decoder in JavaScript."""
    assert encode(case["values"], case["remainder_bits"]).hex() == case["coded"]


@pytest.mark.parametrize("case", VECTORS["names"], ids=lambda case: case["name"])
def test_the_shared_vectors_of_names(case) -> None:
    """Keys, places in a list, and what is asked by prefix."""
    key = key_of(bytes.fromhex(VECTORS["salt"]), case["name"])
    assert f"{key:016x}" == case["key"]
    assert {count: slot_of(key, int(count)) for count in case["slots"]} == case["slots"]
    assert range_hash(case["name"]).hex() == case["range_hash"]


@pytest.mark.parametrize("case", VECTORS["asked"], ids=lambda case: case["host"])
def test_the_shared_vectors_of_hosts(case) -> None:
    """Which names a browser asks for when it stands on a host."""
    assert list(names_asked(case["host"])) == case["asked"]


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("pills.example.com", "pills.example.com"),
        ("www.pills.example.com", "pills.example.com"),
        ("www.example.com", "example.com"),
        ("shop.github.io", "shop.github.io"),
        ("www.github.io", "www.github.io"),  # a neighbour of shop.github.io, not its landlord
        ("www.com", "www.com"),
        ("192.0.2.7", "192.0.2.7"),
    ],
)
def test_a_verdict_is_listed_under_its_own_name(host: str, name: str) -> None:
    """Never under one that covers neighbours on a shared platform."""
    assert listed_name(host) == name
    assert not covers_strangers(name)


@pytest.mark.parametrize("name", ["com", "co.uk", "github.io", "myshopify.com", "compute.amazonaws.com"])
def test_public_suffixes_cover_strangers(name: str) -> None:
    """So that no list may hold them: a browser asks for every name above its host."""
    assert covers_strangers(name)


@given(st.sets(st.from_regex(r"[a-z]{1,8}\.example", fullmatch=True), min_size=1, max_size=50))
def test_every_listed_name_is_found_again(names: set[str]) -> None:
    """A list never forgets."""
    salt = bytes(16)
    slots = set(slots_of(salt, names))
    assert all(slot_of(key_of(salt, name), len(names)) in slots for name in names)
