"""A page of the desk from its template: who is there, and the desk's words in the reader's language."""

from __future__ import annotations

from fastapi import Request, Response

from pharmcheck.explain import SIGNS, catalogue
from pharmcheck.messages.evidence import in_language
from pharmcheck.model import Category
from pharmcheck.ruleset import Ruleset
from pharmcheck.web.language import Tongue
from pharmcheck.web.pages import page, tongue_of
from pharmcheck.web.words import ROLES, STATES, because

_SIGNS = {category.value: sign for category, sign in SIGNS.items()}


def desk_page(request: Request, name: str, status: int = 200, **values: object) -> Response:
    """A page of the desk."""
    tongue = tongue_of(request)
    words: dict[str, object] = {
        "person": getattr(request.state, "person", None),
        "states": STATES,
        "roles": ROLES,
        "signs": _SIGNS,
        "labels": labels(tongue),
        "told": lambda text: told(text, tongue),
        "because": lambda code: tongue.translations.gettext(because(code)),
    }
    return page(request, name, status, **{**words, **values})


def problem_page(request: Request, status: int, problem: str) -> Response:
    """What went wrong, on a page of its own."""
    return desk_page(request, "desk_problem.html", status, problem=problem)


def labels(tongue: Tongue) -> dict[str, str]:
    """What everybody is told, by category."""
    words = catalogue(tongue.code)
    return {category.value: str(words[f"category.{category.value}.label"]) for category in Category}


def told(text: str, tongue: Tongue) -> str:
    """A sentence of ours, wherever it was made, in the reader's language."""
    found = tongue.translations.gettext(text) if text else text
    return found if found != text else in_language(text, tongue.code, "desk")


def rule_message(rule_id: str, ruleset: Ruleset, tongue: Tongue) -> str:
    """What a rule says, in the reader's language.

    Where that takes facts that are not at hand: its title in English, nothing in other languages.
    """
    rule = ruleset.by_id.get(rule_id)
    if rule is None:
        return ""
    said = rule.message.get(tongue.code, "")
    return said if "{" not in said else rule.title if tongue.code == "en" else ""
