"""In which language a page speaks: the one chosen on the page, else the best that the browser asks for.

Catalogues are gettext `.po` files, read at the first use; English is the source and needs none.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

from babel import Locale, negotiate_locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations

NAMES: Mapping[str, str] = {"en": "English", "de": "Deutsch", "fr": "Français", "es": "Español"}
"""Languages of the page, each in its own name."""
COOKIE = "language"


@dataclass(frozen=True, slots=True)
class Tongue:
    """A language ready to speak."""

    code: str
    locale: Locale
    translations: NullTranslations


def choose(asked: str | None, kept: str | None, accepted: str) -> Tongue:
    """The language asked for in the address, else kept in a cookie, else the best of Accept-Language."""
    for wanted in (asked, kept):
        if wanted in NAMES:
            return tongue(wanted)
    preferred = [part.partition(";")[0].strip().replace("-", "_") for part in accepted[:200].split(",")]
    try:
        found = negotiate_locale([name for name in preferred if name], list(NAMES))
    except ValueError:
        found = None
    return tongue(found or "en")


def marked(text: str) -> str:
    """Text that a page will put into the reader's language: so that `make messages` finds it where it is written."""
    return text


@cache
def tongue(code: str) -> Tongue:
    """One language with its catalogue."""
    file = resources.files("pharmcheck.web") / "locales" / f"{code}.po"
    translations = NullTranslations()
    if file.is_file():
        compiled = io.BytesIO()
        with file.open("rb") as source:
            write_mo(compiled, read_po(source, locale=code))
        compiled.seek(0)
        translations = Translations(compiled)
    return Tongue(code, Locale.parse("en_GB" if code == "en" else code), translations)  # the day before the month
