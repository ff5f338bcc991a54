"""What visitors from a search engine are shown instead."""

from __future__ import annotations

from pharmcheck.model import EvidenceKind, FetchOutcome, Look
from pharmcheck.ruleset.answers import ABSENT, Answer, inconclusive, present, say
from pharmcheck.ruleset.facts.registry import fact
from pharmcheck.ruleset.second_look import SecondLook
from pharmcheck.ruleset.site import Site


@fact
def searchers_led_elsewhere(site: Site) -> Answer:
    """A visitor from a search engine is taken to another site than somebody who types the address."""
    found = next((look for look in site.second_looks if look.cloaked and look.led_to), None)
    return _led(found) if found else _nothing_seen(site)


@fact
def searchers_see_another_shop(site: Site) -> Answer:
    """Under the same name a visitor from a search engine sees another page; only one of the two is about medicine."""
    found = next((look for look in site.second_looks if look.cloaked and not look.led_to), None)
    if found is None:
        return _nothing_seen(site)
    shown, usual = (_title(page.reading.title) for page in (found.searched, found.plain))
    quote = f"A visitor from a search engine is shown {shown}; somebody who types the address is shown {usual}."
    return present(say(EvidenceKind.HTTP, quote, found.searched.reading.url), site.cite(found.searched, 0))


@fact
def searchers_led_from_a_victim(site: Site) -> Answer:
    """A site with its own, harmless content takes visitors from a search engine to somebody else's pill shop."""
    found = next((look for look in site.second_looks if look.from_a_victim), None)
    return _led(found) if found else _nothing_seen(site)


def _nothing_seen(site: Site) -> Answer:
    looks = (attempt for attempt in site.capture.attempts if attempt.look is Look.FROM_SEARCH)
    seen = any(attempt.outcome is FetchOutcome.FETCHED for attempt in looks) or site.second_looks
    return ABSENT if seen else inconclusive("the landing page was not seen as a visitor from a search engine")


def _led(look: SecondLook) -> Answer:
    quote = f"A visitor from a search engine is taken to {look.led_to}; somebody who types the address is not."
    return present(say(EvidenceKind.HTTP, quote, look.searched.reading.url), target=look.led_to)


def _title(title: str) -> str:
    return f"“{title[:120]}”" if title else "a page without a title"
