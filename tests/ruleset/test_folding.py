"""Folding: one spelling for the rules, and the same length, so that hits can be quoted in the page's words."""

from __future__ import annotations

from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pharmcheck.ruleset.folding import fold, spell
from tests.yardstick import assert_costs, assert_linear


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
        ("𝐍𝐨 𝑝𝒓𝓮𝔰𝕔𝖗𝗂𝗉𝘁𝘪𝙤𝚗", "no prescription"),
        ("Ⓝⓞ ⓟⓡⓔⓢⓒⓡⓘⓟⓣⓘⓞⓝ", "no prescription"),
        ("ɴᴏ ᴘʀᴇsᴄʀɪᴘᴛɪᴏɴ", "no prescription"),
        ("ℕℴ ℙℛℰscription", "no prescription"),
        ("⒩⒪ 🄽🄾 🅝🅞 🅽🅾 ᴺᵒ", "no no no no no"),
        ("Nо рrеsсrірtіоn", "no prescription"),  # о, р, е, с, і are Cyrillic
        ("Νο prescriptiοn, Vιagrα", "νο prescription, viagra"),  # the first word is wholly Greek
    ],
)
def test_case_accents_width_and_marks_do_not_matter(text: str, folded: str) -> None:
    """What people write in many ways, rules meet in one."""
    assert fold(text) == folded


@pytest.mark.parametrize(
    "text",
    ["Без рецепта", "Купить Виагру", "Χωρίς συνταγή", "V1agra", "Xan4x", "№ 5", "ﬁnasteride", "🇳🇴", "あ", "5 µg"],
)
def test_other_scripts_and_digits_stay_what_they_are(text: str) -> None:
    """A word of one script is no play with letters, and a digit is not a letter."""
    assert fold(text) == text.lower()


def test_words_of_several_scripts_take_time_in_proportion() -> None:
    """A page of them is folded in a moment."""
    assert_linear(lambda size: partial(fold, "Vіаgrа без рецепта " * size), 12_500)
    assert_costs(partial(fold, "Vіаgrа без рецепта " * 50_000), 250)


@given(st.text(alphabet=st.characters(exclude_categories=("Cc", "Cs"))))
def test_folding_keeps_the_length_and_is_stable(text: str) -> None:
    """Character N of the folded text is character N of the original."""
    folded = fold(text)
    assert len(folded) == len(text)
    assert len(fold(folded)) == len(text)


@pytest.mark.parametrize("text", ["без рецепта", "sans ordonnance", "ёж и чай", "viagra без рецепта"])
def test_russian_is_spelt_in_capitals_for_patterns(text: str) -> None:
    """One letter for each, so that a hit keeps its place; Latin words stay and cannot be taken for Russian ones."""
    spelt = spell(text)
    assert len(spelt) == len(text)
    assert spelt.isascii()
    assert "".join(char for char in spelt if char.islower()) == "".join(
        char for char in text if char.isascii() and char.isalpha()
    )
