"""What kind of place a site is, by how it speaks of itself: several words of a trade, on pages that are not articles.

One such word proves nothing: a pharmacy names the hospital next door.  Hears no voice and convicts nobody.  A word
counts when words of the page begin with it, so that inflected forms count too, and whatever language the page seems to
be in: of two short lines that is a guess.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from pharmcheck.ruleset.answers import ABSENT, Answer, inconclusive, not_applicable, present
from pharmcheck.ruleset.folding import fold, words_in
from pharmcheck.ruleset.literals import Literals
from pharmcheck.ruleset.scan import PageText
from pharmcheck.ruleset.schema import Rule, TraitsMatch
from pharmcheck.ruleset.site import Site, own_pages, spoken_languages

_QUOTED_MOST = 3


def long_words(rules: Iterable[Rule]) -> Literals:
    """The longest word of everything that traits are made of: a site without it does not say the rest."""
    matches = (match for rule in rules for match in rule.match if isinstance(match, TraitsMatch))
    return Literals({_longest(word) for match in matches for texts in match.words.values() for word in texts})


@lru_cache(maxsize=8192)  # the words of all rules: a few thousand
def _plain(word: str) -> str:
    return words_in(fold(word))


@lru_cache(maxsize=8192)
def _longest(word: str) -> str:
    return max(_plain(word).split(" "), key=len)


def answer_traits(match: TraitsMatch, site: Site) -> Answer:
    """Whether enough different words of the trade, all of one language, stand on the site's own pages."""
    if site.offered and not match.of_sellers:
        return not_applicable("medicines are on offer here")
    told = site.told_words()
    known: dict[str, list[str]] = {}
    for language, texts in match.words.items():
        possible = [text for text in texts if _longest(text) in told]
        if len(possible) >= match.least:
            for text in possible:
                known.setdefault(_plain(text), []).append(language)
    found: dict[str, dict[str, PageText]] = {}
    for page in own_pages(site) if known else ():
        words = site.plain_words(page)
        for word in sorted(known):
            if word in words:
                for language in known[word]:
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
