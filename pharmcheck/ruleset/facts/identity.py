"""Who says it runs the site, and what it asks of buyers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import re2

from pharmcheck.model import EvidenceKind, FetchOutcome, LicenceClaim, PageRole, PostalAddress
from pharmcheck.ruleset.answers import ABSENT, Answer, inconclusive, not_applicable, present, say
from pharmcheck.ruleset.facts.registry import fact
from pharmcheck.ruleset.scan import PageText
from pharmcheck.ruleset.site import Site

_IDENTITY_ROLES = (PageRole.CONTACT, PageRole.IMPRINT, PageRole.ABOUT, PageRole.TERMS)
_numbers = re2.compile(r"\d+").findall
_PRESCRIPTION_WORDS = re2.compile(r"prescription|\brx\b|rezept|ordonnance|receta|\bscript\b")


def _identity_pages(site: Site) -> list[PageText] | str:
    """The pages that should say who runs the shop, or why their silence proves nothing."""
    home = site.home
    if home is None:
        return "the home page was not read"
    pages = [home, *site.pages_of(*_IDENTITY_ROLES)]
    if len(pages) == 1:
        return "no contact, imprint, about or terms page was read"
    if any(page.reading.problem for page in pages):
        return "a page that should say it was not read in full"
    spoken = site.lists["voice"]["languages"]
    if any(page.reading.language and page.reading.language not in spoken for page in pages):
        return "a page that should say it is in a language that the rules do not read"
    failed = [
        attempt
        for attempt in site.capture.attempts
        if attempt.role in (PageRole.CONTACT, PageRole.IMPRINT) and attempt.outcome is not FetchOutcome.FETCHED
    ]
    if failed:
        return "the contact or imprint page could not be read"
    return pages


def kind_of(address: PostalAddress, lists: Mapping[str, Any]) -> str:
    """The kind of an address (street | po_box | mail_drop | virtual_office), also by what is known of its street."""
    if address.kind != "street" or not address.street:
        return address.kind
    street, postcode = address.street.lower(), _joined(address.postcode or "")
    houses = set(_numbers(street))
    for row in lists["shared_addresses"]["addresses"]:
        known = {_joined(code) for code in row["postcodes"]}
        if (postcode in known or not known) and row["street"] in street and houses & set(_numbers(row["house"])):
            return str(row["kind"])
    return "street"


def _joined(postcode: str) -> str:
    return postcode.replace(" ", "").partition("-")[0].upper()


def _printed(site: Site) -> Iterator[tuple[PageText, PostalAddress, str]]:
    """Every postal address that may be the shop's, with its kind: those it calls its own and contact pages first.

    The address of an authority, a payment service or a warehouse is not the shop's, whatever page it stands on.
    """
    found = [(page, address) for page in site.pages for address in page.reading.contacts.addresses]
    rank = {"own": 0, "unknown": 1}
    shown = [item for item in found if item[1].owner in rank or _in_structured_data(*item)]
    shown.sort(key=lambda item: (item[0].reading.role not in _IDENTITY_ROLES, rank.get(item[1].owner, 0)))
    return ((page, address, kind_of(address, site.lists)) for page, address in shown)


def _in_structured_data(page: PageText, address: PostalAddress) -> bool:
    """Whether the page's own schema.org data names this postcode as that of the organisation."""
    named = (_joined(organisation.address or "") for organisation in page.reading.structured.organisations)
    return bool(address.postcode) and any(_joined(address.postcode or "") in text for text in named)


def _places(site: Site) -> Iterator[tuple[PageText, PostalAddress]]:
    """Addresses that are more than a box."""
    return ((page, address) for page, address, kind in _printed(site) if kind != "po_box")


def _only(site: Site, wanted: str, *better: str) -> Answer:
    """That the shop gives an address of this kind and none of a better one."""
    shown = list(_printed(site))
    if any(kind in better for _, _, kind in shown):
        return ABSENT
    for page, address, kind in shown:
        if kind == wanted:
            return present(site.cite(page, address.block, address.text), address=address.text)
    return ABSENT


def _claims(site: Site) -> Iterator[tuple[PageText, LicenceClaim]]:
    """Numbers of pharmacies and pharmacists that are not badly formed."""
    for page in site.pages:
        for claim in page.reading.licence_claims:
            if claim.kind in ("pharmacy", "person") and claim.well_formed is not False:
                yield page, claim


def _missing(site: Site, shown: Iterator[object], what: str) -> Answer:
    """That a thing is nowhere on the pages that should hold it, all of them read in full."""
    if next(shown, None) is not None:
        return ABSENT
    pages = _identity_pages(site)
    if isinstance(pages, str):
        return inconclusive(pages)
    where = ", ".join(sorted({page.reading.role.value.replace("_", " ") for page in pages}))
    return present(say(EvidenceKind.ABSENCE, f"No {what} was found on the pages read in full: {where}."))


@fact
def street_address_shown(site: Site) -> Answer:
    """A street address is printed."""
    for page, found in _places(site):
        return present(site.cite(page, found.block, found.text), address=found.text, country=found.country or "")
    return ABSENT


@fact
def no_street_address(site: Site) -> Answer:
    """No street address on the pages that should hold one."""
    if any(organisation.address for page in site.pages for organisation in page.reading.structured.organisations):
        return ABSENT  # schema.org data says it, if no reader sees it
    return _missing(site, _places(site), "street address")


@fact
def only_post_box(site: Site) -> Answer:
    """The only postal address is a box."""
    return _only(site, "po_box", "street", "virtual_office", "mail_drop")


@fact
def only_mail_drop(site: Site) -> Answer:
    """The only address is a rented letter box with a street in front."""
    return _only(site, "mail_drop", "street", "virtual_office")


@fact
def only_virtual_office(site: Site) -> Answer:
    """The only address is one that is rented out to many companies."""
    return _only(site, "virtual_office", "street")


@fact
def licence_number_shown(site: Site) -> Answer:
    """A licence or registration number of a pharmacy or pharmacist is printed."""
    for page, claim in _claims(site):
        evidence = site.cite(page, claim.block)
        return present(evidence, number=claim.number, label=claim.label, country=claim.country or "")
    return ABSENT


@fact
def no_licence_claim(site: Site) -> Answer:
    """No licence number on the pages that should hold one."""
    return _missing(site, _claims(site), "licence or registration number")


@fact
def prescription_demanded(site: Site) -> Answer:
    """The page of a medicine, or the cart, has a field that takes the prescription."""
    if not site.offered:
        return not_applicable("no medicine was seen on offer")
    for page in site.pages_of(PageRole.PRODUCT, PageRole.CART, PageRole.CATEGORY):
        for form in page.reading.forms:
            for field in form.fields:
                words = f"{field.label} {field.name}".lower()
                if field.kind in ("file", "radio", "select", "checkbox") and _PRESCRIPTION_WORDS.search(words):
                    quote = f'The order form asks for the prescription: "{field.label or field.name}".'
                    return present(say(EvidenceKind.PAGE, quote, page.reading.url))
    return ABSENT if site.pages_of(PageRole.PRODUCT, PageRole.CART) else inconclusive("no order page was read")
