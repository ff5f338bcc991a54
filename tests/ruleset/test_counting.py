"""How often words stand in a text, in scripts with and without blanks between words."""

from __future__ import annotations

import pytest

from pharmcheck.ruleset.counting import count_words, times_said
from pharmcheck.ruleset.folding import words_in


@pytest.mark.parametrize(
    ("text", "word", "times"),
    [
        ("หยิบใส่ตะกร้า 1 ตะกร้า", "ตะกร้า", 2),  # joined to others, with vowel signs
        ("放入購物車", "購物車", 1),
        ("카트 장바구니에 담기", "장바구니", 1),
        ("कार्ट में", "कार्ट", 1),
        ("add to cart, cart, cartoon", "cart", 2),  # whole words
        ("סליחה, הסל", "סל", 0),  # a short word of Hebrew stands in many others
        ("شحن مجاني والشحن", "شحن", 1),
    ],
)
def test_words_are_counted_as_their_script_writes_them(text: str, word: str, times: int) -> None:
    """Both ways to count agree."""
    assert times_said(text, frozenset({word})) == times
    assert count_words(text, words_in(text), [frozenset({word})])[word] == times


def test_a_word_inside_another_of_the_list_counts_once() -> None:
    """The longer one says nothing more."""
    words = frozenset({"發貨", "當日發貨"})
    assert times_said("當日發貨", words) == 1
    assert count_words("當日發貨", words_in("當日發貨"), [words]).total() == 1
