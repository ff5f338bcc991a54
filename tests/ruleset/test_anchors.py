"""What is looked for only where its words stand is found wherever it stands."""

from __future__ import annotations

import pytest
import re2

from pharmcheck.reading import read_all
from pharmcheck.ruleset import load_ruleset
from pharmcheck.ruleset.anchors import Anchors
from pharmcheck.ruleset.folding import fold, spell
from pharmcheck.ruleset.phrases import compile_phrase, words_needed
from pharmcheck.ruleset.scan import page_text
from tests.sites import site

_RULES = load_ruleset()


@pytest.mark.parametrize(
    ("phrase", "text"),
    [
        ("no prescription/rx required", "sorry, no rx required"),
        ("no-prescription pharmacy", "a noprescription pharmacy"),
        ("no-prescription pharmacy", "a no prescription pharmacy"),
        ("set_up/arranged for you", "we set-up for you"),
        ("a-b-c-d shop", "an abcd shop"),
        ("pharmac*", "the (pharmacies) here"),
        ("sold by apothek*", "sold by apotheken"),
        ("we sell [cheap] pill*", "we sell pills"),
        ("we ship [fast*]", "today we shipped"),
        ("{number} tage", "in 14 tage"),
        ("без рецепта", "Виагра без рецепта"),
        ("ordonnance", "sans l'ordonnance, non"),
        ("{number} {price}", "12 $5"),
    ],
)
def test_a_phrase_is_possible_wherever_its_pattern_matches(phrase: str, text: str) -> None:
    """However it is written, with an ending or without, first or last in its line."""
    line = spell(fold(text))
    assert re2.search(compile_phrase(phrase), line)
    assert list(Anchors([phrase]).possible_in(["nothing here", line]))[-1] == (1, [0])


def test_every_phrase_of_the_rules_has_a_word_that_it_cannot_do_without() -> None:
    """One without would be looked for in every line."""
    phrases = {
        text
        for rule in _RULES.rules
        for match in rule.match
        for texts in getattr(match, "phrases", {}).values()
        for text in texts
    }
    assert {phrase for phrase in phrases if not words_needed(phrase)} == set()


def test_the_pages_of_a_site_share_what_is_known_of_their_lines() -> None:
    """The same hits, at their own places, as each page gives by itself."""
    capture = site(home="No prescription required.\nBuy Viagra online", faq="Something else\nNo prescription required.")
    readings = read_all(capture.pages, _RULES.vocabulary)
    lines, places = {}, {}
    shared = [page_text(reading, _RULES.medicines, known=lines) for reading in readings]
    alone = [page_text(reading, _RULES.medicines) for reading in readings]
    assert [list(_RULES.index.hits(page, places)) for page in shared] == [
        list(_RULES.index.hits(page)) for page in alone
    ]
    assert all(list(_RULES.index.hits(page)) for page in alone)
