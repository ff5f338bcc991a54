"""The site as the rules see it: all its pages, what it offers, where it says it sits.

Built once for a judgement; rules only ask.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from pharmcheck.model import (
    Address,
    BlockKind,
    Capture,
    Evidence,
    EvidenceKind,
    Offer,
    OfferKind,
    PageRole,
    Reading,
)
from pharmcheck.reading import locate
from pharmcheck.registers import RegisterLookup
from pharmcheck.ruleset.folding import fold
from pharmcheck.ruleset.medicines import Medicine, Medicines
from pharmcheck.ruleset.scan import PageText, page_text

QUOTE_CHARS = 300  # what evidence keeps of a page's words
_PRICED_LEAST = 2
_LABEL_CHARS = 90  # "Sildenafil 50 mg film-coated tablets, 28 pieces" and its price; a sentence is longer
_SHOP_ROLES = frozenset({PageRole.HOME, PageRole.PRODUCT, PageRole.CATEGORY, PageRole.CART})
_CCTLD_COUNTRIES = {
    "uk": "GB", "de": "DE", "at": "AT", "ch": "CH", "fr": "FR", "es": "ES", "it": "IT", "nl": "NL", "be": "BE",
    "ie": "IE", "pl": "PL", "cz": "CZ", "sk": "SK", "se": "SE", "dk": "DK", "no": "NO", "fi": "FI", "pt": "PT",
    "ca": "CA", "au": "AU", "nz": "NZ", "us": "US",
}  # fmt: skip
"""Country-code endings that people take for a country.  `.in`, `.co`, `.me`, `.io` and the like are sold to anyone."""


@dataclass(frozen=True, slots=True)
class MedicineOffer:
    """A medicine that can be bought here, and the words that offer it."""

    medicine: Medicine
    page: PageText
    block: int  # -1: structured data
    words: str


@dataclass(slots=True)
class Site:
    """Everything a rule may ask about."""

    address: Address
    capture: Capture
    pages: tuple[PageText, ...]
    medicines: Medicines
    registers: RegisterLookup
    lists: Mapping[str, Any]
    destination: str | None
    today: date
    needed_reference_countries: int
    sells: bool = False  # known to offer medicines in its own voice; decided by the offer rules first
    offered: dict[Medicine, MedicineOffer] = field(
        default_factory=dict
    )  # each medicine's first offer, shop pages first
    pinpoint: bool = True  # finding the bytes takes time; only what a verdict may say against a site needs it
    domain_medicine: tuple[Medicine | None] | None = None  # worked out once, by `facts.naming`
    _offered_on: dict[str, dict[Medicine, None]] = field(default_factory=dict)
    _restricted: dict[Medicine, bool] = field(default_factory=dict)
    _countries: tuple[str, ...] | None = None

    @property
    def home(self) -> PageText | None:
        """The home page, when it was read."""
        return next((page for page in self.pages if page.reading.role is PageRole.HOME), None)

    def pages_of(self, *roles: PageRole) -> list[PageText]:
        return [page for page in self.pages if page.reading.role in roles]

    def add_offer(self, offer: MedicineOffer) -> None:
        """Note that a medicine is on offer."""
        self.offered.setdefault(offer.medicine, offer)
        self._offered_on.setdefault(offer.page.reading.url, {})[offer.medicine] = None

    def offered_on(self, page: PageText) -> tuple[Medicine, ...]:
        """The medicines on offer on one page."""
        return tuple(self._offered_on.get(page.reading.url, ()))

    def claimed_countries(self) -> tuple[str, ...]:
        """Where the seller says it sits: its street addresses, else its licence claims, else its ending."""
        if self._countries is None:
            self._countries = _claimed_countries(self)
        return self._countries

    def restricted(self, medicine: Medicine) -> bool:
        """Whether nobody may sell this medicine here without a prescription (DESIGN section 3, D2)."""
        if medicine not in self._restricted:
            self._restricted[medicine] = self.medicines.restricted(
                medicine, self._places(), self.needed_reference_countries
            )
        return self._restricted[medicine]

    def controlled(self, medicine: Medicine) -> bool:
        """Whether it is a controlled drug where it is sold or goes; anywhere on our list when neither is known."""
        known = [country for country in self._places() if country in medicine.legal_class]
        return any(country in medicine.controlled for country in known) if known else bool(medicine.controlled)

    def _places(self) -> tuple[str, ...]:
        return (*self.claimed_countries(), *((self.destination,) if self.destination else ()))

    def cite(self, page: PageText, block: int, words: str = "") -> Evidence:
        """Point at words of a page; for an accusation, down to the archived bytes where they stand in one piece."""
        reading = page.reading
        piece = reading.blocks[block] if block >= 0 else None
        quote = (words or (piece.text if piece else ""))[:QUOTE_CHARS].strip()
        span = None
        if piece and self.pinpoint:
            archived = next(held for held in self.capture.pages if held.sha256 == reading.page_sha256)
            span = locate(archived, piece, quote)
        start, end = span or (None, None)
        return Evidence(EvidenceKind.PAGE, quote, reading.url, reading.page_sha256, start, end)


def build_site(
    capture: Capture,
    readings: Sequence[Reading],
    *,
    medicines: Medicines,
    registers: RegisterLookup,
    lists: Mapping[str, Any],
    destination: str | None,
    today: date,
    needed_reference_countries: int,
) -> Site:
    """Fold all pages and collect what the structured offers sell."""
    pages = tuple(page_text(reading, medicines) for reading in readings)
    site = Site(
        capture.address, capture, pages, medicines, registers, lists, destination, today, needed_reference_countries
    )
    for page in sorted(pages, key=lambda item: item.reading.role not in _SHOP_ROLES):
        for offer in _medicine_offers(page, medicines):
            site.add_offer(offer)
    return site


def _claimed_countries(site: Site) -> tuple[str, ...]:
    readings = [page.reading for page in site.pages]
    found = {
        address.country
        for reading in readings
        for address in reading.contacts.addresses
        if address.country and address.kind == "street"
    }
    if not found:
        claims = (claim for reading in readings for claim in reading.licence_claims)
        found = {claim.country for claim in claims if claim.country and claim.well_formed is not False}
    if not found:
        ending = _CCTLD_COUNTRIES.get(site.address.host.rsplit(".", 1)[-1])
        found = {ending} if ending else set()
    return tuple(sorted(country for country in found if country))


def _medicine_offers(page: PageText, medicines: Medicines) -> list[MedicineOffer]:
    return [
        MedicineOffer(medicine, page, offer.block, offer.product)
        for offer in shop_offers(page.reading)
        for medicine in _named_by(offer, page, medicines)
    ]


def _named_by(offer: Offer, page: PageText, medicines: Medicines) -> Iterable[Medicine]:
    """The medicines in a product's name; the page has been searched already where the name stands in a block."""
    at = page.reading.blocks[offer.block].text.find(offer.product) if offer.block >= 0 else -1
    if at >= 0:
        begin = page.starts[offer.block] + at
        return page.medicines_in(begin, begin + len(offer.product))
    return [medicine for _, _, medicine in medicines.named_in(fold(offer.product))]


def shop_offers(reading: Reading) -> Iterator[Offer]:
    """The offers of a page that are the site's own.

    A price beside a name is a shop's only where shops price things: news and guides name prices too, and quote
    "add to cart".
    """
    article = reading.role is PageRole.ARTICLE
    labels = sum(offer.kind is OfferKind.PRICED and _is_label(reading, offer) for offer in reading.offers)
    enough = reading.role is PageRole.PRODUCT or labels >= _PRICED_LEAST
    for offer in reading.offers:
        if offer.kind is OfferKind.PRICED:
            if enough and not article and _is_label(reading, offer):
                yield offer
        elif not article or offer.kind is OfferKind.STRUCTURED or (offer.control and _is_label(reading, offer)):
            yield offer


def _is_label(reading: Reading, offer: Offer) -> bool:
    """Whether the name stands by itself, and not somewhere in a sentence of news or advice."""
    return offer.block >= 0 and len(reading.blocks[offer.block].text) <= _LABEL_CHARS


def subject_medicines(page: PageText, block: int, begin: int, end: int) -> tuple[Medicine, ...]:
    """What a statement is about: medicines in its sentence, else its block, else the heading, else the title."""
    start = page.starts[block]
    heading = page.reading.blocks[block].heading
    return (
        page.medicines_in(start + begin, start + end)
        or page.medicines_in_block(block)
        or (page.medicines_in_heading(BlockKind.HEADING, heading) if heading else ())
        or page.medicines_in_heading(BlockKind.TITLE)
    )
