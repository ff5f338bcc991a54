"""Which statements of a site count for a phrase rule.

The words alone never do: who speaks, on which page, about which medicine, and whether that medicine is on
offer decide (DESIGN section 3).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pharmcheck.model import BlockKind, Evidence, PageRole
from pharmcheck.ruleset.answers import ABSENT, Answer, inconclusive, present
from pharmcheck.ruleset.load import Ruleset
from pharmcheck.ruleset.medicines import Medicine
from pharmcheck.ruleset.scan import Hit, PageText
from pharmcheck.ruleset.schema import PhraseMatch, Rule
from pharmcheck.ruleset.site import Site, subject_medicines
from pharmcheck.ruleset.voice import Speaker, Statement, listen

Hits = Mapping[tuple[str, int], Sequence[tuple[PageText, Hit]]]
"""Phrase hits of a site by rule and matcher."""

_EVIDENCE_MOST = 3
_PARTS = {
    BlockKind.TITLE: "title",
    BlockKind.META: "title",
    BlockKind.CONTROL: "control",
}


def collect_hits(pages: Iterable[PageText], ruleset: Ruleset) -> Hits:
    """Every phrase of every rule, found once."""
    found: dict[tuple[str, int], list[tuple[PageText, Hit]]] = {}
    for page in pages:
        for hit in ruleset.index.hits(page):
            found.setdefault(hit.phrase.owner, []).append((page, hit))
    return found


@dataclass(frozen=True, slots=True)
class _Counted:
    statement: Statement
    medicine: Medicine | None


def answer_phrases(rule: Rule, number: int, match: PhraseMatch, site: Site, hits: Hits, ruleset: Ruleset) -> Answer:
    """Whether a phrase matcher holds for a site, with the statements that count."""
    counted: list[_Counted] = []
    heard: set[tuple[str, int, PageRole, str]] = set()
    for page, hit in hits.get((rule.id, number), ()):
        block = page.reading.blocks[hit.block]
        place = (block.text, hit.start, page.reading.role, block.heading)  # a footer says the same on every page
        if place in heard or not _place_counts(match, page, hit):
            continue
        heard.add(place)
        statement = listen(hit, page, ruleset.lexicon, site_sells=site.sells)
        if not _words_count(rule, number, match, statement, ruleset):
            continue
        counts, medicine = _about(match, statement, site)
        if counts:
            counted.append(_Counted(statement, medicine))
            if _enough(counted, match):
                break
    if len({item.statement.hit.phrase.text for item in counted}) < match.at_least:
        return _nothing_found(match, site)
    return _present(counted, match, site)


def _enough(counted: Sequence[_Counted], match: PhraseMatch) -> bool:
    """Whether more statements would change neither the answer nor its evidence."""
    sentences = {item.statement.sentence for item in counted}
    phrases = {item.statement.hit.phrase.text for item in counted}
    return len(sentences) >= _EVIDENCE_MOST and len(phrases) >= match.at_least


def _place_counts(match: PhraseMatch, page: PageText, hit: Hit) -> bool:
    if match.roles and page.reading.role not in match.roles:
        return False
    kind = page.reading.blocks[hit.block].kind
    return not match.parts or _PARTS.get(kind, "text") in match.parts


def _words_count(rule: Rule, number: int, match: PhraseMatch, statement: Statement, ruleset: Ruleset) -> bool:
    if match.speaker == "shop" and statement.speaker is not Speaker.SHOP:
        return False
    if match.negated == "blocks" and statement.negated:
        return False
    page, hit = statement.page, statement.hit
    near = ruleset.contexts.get((rule.id, number, "near"))
    if near and not near.found_in(page.block_text(hit.block), page.medicines_in_block(hit.block)):
        return False
    not_near = ruleset.contexts.get((rule.id, number, "not_near"))
    around = (statement.folded, page.heading_of(hit.block))
    return not (not_near and any(not_near.found_in(words) for words in around))


def _about(match: PhraseMatch, statement: Statement, site: Site) -> tuple[bool, Medicine | None]:
    """Whether a statement is about what the matcher asks for, and the medicine that makes it so."""
    if match.about == "anything":
        return True, None
    page, hit = statement.page, statement.hit
    if match.about == "medicine":
        named = page.medicines_in_block(hit.block)
        return bool(named) or site.sells, named[0] if named else None
    begin = page.block_text(hit.block).find(statement.folded)
    subjects = subject_medicines(page, hit.block, begin, begin + len(statement.folded))
    # Words without a medicine are about what this page offers; on a page that offers nothing, about all of it.
    meant = subjects or site.offered_on(page) or tuple(site.offered)
    offered = [medicine for medicine in meant if medicine in site.offered]
    wanted = site.controlled if match.about == "controlled" else site.restricted
    chosen = [medicine for medicine in offered if wanted(medicine)]
    # General words on a mixed shelf may well be about the other half of it.
    most = bool(chosen) and 2 * len(chosen) >= len(offered)
    if match.about == "unnamed":
        return site.sells and not subjects and not most and bool(chosen or not offered), None
    return most, chosen[0] if most else None


def _nothing_found(match: PhraseMatch, site: Site) -> Answer:
    read = {page.reading.language for page in site.pages if page.reading.language}
    if not site.pages:
        return inconclusive("no page was read")
    if read and not read & set(match.phrases):
        return inconclusive("the rule has no words in the language of this site")
    if match.roles and not site.pages_of(*match.roles):
        return inconclusive("no page of the kind it looks at was read")
    return ABSENT


def _present(counted: Sequence[_Counted], match: PhraseMatch, site: Site) -> Answer:
    evidence: dict[str, Evidence] = {}
    medicine: Medicine | None = None
    for item in counted:
        if len(evidence) >= _EVIDENCE_MOST:
            break
        statement = item.statement
        evidence.setdefault(statement.sentence, site.cite(statement.page, statement.hit.block, statement.sentence))
        medicine = medicine or item.medicine
    quotes = list(evidence.values())
    if medicine is None:
        return present(*quotes)
    offer = site.offered.get(medicine)
    if offer and match.about in ("prescription_only", "controlled") and offer.words not in evidence:
        quotes.append(site.cite(offer.page, offer.block, offer.words))
    return present(*quotes, medicine=medicine.inn)
