"""One look at a whole page finds what asking block by block finds."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from pharmcheck.model import Block, BlockKind, Region
from pharmcheck.reading import mails, offers
from pharmcheck.reading.lines import Known, Lines
from pharmcheck.reading.sieve import sieve_of
from pharmcheck.ruleset import load_ruleset

_VOCABULARY = load_ruleset().vocabulary
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
            "long " * 1_500,  # the next block stands in another stretch of the page
        ),
    ]
)


@settings(deadline=None)
@given(st.lists(st.lists(TEXTS, min_size=1, max_size=3).map(" ".join), max_size=12))
def test_hits_are_those_of_each_block_alone(texts):
    """Equal texts share one line, a set tells where each pattern occurs; neither loses or adds a hit."""
    blocks = [Block(text, BlockKind.TEXT, Region.MAIN, "", 1, 0) for text in texts]
    lines = Lines(blocks, [0] * len(blocks), ())
    sieve_of(_VOCABULARY).sort(lines.sheet)  # no fixture: Hypothesis would write it out for each case
    assert mails.PATTERNS[0] in lines.sheet.stretches
    for pattern in lines.sheet.stretches:
        alone = {i: match.group(1).decode() for i, text in enumerate(texts) if (match := pattern.search(text.encode()))}
        assert lines.first(pattern) == alone


@settings(deadline=None, max_examples=30)
@given(st.lists(st.lists(TEXTS, max_size=6), min_size=2, max_size=4))
def test_what_one_page_had_is_found_on_the_next(pages):
    """A text that several pages have is looked at once, and counts on each of them."""
    known, sieve = Known(), sieve_of(_VOCABULARY)
    for texts in pages:
        blocks = [Block(text, BlockKind.TEXT, Region.MAIN, "", 1, 0) for text in texts]
        shared, alone = (Lines(blocks, [0] * len(blocks), (), of) for of in (known, None))
        assert set(shared.sheet.texts).isdisjoint(text for sheet in known.sheets[:-1] for text in sheet.texts)
        for lines in (shared, alone):
            sieve.sort(lines.sheet)
        for pattern in (_VOCABULARY.buy, mails.PATTERNS[0], offers.PRICE_BYTES):
            assert shared.first(pattern) == alone.first(pattern)


def test_a_pattern_is_looked_for_only_where_it_occurs(vocabulary):
    """A pattern that occurs in the foot is not looked for in all of a long page."""
    texts = [f"{n} " + "word " * 200 for n in range(20)] + ["Write to a@b.example"]
    lines = Lines([Block(text, BlockKind.TEXT, Region.MAIN, "", 1, 0) for text in texts], [0] * len(texts), ())
    sieve_of(vocabulary).sort(lines.sheet)
    (found,) = (spans for pattern, spans in lines.sheet.stretches.items() if pattern is mails.PATTERNS[0])
    assert sum(end - begin for begin, end in found) < len(lines.sheet.data) / 2
    assert lines.first(mails.PATTERNS[0]) == {20: "a@b.example"}


def test_a_set_that_has_said_nothing_rules_nothing_out(vocabulary):
    """Out of memory, an RE2 set answers like one without a match; then every pattern is asked everywhere."""
    sieve = type(sieve_of(vocabulary))(vocabulary)
    sieve._set = type("Exhausted", (), {"Match": lambda _self, _data: None})()
    lines = Lines([Block("Add to basket", BlockKind.TEXT, Region.MAIN, "", 1, 0)], [0], ())
    sieve.sort(lines.sheet)
    assert lines.first(vocabulary.buy) == {0: "Add to basket"}
