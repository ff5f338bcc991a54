"""What keeps a phrase rule from answering "present": its conditions taken away, one at a time.

For authors of rules, who otherwise see only that an example failed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from pharmcheck.ruleset.load import Ruleset
from pharmcheck.ruleset.schema import PhraseMatch, Rule

_CONDITIONS: Mapping[str, tuple[Any, str]] = {
    "about": ("anything", "nothing of that kind is seen on offer beside them"),
    "speaker": ("any", "they are not the shop's own statement, but a question, advice, a warning or another's words"),
    "negated": ("ignored", "the sentence is a negation"),
    "goods_of": ("shop", "they are not about the sellers whom the site recommends"),
    "near": ({}, "none of the words that must stand near does"),
    "not_near": ({}, "words that must not stand near do"),
    "roles": ([], "they stand on a page of another kind"),
    "parts": ([], "they stand in another part of the page"),
    "at_least": (1, "too few different ones are there"),
}
"""What each key of a phrase matcher is when it asks for nothing, and why words did not count if only that helps."""


def relaxations(ruleset: Ruleset, rule: Rule) -> Iterator[tuple[str, Ruleset]]:
    """The ruleset without one condition of `rule` after the other, then without all, each with what it would mean."""
    asked = [key for key in _CONDITIONS if any(_asks(match, key) for match in rule.match)]
    for key in asked:
        yield f"its words are there; `{key}`: {_CONDITIONS[key][1]}", _without(ruleset, rule, [key])
    if len(asked) > 1:
        named = ", ".join(f"`{key}`" for key in asked)
        yield f"its words are there; more than one of {named} keeps them from counting", _without(ruleset, rule, asked)


def _asks(match: object, key: str) -> bool:
    return isinstance(match, PhraseMatch) and getattr(match, key) != _CONDITIONS[key][0]


def _without(ruleset: Ruleset, rule: Rule, keys: list[str]) -> Ruleset:
    free = {key: _CONDITIONS[key][0] for key in keys}
    matches = [match.model_copy(update=free) if isinstance(match, PhraseMatch) else match for match in rule.match]
    changed = rule.model_copy(update={"match": matches})
    contexts = {place: of for place, of in ruleset.contexts.items() if place[0] != rule.id or place[2] not in keys}
    rules = tuple(changed if one.id == rule.id else one for one in ruleset.rules)
    return replace(ruleset, rules=rules, by_id={**ruleset.by_id, rule.id: changed}, contexts=contexts)
