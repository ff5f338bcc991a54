"""Turn a verdict into sentences for people.  Decides nothing.

The wording differs with the strength of the evidence.  Never "safe", never "scam": what was seen, who says
that it matters, what to do.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from string import Formatter
from typing import Any

import yaml

from pharmcheck.messages.evidence import in_language, words_in_language
from pharmcheck.model import (
    Category,
    Comparison,
    Criterion,
    CriterionOutcome,
    Evidence,
    Finding,
    RegisterEntry,
    RegisterPage,
    Verdict,
)
from pharmcheck.ruleset import Ruleset
from pharmcheck.ruleset.schema import Rule

DEFAULT_LANGUAGE = "en"

SIGNS = {
    Category.VERIFIED: "✔",
    Category.VERIFIED_ELSEWHERE: "◑",
    Category.UNVERIFIED: "?",
    Category.CAUTION: "▲",
    Category.DANGER: "✖",
    Category.COULD_NOT_CHECK: "…",
    Category.NOT_A_PHARMACY: "○",
}
"""A sign for each answer, for those who do not see colours."""


@dataclass(frozen=True, slots=True)
class Why:
    """One reason, with the words that prove it and whoever says that it matters."""

    message: str
    quotes: tuple[tuple[str, str | None], ...]  # quote and where it stands
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RecordTold:
    """A register entry beside the site: what it is, and each thing it says with what the site says."""

    title: str
    lines: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """A verdict in words."""

    label: str
    headline: str
    action: str
    why: tuple[Why, ...]
    advice: tuple[str, ...]
    criteria: tuple[tuple[str, str, str], ...]  # name, outcome, detail
    not_checked: tuple[tuple[str, str], ...]
    plain_why: tuple[str, ...]  # the same reasons, for those who do not know what a status is
    notes: tuple[str, ...]  # for whom and how far the answer holds
    dates: str
    basis: str  # rules, registers and how much was read
    meanings: tuple[str, ...] = ()  # what the outcomes mean, for those that occur
    records: tuple[RecordTold, ...] = ()
    look_up: tuple[tuple[str, str], ...] = ()  # whose register, and its address

    @property
    def footer(self) -> tuple[str, ...]:
        """What stands below an answer that is printed as plain lines."""
        return (*self.notes, f"{self.dates} {self.basis}")


@cache
def catalogue(language: str) -> Mapping[str, Any]:
    """The messages of a language over the English ones."""
    folder = resources.files("pharmcheck.messages")
    english: dict[str, Any] = yaml.load((folder / "en.yaml").read_text(encoding="utf-8"), Loader=yaml.BaseLoader)  # noqa: S506 - BaseLoader makes plain text only
    own = folder / f"{language}.yaml"
    if language == DEFAULT_LANGUAGE or not own.is_file():
        return english
    return {**english, **yaml.load(own.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)}  # noqa: S506


def explain(verdict: Verdict, ruleset: Ruleset, language: str = DEFAULT_LANGUAGE) -> Explanation:
    """Say a verdict in `language`, falling back to English sentence by sentence."""
    words = catalogue(language)
    facts = _facts(verdict, ruleset, words)
    return Explanation(
        label=words[f"category.{verdict.category}.label"],
        headline=fill(_pick(words, "reason", verdict), facts),
        action=fill(_pick(words, "action", verdict), facts),
        why=tuple(_why(finding, ruleset, language) for finding in verdict.reasons),
        advice=tuple(_advice(verdict, ruleset, language, words)),
        criteria=tuple(_criterion(criterion, ruleset, language, words) for criterion in verdict.criteria),
        meanings=tuple(_meanings(verdict, words)),
        records=tuple(_record(entry, language, words) for entry in verdict.records),
        look_up=tuple((_whose(page, words), page.url) for page in verdict.look_up),
        not_checked=tuple((item.what, item.why) for item in verdict.not_checked),
        plain_why=tuple(words.get(f"not_checked.{item.code}", item.why) for item in verdict.not_checked),
        notes=tuple(_notes(verdict, words)),
        dates=fill(words["footer.dates"], _about(verdict, words)),
        basis=fill(words["footer.basis"], _about(verdict, words)),
    )


def _pick(words: Mapping[str, Any], part: str, verdict: Verdict) -> str:
    """The most particular sentence that there is."""
    category, code = verdict.category, verdict.reason_code
    keys = (f"{part}.{category}.{code}", f"{part}.{code}", f"{part}.{category}", f"category.{category}.headline")
    return next(str(words[key]) for key in keys if key in words)


def _facts(verdict: Verdict, ruleset: Ruleset, words: Mapping[str, Any]) -> dict[str, str]:
    """What the headline may name: the site, the countries, and what the deciding finding found."""
    deciding = next(
        (one for one in verdict.reasons if ruleset.by_id[one.rule_id].reason_code == verdict.reason_code), None
    )
    return {
        **(dict(deciding.facts) if deciding else {}),
        "host": verdict.address.display_host,
        "destination": _places([verdict.destination] if verdict.destination else [], words),
        "seller": _places(_reach(verdict), words) or words["country.other"],
    }


def _reach(verdict: Verdict) -> list[str]:
    """The countries for which what binds the site counts."""
    reach: dict[str, None] = {}
    for proof in verdict.proofs:
        for country in proof.jurisdictions or ((proof.licensed_in,) if proof.licensed_in else ()):
            reach[country] = None
    return list(reach)


def _places(countries: Iterable[str], words: Mapping[str, Any]) -> str:
    return ", ".join(words.get(f"country.{country}", country) for country in countries)


def _message(rule: Rule, facts: Mapping[str, str], language: str) -> str:
    """The rule's own sentence with the finding's facts in it; countries by name where the language has names."""
    words = catalogue(language)
    named = {key: _places(facts[key].split(", "), words) for key in ("country", "destination") if facts.get(key)}
    return fill(rule.message.get(language) or rule.message[DEFAULT_LANGUAGE], {**facts, **named})


def fill(template: str, facts: Mapping[str, str]) -> str:
    """Put named facts into a sentence; a missing one leaves nothing behind.

    Facts may come from pages, so only plain names are looked up: no attributes, no format codes.
    """
    parts = []
    for text, name, _, _ in Formatter().parse(template):
        parts.append(text)
        if name:
            parts.append(facts.get(name, ""))
    return " ".join("".join(parts).split())


def _why(finding: Finding, ruleset: Ruleset, language: str) -> Why:
    rule = ruleset.by_id[finding.rule_id]
    quotes = tuple((_quoted(evidence, language), evidence.url) for evidence in finding.evidence)
    return Why(_message(rule, dict(finding.facts), language), quotes, tuple(source.title for source in rule.sources))


def _quoted(evidence: Evidence, language: str) -> str:
    """The words of a page as they are; our own, which stand nowhere, in the reader's language."""
    return in_language(evidence.quote, language) if evidence.start is None else evidence.quote


def _advice(verdict: Verdict, ruleset: Ruleset, language: str, words: Mapping[str, Any]) -> Iterable[str]:
    seen: dict[str, None] = {}
    for finding in verdict.reasons[:3]:
        advice = ruleset.by_id[finding.rule_id].advice
        if advice:
            seen[fill(advice.get(language) or advice.get(DEFAULT_LANGUAGE, ""), dict(finding.facts))] = None
    for line in words.get(f"advice.{verdict.category}", ()):
        seen[line] = None
    return [line for line in seen if line]


def _criterion(criterion: Criterion, ruleset: Ruleset, language: str, words: Mapping[str, Any]) -> tuple[str, str, str]:
    facts = dict(criterion.facts)
    if criterion.detail.startswith("rule."):
        detail = _message(ruleset.by_id[criterion.detail.removeprefix("rule.")], facts, language)
    else:
        detail = fill(words[criterion.detail], facts)
    return words[f"criterion.{criterion.name}"], words[f"outcome.{criterion.outcome}"], detail


def _meanings(verdict: Verdict, words: Mapping[str, Any]) -> Iterable[str]:
    for outcome in (CriterionOutcome.MET, CriterionOutcome.CLAIMED):
        if any(criterion.outcome is outcome for criterion in verdict.criteria):
            yield words[f"meaning.{outcome}"]


def _record(entry: RegisterEntry, language: str, words: Mapping[str, Any]) -> RecordTold:
    facts = {
        "authority": entry.authority,
        "entry": entry.entry_id,
        "date": str(entry.snapshot_date or "?"),
        "status": words_in_language(entry.status, language),
    }
    title = fill(words["record.names_site" if entry.names_site else "record.other"], facts)
    if not entry.names_site and all(one.what != "web_address" for one in entry.compared):
        title = f"{title} {words['record.no_web_address']}"
    return RecordTold(title, tuple(_compared(one, words) for one in entry.compared))


def _compared(one: Comparison, words: Mapping[str, Any]) -> tuple[str, str]:
    told = {"register": one.register, "page": one.page or ""}
    return words[f"record.{one.what}"], fill(words[f"agreement.{one.agreement}"], told)


def _whose(page: RegisterPage, words: Mapping[str, Any]) -> str:
    return fill(words["look_up"], {"authority": page.authority, "country": _places([page.country or "other"], words)})


def _notes(verdict: Verdict, words: Mapping[str, Any]) -> Iterable[str]:
    reach = _places(_reach(verdict), words)
    if reach and verdict.category in (Category.VERIFIED, Category.VERIFIED_ELSEWHERE):
        yield fill(words["footer.reach"], {"places": reach})
    if verdict.category is not Category.NOT_A_PHARMACY and not verdict.destination:
        yield words["footer.no_destination"]
    yield from (words[f"overlay.{overlay}"] for overlay in verdict.overlays)


def _about(verdict: Verdict, words: Mapping[str, Any]) -> dict[str, str]:
    registers = ", ".join(f"{state.name} ({state.snapshot_date or '?'})" for state in verdict.registers)
    return {
        "checked": verdict.checked_at.strftime("%Y-%m-%d %H:%M UTC"),
        "until": verdict.valid_until.strftime("%Y-%m-%d"),
        "ruleset": verdict.ruleset,
        "registers": registers or words["footer.no_registers"],
        "coverage": str(verdict.coverage),
    }
