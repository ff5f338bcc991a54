"""A statement convicts wherever a visitor finds it, and nowhere else: the hiding families with the real rules.

The families are those of tests/reading/test_hiding.py; here each goes through `judge`.
"""

from __future__ import annotations

import pytest

from pharmcheck.check import judge
from pharmcheck.model import Category
from pharmcheck.ruleset import load_ruleset
from tests.reading.test_hiding import GARBLED, SAID, SHOWN, UNSEEN
from tests.sites import WHEN, site

_RULES = load_ruleset()
# A shop that sells the medicine and asks for a prescription: only the hidden words could convict it.
_HONEST = (
    "<html lang=en><head><title>Harbour Pharmacy</title></head><body><h1>Tramadol 50 mg</h1><p>£12.00</p>"
    "<button>Add to basket</button><p>A valid prescription is required for this medicine.</p>"
)


def _category(**pages: str) -> Category:
    return judge(site(**pages), _RULES, now=WHEN).verdict.category


@pytest.mark.parametrize("body", SHOWN.values(), ids=SHOWN)
def test_a_shown_statement_convicts_however_it_hides(body):
    """One page, one statement, every family that a browser or a search engine shows."""
    assert _category(home=body) is Category.DANGER


@pytest.mark.parametrize("body", [*UNSEEN.values(), *GARBLED.values()], ids=[*UNSEEN, *GARBLED])
def test_words_that_nobody_sees_convict_nobody(body):
    """Alone on a page, and on a page of a shop that sells the medicine with a prescription."""
    assert _category(home=body) is not Category.DANGER
    assert _category(home=_HONEST, faq=body) is not Category.DANGER


def test_the_honest_shop_is_one_that_the_statement_would_convict():
    """Without this the test above could not fail."""
    assert _category(home=_HONEST, faq="<h1>FAQ</h1><p>Nothing else.") is Category.UNVERIFIED
    assert _category(home=_HONEST, faq=f"<h1>FAQ</h1><p>{SAID}") is Category.DANGER


@pytest.mark.parametrize(
    "inside",
    [
        "<table><tr><th>Prescription</th><th>Price</th><th>Stock</th></tr><tr><td>No</td><td>Required</td></tr></table>",
        "<table><tr><td>Vitamins</td><td>no</td><td>prescription</td></tr></table>",
        "<p>Do you have no prescription?<br>required documents are listed below</p>",
        "<form><input name=q value='no prescription'><button>Search</button></form>",
        "<style>.rx:after{content:'A prescription is required'}</style>",
        "<select><optgroup label='No prescription'><option>Vitamins</select>",
    ],
)
def test_what_reading_puts_together_convicts_no_honest_shop(inside):
    """Cells, lines, labels and style sheets are read more closely than before; honest ones say nothing new."""
    assert _category(home=_HONEST + inside) is not Category.DANGER


def _played(first: int) -> str:
    """The statement in letters of another alphabet, capitals from `first` on and small ones behind them."""
    return "".join(
        chr(first + (ord(char) - 65 if char.isupper() else ord(char) - 71)) if char.isalpha() else char for char in SAID
    )


_SMALL_CAPITALS = str.maketrans("abcdefghijklmnoprtuvwyz", "ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀᴛᴜᴠᴡʏᴢ")
_PLAYED = {
    "mathematical bold": _played(0x1D400),
    "mathematical bold italic": _played(0x1D468),
    "mathematical bold script": _played(0x1D4D0),
    "mathematical bold fraktur": _played(0x1D56C),
    "mathematical double-struck bold sans": _played(0x1D5D4),
    "mathematical monospace": _played(0x1D670),
    "circled": _played(0x24B6),
    "squared": "".join(chr(0x1F130 + ord(char) - 65) if char.isalpha() else char for char in SAID.upper()),
    "white on black circles": "".join(
        chr(0x1F150 + ord(char) - 65) if char.isalpha() else char for char in SAID.upper()
    ),
    "white on black squares": "".join(
        chr(0x1F170 + ord(char) - 65) if char.isalpha() else char for char in SAID.upper()
    ),
    "parenthesised": "".join(chr(0x249C + ord(char) - 97) if char.isalpha() else char for char in SAID.lower()),
    "full-width": "".join(chr(0xFEE0 + ord(char)) if char.isalpha() else char for char in SAID),
    "small capitals": SAID.lower().translate(_SMALL_CAPITALS),
    "letterlike": SAID.replace("prescription", "prℯscriptiℴn").replace("No", "ℕℴ"),
    "Cyrillic among Latin": SAID.replace("prescription", "рrеsсriрtiоn").replace("Tramadol", "Tramаdоl"),
    "Greek among Latin": SAID.replace("prescription", "ρrescriptiοn").replace("Tramadol", "Trαmadοl"),
    "phonetic letters": SAID.replace("Tramadol", "Trɑmɑdol"),
    "modifier letters": SAID.replace("required", "ʳequireᵈ"),
}


@pytest.mark.parametrize("said", _PLAYED.values(), ids=_PLAYED)
def test_play_with_letters_hides_no_statement(said):
    """Letters that look like others to a reader are those others to the rules."""
    assert _category(home=f"<html lang=en><h1>Shop</h1><p>{said}") is Category.DANGER


@pytest.mark.parametrize("said", ["Тrамадол без рецепта", "Τραμαδόλη χωρίς συνταγή", "N0 prescr1pt10n requ1red"])
def test_other_scripts_and_digits_are_not_read_as_latin(said):
    """Words of another script are for rules in that language; digits in words are nobody's letters yet."""
    assert _category(home=_HONEST + f"<p>{said}") is not Category.DANGER
