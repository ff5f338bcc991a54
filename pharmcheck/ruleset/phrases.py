"""The phrase language of rule files: words a pharmacist can read, turned into RE2.

    no/without [a/any] [valid] prescription required/needed
    ship* ... to/into any country

* Latin and Russian words
* words stand in order, one space or hyphen apart; accents, case and quote marks do not matter
* `a/b` either; `[a/b]` may be missing; `_` inside a word is a space (`set_up/arranged`)
* `word*` any ending; `...` up to six words in between
* `{medicine}` up to four words among which a medicine of rules/lists/medicines.yaml must be named (the scanner
  looks that up); `{number}` digits; `{price}` an amount with its currency

There is no other syntax: no nesting, no look-around, nothing whose cost depends on the page.
"""

from __future__ import annotations

import re

from pharmcheck.ruleset.folding import fold, spell

_GAP = r"(?:[ ,:;-]+[^ \n.?!]+){0,6}?"
_SEPARATOR = r"[ ,:-]{1,2}(?:[cdjlmnst]'|qu')?"  # an elided French word may lean on the next one
_NUMBER = r"[0-9][0-9.,]*"
_PRICE = r"(?:(?:us ?)?[$€£₽] ?[0-9][0-9.,]*|[0-9][0-9.,]* ?(?:[$€£₽]|usd|eur|euros?|gbp|dollars?|zl|kc|kr|chf|RUB))"
_TOKEN = re.compile(r"\[[^\[\]\s]+\]|\.\.\.|[^\[\]\s]+")
MEDICINE = "{medicine}"
_ANY_NAME = r"[a-zA-Z0-9]+(?:[ -][a-zA-Z0-9]+){0,3}"  # capitals: Russian, see `spell`
_FORBIDDEN = re.compile(r"[\\^$|+?(){}]")


class PhraseError(ValueError):
    """A phrase is not in the phrase language; the message says where."""


def compile_phrase(phrase: str) -> str:
    """Turn a phrase into a pattern for text that is folded and spelt.

    Raises:
        PhraseError: the phrase is empty or uses unknown syntax.
    """
    pattern = ""
    begun = gap = False  # begun: a word that must stand has been written
    tokens = _TOKEN.findall(phrase.strip())
    for token in tokens:
        if token == "...":  # noqa: S105 - a gap in a phrase, not a secret
            gap = True
            continue
        body = _alternatives(token.strip("[]"), phrase)
        optional = token.startswith("[")
        if begun:
            body = (_GAP if gap else "") + _SEPARATOR + body
            pattern += f"(?:{body})?" if optional else body
        else:
            pattern += f"(?:{body}{_SEPARATOR})?" if optional else body
        begun, gap = begun or not optional, False
    if not begun or gap:
        raise PhraseError(f"phrase {phrase!r} has no word that must stand, or ends with a gap")
    end = "" if tokens[-1].endswith(("*", "{price}", "*]")) else r"\b"
    return (r"\b" if not tokens[0].startswith("{price}") else "") + pattern + end


def _alternatives(token: str, phrase: str) -> str:
    choices = []
    for word in token.split("/"):
        if word == MEDICINE:
            choices.append(_ANY_NAME)
        elif word == "{number}":
            choices.append(_NUMBER)
        elif word == "{price}":
            choices.append(_PRICE)
        elif not word or _FORBIDDEN.search(word):
            raise PhraseError(f"phrase {phrase!r}: {word!r} is not a word")
        else:
            stem = word.endswith("*")
            text = (
                re.escape(spell(fold(word.rstrip("*").replace("_", " "))))
                .replace(r"\ ", "[ -]")
                .replace(r"\-", "[ -]?")
            )
            choices.append(text + ("[a-zA-Z0-9]*" if stem else ""))
    return choices[0] if len(choices) == 1 else f"(?:{'|'.join(choices)})"
