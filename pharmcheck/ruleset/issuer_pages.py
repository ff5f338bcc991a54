"""What the issuer of a seal itself says of the site, on its own page read in this capture.

The page of an authority or accreditor is evidence of the first rank, so this reader is slow to believe: it wants the
page's own form of address, the exact host, and no word of warning near it.  A page that repeats what the link asked
for ("no results for …") says nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import unquote

import re2

from pharmcheck.address import display_host
from pharmcheck.model import Address, Evidence, EvidenceKind, Page, Region
from pharmcheck.reading.issuers import Issuers, bare_host, named_by, place_of
from pharmcheck.registers import binds
from pharmcheck.ruleset.folding import fold
from pharmcheck.ruleset.phrases import compile_phrase
from pharmcheck.ruleset.scan import PageText
from pharmcheck.ruleset.voice import VoiceLexicon

_NEAR = 3  # blocks before and after the name in which a warning takes the listing back
_ANSWER = 80  # characters behind the name in which its answer stands
_LEAD = 40  # characters before a word that may deny it
_SHORT = 60  # a block that is nothing but an answer
_BODY = frozenset({Region.MAIN, Region.ARTICLE})
_EDGES = "()[]<>\"'“”„«»,;:!?."
_SENTENCE_END = re2.compile(r"[.!?;] ")
_GOES_ON = re2.compile(r"[a-z0-9-]|\.[a-z0-9]")  # the name is part of a longer one
_LANGUAGE = "en"  # of the accreditors' answers


class Says(StrEnum):
    """What the page says of the site."""

    LISTS = "lists"
    REFUSES = "refuses"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class IssuerPage:
    """One issuer's page, as far as it concerns the site."""

    register: str  # id for proofs
    name: str  # of the issuer
    body: str  # authority | accreditor | private
    url: str
    entry: str
    countries: tuple[str, ...]
    says: Says
    evidence: Evidence
    read_on: date


def hear(
    held: Page, page: PageText, address: Address, issuers: Issuers, words: Mapping[str, Any], lexicon: VoiceLexicon
) -> IssuerPage | None:
    """What an issuer's page says; None for one that no issuer answers for."""
    domain = address.registrable_domain
    if issuers.page_to_read(page.reading.url, domain) != page.reading.url:
        return None  # a redirect led away from the issuer, or to another of its pages
    blocks = _naming(page, address.host)
    authority = issuers.authority_at(page.reading.url)
    who: tuple[str, str, str, str, tuple[str, ...]]
    if authority is not None and authority.answers:
        country, place = authority.country, place_of(page.reading.url)
        single = authority.entry is not None and authority.entry.fullmatch(place) is not None
        who = (f"authority_{country.lower()}", authority.name, "authority", page.reading.url, (country,))
        says = _listed(page, blocks, address, words, single=single)
    else:
        mark = next(mark for mark in issuers.by_host[bare_host(page.reading.url)] if mark.answers)
        named = named_by(mark, page.reading.url)
        entry = (named and (named.number or named.domain)) or page.reading.url
        who = (mark.id, mark.name, mark.body, entry, mark.countries)
        if mark.body == "authority":
            says = _listed(page, blocks, address, words, single=True)
        else:
            says = _answered(page, blocks, address, words, lexicon)
    quote = page.reading.blocks[blocks[0]].text if blocks else page.reading.title
    evidence = Evidence(EvidenceKind.PAGE, quote[:300], page.reading.url, page.reading.page_sha256)
    register, name, body, entry, countries = who
    on = held.fetched_at.date()
    return IssuerPage(register, name, body, page.reading.url, entry, countries, says, evidence, on)


def _naming(page: PageText, host: str) -> list[int]:
    """The blocks whose words or link are this very host."""
    hints = {host.removeprefix("www."), display_host(host).removeprefix("www.")}
    found = {
        link.block for link in page.reading.links if link.block >= 0 and "://" in link.url and binds(link.url, host)
    }
    for index, block in enumerate(page.reading.blocks):
        text = block.text.lower()
        if any(hint in text for hint in hints) and any(
            binds(token, host)
            for token in (word.strip(_EDGES) for word in text.split())
            if any(hint in token for hint in hints)
        ):
            found.add(index)
    return sorted(found)


def _listed(page: PageText, blocks: Sequence[int], address: Address, words: Mapping[str, Any], *, single: bool) -> Says:
    """Whether an authority's entry, or its list, has the site and no word takes it back."""
    echoed = address.registrable_domain in unquote(place_of(page.reading.url)).lower()
    warned = _pattern(tuple(words["warned"]))
    if (
        page.reading.problem
        or not blocks
        or echoed
        or _has_nothing(page, words)
        or warned.search(fold(page.reading.title))
    ):
        return Says.NOTHING
    near = [i for i, block in enumerate(page.reading.blocks) if block.region in _BODY] if single else []
    near += [i for at in blocks for i in _around(page, at)]
    taken_back = any(warned.search(page.block_text(i)) for i in near)
    return Says.NOTHING if taken_back or any(warned.search(page.heading_of(i)) for i in blocks) else Says.LISTS


def _answered(
    page: PageText, blocks: Sequence[int], address: Address, words: Mapping[str, Any], lexicon: VoiceLexicon
) -> Says:
    """The answer of an accreditor, which answers for sites that it refuses as well."""
    refused, approved = (_pattern(tuple(words[key])) for key in ("refused", "approved"))
    if page.reading.problem or _has_nothing(page, words):
        return Says.NOTHING
    answers = [answer for at in blocks for answer in _answers(page, at, address)]
    if any(_said(refused, answer, lexicon) for answer in answers):
        return Says.REFUSES
    nearby = any(refused.search(page.block_text(i)) for at in blocks for i in _around(page, at))
    if nearby or not any(_said(approved, answer, lexicon) for answer in answers):
        return Says.NOTHING
    return Says.LISTS


class _Answer(NamedTuple):
    lead: str  # before the name, in its sentence
    words: str


def _answers(page: PageText, at: int, address: Address) -> Iterator[_Answer]:
    """What is said of the site: behind its name in one sentence, or in the block after one that is only the name."""
    text, name = page.block_text(at), address.host.removeprefix("www.")
    if text.strip(_EDGES) in (name, f"www.{name}"):
        following = page.block_text(at + 1) if at + 1 < len(page.reading.blocks) else ""
        yield _Answer("", following if len(following) <= _SHORT else "")
    for sentence in _SENTENCE_END.split(text):
        before, found, behind = sentence.partition(name)
        whole = before.removesuffix("www.")[-1:] in ("", " ", "/", *_EDGES) and not _GOES_ON.match(behind)
        if found and whole:
            yield _Answer(before, behind[:_ANSWER])


def _said(pattern: Any, answer: _Answer, lexicon: VoiceLexicon) -> bool:  # noqa: ANN401 - re2 has no types
    """Whether the words stand there, and nothing before them denies them."""
    return any(
        not lexicon.has("negation_before", _LANGUAGE, (answer.lead + answer.words[: match.start()])[-_LEAD:])
        for match in pattern.finditer(answer.words)
    )


def _around(page: PageText, at: int) -> range:
    return range(max(0, at - _NEAR), min(len(page.reading.blocks), at + _NEAR + 1))


def _has_nothing(page: PageText, words: Mapping[str, Any]) -> bool:
    return _pattern(tuple(words["nothing"])).search(page.folded) is not None


@lru_cache(maxsize=16)
def _pattern(phrases: tuple[str, ...]) -> Any:  # noqa: ANN401 - re2 has no types
    return re2.compile("|".join(compile_phrase(phrase) for phrase in phrases))
