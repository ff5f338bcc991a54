"""Who speaks?  The same words convict a shop and save a reader: all depends on whose they are.

A statement is the shop's own only when nothing says otherwise: a question, a quotation, a warning, a
piece of advice, a report about others and a negation never are.  Unknown is not the shop.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

import re2

from pharmcheck.model import Block, BlockKind, PageRole, Region
from pharmcheck.ruleset.folding import spell
from pharmcheck.ruleset.phrases import compile_phrase
from pharmcheck.ruleset.scan import Hit, PageText

_LEAD_CHARS = 70  # how far before a phrase a negation can stand and still be about it
_TAIL_CHARS = 60
_NAMED_CHARS = 40  # "Is generic Viagra …", "Does Cialis …": at the head of a question
_LINK_WORDS = 5  # "for which", and "you will" or "by law" after it; the last is the empty one before the phrase
_COUNT_CHARS = 6  # "No prescription required (12)"
_REMEMBERED = 4096  # answers about sentences; a page has a few hundred
_SENTENCE_CHARS = 300  # on either side of a phrase; what stands farther off in the same breath is about something else
_BEFORE_CHARS = 200  # of the sentences before
_STOPS = (". ", "! ", "? ")
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
    begin: int  # where the sentence begins in the block's folded text
    speaker: Speaker
    negated: bool
    limited: bool  # says for which goods it holds, and they are a class of goods, neither a medicine nor the shop's all


class Around(NamedTuple):
    """A phrase with the words around it that can matter, and the place where they stand."""

    text: str  # folded
    offset: int  # of the phrase
    length: int
    language: str
    kind: BlockKind
    region: Region
    heading: str
    named: int  # identity of the medicines in the whole block: they may be hundreds


class VoiceLexicon:
    """Cue words by language, from `rules/lists/voice.yaml`."""

    CUES = (
        "own", "invites", "sells", "advice", "duty", "others", "report", "hearsay", "negation_before",
        "negation_after", "needless", "question", "question_of", "denial", "consent", "relative", "condition", "goods",
        "shop", "class", "for", "whole",
    )  # fmt: skip

    def __init__(self, data: Mapping[str, Mapping[str, list[str]]]) -> None:
        self.languages = frozenset(data)
        self._cues: dict[tuple[str, str], Any] = {}
        self._known: dict[tuple[str, str, str], int] = {}  # rules ask about the same sentences again and again
        for language, cues in data.items():
            unknown = sorted(set(cues) - set(self.CUES))
            if unknown:
                raise ValueError(f"voice.yaml: {language}: unknown cue: {', '.join(unknown)}")
            for name in self.CUES:
                pattern = "|".join(compile_phrase(phrase) for phrase in cues.get(name, ()))
                self._cues[language, name] = re2.compile(pattern) if pattern else None

    def has(self, cue: str, language: str, text: str) -> bool:
        """Whether a cue stands in folded `text`, in the language of the phrase."""
        return self.first(cue, language, text) >= 0

    def last(self, cue: str, language: str, text: str) -> int:
        """Where the last such cue ends in folded `text`; -1 when there is none."""
        pattern = self._cues.get((language, cue))
        return max((match.end() for match in pattern.finditer(spell(text))), default=-1) if pattern else -1

    def begins(self, cue: str, language: str, text: str) -> bool:
        """Whether folded `text` starts with a cue."""
        start = self.first(cue, language, text)
        return start >= 0 and not text[:start].strip(" \"'([*-¿¡•>:,")

    def opening(self, cue: str, language: str, text: str) -> int:
        """Where a cue ends with which folded `text` starts; -1 when it starts with none."""
        pattern = self._cues.get((language, cue))
        found = pattern.match(spell(text)) if pattern else None
        return int(found.end()) if found else -1

    def first(self, cue: str, language: str, text: str) -> int:
        """Where the first such cue begins; -1 when there is none."""
        question = (cue, language, text)
        start = self._known.get(question)
        if start is None:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            pattern = self._cues.get((language, cue))
            match = pattern.search(spell(text)) if pattern else None
            start = self._known[question] = match.start() if match else -1
        return start


def listen(hit: Hit, page: PageText, lexicon: VoiceLexicon, *, site_sells: bool) -> Statement:
    """Decide who speaks in a hit.

    Args:
        hit: where the phrase stands.
        page: the page it stands on.
        lexicon: cue words.
        site_sells: whether this site is already known to offer medicines in its own voice.
    """
    words = around(hit, page)
    heard = page.heard.get((site_sells, words))  # several rules ask about the same words
    if heard is None:
        heard = page.heard[site_sells, words] = _heard(hit, page, lexicon, words, site_sells=site_sells)
    start, end, speaker, negated, limited = heard
    low = hit.start - words.offset
    block = page.reading.blocks[hit.block]
    sentence = block.text[low + start : low + end].strip()
    return Statement(hit, page, sentence, words.text[start:end], low + start, speaker, negated, limited)


def around(hit: Hit, page: PageText) -> Around:
    """All that decides who speaks.  Floods repeat it, and so does the footer of every page."""
    block = page.reading.blocks[hit.block]
    begin, low = page.starts[hit.block], max(0, hit.start - _SENTENCE_CHARS - _BEFORE_CHARS)
    high = min(len(block.text), hit.end + _SENTENCE_CHARS)
    return Around(
        page.folded[begin + low : begin + high], hit.start - low, hit.end - hit.start, hit.phrase.language,
        block.kind, block.region, block.heading, id(page.medicines_in_block(hit.block)),
    )  # fmt: skip


class _Heard(NamedTuple):
    start: int  # of the sentence, in the words around
    end: int
    speaker: Speaker
    negated: bool
    limited: bool


def _heard(hit: Hit, page: PageText, lexicon: VoiceLexicon, words: Around, *, site_sells: bool) -> _Heard:
    """Heard in the language of the phrase, and in that of the page: a borrowed word may stand in a warning."""
    own = _hear(hit, page, lexicon, words, hit.phrase.language, site_sells=site_sells)
    around = page.reading.language
    if around in (None, hit.phrase.language) or around not in lexicon.languages:
        return own
    other = _hear(hit, page, lexicon, words, around, site_sells=site_sells)
    speaker = other.speaker if own.speaker is Speaker.SHOP else own.speaker
    return own._replace(speaker=speaker, negated=own.negated or other.negated, limited=own.limited or other.limited)


def _hear(hit: Hit, page: PageText, lexicon: VoiceLexicon, words: Around, language: str, *, site_sells: bool) -> _Heard:
    """Where the sentence stands in the words, who speaks, whether the phrase is negated, and whether it is limited."""
    text, offset = words.text, words.offset
    stop = offset + hit.end - hit.start
    start, end = _sentence(text, offset, stop)
    lead, tail = text[max(start, offset - _LEAD_CHARS) : offset], text[stop : min(end, stop + _TAIL_CHARS)]
    # "Order without a prescription, you need not see a doctor" takes nothing back.
    needless = lexicon.first("needless", language, tail)
    behind = tail if needless < 0 else tail[:needless]
    negated = lexicon.has("negation_before", language, lead) or lexicon.has("negation_after", language, behind)
    block = page.reading.blocks[hit.block]
    before = text[max(0, start - _BEFORE_CHARS) : start]
    speaker = _speaker(
        hit, page, block, lexicon, (text[start:end], offset - start, before), language, site_sells=site_sells
    )
    limited = _is_label(hit, page) or _limited(hit, page, lexicon, lead, tail, language)
    return _Heard(start, end, speaker, negated, limited)


def _limited(hit: Hit, page: PageText, lexicon: VoiceLexicon, lead: str, tail: str, language: str) -> bool:
    """Whether a phrase holds for a class of goods only: "products for which …", "where …", "… for hand creams"."""
    if lead and lexicon.last("class", language, lead) == len(lead.rstrip(" ,")):
        return True
    start = page.starts[hit.block] + hit.start
    near = " ".join(lead.split(" ")[-_LINK_WORDS:])
    condition = lexicon.has("condition", language, near)
    if condition or lexicon.has("relative", language, near):
        goods = lexicon.last("goods", language, lead)
        medicine = max((at - start + len(lead) for at in page.named_ends(start - len(lead), start)), default=-1)
        other = max(medicine, lexicon.last("shop", language, lead))
        if goods > other or (condition and other < 0):
            return True
    end = start + hit.end - hit.start
    for begin, words, sure in ((start - len(lead), lead, False), (end, tail, True)):
        if lexicon.begins("for", language, words) and (sure or lexicon.has("goods", language, words)):
            whole = lexicon.has("whole", language, words) or page.medicines_in(begin, begin + len(words))
            if not whole:
                return True
    return False


def _is_label(hit: Hit, page: PageText) -> bool:
    """Whether the words are a filter or an entry of a menu, which names a class of goods."""
    block = page.reading.blocks[hit.block]
    alone = len(block.text) - (hit.end - hit.start) <= _COUNT_CHARS
    if not alone or "!" in block.text or page.medicines_in_block(hit.block):
        return False
    return block.kind is BlockKind.CONTROL or block.region in (Region.NAV, Region.ASIDE)


def _speaker(
    hit: Hit,
    page: PageText,
    block: Block,
    lexicon: VoiceLexicon,
    where: tuple[str, int, str],
    language: str,
    *,
    site_sells: bool,
) -> Speaker:
    sentence, offset, before = where
    if block.kind is BlockKind.QUOTE or _inside_quotes(sentence, offset):
        return Speaker.QUOTATION
    # In a heading-like line a question may lack its mark.
    begin = page.starts[hit.block] + hit.start - offset
    asked = lexicon.begins("question", language, sentence) or (
        lexicon.begins("question_of", language, sentence) and page.medicines_in(begin, begin + _NAMED_CHARS)
    )
    if asked or sentence.rstrip(" \"')").endswith("?"):
        return Speaker.QUESTION
    heading = page.heading_of(hit.block)
    if any(lexicon.has("others", language, words) for words in (sentence, heading)):
        return Speaker.ADVICE
    if lexicon.has("hearsay", language, sentence):
        return Speaker.REPORT
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
    if article:
        return Speaker.SHOP if lexicon.has("own", language, before) else Speaker.REPORT
    unclear = lexicon.has("advice", language, before) or lexicon.has("report", language, before)
    return Speaker.SHOP if site_sells and not unclear else Speaker.UNKNOWN


def _sentence(text: str, start: int, end: int) -> tuple[int, int]:
    """The sentence around a hit, or as much of it as can matter: offsets in the block's text."""
    earliest, latest = max(0, start - _SENTENCE_CHARS), end + _SENTENCE_CHARS
    ends = max(text.rfind(stop, earliest, start) for stop in _STOPS)
    stops = [at for stop in _STOPS if (at := text.find(stop, end - 1, latest)) >= 0]
    return (ends + 2 if ends >= 0 else earliest), (min(stops) + 1 if stops else min(latest, len(text)))


def _inside_quotes(sentence: str, offset: int) -> bool:
    # Folding makes every double quotation mark plain; an odd number before the phrase means it stands inside.
    return sentence[:offset].count('"') % 2 == 1 and '"' in sentence[offset:]
