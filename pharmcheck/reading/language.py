"""In which language a page is written."""

from __future__ import annotations

import re
from collections.abc import Sequence

from turbohtml.detect import LanguageDetection, detect_language

from pharmcheck.model import Block, BlockKind, Region

_ENOUGH = 40  # characters; below, a guess is noise
_SAMPLE = 2_500
_MUCH = 300
_LIKELY = 0.6  # confidence asked of a short text that declares nothing
_FAINT = 0.1  # and of a long one
_SURE = 0.9  # a lower confidence yields to what the page declares
_PROSE = (BlockKind.TEXT, BlockKind.ITEM, BlockKind.HEADING, BlockKind.QUOTE, BlockKind.CELL)
_ALL = (*_PROSE, BlockKind.CONTROL)
_TO_639_1 = dict(
    pair.split(":")
    for pair in (
        "eng:en deu:de fra:fr spa:es ita:it nld:nl por:pt pol:pl ces:cs slk:sk swe:sv dan:da nob:no nno:no fin:fi "
        "isl:is est:et lav:lv lit:lt hun:hu ron:ro bul:bg hrv:hr srp:sr slv:sl ell:el tur:tr rus:ru ukr:uk bel:be "
        "cat:ca afr:af sqi:sq aze:az eus:eu glg:gl arb:ar ara:ar heb:he pes:fa fas:fa urd:ur hin:hi ben:bn guj:gu "
        "pan:pa tam:ta tel:te kan:kn mal:ml mar:mr tha:th vie:vi ind:id zsm:ms msa:ms jav:jv tgl:tl jpn:ja kor:ko "
        "cmn:zh zho:zh kat:ka hye:hy epo:eo mkd:mk khm:km mya:my amh:am zul:zu "
    ).split()
)
_KNOWN = frozenset(_TO_639_1.values())
# Languages in which hardly a shop is written but that short lists of brand names resemble.
_RARE = frozenset(("tgl", "epo", "jav", "zul", "afr", "eus", "sqi", "amh"))
_NORWEGIAN = ("nb", "nn", "no")
_SISTERS = ({"da", "no"}, {"cs", "sk"}, {"hr", "sr"}, {"id", "ms"})
_OF_LATIN = frozenset("en de fr es it nl pt pl cs sk sv da no fi hu ro tr hr sl et lv lt vi id ms ca".split())
_SCRIPTS = {
    "th": "\u0e00-\u0e7f", "ja": "\u3040-\u30ff", "ko": "\uac00-\ud7af", "zh": "\u3400-\u9fff", "ar": "\u0600-\u06ff",
    "fa": "\u0600-\u06ff", "he": "\u0590-\u05ff", "hi": "\u0900-\u097f", "el": "\u0370-\u03ff", "ru": "\u0400-\u04ff",
    "uk": "\u0400-\u04ff", "bg": "\u0400-\u04ff", "sr": "\u0400-\u04ff",
}  # fmt: skip
"""Scripts that hardly stand on a page in a language with Latin letters."""
_MOSTLY = 2  # of so many letters one
_OPTIONS = LanguageDetection(allowed=frozenset(_TO_639_1) - _RARE)


def language_of(blocks: Sequence[Block], declared: str) -> str | None:
    """ISO 639-1 code of the visible text; `declared` (`<html lang>`) decides only where the text leaves doubt."""
    text = _sample(blocks, _PROSE)
    if len(text) < _ENOUGH:
        text = _sample(blocks, _ALL)
    if len(text) < _ENOUGH:
        return None
    match = detect_language(text, _OPTIONS)
    found = _TO_639_1.get(match.language or "")
    said = declared.replace("_", "-").partition("-")[0]
    said = "no" if said in _NORWEGIAN else said
    # Imprints and short pages in sister languages differ by a word or two; the page's own word settles those as well.
    if any({said, found} <= sisters for sisters in _SISTERS):
        return said
    if said in _OF_LATIN and found in _SCRIPTS and _mostly(text, _SCRIPTS[found]):
        return found  # a template in another language: no two words of its own are enough to see that
    unsure = found is None or len(text) < _MUCH or match.confidence < _SURE  # two short sentences look surely French
    if said in _KNOWN and said != found and unsure:
        return said
    # Addresses and lists of brand names look like any language; only the page's own word settles those.
    if said != found and match.confidence < (_LIKELY if len(text) < _MUCH else _FAINT):
        return None
    return found


def _mostly(text: str, script: str) -> bool:
    """Whether most letters of a text are of a script."""
    return len(re.findall(f"[{script}]", text)) * _MOSTLY > sum(map(str.isalpha, text))


def _sample(blocks: Sequence[Block], kinds: tuple[BlockKind, ...]) -> str:
    words: list[str] = []
    room = _SAMPLE
    for block in blocks:
        if block.kind in kinds and block.region is not Region.HEAD:
            words.append(block.text)
            room -= len(block.text)
            if room <= 0:
                break
    return " ".join(words)[:_SAMPLE]
