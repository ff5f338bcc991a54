"""The words and number forms that reading looks for, compiled once from the data in `rules/lists/`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import re2

from pharmcheck.errors import RulesetError
from pharmcheck.reading.issuers import Issuers, SealMark
from pharmcheck.reading.patterns import Pattern, compile_lines, compile_text


@dataclass(frozen=True, slots=True)
class LicenceFormat:
    """One kind of number: the labels before it, its form and its checksum."""

    id: str
    country: str | None
    kind: str
    labels: tuple[str, ...]
    number: Pattern  # the whole number, as printed
    printed: Pattern  # the number at the start of the words after a label
    checksum: str
    valid: str
    invalid: str


@dataclass(frozen=True, slots=True, eq=False)  # the same only as itself: what is derived from it is kept beside it
class Vocabulary:
    """Everything compiled.  Patterns on `bytes` scan a whole page at once; those on `str` look at one block."""

    formats: tuple[LicenceFormat, ...]
    formats_by_label: Mapping[str, tuple[LicenceFormat, ...]]
    labels: Pattern  # bytes
    label: Pattern  # str
    issuers: Issuers
    seal_words: Pattern  # bytes
    seal_word: Pattern  # str, group 1 is the word
    seal_files: Pattern  # bytes, over addresses of images
    seal_scripts: tuple[str, ...]  # hosts of scripts that write seals
    seals_by_word: Mapping[str, tuple[SealMark, ...]]
    buy: Pattern  # bytes
    control: Pattern  # str
    verb_words: frozenset[str]
    verb_hint: Pattern  # bytes
    no_control: Pattern  # str
    chat: Pattern  # str

    @classmethod
    def from_lists(
        cls, licence_formats: Mapping[str, Any], seals: Mapping[str, Any], shop_words: Mapping[str, Any]
    ) -> Vocabulary:
        """Compile three parsed YAML files (BaseLoader: every scalar is a string)."""
        formats = tuple(_format(entry) for entry in licence_formats["formats"])
        issuers = Issuers.from_list(seals)
        marks = tuple(issuers.marks.values())
        files = {part for mark in marks for part in (*mark.src, *mark.images)}
        labels = sorted({label for entry in formats for label in entry.labels})
        words = sorted({word for mark in marks for word in mark.alt})
        buy = _all(shop_words["buy"])
        verbs = _any(_all(shop_words["verbs"]))
        return cls(
            formats=formats,
            formats_by_label={x: tuple(entry for entry in formats if x in entry.labels) for x in labels},
            labels=_compile(_words(labels), as_bytes=True),
            label=_compile(_words(labels)),
            issuers=issuers,
            seal_words=_compile(_words(words), as_bytes=True),
            seal_word=_compile(_words(words)),
            seal_files=_compile(f"(?i)({_any(sorted(files))})", as_bytes=True),
            seal_scripts=tuple(sorted({host for mark in marks for host in mark.scripts})),
            seals_by_word={x: tuple(mark for mark in marks if x in mark.alt) for x in words},
            buy=_compile(_words(buy), as_bytes=True),
            control=_compile(_words(buy)),
            verb_words=frozenset(_all(shop_words["verbs"])),
            verb_hint=_compile(rf"(?i)^({verbs}) ", as_bytes=True),
            no_control=_compile(_words(_all(shop_words["not"]))),
            chat=_compile(_words(_all(shop_words["chat"]))),
        )


def _format(entry: Mapping[str, Any]) -> LicenceFormat:
    labels = tuple(dict.fromkeys(label for words in entry["labels"].values() for label in words))
    number = entry["number"]
    return LicenceFormat(
        id=entry["id"],
        country=entry["country"] or None,
        kind=entry["kind"],
        labels=labels,
        number=_compile(f"(?i)^(?:{number})$"),
        printed=_compile(f"(?i)^(?:{number})(?:$|[^0-9A-Za-z])"),
        checksum=entry["checksum"],
        valid=entry["valid"],
        invalid=entry["invalid"],
    )


def _all(by_language: Mapping[str, Iterable[str]]) -> list[str]:
    return sorted({word for words in by_language.values() for word in words}, key=lambda word: (-len(word), word))


def _any(words: Iterable[str]) -> str:
    ordered = sorted(words, key=lambda word: (-len(word), word))  # the longest first: RE2 takes the first that fits
    return "|".join(re2.escape(word).replace(r"\ ", " ") for word in ordered)


def _words(words: Iterable[str]) -> str:
    r"""Whole words; RE2's `\b` knows ASCII only, so the neighbours are named."""
    return rf"(?i)(?:^|[^\pL\pN])({_any(words)})(?:$|[^\pL\pN])"


def _compile(pattern: str, *, as_bytes: bool = False) -> Pattern:
    try:
        return compile_lines(pattern) if as_bytes else compile_text(pattern)
    except re2.error as exc:
        raise RulesetError(f"rules/lists: pattern {pattern[:80]!r}: {exc}") from exc
