"""Ask every rule about a site.

Offers come first: whether a site sells medicines decides whose voice the rest of its words are.
Combinations come last: they are made of other rules' answers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import re2

from pharmcheck.address import at_or_below
from pharmcheck.model import Capture, Direction, EvidenceKind, Finding, Outcome, Reading
from pharmcheck.reading import read_all
from pharmcheck.registers import RegisterLookup
from pharmcheck.ruleset.answers import ABSENT, Answer, inconclusive, present, say
from pharmcheck.ruleset.duties import answer_duties
from pharmcheck.ruleset.facts import FACTS
from pharmcheck.ruleset.load import Ruleset
from pharmcheck.ruleset.schema import (
    CombinationMatch,
    DutyMatch,
    FactMatch,
    HeaderMatch,
    LinkMatch,
    ListMatch,
    PatternMatch,
    PhraseMatch,
    Rule,
    TraitsMatch,
)
from pharmcheck.ruleset.shelf import MedicineOffer
from pharmcheck.ruleset.site import Site, build_site
from pharmcheck.ruleset.statements import Hits, answer_phrases, collect_hits
from pharmcheck.ruleset.traits import answer_traits

OFFER_CATEGORY = "offer"
DOUBT_CATEGORY = "doubt"


def find(
    capture: Capture,
    ruleset: Ruleset,
    *,
    registers: RegisterLookup,
    destination: str | None,
    today: date,
) -> tuple[tuple[Finding, ...], tuple[Reading, ...]]:
    """Read every page of a capture and answer every rule.

    Returns:
        One finding per rule, ordered by rule id, and the readings they rest on.
    """
    readings = read_all(capture.pages, ruleset.vocabulary)
    site = build_site(capture, readings, ruleset, registers=registers, destination=destination, today=today)
    hits = collect_hits(site.pages, ruleset)
    findings: dict[str, Finding] = {}
    rules = [rule for rule in ruleset.rules if rule.status != "deprecated"]
    for rule in rules:
        if rule.category == OFFER_CATEGORY:
            findings[rule.id] = _ask(rule, site, hits, ruleset, findings)
            if findings[rule.id].outcome is Outcome.PRESENT:
                _note_offers(rule, site, hits, ruleset)
    site.sells = site.seems_to_sell = any(finding.outcome is Outcome.PRESENT for finding in findings.values())
    for rule in rules:
        if site.sells and rule.category == OFFER_CATEGORY:  # now that it is known to sell, more words are its own
            _note_offers(rule, site, hits, ruleset)
    for rule in rules:
        if rule.category == DOUBT_CATEGORY:
            findings[rule.id] = _ask(rule, site, hits, ruleset, findings)
            site.seems_to_sell |= findings[rule.id].outcome is Outcome.PRESENT
    for rule in sorted(rules, key=_is_combination):
        if rule.id not in findings:
            findings[rule.id] = _ask(rule, site, hits, ruleset, findings)
    return tuple(findings[rule_id] for rule_id in sorted(findings)), readings


def _is_combination(rule: Rule) -> bool:
    return CombinationMatch in map(type, rule.match)


def _ask(rule: Rule, site: Site, hits: Hits, ruleset: Ruleset, findings: Mapping[str, Finding]) -> Finding:
    site.pinpoint = rule.direction is Direction.RISK
    answers = [_answer(rule, number, site, hits, ruleset, findings) for number in range(len(rule.match))]
    best = next((answer for answer in answers if answer.outcome is Outcome.PRESENT), None)
    unsure = next((answer for answer in answers if answer.outcome is not Outcome.ABSENT), None)
    answer = best or unsure or ABSENT
    finding = Finding(
        rule_id=rule.id,
        rule_version=rule.version,
        outcome=answer.outcome,
        direction=rule.direction,
        severity=rule.severity,
        category=rule.category,
        weight=rule.weight,
        evidence=answer.evidence,
        reason=answer.reason,
        shadow=rule.status == "experimental",
        effect=rule.effect,
        facts=answer.facts,
    )
    extra = tuple(evidence for other in answers if other is not best for evidence in other.evidence)
    return replace(finding, evidence=(*finding.evidence, *extra)) if best and extra else finding


def _answer(
    rule: Rule, number: int, site: Site, hits: Hits, ruleset: Ruleset, findings: Mapping[str, Finding]
) -> Answer:
    match = rule.match[number]
    if isinstance(match, PhraseMatch):
        return answer_phrases(rule, number, match, site, hits, ruleset)
    if isinstance(match, FactMatch):
        return FACTS[match.fact](site)
    if isinstance(match, TraitsMatch):
        return answer_traits(match, site)
    if isinstance(match, DutyMatch):
        return answer_duties(match, site)
    if isinstance(match, PatternMatch):
        return _answer_pattern(match, site)
    if isinstance(match, HeaderMatch):
        return _answer_header(match, site)
    if isinstance(match, LinkMatch):
        return _answer_link(match, site)
    if isinstance(match, ListMatch):
        return _answer_list(match, site)
    return _answer_combination(match, findings)


def _answer_pattern(match: PatternMatch, site: Site) -> Answer:
    pattern = re2.compile(match.pattern)
    for page in site.pages:
        if match.roles and page.reading.role not in match.roles:
            continue
        found = pattern.search(page.folded)
        if found:
            return present(site.cite(page, page.block_at(found.start())))
    return ABSENT if site.pages else inconclusive("no page was read")


def _answer_header(match: HeaderMatch, site: Site) -> Answer:
    for page in site.pages:
        reading = page.reading
        value = dict(reading.headers).get(match.header.lower(), "")
        if value and (not match.status or reading.status in match.status) and re2.search(match.value, value):
            return present(say(EvidenceKind.HTTP, f"The answer carries the header {match.header}.", reading.url))
    return ABSENT if site.pages else inconclusive("no page was read")


def _answer_link(match: LinkMatch, site: Site) -> Answer:
    for page in site.pages:
        for host in site.linked_from(page):
            if any(at_or_below(host, known) for known in match.hosts):
                return present(say(EvidenceKind.PAGE, f"The page links to {host}.", page.reading.url))
    return ABSENT if site.pages else inconclusive("no page was read")


def _answer_list(match: ListMatch, site: Site) -> Answer:
    domains = set(site.lists[match.list]["domains"])
    for name in (site.address.host, site.address.registrable_domain):
        if name in domains:
            return present(say(EvidenceKind.LIST, f"{name} stands on the list {match.list}."))
    return ABSENT


def _answer_combination(match: CombinationMatch, findings: Mapping[str, Finding]) -> Answer:
    def holds(rule_id: str) -> bool:
        finding = findings.get(rule_id)
        return finding is not None and finding.outcome is Outcome.PRESENT and not finding.shadow

    parts = [rule_id for rule_id in (*match.all_of, *match.any_of) if holds(rule_id)]
    if (
        not all(holds(rule_id) for rule_id in match.all_of)
        or (match.any_of and not any(holds(rule_id) for rule_id in match.any_of))
        or any(holds(rule_id) for rule_id in match.none_of)
    ):
        return ABSENT
    return present(*(evidence for rule_id in parts for evidence in findings[rule_id].evidence[:2]))


def _note_offers(rule: Rule, site: Site, hits: Hits, ruleset: Ruleset) -> None:
    """Sentences that sell a named medicine are offers of it, like a product with a price."""
    for number, match in enumerate(rule.match):
        if not isinstance(match, PhraseMatch):
            continue
        for page, hit in hits.get((rule.id, number), ()):
            if set(hit.medicines) <= site.surely_offered().keys() & set(site.offered_on(page)):
                continue  # said before; a flood says it thousands of times
            single = answer_phrases(rule, number, match, site, {(rule.id, number): [(page, hit)]}, ruleset)
            if single.outcome is Outcome.PRESENT:
                words = page.reading.blocks[hit.block].text[hit.start : hit.end]
                for medicine in hit.medicines:
                    site.add_offer(MedicineOffer(medicine, page, hit.block, words))
