"""The sentences for people, in every language of the page: all there, with the same facts, in words we do not use."""

from __future__ import annotations

import re
from importlib import resources
from string import Formatter
from typing import Any

import pytest
import yaml

from pharmcheck.explain import catalogue
from pharmcheck.web.language import NAMES

OTHERS = [code for code in NAMES if code != "en"]
TECHNICAL = {"reason"}  # a fact that only English has words for; others may leave it out
NEVER = {
    "en": r"safe|scam|criminal|rogue",
    "de": r"sicher\w*|betrug|betrüger\w*|kriminell\w*",
    "fr": r"sûre?s?|arnaque\w*|escroc\w*",
    "es": r"segur[oa]s?|estafa\w*|criminal\w*",
}


def own(code: str) -> dict[str, Any]:
    text = (resources.files("pharmcheck.messages") / f"{code}.yaml").read_text("utf-8")
    loaded: dict[str, Any] = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506 - plain text only
    return loaded


def sentences(messages: dict[str, Any]) -> dict[str, str]:
    return {key: " ".join(value) if isinstance(value, list) else value for key, value in messages.items()}


def facts(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("code", OTHERS)
def test_every_sentence_is_there_in_every_language(code: str) -> None:
    """Nobody meets an English sentence in the middle of another language."""
    assert own(code).keys() == own("en").keys()


@pytest.mark.parametrize("code", OTHERS)
def test_a_translation_tells_the_same_facts(code: str) -> None:
    """The site, the authority, the date: what English names, the others name, and nothing that is not known."""
    english, other = sentences(own("en")), sentences(own(code))

    wrong = {key for key in english if facts(other[key]) | TECHNICAL != facts(english[key]) | TECHNICAL}
    assert wrong == set()


@pytest.mark.parametrize("code", OTHERS)
def test_advice_is_as_long_in_every_language(code: str) -> None:
    """No piece of advice is lost."""
    lengths = {key: len(value) for key, value in own("en").items() if isinstance(value, list)}

    assert {key: len(own(code)[key]) for key in lengths} == lengths


@pytest.mark.parametrize("code", NAMES)
def test_words_that_promise_or_accuse_are_not_used(code: str) -> None:
    """What was seen and who says that it matters; never that a shop is safe, never that somebody is a criminal."""
    told = " ".join(sentences(dict(catalogue(code))).values())

    assert re.findall(rf"\b(?:{NEVER[code]})\b", told, re.IGNORECASE) == []
