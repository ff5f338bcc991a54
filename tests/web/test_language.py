"""The page's own words in four languages, and which of them a visitor gets."""

from __future__ import annotations

import io
import re
import tomllib
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

import pharmcheck.web
from pharmcheck.web.language import NAMES, choose, tongue

ROOT = Path(__file__).parents[2]
WEB = Path(pharmcheck.web.__file__).parent
OTHERS = [code for code in NAMES if code != "en"]
Message = str | tuple[str, ...]


@pytest.fixture(scope="session")
def said() -> set[Message]:
    """Every string that the templates and the code mark for translation."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    methods = [(mapping["pattern"], mapping["method"]) for mapping in project["tool"]["babel"]["mappings"]]
    keywords = {"_": None, "gettext": None, "ngettext": (1, 2), "_say": (2,), "marked": None}
    return {message for _, _, message, _, _ in extract_from_dir(WEB, methods, keywords=keywords)}


def in_catalogue(code: str) -> dict[Message, Message]:
    catalogue = read_po(io.BytesIO((WEB / "locales" / f"{code}.po").read_bytes()), locale=code)
    assert not [message.id for message in catalogue if message.fuzzy and message.id]
    return {
        tuple(m.id) if isinstance(m.id, list | tuple) else m.id: tuple(m.string) if m.pluralizable else m.string
        for m in catalogue
        if m.id
    }


@pytest.mark.parametrize("code", OTHERS)
def test_nothing_on_the_page_is_left_untranslated(code: str, said: set[Message]) -> None:
    """Every string has its translation, none is fuzzy, and none is left over; `make messages` collects them."""
    known = in_catalogue(code)

    assert known.keys() == said
    assert [
        message for message, string in known.items() if not all([string] if isinstance(string, str) else string)
    ] == []


@pytest.mark.parametrize("code", OTHERS)
def test_a_translation_holds_the_same_places_for_facts(code: str) -> None:
    """A date that is not filled in, or a name that is not known, would break the page."""

    def places(text: Message) -> set[str]:
        return set(re.findall(r"%\(\w+\)[ds]", text if isinstance(text, str) else " ".join(text)))

    assert [message for message, string in in_catalogue(code).items() if places(message) != places(string)] == []


@pytest.mark.parametrize(
    ("asked", "kept", "accepted", "spoken"),
    [
        (None, None, "", "en"),
        (None, None, "de-AT,de;q=0.9,en;q=0.8", "de"),
        (None, None, "nl,fr;q=0.5", "fr"),
        (None, None, "ja, zh", "en"),
        (None, "es", "de", "es"),
        ("fr", "es", "de", "fr"),
        ("xx", "../etc", "de", "de"),
        (None, None, "*", "en"),
        (None, None, "\x00,;;;=,_,-,de" + ",x" * 500, "de"),
    ],
)
def test_the_language_is_the_one_asked_for_kept_or_accepted(
    asked: str | None, kept: str | None, accepted: str, spoken: str
) -> None:
    """The address first, then the choice made before, then the browser; nonsense is English."""
    assert choose(asked, kept, accepted).code == spoken


def test_plural_forms_follow_each_language() -> None:
    """French counts nought as one."""
    forms = {code: [tongue(code).translations.ngettext("Show %(num)d more reason", "Show %(num)d more reasons", n)
                    for n in (0, 1, 2)] for code in OTHERS}  # fmt: skip

    assert forms["fr"][0] == forms["fr"][1] != forms["fr"][2]
    assert forms["de"][0] == forms["de"][2] != forms["de"][1]
    assert forms["es"][0] == forms["es"][2] != forms["es"][1]
