"""Who speaks?  The same words convict a shop and save a reader: all depends on whose they are.

A statement is the shop's own only when nothing says otherwise: a question, a quotation, a warning, a
piece of advice, a report about others and a negation never are.  Unknown is not the shop.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import re2

from pharmcheck.model import Block, BlockKind, PageRole, Region
from pharmcheck.ruleset.phrases import compile_phrase
from pharmcheck.ruleset.scan import Hit, PageText

_LEAD_CHARS = 70  # how far before a phrase a negation can stand and still be about it
_TAIL_CHARS = 60
_REMEMBERED = 4096  # answers about sentences; a page has a few hundred
_STOPS = ".!?"
POLICY_ROLES = (PageRole.TERMS, PageRole.SHIPPING, PageRole.RETURNS, PageRole.PRESCRIPTION_POLICY, PageRole.CART)
"""Pages on which a shop speaks for itself, in whatever form."""


class Speaker(StrEnum):
    SHOP = "shop"
    ADVICE = "advice"  # to buyers, about others
    REPORT = "report"  # news, studies, authorities
    QUESTION = "question"
    QUOTATION = "quotation"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Statement:
    """A phrase in its sentence, with whose words they are."""

    hit: Hit
    page: PageText
    sentence: str  # as printed
    folded: str
    speaker: Speaker
    negated: bool


class VoiceLexicon:
    """Cue words by language, from `rules/lists/voice.yaml`."""

    CUES = (
        "own", "invites", "sells", "advice", "duty", "others", "report", "negation_before", "negation_after",
        "question",
    )  # fmt: skip

    def __init__(self, data: Mapping[str, Mapping[str, list[str]]]) -> None:
        self._cues: dict[tuple[str, str], Any] = {}
        self._known: dict[tuple[str, str, str], bool] = {}  # rules ask about the same sentences again and again
        for language, cues in data.items():
            unknown = sorted(set(cues) - set(self.CUES))
            if unknown:
                raise ValueError(f"voice.yaml: {language}: unknown cue: {', '.join(unknown)}")
            for name in self.CUES:
                pattern = "|".join(compile_phrase(phrase) for phrase in cues.get(name, ()))
                self._cues[language, name] = re2.compile(pattern) if pattern else None

    def has(self, cue: str, language: str, text: str) -> bool:
        """Whether a cue stands in folded `text`, in the language of the phrase."""
        question = (cue, language, text)
        answer = self._known.get(question)
        if answer is None:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            pattern = self._cues.get((language, cue))
            answer = self._known[question] = bool(pattern and pattern.search(text))
        return answer

    def begins(self, cue: str, language: str, text: str) -> bool:
        """Whether folded `text` starts with a cue."""
        pattern = self._cues.get((language, cue))
        match = pattern.search(text) if pattern else None
        return bool(match and not text[: match.start()].strip(" \"'([*-¿¡•>:,"))


def listen(hit: Hit, page: PageText, lexicon: VoiceLexicon, *, site_sells: bool) -> Statement:
    """Decide who speaks in a hit.

    Args:
        hit: where the phrase stands.
        page: the page it stands on.
        lexicon: cue words.
        site_sells: whether this site is already known to offer medicines in its own voice.
    """
    block = page.reading.blocks[hit.block]
    text = page.block_text(hit.block)
    start, end = _sentence(text, hit.start, hit.end)
    sentence = text[start:end]
    lead = text[max(start, hit.start - _LEAD_CHARS) : hit.start]
    tail = text[hit.end : min(end, hit.end + _TAIL_CHARS)]
    language = hit.phrase.language
    negated = lexicon.has("negation_before", language, lead) or lexicon.has("negation_after", language, tail)
    speaker = _speaker(hit, page, block, lexicon, (sentence, hit.start - start, text[:start]), site_sells=site_sells)
    return Statement(hit, page, block.text[start:end].strip(), sentence, speaker, negated)


def _speaker(
    hit: Hit,
    page: PageText,
    block: Block,
    lexicon: VoiceLexicon,
    where: tuple[str, int, str],
    *,
    site_sells: bool,
) -> Speaker:
    sentence, offset, before = where
    language = hit.phrase.language
    if block.kind is BlockKind.QUOTE or _inside_quotes(sentence, offset):
        return Speaker.QUOTATION
    # In a heading-like line a question may lack its mark.
    if sentence.rstrip(" \"')").endswith("?") or lexicon.begins("question", language, sentence):
        return Speaker.QUESTION
    heading = page.heading_of(hit.block)
    if any(lexicon.has("others", language, words) for words in (sentence, heading)):
        return Speaker.ADVICE
    # What the terms of a shop tell its buyers is the shop's own condition, not advice or news about shops.
    if site_sells and page.reading.role in POLICY_ROLES:
        return Speaker.SHOP
    if any(lexicon.has("advice", language, words) for words in (sentence, heading)):
        return Speaker.ADVICE
    article = page.reading.role is PageRole.ARTICLE or block.region is Region.ARTICLE
    if lexicon.has("duty", language, sentence) and (article or not site_sells):
        return Speaker.ADVICE
    own = lexicon.has("own", language, sentence)
    if own and (site_sells or not article or page.medicines_in_block(hit.block)):
        return Speaker.SHOP
    if lexicon.has("report", language, sentence) or (article and not site_sells):
        return Speaker.REPORT
    if lexicon.begins("sells", language, sentence) or lexicon.has("invites", language, sentence):
        return Speaker.SHOP
    previous = before[-200:]
    if article:
        return Speaker.SHOP if lexicon.has("own", language, previous) else Speaker.REPORT
    unclear = lexicon.has("advice", language, previous) or lexicon.has("report", language, previous)
    return Speaker.SHOP if site_sells and not unclear else Speaker.UNKNOWN


def _sentence(text: str, start: int, end: int) -> tuple[int, int]:
    """The sentence around a hit: offsets in the block's text."""
    begin = start
    while begin > 0 and not (text[begin - 1] == " " and begin > 1 and text[begin - 2] in _STOPS):
        begin -= 1
    finish = end
    while finish < len(text) and not (text[finish - 1] in _STOPS and text[finish] == " "):
        finish += 1
    return begin, finish


def _inside_quotes(sentence: str, offset: int) -> bool:
    # Folding makes every double quotation mark plain; an odd number before the phrase means it stands inside.
    return sentence[:offset].count('"') % 2 == 1 and '"' in sentence[offset:]
