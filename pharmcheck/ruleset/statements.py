"""Which statements of a site count for a phrase rule.

The words alone never do: who speaks, on which page, about which medicine, and whether that medicine is on
offer decide (DESIGN section 3).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pharmcheck.model import BlockKind, Evidence
from pharmcheck.ruleset.answers import ABSENT, Answer, inconclusive, present
from pharmcheck.ruleset.asked import Reply, reply_to
from pharmcheck.ruleset.load import Ruleset
from pharmcheck.ruleset.medicines import Medicine
from pharmcheck.ruleset.referral import recommends_others
from pharmcheck.ruleset.scan import Hit, PageText, Places, subject_medicines
from pharmcheck.ruleset.schema import PhraseMatch, Rule
from pharmcheck.ruleset.site import Site
from pharmcheck.ruleset.voice import Speaker, Statement, around, listen

Hits = Mapping[tuple[str, int], Sequence[tuple[PageText, Hit]]]
"""Phrase hits of a site by rule and matcher."""

_EVIDENCE_MOST = 3
_COUNTED_MOST = 50  # a sentence that a page repeats; the place of each is looked up once for the evidence
_SECTION_BLOCKS = 500  # under one heading; a shelf shows some dozens of goods on a page
_REPLIES = {"denied": "denial", "granted": "consent"}
"""Who speaks in a question that the next words answer, and the cue of that answer."""
_SUBJECTS = ("prescription_only", "controlled", "unseen")
_PARTS = {
    BlockKind.TITLE: "title",
    BlockKind.META: "title",
    BlockKind.CONTROL: "control",
}


def collect_hits(pages: Iterable[PageText], ruleset: Ruleset) -> Hits:
    """Every phrase of every rule, found once."""
    found: dict[tuple[str, int], list[tuple[PageText, Hit]]] = {}
    lines: dict[str, Places] = {}
    for page in pages:
        for hit in ruleset.index.hits(page, lines):
            found.setdefault(hit.phrase.owner, []).append((page, hit))
    return found


@dataclass(frozen=True, slots=True)
class _Counted:
    statement: Statement
    medicine: Medicine | None
    reply: Reply | None = None


def answer_phrases(rule: Rule, number: int, match: PhraseMatch, site: Site, hits: Hits, ruleset: Ruleset) -> Answer:
    """Whether a phrase matcher holds for a site, with the statements that count."""
    counted: list[_Counted] = []
    heard: set[object] = set()
    sentences: set[str] = set()
    phrases: set[str] = set()
    near = bool(match.near)
    wanted = _wanted(match, site)
    hopeless = match.about in ("prescription_only", "controlled") and not wanted
    for page, hit in () if hopeless else hits.get((rule.id, number), ()):
        if not _place_counts(match, page, hit):
            continue
        block = page.reading.blocks[hit.block].text if near else ""
        place = (around(hit, page), hit.phrase.text, block, id(page))
        if place in heard:  # a flood repeats itself
            continue
        heard.add(place)
        statement = listen(hit, page, ruleset.lexicon, site_sells=site.seems_to_sell)
        cue = _REPLIES.get(match.speaker)
        reply = reply_to(statement, page, cue, ruleset.lexicon) if cue else None
        if not _words_count(rule, number, match, statement, ruleset, reply):
            continue
        counts, medicine = _about(match, statement, site, wanted, convicts=rule.effect == "convict")
        if not counts or not _meant_goods(match, statement, site, ruleset):
            continue
        counted.append(_Counted(statement, medicine, reply))
        sentences.add(statement.sentence)
        phrases.add(hit.phrase.text)
        enough = len(sentences) >= _EVIDENCE_MOST or len(counted) >= _COUNTED_MOST
        if enough and len(phrases) >= match.at_least:
            break  # more would change neither the answer nor its evidence
    if len(phrases) < match.at_least:
        return _nothing_found(match, site)
    return _present(counted, match, site)


def _wanted(match: PhraseMatch, site: Site) -> frozenset[Medicine]:
    """The medicines on offer that such a statement must be about."""
    if match.about not in _SUBJECTS:
        return frozenset()
    return frozenset(filter(site.controlled if match.about == "controlled" else site.restricted, site.offered))


def _place_counts(match: PhraseMatch, page: PageText, hit: Hit) -> bool:
    if match.roles and page.reading.role not in match.roles:
        return False
    block = page.reading.blocks[hit.block]
    if _within_an_address(block.text, hit):
        return False
    return not match.parts or _PARTS.get(block.kind, "text") in match.parts


def _within_an_address(text: str, hit: Hit) -> bool:
    """Whether the words are a piece of a web address that is printed, such as one of spam: nobody says them."""
    if "://" not in text or " " in text[hit.start : hit.end]:
        return False
    return "://" in text[text.rfind(" ", 0, hit.start) + 1 : hit.start]


def _words_count(
    rule: Rule, number: int, match: PhraseMatch, statement: Statement, ruleset: Ruleset, reply: Reply | None
) -> bool:
    if match.speaker == "shop" and statement.speaker is not Speaker.SHOP:
        return False
    if match.speaker in _REPLIES and reply is None:
        return False
    if match.negated == "blocks" and statement.negated:
        return False
    if match.about in _SUBJECTS and statement.limited:
        return False
    page, hit = statement.page, statement.hit
    language = hit.phrase.language
    near = ruleset.contexts.get((rule.id, number, "near", language))
    if near and not near.found_in(page.block_text(hit.block), page.medicines_in_block(hit.block)):
        return False
    places = (statement.folded, page.heading_of(hit.block), *((reply.folded,) if reply else ()))
    for spoken in {language, page.reading.language}:
        not_near = ruleset.contexts.get((rule.id, number, "not_near", spoken or ""))
        if not_near and any(not_near.found_in(words) for words in places):
            return False
    return True


def _about(
    match: PhraseMatch, statement: Statement, site: Site, wanted: frozenset[Medicine], *, convicts: bool
) -> tuple[bool, Medicine | None]:
    """Whether a statement is about what the matcher asks for, and the medicine that makes it so."""
    if match.about == "anything":
        return True, None
    page, hit = statement.page, statement.hit
    if match.about == "medicine":
        named = page.medicines_in_block(hit.block)
        return bool(named) or site.seems_to_sell, named[0] if named else None
    subjects = _section(page, hit.block) or subject_medicines(
        page, hit.block, statement.begin, statement.begin + len(statement.folded)
    )
    # Words without a medicine are about what this page offers; on a page that offers nothing, about all of it.
    # A name on a list is an offer, but convicts nobody.
    surely = site.surely_offered()
    counted = surely if convicts else site.offered.keys()
    meant = subjects or [one for one in site.offered_on(page) if one in counted] or tuple(counted)
    offered = [medicine for medicine in meant if medicine in counted]
    chosen = [medicine for medicine in offered if medicine in wanted]
    # General words on a mixed shelf may well be about the other half of it.
    most = bool(chosen) and 2 * len(chosen) >= len(offered)
    if match.about == "unseen" and page.medicines_in_block(hit.block):
        # Named by the shop itself, and more than its offers show: a catalogue is never seen whole.
        hidden = [medicine for medicine in subjects if medicine not in surely and site.restricted(medicine)]
        return site.sells and len(hidden) == len(subjects), hidden[0] if hidden else None
    if match.about == "unseen":
        seen = most and any(medicine in surely for medicine in chosen)
        return site.sells and not subjects and not seen and bool(chosen or not offered), None
    return most, chosen[0] if most else None


def _meant_goods(match: PhraseMatch, statement: Statement, site: Site, ruleset: Ruleset) -> bool:
    """Whose goods these are: a site that recommends other sellers must say "we" or "our" of its own."""
    if match.about not in _SUBJECTS:
        return match.goods_of == "shop"
    own = not recommends_others(site) or ruleset.lexicon.has("own", statement.hit.phrase.language, statement.folded)
    return own == (match.goods_of == "shop")


def _section(page: PageText, block: int) -> tuple[Medicine, ...]:
    """What stands under a heading that names no medicine itself, up to the next heading of that kind."""
    blocks = page.reading.blocks
    if blocks[block].kind is not BlockKind.HEADING or page.medicines_in_block(block):
        return ()
    found: dict[Medicine, None] = {}
    for below in range(block + 1, min(block + _SECTION_BLOCKS, len(blocks))):
        named = page.medicines_in_block(below)
        if blocks[below].kind is BlockKind.HEADING and not named:
            break
        found.update(dict.fromkeys(named))
    return tuple(found)


def _nothing_found(match: PhraseMatch, site: Site) -> Answer:
    spoken = [page.reading.language for page in site.pages if page.reading.language]
    foreign = sum(language not in match.phrases for language in spoken)
    if not site.pages:
        return inconclusive("no page was read")
    if 2 * foreign > len(spoken):
        return inconclusive("the rule has no words in the language of most of this site")
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
        if statement.sentence not in evidence:
            evidence[statement.sentence] = site.cite(statement.page, statement.hit.block, statement.sentence)
            if item.reply:
                evidence[item.reply.words] = site.cite(statement.page, item.reply.block, item.reply.words)
        medicine = medicine or item.medicine
    quotes = list(evidence.values())
    if medicine is None:
        return present(*quotes)
    offer = site.offered.get(medicine)
    if offer and match.about in ("prescription_only", "controlled") and offer.words not in evidence:
        quotes.append(site.cite(offer.page, offer.block, offer.words))
    return present(*quotes, medicine=medicine.inn)
