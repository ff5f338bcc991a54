"""Where a text names something by any of ten thousand spellings: one automaton, whole words, one pass.

Names may carry the endings of the languages we read ("sildenafilem", "Tramadolu", "виагру").  A name that is also an
ordinary word counts only beside a strength or a form ("Soma 350 mg", never "soma").  Knows no medicine: it is given
names and gives back which of them stand where.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache

import re2

_MEMORY = 64 << 20  # of the automaton; when that is used up RE2 goes on without it, more slowly and still in one pass
_REMEMBERED = 4_096  # different words on a page that name something
_INFLECTED_FROM = 5  # letters of the last word; "yaz" and an ending is anything

# Endings of nouns: German, Dutch and the Nordic languages, then Polish and Czech, as folded text has them.
_ENDINGS = frozenset("s en et er n a u y i e em om ie ow ech ach um am owi ovi ami".split())
# Of nouns in -a, in place of it: "viagry", "kamagrou", "insuliny".
_ENDINGS_OF_A = frozenset("y i u e o ou ze ie ach am ami".split())
_RUSSIAN = frozenset("а у ы и е я ю ом ем ов ев ам ами ах ой ою ей".split())
_LONGEST_ENDING = 3
_JOINED_FROM = (
    "\u0590"  # Hebrew, Arabic, Indian, Thai, Chinese, Japanese, Korean: words take prefixes, or no blanks at all
)
# What may stand behind an ordinary word to make it a medicine's name.  Supplements have capsules and pills, too.
_STRENGTH = r"[0-9][0-9.,]* ?(?:(?:mg|mcg|[uµμ]g|iu|ie|units)\b|мк?г|%)"
_FORM = (
    r"(?:tab(?:let|l|s)?|compr(?:im)?|inje[ck]t|vial|ampo?ul|inhal|таблет)\p{L}{0,6}|"
    r"(?:drops|cream|creme|krem|gel|gels)\b"
)


class Spellings:
    """All names, ready to be found in folded text."""

    def __init__(self, names: Iterable[str], ambiguous: Iterable[str] = ()) -> None:
        """Compile the automaton.

        Args:
            names: folded, with spaces for hyphens.
            ambiguous: those of them that are ordinary words as well.
        """
        self._names = frozenset(names)
        self._ambiguous = self._names.intersection(ambiguous)
        options = re2.Options()
        options.max_mem = _MEMORY
        options.never_capture = True
        options.longest_match = True
        self._pattern = re2.compile(self._source().encode(), options)
        self._name_of = lru_cache(_REMEMBERED)(self._name)

    def found_in(self, folded: str) -> Iterator[tuple[int, int, str]]:
        """Every name in folded text, the longest where several begin: where it stands, and the name as it was given."""
        data = folded.encode()
        plain = len(data) == len(folded)
        at_byte = at_char = 0
        for match in self._pattern.finditer(data):
            first, last = match.span()
            said = match.group()
            name, size = self._name_of(said)
            if not plain:
                at_char += len(data[at_byte:first].decode())
                at_byte, first = first, at_char
                last = at_char + len(said.decode())
            last = first + size if size else last
            # RE2 knows where an ASCII word ends; letters beyond those are for us to see.
            if name and (plain or _stands_alone(folded, first, last)):
                yield first, last, name

    def _source(self) -> str:
        branches = []
        for edge, endings, vowel, endings_of_vowel, own in (
            (r"\b", _ENDINGS, "a", _ENDINGS_OF_A, str.isascii),
            ("", _RUSSIAN, "а", _RUSSIAN, lambda name: not (name.isascii() or name[0] >= _JOINED_FROM)),
        ):
            names = sorted(filter(own, self._names - self._ambiguous))
            bending = {name for name in names if len(name.split(" ")[-1]) >= _INFLECTED_FROM and name[-1].isalpha()}
            cut = {name for name in bending if name.endswith(vowel)}
            doubtful = sorted(filter(own, self._ambiguous))
            # Each name stands in one branch only: the size of the whole is what the memory has to hold.
            for stems, tail in (
                ([name for name in names if name not in bending], edge),
                (bending - cut, f"(?:{_any(endings)})?{edge}"),
                ({name[:-1] for name in cut}, f"(?:{vowel}(?:{_any(endings)})?|{_any(endings_of_vowel)}){edge}"),
                (doubtful, rf"[ ,:(-]{{1,2}}(?:{_STRENGTH}|{_FORM})"),
            ):
                branches += [f"{edge}(?:{_any(stems)}){tail}"] if stems else []
        joined = sorted(name for name in self._names if name[0] >= _JOINED_FROM)
        branches += [f"(?:{_any(joined)})"] if joined else []
        return "|".join(branches) or r"[^\s\S]"

    def _name(self, said: bytes) -> tuple[str, int]:
        """Which name these words are an inflected form of; and, of an ambiguous one, how much of them is the name."""
        words = said.decode().replace("-", " ")
        if words in self._names:  # "wide" is no form of "wid" where it is a word of its own
            return ("", 0) if words in self._ambiguous else (words, 0)
        for end in range(len(words) - 1, 0, -1):  # an ambiguous name stands before its strength
            if words[:end] in self._ambiguous and not words[end].isalnum():
                return words[:end], end
        for cut in range(1, _LONGEST_ENDING + 1):
            for name in (words[:-cut], words[:-cut] + "a", words[:-cut] + "а"):
                if name in self._names:
                    return name, 0
        return "", 0


def _stands_alone(folded: str, first: int, last: int) -> bool:
    """Whether a name is a word, or stands in a script in which words are joined; a longer Japanese name is another."""
    before, after = folded[first - 1 : first], folded[last : last + 1]
    if folded[first] < _JOINED_FROM:
        return not (before.isalnum() or after.isalnum())
    return not (_katakana(folded[first]) and (_katakana(before) or _katakana(after)))


def _katakana(letter: str) -> bool:
    return "ァ" <= letter <= "ヿ" and letter != "・"


def _any(names: Iterable[str]) -> str:
    return "|".join("[ -]".join(re2.escape(word) for word in name.split(" ")) for name in sorted(names))
