"""One look at a whole page finds what asking block by block finds."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from pharmcheck.model import Block, BlockKind, Region
from pharmcheck.reading.lines import Lines
from pharmcheck.reading.sieve import sieve_of

TEXTS = st.sampled_from(
    [
        *(
            "Add to basket",
            "£12.99",
            "$5",
            "Sildex 100mg",
            "Shipping $3",
            "NPI 1234567893",
            "LegitScript certified",
            "Phone",
        ),
        *(
            "a@b.example",
            "a (at) b (dot) com",
            "+44 20 7946 0123",
            "PO Box 12",
            "10115 Berlin",
            "Buy Sildex",
            "x",
            "€ 4 Kč",
        ),
    ]
)


@settings(deadline=None)
@given(st.lists(st.lists(TEXTS, min_size=1, max_size=3).map(" ".join), max_size=12))
def test_hits_are_those_of_each_block_alone(vocabulary, texts):
    """Equal texts share one line, a set tells which patterns occur at all; neither loses or adds a hit."""
    blocks = [Block(text, BlockKind.TEXT, Region.MAIN, "", 1, 0) for text in texts]
    lines = Lines(blocks, [0] * len(blocks), ())
    sieve = sieve_of(vocabulary)
    lines.absent = sieve.absent(lines.data)
    for pattern in sieve.patterns:
        alone = {i: match.group(1).decode() for i, text in enumerate(texts) if (match := pattern.search(text.encode()))}
        assert lines.first(pattern) == alone


def test_a_set_that_has_said_nothing_rules_nothing_out(vocabulary):
    """Out of memory, an RE2 set answers like one without a match; then every pattern is asked."""
    sieve = type(sieve_of(vocabulary))(vocabulary)
    sieve._set = type("Exhausted", (), {"Match": lambda _self, _data: None})()
    assert sieve.absent(b"Add to basket") == frozenset()
