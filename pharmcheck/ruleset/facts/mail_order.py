"""How networks of mail-order pill shops give themselves away: by the talk of their trade, and by products that no maker
ever made.

Nothing here convicts.
"""

from __future__ import annotations

from functools import lru_cache

from pharmcheck.reading.prices import PRICE
from pharmcheck.ruleset.answers import ABSENT, Answer, not_applicable, present
from pharmcheck.ruleset.facts.registry import fact
from pharmcheck.ruleset.folding import words_in
from pharmcheck.ruleset.literals import Literals
from pharmcheck.ruleset.referral import recommends_others
from pharmcheck.ruleset.scan import PageText
from pharmcheck.ruleset.site import Site, own_pages
from pharmcheck.ruleset.voice import POLICY_ROLES

_SHOWN = 3
_TALK_SOME = 3  # kinds of talk, of twenty; pharmacies hardly say more than two …
_TALK_MUCH = 5
_MAIL_LEAST = 2  # … and of these nearly none that sending pills around the world needs said
_VARIANTS_LEAST = 2
_BOX_ABOVE = 12  # lines of a box above its way out
_BOX_BELOW = 2
_NAME_CHARS = 60  # of a line of a menu or a shelf; a sentence that warns is longer


@fact
def mail_order_talk(site: Site) -> Answer:
    """Some of what mail-order networks say stands on the site: free pills, insured parcels, prices by the pill."""
    return _talk(site, _TALK_SOME)


@fact
def mail_order_trade(site: Site) -> Answer:
    """Much of what mail-order networks say stands on the site."""
    return _talk(site, _TALK_MUCH)


def _talk(site: Site, least: int) -> Answer:
    sold = site.offered
    if not site.sells or recommends_others(site) or (sold and not any(map(site.restricted, sold))):
        return not_applicable("no prescription-only medicine was seen to be sold here")
    if site.mail_talk is None:
        site.mail_talk = _said_of(site)
    found = site.mail_talk
    mail = [kind for kind in found if kind in site.lists["mail_order"]["mail"]]
    if len(found) < least or len(mail) < _MAIL_LEAST:
        return ABSENT
    places = {(id(page), _block(page, phrase)): page for page, phrase in (found[kind] for kind in mail[:_SHOWN])}
    return present(*(site.cite(page, at) for (_, at), page in places.items()), count=str(len(found)))


def _said_of(site: Site) -> dict[str, tuple[PageText, str]]:
    """Each kind of talk that stands on the site: where, and the words."""
    words = site.lists["mail_order"]
    kind_of = {phrase: kind for part in ("mail", "loud") for kind in words[part] for phrase in words[part][kind]}
    automaton = _automaton(tuple(kind_of))
    found: dict[str, tuple[PageText, str]] = {}
    # Where no offer was seen, only the terms of a shop are surely about its own parcels.
    for page in own_pages(site) if site.offered else site.pages_of(*POLICY_ROLES):
        for phrase in sorted(automaton.among(f"{site.plain_words(page)} ")):
            found.setdefault(kind_of[phrase], (page, phrase))
    return found


@lru_cache(maxsize=4)  # one list, and those of tests
def _automaton(words: tuple[str, ...]) -> Literals:
    return Literals(words)


def _block(page: PageText, phrase: str) -> int:
    """The line with these words; the first of the page when they stand across two."""
    return next((at for at in range(len(page.starts)) if phrase in f"{words_in(page.block_text(at))} "), 0)


@fact
def variants_of_nowhere(site: Site) -> Answer:
    """Lines of a menu or a shelf name products under a maker's brand that this maker never made: "Viagra Soft"."""
    words = site.lists["mail_order"]["variants"]
    brands, before, behind = words["brands"], tuple(words["before"]), tuple(words["behind"])
    found: dict[str, tuple[PageText, int]] = {}
    for page in own_pages(site):
        for at in page.naming:
            line = page.block_text(at)
            if len(line) > _NAME_CHARS:
                continue
            for start, _, _ in page.lines[at].named:
                name, _, rest = words_in(line[start:]).strip().partition(" ")
                if name in brands:
                    variant = next((word for word in behind if f" {rest} ".startswith(word)), "")
                    first = next((word for word in before if words_in(line[:start]).endswith(word)), "")
                    if variant or first:
                        found.setdefault(f"{first}{name}{variant}", (page, at))
    if len(found) < _VARIANTS_LEAST:
        return ABSENT
    cited = (site.cite(*place) for place in list(found.values())[:_SHOWN])
    return present(*cited, medicine=", ".join(found), count=str(len(found)))


@fact
def never_at_home(site: Site) -> Answer:
    """A medicine is on offer to anybody that only clinics and vets may hold, because a little of it kills."""
    for medicine, offer in site.surely_offered().items():
        if medicine.inn in site.lists["mail_order"]["never_at_home"]:
            return present(site.cite(offer.page, offer.block, offer.words), medicine=medicine.inn)
    return ABSENT


@fact
def price_box(site: Site) -> Answer:
    """A box with a name, a price and "where to buy: visit shop", as hijacked pages have it for a shop elsewhere.

    It stands in the middle of articles; that is the trick.
    """
    words = site.lists["mail_order"]["price_box"]
    for page in site.pages:
        for at in range(len(page.starts)) if any(way in page.folded for way in words["asks"]) else ():
            line = page.block_text(at)
            if len(line) > _NAME_CHARS or not line.lstrip(" |").startswith(tuple(words["asks"])):
                continue
            below = " ".join(page.block_text(row)[:_NAME_CHARS] for row in _rows(page, at, at + 1 + _BOX_BELOW))
            above = " ".join(page.block_text(row)[:_NAME_CHARS] for row in _rows(page, at - _BOX_ABOVE, at))
            named = [m for row in _rows(page, at - _BOX_ABOVE, at + 1) for m in page.medicines_in_block(row)]
            leads = any(f" {word} " in f"{words_in(below)} " for word in words["leads"])
            if leads and PRICE.search(above) and any(map(site.restricted, named)):
                return present(site.cite(page, at), medicine=named[0].inn)
    return ABSENT


def _rows(page: PageText, first: int, end: int) -> range:
    return range(max(first, 0), min(end, len(page.starts)))
