"""The landing page twice: as somebody who types the address sees it, and as a visitor from a search engine does.

About a third of the drug shops in search results once stood behind such a page (field notes, A23).  What differs is
either another site to which the visitor is taken, or another shop under the same name.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pharmcheck.address import host_of, registrable_domain
from pharmcheck.model import Attempt, Capture, Look, PageRole
from pharmcheck.ruleset.medicines import Medicines
from pharmcheck.ruleset.scan import PageText
from pharmcheck.ruleset.shelf import medicine_offers

_OWN_CHARS = 1500  # a site of its own says at least a page of text; a doorway's front is thinner
_SPEAKING_CHARS = 100  # less is an error page or a shell, and compares with nothing
_BLOCK_CHARS = 15  # shorter blocks ("Home", "Cart") stand on every site
_SHARED = 0.2  # of the smaller page's blocks; shops that rotate their products keep menu, foot and claims
_NAMED_LEAST = 2  # medicines; one name is in any news ticker


@dataclass(frozen=True, slots=True)
class SecondLook:
    """What differed, if anything did.  Only for pages that were both read."""

    plain: PageText
    searched: PageText
    led_to: str  # the registrable domain where searchers end, "" when it is the same
    another_page: bool  # the two have next to nothing in common
    about_medicine: bool  # one of the two offers medicines, or names several
    from_a_victim: bool  # searchers are taken from a site that has its own, harmless content to somebody else's shop

    @property
    def cloaked(self) -> bool:
        """Whether the site shows searchers another shop than it shows everybody else."""
        return self.about_medicine and not self.from_a_victim and (bool(self.led_to) or self.another_page)


def look_again(capture: Capture, pages: Sequence[PageText], medicines: Medicines) -> tuple[SecondLook, ...]:
    """Compare the two looks at each landing page; nothing for one that was not seen twice, or twice the same."""
    if all(page.look is not Look.FROM_SEARCH for page in pages):
        return ()
    own = [page for page in pages if page.look is not Look.FROM_SEARCH]
    sells = any(medicine_offers(page, medicines) for page in own)
    chars = sum(page.reading.shape.text_chars for page in own)
    ends = {
        attempt.hops[-1].url: _landing(capture, attempt, own)
        for attempt in capture.attempts
        if attempt.look is Look.FROM_SEARCH and attempt.hops
    }
    looks = []
    for searched in pages:
        if searched.look is not Look.FROM_SEARCH:
            continue
        plain = ends.get(searched.reading.url) or _home(own)
        if plain is not None:
            looks.append(_compare(plain, searched, medicines, sells=sells, chars=chars))
    return tuple(looks)


def _compare(plain: PageText, searched: PageText, medicines: Medicines, *, sells: bool, chars: int) -> SecondLook:
    there = _domain(searched)
    led_to = "" if there == _domain(plain) else there
    lured = _is_about_medicine(searched, medicines)
    victim = bool(led_to) and lured and not sells and chars >= _OWN_CHARS
    another = _says_something(plain) and _says_something(searched) and _shared(plain, searched) < _SHARED
    about = lured or sells if led_to else lured != _is_about_medicine(plain, medicines)
    return SecondLook(plain, searched, led_to, another, about, victim)


def _landing(capture: Capture, again: Attempt, own: Sequence[PageText]) -> PageText | None:
    """What the address that was looked at twice showed at first."""
    ways = [attempt.hops for attempt in capture.attempts if attempt.look is Look.PLAIN and attempt.url == again.url]
    ends = {hops[-1].url for hops in ways if hops}
    return next((page for page in own if page.look is Look.PLAIN and page.reading.url in ends), None)


def _home(own: Sequence[PageText]) -> PageText | None:
    return next((page for page in own if page.look is Look.PLAIN and page.reading.role is PageRole.HOME), None)


def _domain(page: PageText) -> str:
    return registrable_domain(host_of(page.reading.url))


def _is_about_medicine(page: PageText, medicines: Medicines) -> bool:
    return len({medicine for _, _, medicine in page.named}) >= _NAMED_LEAST or bool(medicine_offers(page, medicines))


def _says_something(page: PageText) -> bool:
    return page.reading.shape.text_chars >= _SPEAKING_CHARS


def _shared(one: PageText, other: PageText) -> float:
    """Share of the smaller page's blocks that the other page has too."""
    first, second = _blocks(one), _blocks(other)
    smaller = min(len(first), len(second))
    return len(first & second) / smaller if smaller else 0.0


def _blocks(page: PageText) -> set[str]:
    texts = (page.block_text(index) for index in range(len(page.reading.blocks)))
    return {text for text in texts if len(text) >= _BLOCK_CHARS}
