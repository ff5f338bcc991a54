"""Which registered names a name imitates, and which only sound alike."""

from __future__ import annotations

import time

import pytest

from pharmcheck.registers import MemoryRegisters, Record
from pharmcheck.ruleset import load_ruleset
from pharmcheck.ruleset.lookalikes import Likeness, core_of, lookalikes

WORDS = load_ruleset().lists["lookalikes"]


def registers(*domains: str) -> MemoryRegisters:
    return MemoryRegisters((), [Record("r", str(n), "Name", None, (domain,)) for n, domain in enumerate(domains)])


@pytest.mark.parametrize(
    ("domain", "registered", "likeness"),
    [
        ("harbourlight.net", "harbourlight.com", Likeness.ENDING),
        ("harbourlight.co.uk", "harbourlight.com", Likeness.ENDING),
        ("harbour1ight.com", "harbourlight.com", Likeness.LETTERS),
        ("harb0urlight-24.com", "harbourlight.com", Likeness.WORDS),
        ("xn--harburlight-unj.com", "harbourlight.com", Likeness.LETTERS),  # a Cyrillic о
        ("harbourlight-online.com", "harbourlight.com", Likeness.WORDS),
        ("harbourlight24.com", "harbourlight.com", Likeness.WORDS),
        ("harbourlightrxshop.com", "harbourlight.com", Likeness.WORDS),
        ("buy-harbourlight.com", "harbourlight-pharmacy.com", Likeness.WORDS),
        ("harbour-light.com", "harbourlight.com", Likeness.WORDS),
        ("harbourligth.com", "harbourlight.com", Likeness.SLIP),
        ("harbourlightt.com", "harbourlight.com", Likeness.SLIP),
        ("harboulight-pharmacy.com", "harbourlight-pharmacy.com", Likeness.SLIP),
        ("rnedikurat.com", "medikurat.com", Likeness.LETTERS),
    ],
)
def test_an_imitation_is_told_by_how_it_differs(domain: str, registered: str, likeness: Likeness) -> None:
    """Other ending, letters that look alike, words added, a slip."""
    (found,) = lookalikes(domain, registers(registered, "quaymeds.com"), WORDS)
    assert (found.domain, found.likeness) == (registered, likeness)


@pytest.mark.parametrize(
    ("domain", "registered"),
    [
        ("harbourlight.com", ["harbourlight.com", "harbourlight.net"]),  # registered itself
        ("apotheke-online.de", ["apotheke.de"]),
        ("pharmacy24.com", ["pharmacy.com", "online-pharmacy.com"]),
        ("farmacia-online.es", ["farmacia.es"]),
        ("medishop.com", ["medi.com"]),
        ("abcpharmacy.com", ["abc.com", "abc-pharmacy.net"]),  # short
        ("linden-apotheke-shop.de", ["lindenapotheke.de"]),  # common
        ("adlerapotheke.com", ["adler-apotheke.de"]),
        ("harvestlight.com", ["harbourlight.com"]),
        ("moorlightpharmacy.com", ["moorlight-apotheke.de", "moorlight-farmacia.es"]),  # several are called so
        ("sunnyside.com", ["sunnybank.com"]),
        ("zzz.com", []),
    ],
)  # fmt: skip
def test_words_common_names_and_short_ones_imitate_nobody(domain: str, registered: list[str]) -> None:
    """Generic words, names that hundreds carry, names of a few letters."""
    assert lookalikes(domain, registers(*registered), WORDS) == ()


def test_the_core_of_a_name_is_what_says_whose_it_is() -> None:
    """Words of the trade come off at both ends; a name of such words only has none."""
    assert core_of("buy-harbourlight-pharmacy-24", WORDS) == "harbourlight"
    assert core_of("online-apotheke", WORDS) == ""


class _Large:
    """A hundred thousand names, as a store holds them: the same ones every time."""

    def __init__(self) -> None:
        parts = [a + b for a in "bcdfghklmnprst" for b in ("al", "em", "in", "or", "ut", "av")]
        names = (f"{a}{b}{c}.com" for a in parts for b in parts for c in parts)
        self.domains = tuple(sorted(name for name, _ in zip(names, range(100_000), strict=False)))

    def named_domains(self) -> tuple[str, ...]:
        return self.domains


def test_a_hundred_thousand_names_are_prepared_once() -> None:
    """A check costs a small part of what preparing the names costs."""
    large, registered = _Large(), _Large().domains[50_000]
    start = time.perf_counter()
    found = lookalikes(f"{registered.removesuffix('.com')}-online.net", large, WORDS)  # type: ignore[arg-type]
    first = time.perf_counter() - start
    assert registered in {match.domain for match in found}
    start = time.perf_counter()
    for _ in range(5):
        lookalikes("harbourlight.com", large, WORDS)  # type: ignore[arg-type]
    assert (time.perf_counter() - start) / 5 < first
