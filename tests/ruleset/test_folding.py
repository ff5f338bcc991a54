"""Folding: one spelling for the rules, and the same length, so that hits can be quoted in the page's words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pharmcheck.ruleset.folding import fold


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("No Prescription NEEDED", "no prescription needed"),
        ("Sans ordonnance, médicaments", "sans ordonnance, medicaments"),
        ("Größe “ohne” Rezept – später", 'grose "ohne" rezept - spater'),
        ("£12.00 or 14 €", "£12.00 or 14 €"),
        ("ＶＩＡＧＲＡ", "viagra"),
        ("İstanbul", "istanbul"),
        ("doctor’s", "doctor's"),
    ],
)
def test_case_accents_width_and_marks_do_not_matter(text: str, folded: str) -> None:
    """What people write in many ways, rules meet in one."""
    assert fold(text) == folded


@given(st.text(alphabet=st.characters(exclude_categories=("Cc", "Cs"))))
def test_folding_keeps_the_length_and_is_stable(text: str) -> None:
    """Character N of the folded text is character N of the original."""
    folded = fold(text)
    assert len(folded) == len(text)
    assert len(fold(folded)) == len(text)
