"""What kind of place a site is, by how it speaks of itself: several words of a trade, on pages that are not articles.

One such word proves nothing: a pharmacy names the hospital next door.  Hears no voice and convicts nobody.  A word
counts when words of the page begin with it, so that inflected forms count too, and whatever language the page seems to
be in: of two short lines that is a guess.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from pharmcheck.ruleset.answers import ABSENT, Answer, inconclusive, not_applicable, present
from pharmcheck.ruleset.folding import fold, words_in
from pharmcheck.ruleset.literals import Literals
from pharmcheck.ruleset.scan import PageText
from pharmcheck.ruleset.schema import Rule, TraitsMatch
from pharmcheck.ruleset.site import Site, own_pages, spoken_languages

_QUOTED_MOST = 3
_COUNTER_LEAST = 2  # different words, all of one language: a pharmacy that says little of its counter


class Trades:
    """The words of all traits by the longest of each: a site without that one does not say the rest.

    Args:
        rules: that may have traits.
        counter: how a pharmacy speaks of its counter, by language.
    """

    def __init__(self, rules: Iterable[Rule], counter: Mapping[str, list[str]]) -> None:
        self.counter = TraitsMatch(kind="traits", words=dict(counter), least=_COUNTER_LEAST)
        matches = [match for rule in rules for match in rule.match if isinstance(match, TraitsMatch)]
        matches.append(self.counter)
        self._by_longest = {id(match): _by_longest(match) for match in matches}
        self._matches = matches  # so that no other matcher gets the identity of one of them
        self.literals = Literals({word for words in self._by_longest.values() for word in words})

    def told_by(self, match: TraitsMatch, told: frozenset[str]) -> dict[str, list[str]]:
        """What may stand on a site with these long words, each with its languages: those that have enough of it."""
        by_longest = self._by_longest[id(match)]
        possible = sorted(place for word in told.intersection(by_longest) for place in by_longest[word])
        often = Counter(language for language, _, _ in possible)
        languages = list(match.words)
        known: dict[str, list[str]] = {}
        for language, _, plain in possible:
            if often[language] >= match.least:
                known.setdefault(plain, []).append(languages[language])
        return known


def _by_longest(match: TraitsMatch) -> dict[str, list[tuple[int, int, str]]]:
    """Each text of a matcher as number of its language, its own number and plain words, by the longest of these."""
    found: dict[str, list[tuple[int, int, str]]] = {}
    for language, texts in enumerate(match.words.values()):
        for number, text in enumerate(texts):
            plain = words_in(fold(text))
            found.setdefault(max(plain.split(" "), key=len), []).append((language, number, plain))
    return found


def answer_traits(match: TraitsMatch, site: Site) -> Answer:
    """Whether enough different words of the trade, all of one language, stand on the site's own pages."""
    if site.offered and not match.of_sellers:
        return not_applicable("medicines are on offer here")
    known = site.trades.told_by(match, site.told_words())
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
