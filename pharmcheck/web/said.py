"""What people said about a site, as the page for everybody tells it; and what people may write there at all."""

from __future__ import annotations

from collections.abc import Iterable

from babel.dates import format_date

from pharmcheck.address.defanging import defang
from pharmcheck.explain import catalogue
from pharmcheck.reading.text import clean
from pharmcheck.reviewing import Word
from pharmcheck.web.language import Tongue
from pharmcheck.web.words import ROLES

MOST_REASON = 500
"""Characters of a reason: a few sentences that everybody can read."""


def told_words(words: Iterable[Word], tongue: Tongue) -> list[dict[str, str | None]]:
    """Each word with its facts in the reader's language; the reason as its author wrote it."""
    labels = catalogue(tongue.code)

    def label(category: str | None) -> str:
        return str(labels[f"category.{category}.label"]) if category else ""

    return [
        {
            "action": word.action.value,
            "role": tongue.translations.gettext(ROLES.get(word.role, word.role)),
            "when": format_date(word.at, "long", locale=tongue.locale),
            "until": format_date(word.until, "long", locale=tongue.locale) if word.until else "",
            "seen": label(word.seen_category),
            "chosen": label(word.category),
            "reason": defang(word.reason, word.host),
            "new_check_id": word.new_check_id,
        }
        for word in words
    ]


def clean_reason(text: str) -> str:
    """A reason as it is kept: one paragraph, without marks that nobody sees or that turn text round."""
    return clean(text, MOST_REASON)
