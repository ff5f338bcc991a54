"""What the law makes a shop print: which items are shown, which are missing, and when that cannot be told.

The question arises only for a seller of medicines that itself claims the country.  An item is missing only when the
pages that must hold it were read in full; it is shown wherever on the site it stands.  What is shown is no proof.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import accumulate

from pharmcheck.address import at_or_below
from pharmcheck.capture import needs_scripts
from pharmcheck.model import EvidenceKind, FetchOutcome, Look
from pharmcheck.ruleset.answers import ABSENT, Answer, inconclusive, not_applicable, present, say
from pharmcheck.ruleset.folding import fold
from pharmcheck.ruleset.list_schema import Duties, DutyItem
from pharmcheck.ruleset.literals import Literals
from pharmcheck.ruleset.scan import PageText
from pharmcheck.ruleset.schema import DutyMatch
from pharmcheck.ruleset.site import Site, own_pages

_Place = tuple[PageText, int]  # a page and its block; -1: not in its words

_QUOTED = 3  # shown items whose place is quoted


def answer_duties(match: DutyMatch, site: Site) -> Answer:
    """Answer a matcher about the duties of one country, or of whichever the seller claims."""
    if not site.sells:
        return not_applicable("the site was not seen to sell medicines")
    applying = [of for of in site.papers.duties if match.country in ("", of.country) and _claimed(site, of)]
    if not applying:
        return not_applicable("the seller does not say that it sits there")
    of = applying[0]
    places = _places(site, of)
    missing = [item for item in of.items if places[item.id] is None]
    if match.asks == "shown":
        shown = [(item, place) for item in of.items if (place := places[item.id]) is not None]
        evidence = (site.cite(*place) for _, place in shown[:_QUOTED])
        return present(*evidence, **_facts(of, [item for item, _ in shown])) if shown else ABSENT
    if len(missing) < (len(of.items) if match.asks == "all_missing" else of.many):
        return ABSENT
    unread = _unread(site, of)
    if unread:
        return inconclusive(unread)
    held = next(page for page in own_pages(site) if page.reading.role in of.pages)
    names = ", ".join(item.name["en"] for item in missing)
    quote = f"Not found on the pages read in full, of {len(of.items)} things that {of.law} asks for: {names}."
    return present(say(EvidenceKind.ABSENCE, quote, held.reading.url), **_facts(of, missing))


def _claimed(site: Site, of: Duties) -> bool:
    """Whether the seller itself says that it sits there."""
    country, _, region = of.country.partition("-")
    if country not in site.claimed_countries():
        return False
    addresses = (found for page in site.pages for found in page.reading.contacts.addresses if found.owner != "other")
    return not region or any(found.country == country and found.region == region for found in addresses)


def _unread(site: Site, of: Duties) -> str:
    """Why silence proves nothing; empty when it does."""
    if len(site.claimed_countries()) > 1:
        return "the seller names several countries"
    held = site.pages_of(*of.pages)
    home = site.home
    if home is None or not held:
        return "the pages that must say it were not read"
    if any(page.reading.problem for page in (home, *held)):
        return "a page that must say it was not read in full"
    if any(page.look is not Look.RENDERED and needs_scripts(site.body(page)) for page in (home, *held)):
        return "a page that must say it is empty until scripts fill it"
    # An imprint is names and numbers, which look like any language: one page with a known one is enough.
    if all(page.reading.language not in (None, *of.languages) for page in (home, *held)):
        return "the pages that must say it are in a language in which our list has no words"
    attempts = (attempt for attempt in site.capture.attempts if attempt.role in of.pages)
    if any(attempt.outcome is not FetchOutcome.FETCHED for attempt in attempts):
        return "a page that must say it could not be read"
    return ""


def _places(site: Site, of: Duties) -> Mapping[str, _Place | None]:
    """Where each item is shown.  Several rules ask."""
    known = site.duty_places.get(of.country)
    if known is None:
        pages = sorted(own_pages(site), key=lambda page: page.reading.role not in of.pages)
        words = {item.id: _words(item) for item in of.items}
        literals = _literals(tuple(word for some in words.values() for word in some))
        known = site.duty_places[of.country] = dict.fromkeys(item.id for item in of.items)
        read: set[str] = set()  # lines in which no word of a missing item stands
        for page in pages:
            missing = [item for item in of.items if known[item.id] is None]
            begun = _first_places(page, literals, read) if missing else {}
            for item in missing:
                block = _block(site, page, item, (begun[word] for word in words[item.id] if word in begun))
                known[item.id] = None if block is None else (page, block)
    return known


def _words(item: DutyItem) -> list[str]:
    return [fold(word) for words in item.words.values() for word in words]


@lru_cache(maxsize=32)  # a few laws
def _literals(words: tuple[str, ...]) -> Literals:
    return Literals(words)


def _first_places(page: PageText, words: Literals, read: set[str]) -> dict[str, int]:
    """For each of these words the first block in which a word begins with it, of the lines that are not `read` yet."""
    folded = [line.folded for line in page.lines]
    lines = [line for line in dict.fromkeys(folded) if line not in read]
    read.update(lines)
    text = "\n".join(lines)
    starts = list(accumulate((len(line) + 1 for line in lines), initial=0))
    found: dict[str, int] = {}
    for at, word in words.found_in(text):
        if word not in found and not text[at - 1 : at].isalnum():
            found[word] = bisect_right(starts, at) - 1
    return {word: folded.index(lines[place]) for word, place in found.items()}


def _block(site: Site, page: PageText, item: DutyItem, said: Iterator[int]) -> int | None:
    """The block of a page in which an item is shown; `said`: those that have one of its words."""
    block = _contact(page, item)
    if block is None:
        claims = (claim.block for claim in page.reading.licence_claims if claim.scheme in item.schemes)
        block = next(claims, None)
    if block is None:
        led = (at for host, at in site.linked_from(page).items() if any(at_or_below(host, one) for one in item.hosts))
        block = next(led, None)
    if block is None:
        block = next(said, None)
    return block


def _contact(page: PageText, item: DutyItem) -> int | None:
    """The block with a way to reach the shop; -1 when only the page's structured data names it."""
    contacts, organisations = page.reading.contacts, page.reading.structured.organisations
    if item.contact == "address":
        own = (found.block for found in contacts.addresses if found.owner != "other")
        return next(own, -1 if any(org.address for org in organisations) else None)
    if item.contact == "email":
        return next((mail.block for mail in contacts.emails), -1 if any(org.email for org in organisations) else None)
    if item.contact == "phone":
        told = any(org.telephone for org in organisations)
        return next((phone.block for phone in contacts.phones), -1 if told else None)
    return None


def _facts(of: Duties, items: Iterable[DutyItem]) -> dict[str, str]:
    """The items' names in every language of the list, for the rule's message."""
    told = list(items)
    languages = sorted({language for item in of.items for language in item.name})
    names = {f"items_{language}": ", ".join(i.name.get(language, i.name["en"]) for i in told) for language in languages}
    return {"country": of.country, "law": of.law, "count": str(len(told)), "total": str(len(of.items)), **names}
