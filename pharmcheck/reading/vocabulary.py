"""The words and number forms that reading looks for, compiled once from the data in `rules/lists/`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
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
    number: Pattern  # the whole number, as printed; group 1 is what is left without the letters before it
    printed: Pattern  # the number at the start of the words after a label
    link: Pattern | None  # the address of a link that carries the number as group 1
    prefix: str  # letters that may stand before it, and make it surely this scheme's
    pad: int  # digits to which it is filled
    checksum: str
    valid: str
    invalid: str


@dataclass(frozen=True, slots=True, eq=False)  # the same only as itself: what is derived from it is kept beside it
class Vocabulary:
    """Everything compiled.  Patterns on `bytes` scan a whole page at once; those on `str` look at one block."""

    formats: tuple[LicenceFormat, ...]
    formats_by_label: Mapping[str, tuple[LicenceFormat, ...]]
    vat_words: frozenset[str]  # labels that are used in many countries
    labels: Pattern  # bytes
    label: Pattern  # str
    entries: Pattern  # bytes, over the addresses of links, one a line
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
        vat_words = tuple(licence_formats["vat_words"])
        formats = tuple(found for entry in licence_formats["formats"] for found in _formats(entry, vat_words))
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
            vat_words=frozenset(vat_words),
            labels=_compile(_words(labels), as_bytes=True),
            label=_compile(_words(labels)),
            entries=_compile(
                f"(?i)^({'|'.join(filter(None, map(_link, licence_formats['formats'])))})$", as_bytes=True
            ),
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


def _formats(entry: Mapping[str, Any], vat_words: tuple[str, ...]) -> Iterator[LicenceFormat]:
    """The scheme behind its own labels; and behind the words of every country, where its letters must stand first."""
    labels = tuple(dict.fromkeys(label for words in entry["labels"].values() for label in words))
    prefix = entry.get("prefix", "")
    yield _format(entry, labels, f"(?:{prefix}[ -]?)?" if prefix else "")
    if prefix and entry["kind"] == "tax":
        yield _format(entry, tuple(word for word in vat_words if word not in labels), f"{prefix}[ -]?")


def _format(entry: Mapping[str, Any], labels: tuple[str, ...], prefix: str) -> LicenceFormat:
    number = entry["number"]
    group = f"(?:{number})" if _compile(number).groups else f"({number})"
    link = _link(entry)
    return LicenceFormat(
        id=entry["id"],
        country=entry["country"] or None,
        kind=entry["kind"],
        labels=labels,
        number=_compile(f"(?i)^{prefix}{group}$"),
        printed=_compile(f"(?i)^{prefix}(?:{number})(?:$|[^0-9A-Za-z])"),
        link=_compile(f"(?i)^{link if _compile(link).groups else f'({link})'}$") if link else None,
        prefix=entry.get("prefix", ""),
        pad=int(entry.get("pad", 0)),
        checksum=entry["checksum"],
        valid=entry["valid"],
        invalid=entry["invalid"],
    )


def _link(entry: Mapping[str, Any]) -> str:
    return str(entry.get("link") or (entry["number"] if entry["kind"] == "listing" else ""))


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
