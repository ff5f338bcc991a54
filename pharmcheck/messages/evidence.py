"""Our own sentences in the reader's language: those that are kept or raised in English, once and for all.

Which sentence it is, is found by its fixed words.  `evidence.yaml` has what a verdict document says as evidence,
`desk.yaml` what the rooms behind the desk say about lists, rows, receivers and refusals.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib import resources
from string import Formatter
from typing import Any, NamedTuple

import re2
import yaml

_LISTED = re.compile(r", | and the | and ")


class _Sentence(NamedTuple):
    pattern: Any
    names: tuple[str, ...]
    told: Mapping[str, str]  # by language


def in_language(sentence: str, language: str, source: str = "evidence") -> str:
    """A sentence of ours in `language`; as it is when it is none that we know, or has no such wording."""
    if language == "en":
        return sentence
    for known in _sentences(source):
        if (found := known.pattern.fullmatch(sentence)) and language in known.told:
            facts = dict(zip(known.names, found.groups(), strict=True))
            for name, fact in facts.items():
                if tell := _INNER.get(name.rstrip("0123456789")):
                    facts[name] = tell(fact, language, source)
            parts = Formatter().parse(known.told[language])
            return "".join(text + (facts[name] if name else "") for text, name, _, _ in parts)
    return sentence


def words_in_language(value: str, language: str, source: str = "evidence") -> str:
    """A standing, a kind of page or a list of them in `language`; words that we do not know stay."""
    words = _data(source)["words"]
    return ", ".join(words.get(piece, {}).get(language, piece) for piece in _LISTED.split(value))


_INNER = {"words": words_in_language, "sentence": in_language}  # placeholders whose text is put into the language too


@cache
def _sentences(source: str) -> tuple[_Sentence, ...]:
    """Every sentence we know, in the list's order."""
    made = []
    for told in _data(source)["sentences"]:
        parts = list(Formatter().parse(told["en"]))
        # RE2: a name of a register's or a page's is in there, and however long it is, the time stays linear.
        pattern = "".join(re2.escape(text) + ("(.+?)" if name else "") for text, name, _, _ in parts)
        made.append(_Sentence(re2.compile(pattern), tuple(name for _, name, _, _ in parts if name), told))
    return tuple(made)


@cache
def _data(source: str) -> dict[str, Any]:
    text = resources.files("pharmcheck.messages").joinpath(f"{source}.yaml").read_text(encoding="utf-8")
    data: dict[str, Any] = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506 - makes plain text only
    return data
