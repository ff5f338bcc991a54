"""Which registered domains a name imitates: other ending, letters that look alike, words added or left out, a slip.

Pure.  A name that consists of what thousands of pharmacies are called imitates nobody, and neither does a short one.
The registered names lie in one long text, so that the usual answer, "none", costs one search in it.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from itertools import accumulate
from typing import Any

from rapidfuzz.distance import OSA
from rapidfuzz.process import extract

from pharmcheck.address import display_host
from pharmcheck.registers import RegisterLookup
from pharmcheck.ruleset.folding import fold, look_alike

_CORE_CHARS = 6  # shorter names are words, initials, or somebody else's as well
_SLIP_CHARS = 8  # one letter makes another word of a shorter name …
_TWO_SLIPS_CHARS = 16  # … and two letters of one shorter than this
_MOST_HITS = 40  # a name inside so many others is a word
_MOST_MATCHES = 5
_WORDS_INSIDE = 3  # words taken off one unhyphenated name at most, at either end
_LEAST_START, _LEAST_END = 4, 3  # letters; shorter words are taken off only where a hyphen parts them
_DIGITS = str.maketrans("0135", "oles")
_DIGIT_AS_LETTER = re.compile(r"[0135](?=[a-z])")
_letters = re.compile(r"[^\W_]+").findall


class Likeness(StrEnum):
    """How a name imitates another."""

    ENDING = "ending"  # the same name under another top-level domain
    LETTERS = "letters"  # letters or digits that look alike
    WORDS = "words"  # words added or left out
    SLIP = "slip"  # a letter or two


@dataclass(frozen=True, slots=True)
class Lookalike:
    """A registered domain that a name imitates."""

    domain: str
    likeness: Likeness


@dataclass(frozen=True, slots=True)
class _Names:
    """The registered domains, and the first label of each as it looks, one a line."""

    domains: Sequence[str]
    text: str
    starts: Sequence[int]
    by_size: Mapping[int, tuple[Sequence[str], Sequence[int]]]  # the labels of a length, and where they stand


_prepared = _Names((), "", (), {})  # of the registers that were asked last: the same ones, check after check


def lookalikes(domain: str, registers: RegisterLookup, words: Mapping[str, Any]) -> tuple[Lookalike, ...]:
    """The registered domains that a registrable domain imitates; none for one that is registered itself."""
    label = _label(domain)
    core = core_of(label, words)
    if not _is_telling(core, words):
        return ()
    names = _names_of(registers)
    at = bisect_left(names.domains, domain)
    if domain in names.domains[at : at + 1]:
        return ()
    found: dict[str, Likeness] = {}
    for at in _holding(names, _looks(core)):
        other = _label(names.domains[at])
        if _looks(core_of(other, words)) == _looks(core):
            found[names.domains[at]] = _likeness(label, other)
    if len({_looks(_label(other)) for other in found}) > 1:
        return ()  # several who are called so: a common name that our list does not know
    for at in _slips(names, _looks(label), _allowed(core)):
        if _allowed(core_of(_label(names.domains[at]), words)):
            found.setdefault(names.domains[at], Likeness.SLIP)
    return tuple(Lookalike(other, how) for other, how in sorted(found.items())[:_MOST_MATCHES])


def core_of(label: str, words: Mapping[str, Any]) -> str:
    """What is left of a name without the words that say nothing of whose it is."""
    known = _generic(tuple(words["words"]))
    parts = _alike(_DIGIT_AS_LETTER.sub(lambda digit: digit.group().translate(_DIGITS), label)).split("-")
    return "".join(_stripped(part, known) for part in parts if part not in known)


def words_of_name(name: str, words: Mapping[str, Any]) -> list[str]:
    """The words of a pharmacy's name that not every pharmacy has; `name` is folded."""
    usual = _generic(tuple(words["words"])) | _generic(tuple(words["common"]))
    return [word for word in _letters(name) if _alike(word) not in usual and not word.isdigit()]


def _is_telling(core: str, words: Mapping[str, Any]) -> bool:
    return len(core) >= _CORE_CHARS and core not in _generic(tuple(words["common"]))


def _stripped(part: str, known: frozenset[str]) -> str:
    """A part of a name without such words at its ends, as long as a name is left."""
    for _ in range(_WORDS_INSIDE):
        ends = [part[:-size] for size in range(2, len(part)) if _ends_in(part[-size:], known)]
        starts = [part[size:] for size in range(_LEAST_START, len(part)) if part[:size] in known]
        digits = part.rstrip("0123456789")
        shorter = min([*ends, *starts, *([digits] if digits else [])], key=len, default=part)
        if shorter == part:
            break
        part = shorter
    return part


def _ends_in(word: str, known: frozenset[str]) -> bool:
    return word in known and (len(word) >= _LEAST_END or word == "rx")


def _likeness(label: str, other: str) -> Likeness:
    if label == other:
        return Likeness.ENDING
    return Likeness.LETTERS if _looks(label) == _looks(other) and _plain(label) != _plain(other) else Likeness.WORDS


def _allowed(core: str) -> int:
    """How many letters may differ for one name to be taken for the other."""
    return 0 if len(core) < _SLIP_CHARS else 1 if len(core) < _TWO_SLIPS_CHARS else 2


def _slips(names: _Names, looks: str, most: int) -> Iterator[int]:
    """Which names differ from `looks` in at most so many letters."""
    for size in range(len(looks) - most, len(looks) + most + 1) if most else ():
        labels, places = names.by_size.get(size, ((), ()))
        for label, _, at in extract(looks, labels, scorer=OSA.distance, score_cutoff=most, limit=_MOST_MATCHES):
            if label != looks:
                yield places[at]


def _label(domain: str) -> str:
    """The first label, as a reader sees it."""
    return display_host(domain).partition(".")[0] if "xn--" in domain else domain.partition(".")[0]


def _plain(label: str) -> str:
    return label.replace("-", "")


def _looks(text: str) -> str:
    """How names look at a glance: one spelling for all that look alike.  Line breaks stay."""
    return _alike(text.replace("-", "").translate(_DIGITS))


def _alike(text: str) -> str:
    """Plain letters for those of other alphabets, and one for two that look like it."""
    if not text.isascii():
        text = look_alike(fold(text))
    return text.replace("rn", "m").replace("vv", "w")


def _holding(names: _Names, core: str) -> Iterable[int]:
    """Which names hold `core` somewhere."""
    found: dict[int, None] = {}
    at = names.text.find(core)
    while at >= 0:
        found[bisect_right(names.starts, at) - 1] = None
        if len(found) > _MOST_HITS:
            return ()
        at = names.text.find(core, at + 1)
    return found


def _names_of(registers: RegisterLookup) -> _Names:
    """The names of the loaded registers, prepared once for as long as they are the same."""
    global _prepared  # noqa: PLW0603 - a cache: another thread may put another one there, and neither is wrong
    held, domains = _prepared, registers.named_domains()
    if held.domains is not domains and held.domains != domains:
        text = _looks("\n".join(map(_label, domains)))
        labels = text.split("\n")
        starts = list(accumulate((len(label) + 1 for label in labels), initial=0))
        by_size: dict[int, tuple[list[str], list[int]]] = {}
        for at, label in enumerate(labels):
            of_size = by_size.setdefault(len(label), ([], []))
            of_size[0].append(label)
            of_size[1].append(at)
        held = _prepared = _Names(domains, text, starts, by_size)
    return held


@lru_cache(maxsize=8)
def _generic(words: tuple[str, ...]) -> frozenset[str]:
    """A list of words, as they look."""
    return frozenset(map(_alike, words))
