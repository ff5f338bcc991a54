"""What kind of place a site is, by how it speaks of itself: several words of a trade, on pages that are not articles.

One such word proves nothing: a pharmacy names the hospital next door.  Hears no voice and convicts nobody.  A word
counts when words of the page begin with it, so that inflected forms count too, and whatever language the page seems to
be in: of two short lines that is a guess.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache

import re2

from pharmcheck.ruleset.answers import ABSENT, Answer, inconclusive, not_applicable, present
from pharmcheck.ruleset.folding import fold, words_in
from pharmcheck.ruleset.scan import PageText
from pharmcheck.ruleset.schema import TraitsMatch
from pharmcheck.ruleset.site import Site, own_pages, spoken_languages

_QUOTED_MOST = 3


class _Words:
    """All words of a rule, found in one look, each with its languages."""

    def __init__(self, words: Iterable[tuple[str, str]]) -> None:
        known: dict[str, list[str]] = {}
        for language, word in words:
            known.setdefault(words_in(fold(word)), []).append(language)
        self._words = sorted(known.items())
        options = re2.Options()
        options.never_capture = True
        self._set = re2.Set.SearchSet(options)
        for word, _ in self._words:
            self._set.Add(re2.escape(word))
        self._set.Compile()

    def found_in(self, text: str) -> Iterator[tuple[str, str]]:
        """Language and word of each that stands in plain words."""
        for at in sorted(self._set.Match(text.encode()) or ()):
            word, languages = self._words[at]
            yield from ((language, word) for language in languages)


@lru_cache(maxsize=64)  # compiled once for each rule
def _compiled(words: tuple[tuple[str, str], ...]) -> _Words:
    return _Words(words)


def answer_traits(match: TraitsMatch, site: Site) -> Answer:
    """Whether enough different words of the trade, all of one language, stand on the site's own pages."""
    if site.offered and not match.of_sellers:
        return not_applicable("medicines are on offer here")
    words = _compiled(tuple((language, word) for language, texts in match.words.items() for word in texts))
    found: dict[str, dict[str, PageText]] = {}
    for page in own_pages(site):
        for language, word in words.found_in(site.plain_words(page)):
            found.setdefault(language, {}).setdefault(word, page)
    most = max(found.values(), key=len, default={})
    if len(most) >= match.least:
        places = {(id(page), _block(page, word)): page for word, page in list(most.items())[:_QUOTED_MOST]}
        return present(*(site.cite(page, block) for (_, block), page in places.items()))
    spoken = spoken_languages(site)
    if spoken and spoken.isdisjoint(match.words):
        return inconclusive("the rule has no words in the language of this site")
    return ABSENT


def _block(page: PageText, word: str) -> int:
    """The block in which a word stands; across two of them, the first of the page."""
    return next((at for at in range(len(page.starts)) if word in words_in(page.block_text(at))), 0)
