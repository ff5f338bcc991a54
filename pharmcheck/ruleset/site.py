"""The site as the rules see it: all its pages, what it offers, where it says it sits.

Built once for a judgement; rules only ask.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from pharmcheck.address import host_of
from pharmcheck.model import (
    Address,
    Capture,
    Evidence,
    EvidenceKind,
    Look,
    Page,
    PageRole,
    Reading,
    Seal,
    SealState,
)
from pharmcheck.reading import locate
from pharmcheck.reading.issuers import Issuers
from pharmcheck.registers import RegisterLookup
from pharmcheck.ruleset.cards import unseen_offers
from pharmcheck.ruleset.chatting import OrderWords
from pharmcheck.ruleset.counting import count_words
from pharmcheck.ruleset.destinations import Destinations, MedicineKind
from pharmcheck.ruleset.directory import Directory
from pharmcheck.ruleset.folding import words_in
from pharmcheck.ruleset.implied import implied_offers
from pharmcheck.ruleset.issuer_pages import IssuerPage, hear
from pharmcheck.ruleset.list_schema import Papers
from pharmcheck.ruleset.lookalikes import Lookalike
from pharmcheck.ruleset.medicines import Medicine, Medicines
from pharmcheck.ruleset.scan import Line, PageText, page_text
from pharmcheck.ruleset.second_look import SecondLook, look_again
from pharmcheck.ruleset.shelf import MedicineOffer
from pharmcheck.ruleset.unpriced import offers_of

if TYPE_CHECKING:  # a ruleset is loaded with the facts, and those ask a site
    from pharmcheck.ruleset.licence_outcomes import LicenceAnswer
    from pharmcheck.ruleset.load import Ruleset
    from pharmcheck.ruleset.traits import Trades

QUOTE_CHARS = 300  # what evidence keeps of a page's words
_WORDLESS = "It stands in a picture, a link or the data of this page, not in its words."
_CCTLD_COUNTRIES = {
    "uk": "GB", "de": "DE", "at": "AT", "ch": "CH", "fr": "FR", "es": "ES", "it": "IT", "nl": "NL", "be": "BE",
    "ie": "IE", "pl": "PL", "cz": "CZ", "sk": "SK", "se": "SE", "dk": "DK", "no": "NO", "fi": "FI", "pt": "PT",
    "ca": "CA", "au": "AU", "nz": "NZ", "us": "US",
}  # fmt: skip
"""Country-code endings that people take for a country.  `.in`, `.co`, `.me`, `.io` and the like are sold to anyone."""


@dataclass(slots=True)
class Site:
    """Everything a rule may ask about."""

    address: Address
    capture: Capture
    pages: tuple[PageText, ...]
    medicines: Medicines
    registers: RegisterLookup
    lists: Mapping[str, Any]
    destinations: Destinations
    directory: Directory
    destination: str | None
    today: date
    needed_reference_countries: int
    papers: Papers
    issuers: Issuers
    trades: Trades
    talk: Mapping[str, frozenset[str]]  # words of shops in every language, see `Ruleset`
    orders: OrderWords
    issuer_pages: tuple[IssuerPage, ...] = ()  # of others: nothing on them is the site's own
    second_looks: tuple[SecondLook, ...] = ()
    sells: bool = False  # known to offer medicines in its own voice; decided by the offer rules first
    seems_to_sell: bool = False  # or leaves traces of a shop: enough to hear what it says as a shop's words
    # Every offer of a medicine by its words, and each medicine's first offer; shop pages first.
    offers: dict[tuple[Medicine, str], MedicineOffer] = field(default_factory=dict)
    offered: dict[Medicine, MedicineOffer] = field(default_factory=dict)
    pinpoint: bool = True  # finding the bytes takes time; only what a verdict may say against a site needs it
    domain_medicine: tuple[Medicine | None] | None = None  # worked out once, by `facts.naming`
    licence_answers: tuple[LicenceAnswer, ...] | None = None  # worked out once, by `licence_outcomes`
    # Country → item → where it is shown; worked out once, by `duties`.
    duty_places: dict[str, dict[str, tuple[PageText, int] | None]] = field(default_factory=dict)
    seals: list[tuple[PageText, Seal, SealState]] | None = None  # worked out once, by `facts.seals`
    lookalikes: tuple[Lookalike, ...] | None = None  # worked out once, by `facts.lookalikes`
    recommends: bool | None = None  # worked out once, by `referral`
    trades_here: bool | None = None  # as well
    mail_talk: dict[str, tuple[PageText, str]] | None = None  # worked out once, by `facts.mail_order`
    _linked: dict[str, dict[str, int]] = field(default_factory=dict)
    _hosts: dict[str, str] = field(default_factory=dict)  # of the links that several pages have
    _plain_words: dict[int, str] = field(default_factory=dict)
    _words_of_line: dict[str, str] = field(default_factory=dict)  # for the lines that several pages have
    _told_words: frozenset[str] | None = None
    _word_counts: dict[int, Counter[str]] = field(default_factory=dict)
    _offered_on: dict[str, dict[Medicine, None]] = field(default_factory=dict)
    _restricted: dict[Medicine, bool] = field(default_factory=dict)
    _countries: tuple[str, ...] | None = None
    _surely: dict[Medicine, MedicineOffer] | None = None

    @property
    def home(self) -> PageText | None:
        """The home page as somebody who types the address sees it, scripts and all when they were run."""
        own = [p for p in self.pages if p.reading.role is PageRole.HOME and p.look is not Look.FROM_SEARCH]
        return next((page for page in own if page.look is Look.RENDERED), own[0] if own else None)

    def pages_of(self, *roles: PageRole) -> list[PageText]:
        return [page for page in self.pages if page.reading.role in roles]

    def linked_from(self, page: PageText) -> Mapping[str, int]:
        """The hosts that a page links to, each with the block of its first link: pages link by the thousand."""
        found = self._linked.get(page.reading.url)
        if found is None:
            found = self._linked[page.reading.url] = {}
            hosts = self._hosts
            for link in page.reading.links:
                if link.url not in hosts:
                    hosts[link.url] = host_of(link.url)
                found.setdefault(hosts[link.url], link.block)
        return found

    def plain_words(self, page: PageText) -> str:
        """The folded words of a page, each after one blank."""
        known = self._plain_words.get(id(page))
        if known is None:
            lines = [line.folded for line in page.lines]
            of_line = self._words_of_line
            of_line.update({line: words_in(line) for line in set(lines).difference(of_line)})
            known = self._plain_words[id(page)] = "".join([of_line[line] for line in lines])
        return known

    def told_words(self) -> frozenset[str]:
        """Of the longest words of traits, those that stand somewhere on the site's own pages."""
        if self._told_words is None:
            lines = {line.folded for page in own_pages(self) for line in page.lines}
            self._told_words = self.trades.literals.among("\n".join(lines))
        return self._told_words

    def word_counts(self, page: PageText) -> Counter[str]:
        """How often each word of `talk` stands on a page."""
        known = self._word_counts.get(id(page))
        if known is None:
            known = count_words(page.folded, self.plain_words(page), self.talk.values())
            self._word_counts[id(page)] = known
        return known

    def add_offer(self, offer: MedicineOffer) -> None:
        """Note that a medicine is on offer."""
        self._surely = None
        self.offers.setdefault((offer.medicine, offer.words), offer)
        self.offered.setdefault(offer.medicine, offer)
        if offer.sure:  # what a page says is about what it sells, not about every name on it
            self._offered_on.setdefault(offer.page.reading.url, {})[offer.medicine] = None

    def surely_offered(self) -> Mapping[Medicine, MedicineOffer]:
        """The medicines on offer by more than their names on a list, with the first such offer of each, in order."""
        if self._surely is None:
            self._surely = {}
            for offer in self.offers.values():
                if offer.sure:
                    self._surely.setdefault(offer.medicine, offer)
        return self._surely

    def offered_on(self, page: PageText) -> tuple[Medicine, ...]:
        """The medicines on offer on one page."""
        return tuple(self._offered_on.get(page.reading.url, ()))

    def claimed_countries(self) -> tuple[str, ...]:
        """Where the seller says it sits: its street addresses, else its licence claims, else its ending."""
        if self._countries is None:
            self._countries = claimed_countries(self.address.host, [page.reading for page in self.pages])
        return self._countries

    def restricted(self, medicine: Medicine) -> bool:
        """Whether nobody may sell this medicine here without a prescription (DESIGN section 3, D2)."""
        if medicine not in self._restricted:
            needed = self.needed_reference_countries
            self._restricted[medicine] = self.medicines.restricted(medicine, self.places(), needed)
        return self._restricted[medicine]

    def not_approved(self, medicine: Medicine) -> bool:
        """Whether no medicine with it is authorised here."""
        return self.medicines.not_approved(medicine, self.places(), self.needed_reference_countries)

    def controlled(self, medicine: Medicine) -> bool:
        """Whether it is a controlled drug where it is sold or goes; anywhere on our list when neither is known."""
        return self.medicines.controlled(medicine, self.places())

    def kinds_sold(self) -> tuple[MedicineKind, ...]:
        """The kinds of medicine seen on offer; both when none was seen, because then it may be either."""
        seen = {MedicineKind.PRESCRIPTION if self.restricted(one) else MedicineKind.OTHER for one in self.offered}
        return tuple(kind for kind in MedicineKind if kind in seen or not seen)

    def places(self) -> tuple[str, ...]:
        """Where the seller says it sits and where the parcel goes, as far as known."""
        return (*self.claimed_countries(), *((self.destination,) if self.destination else ()))

    def body(self, page: PageText) -> bytes:
        """The archived bytes of a page."""
        return self._held(page).body

    def _held(self, page: PageText) -> Page:
        return next(held for held in self.capture.pages if held.sha256 == page.reading.page_sha256)

    def cite(self, page: PageText, block: int, words: str = "") -> Evidence:
        """Point at words of a page; for an accusation, down to the archived bytes where they stand in one piece."""
        reading = page.reading
        piece = reading.blocks[block] if block >= 0 else None
        quote = (words or (piece.text if piece else _WORDLESS))[:QUOTE_CHARS].strip()
        span = locate(self._held(page), piece, quote) if piece and self.pinpoint else None
        start, end = span or (None, None)
        return Evidence(EvidenceKind.PAGE, quote, reading.url, reading.page_sha256, start, end)


def build_site(
    capture: Capture,
    readings: Sequence[Reading],
    ruleset: Ruleset,
    *,
    registers: RegisterLookup,
    destination: str | None,
    today: date,
) -> Site:
    """Fold all pages and collect what the structured offers sell; set aside what issuers of seals say."""
    medicines, lists, issuers = ruleset.medicines, ruleset.lists, ruleset.vocabulary.issuers
    pages, answers = [], []
    lines: dict[str, Line] = {}
    for held, reading in zip(capture.pages, readings, strict=True):
        page = page_text(reading, medicines, held.look, lines)
        if held.role is PageRole.ISSUER:
            answers.append(hear(held, page, capture.address, issuers, lists["seals"]["answers"], ruleset.lexicon))
        else:
            pages.append(page)
    second_looks = look_again(capture, pages, medicines)
    for look in second_looks:
        if look.from_a_victim:  # that shop is somebody else's site: nothing on it speaks for this one
            pages.remove(look.searched)
    site = Site(
        capture.address,
        capture,
        tuple(pages),
        medicines,
        registers,
        lists,
        ruleset.destinations,
        ruleset.directory,
        destination,
        today,
        ruleset.policy.reference_countries_needed,
        ruleset.papers,
        issuers,
        ruleset.trades,
        ruleset.talk,
        ruleset.orders,
        tuple(answer for answer in answers if answer),
        second_looks,
    )
    furniture, sale = ruleset.talk["furniture"], lists["shop_words"]["sale"]
    for offer in offers_of(pages, medicines, sale, furniture, lists["shop_talk"]["waived_not"]):
        site.add_offer(offer)
    for offer in () if site.offers else implied_offers(site, lists):
        site.add_offer(offer)
    for offer in () if site.offers else unseen_offers(pages, lists, ruleset.talk, medicines, site.restricted):
        site.add_offer(offer)
    return site


def claimed_countries(host: str, readings: Sequence[Reading]) -> tuple[str, ...]:
    """Where a seller says it sits, by its own pages and its host."""
    found = {
        address.country
        for reading in readings
        for address in reading.contacts.addresses
        if address.country and address.kind == "street" and address.owner != "other"
    }
    if not found:
        claims = (claim for reading in readings for claim in reading.licence_claims)
        found = {c.country for c in claims if c.country and c.well_formed is not False and c.kind != "listing"}
    if not found:
        found = {_CCTLD_COUNTRIES.get(host.rsplit(".", 1)[-1], "")}
    return tuple(sorted(country for country in found if country))


def spoken_languages(site: Site) -> set[str]:
    """The languages of the pages that are the site's own."""
    return {page.reading.language for page in own_pages(site) if page.reading.language}


def own_pages(site: Site) -> Iterator[PageText]:
    """Pages on which a site may speak of itself."""
    return (page for page in site.pages if page.reading.role is not PageRole.ARTICLE)
