"""The sentences for people, in every language of the page: all there, with the same facts, in words we do not use."""

from __future__ import annotations

import ast
import re
from importlib import resources
from pathlib import Path
from string import Formatter
from typing import Any

import pytest
import yaml

from pharmcheck.capture.handshake import _OUTDATED, _VERIFY_REASONS
from pharmcheck.examples import findings_of
from pharmcheck.explain import catalogue
from pharmcheck.exports.networks import NOTE
from pharmcheck.exports.report import KINDS
from pharmcheck.messages.evidence import in_language
from pharmcheck.networks import known_things
from pharmcheck.ruleset import load_ruleset
from pharmcheck.web.language import NAMES
from pharmcheck.web.words import REASONS

OTHERS = [code for code in NAMES if code != "en"]
ROOT = Path(__file__).parents[1]
RAISED = ("ListFileError", "AddressError", "Problem", "UsageError", "Piece")
BEHIND_THE_DESK = (
    "intake/cells.py", "intake/columns.py", "intake/delimited.py", "intake/documents.py", "intake/entries.py",
    "intake/lists.py", "intake/opening.py", "intake/rows.py", "address/__init__.py", "address/hosts.py",
    "api/turnstile.py", "api/lists.py", "api/watch_work.py", "watch/receivers.py",
    "store/officers.py", "store/passwords.py", "store/watches.py",
)  # fmt: skip
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


def our_own_evidence() -> set[str]:
    """Every sentence of ours that the English examples of all rules bring up."""
    rules = load_ruleset()
    findings = (
        finding
        for rule in rules.rules
        for example in rule.examples.match
        if example.lang == "en"
        for finding in findings_of(example, rules)
        if finding.rule_id == rule.id
    )
    said = (evidence for finding in findings for evidence in finding.evidence)
    return {evidence.quote for evidence in said if evidence.page_sha256 is None}


def test_what_we_say_ourselves_as_evidence_is_said_in_every_language() -> None:
    """Only the words of a page stay in its own."""
    said = our_own_evidence()

    assert len(said) > 80
    for code in OTHERS:
        assert [sentence for sentence in sorted(said) if in_language(sentence, code) == sentence] == []


@pytest.mark.parametrize("source", ["evidence", "desk"])
def test_our_sentences_keep_their_facts_in_every_language(source: str) -> None:
    """The same placeholders on every side, and a name that looks like a sentence stays one fact."""
    text = (resources.files("pharmcheck.messages") / f"{source}.yaml").read_text("utf-8")
    loaded = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506 - plain text only
    for told in loaded["sentences"]:
        for code in OTHERS:
            assert facts(told[code]) == facts(told["en"]), told["en"]
            assert re.search(rf"\b(?:{NEVER[code]})\b", told[code].lower()) is None
    sly = "Q {x.__class__} lists {0} (entry {name}) with this web address, as of 2026-11-01."
    assert in_language(sly, "de").startswith("Q {x.__class__} führt {0} (Eintrag {name})")


def test_evidence_says_inner_words_in_the_language_too() -> None:
    """Kinds of pages, standings and parts of an entry."""
    sentence = "No street address was found on the pages read in full: contact, home, terms."
    assert in_language(sentence, "de").endswith("Anschrift: Kontakt, Startseite, AGB.")
    clone = (
        "a.example differs in letters that look alike beside b.example, which Q lists as R."
        " This site prints the name and the number of that entry."
    )
    assert in_language(clone, "fr").endswith("inscrit par Q comme R. Ce site reproduit de cette entrée : nom, numéro.")
    assert in_language("The page says something of its own.", "es") == "The page says something of its own."


@pytest.mark.parametrize("code", OTHERS)
def test_whatever_is_wrong_with_a_certificate_is_said_in_the_language(code: str) -> None:
    """Each reason that a handshake can fail for while there is a certificate to show."""
    for reason in {*_VERIFY_REASONS.values(), "The certificate could not be verified.", _OUTDATED}:
        said = in_language(f"The certificate of shop.example does not hold. {reason}", code)
        assert "shop.example" in said
        assert not said.endswith(reason)


@pytest.mark.parametrize("code", OTHERS)
def test_every_rule_speaks_every_language_of_the_page(code: str) -> None:
    """Its message and its advice; of the duties of a country each item too."""
    rules = load_ruleset()
    silent = [rule.id for rule in rules.rules if code not in rule.message or (rule.advice and code not in rule.advice)]
    items = [item.id for of in rules.papers.duties for item in of.items if code not in item.name]
    assert (silent, items) == ([], [])


def behind_the_desk() -> set[str]:
    """Every sentence that the rooms behind the desk raise or note about a row, with a figure where a fact stands."""
    found = {*KINDS.values(), NOTE, *(kind.name for kind in known_things(load_ruleset()).data.kinds)}
    for name in BEHIND_THE_DESK:
        module = ast.parse((ROOT / "pharmcheck" / name).read_text("utf-8"))
        named = {one.targets[0].id: in_words(one.value, {}) for one in module.body
                 if isinstance(one, ast.Assign) and isinstance(one.targets[0], ast.Name)}  # fmt: skip
        for node in ast.walk(module):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in RAISED:
                found |= {text for one in node.args[-1:] if (text := in_words(one, named))}
            elif (
                isinstance(node, ast.keyword)
                and node.arg in ("reason", "torn")
                and (text := in_words(node.value, named))
            ):
                found.add(text)
            elif isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") in ("note", "sentence", "where"):
                found |= {text for one in [node.value] if (text := in_words(one, named))}
    return found - {"At most 7 bytes of JSON are taken here; send a file."}  # of the API alone


def in_words(node: ast.expr, named: dict[str, str]) -> str:
    """A text that the code writes out, facts filled in; nothing for one that it has from elsewhere."""
    if isinstance(node, ast.JoinedStr):
        parts = [
            str(one.value) if isinstance(one, ast.Constant) else named.get(getattr(one.value, "id", "")) or "7"
            for one in node.values
        ]
        return "".join(parts) if any(part.strip(" .") not in ("7", "") for part in parts) else ""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def test_what_the_rooms_behind_the_desk_say_is_said_in_every_language() -> None:
    """What is wrong with a row, a file, a receiver: an officer reads it beside words in their own language."""
    said = behind_the_desk()

    assert len(said) > 60
    for code in OTHERS:
        assert [text for text in sorted(said) if in_language(text, code, "desk") == text] == []


def test_every_reason_has_short_words_for_the_desk() -> None:
    """A table has no room for the sentence that the page for everybody has."""
    codes = {key.rpartition(".")[2] for key in own("en") if key.startswith("reason.")}

    assert codes - REASONS.keys() == set()
