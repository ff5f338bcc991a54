"""What a reader sees on a page: text blocks, links, forms, offers, contacts, claims, seals.

What a page has by the thousand (blocks, links, offers) are named tuples: they cost a fifth of a frozen dataclass.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from pharmcheck.model.capture import PageRole


class BlockKind(StrEnum):
    """What kind of element a text block is."""

    TITLE = "title"
    META = "meta"  # meta description and the like: the site speaks, nobody sees it
    HEADING = "heading"
    TEXT = "text"
    ITEM = "item"  # list item
    CELL = "cell"  # table cell
    QUOTE = "quote"  # blockquote, q
    CONTROL = "control"  # button, submit, link styled as one, option, label, placeholder
    ALT = "alt"  # alternative text of an image


class Region(StrEnum):
    """Where on the page a block stands."""

    HEAD = "head"
    HEADER = "header"
    NAV = "nav"
    MAIN = "main"
    ARTICLE = "article"
    ASIDE = "aside"
    FOOTER = "footer"
    NOSCRIPT = "noscript"


class Block(NamedTuple):
    """A run of text that a reader sees as one piece.  Cleaned at the border; white space folded."""

    text: str
    kind: BlockKind
    region: Region
    heading: str  # nearest heading above, "" when none
    line: int  # 1-based line and 0-based column in the decoded source where the block's text starts
    col: int


class Link(NamedTuple):
    """A link with the words or image a reader sees."""

    url: str  # absolute; "" scheme kept for mailto:, tel:, javascript:
    text: str
    image: str  # src of an image inside, absolute, else ""
    region: Region
    block: int  # index of the block its text went to, -1 when none


class FormField(NamedTuple):
    kind: str  # text, email, file, password, checkbox, radio, select, textarea, submit, hidden …
    name: str
    label: str  # label, placeholder, aria-label or neighbouring words


class Form(NamedTuple):
    action: str  # absolute
    method: str  # get | post
    fields: tuple[FormField, ...]
    text: str  # all visible words inside, folded, capped


class OfferKind(StrEnum):
    CART = "cart"  # price and a buy control stand together
    STRUCTURED = "structured"  # schema.org Product with an Offer
    PRICED = "priced"  # a price beside a product name, no control seen
    CONTROL = "control"  # a buy control beside a product name, no price seen


class Offer(NamedTuple):
    """Something that can be bought here.  Whether it is a medicine is for the rules to say."""

    product: str  # the name as printed
    kind: OfferKind
    price: str | None  # as printed
    currency: str | None  # ISO 4217 when the sign or code is unambiguous
    control: str | None  # words on the buy control
    url: str | None  # product page, when linked
    block: int  # index of the block with the name, -1 for structured data


@dataclass(frozen=True, slots=True)
class PostalAddress:
    text: str  # one line
    street: str | None
    city: str | None
    region: str | None
    postcode: str | None
    country: str | None  # ISO 3166-1 alpha-2
    kind: str  # street | po_box | mail_drop | virtual_office, by its own words alone
    block: int
    owner: str = "unknown"  # own | other | unknown: whose the words around it say it is


@dataclass(frozen=True, slots=True)
class Phone:
    e164: str
    country: str | None
    text: str
    block: int


@dataclass(frozen=True, slots=True)
class Email:
    address: str
    block: int


@dataclass(frozen=True, slots=True)
class Handle:
    """A name or number at a messaging service."""

    # whatsapp | telegram | signal | wechat | line | kakao | zalo | viber | skype | threema | wickr | session | …
    kind: str
    value: str  # E.164 where it is a phone number, else the name without "@"
    block: int


@dataclass(frozen=True, slots=True)
class Contacts:
    addresses: tuple[PostalAddress, ...] = ()
    phones: tuple[Phone, ...] = ()
    emails: tuple[Email, ...] = ()
    handles: tuple[Handle, ...] = ()


@dataclass(frozen=True, slots=True)
class LicenceClaim:
    """A licence, registration or company number printed on the page.  A claim, never a proof."""

    scheme: str  # id in rules/lists/licence_formats.yaml, or "unspecified"
    label: str  # the words before it
    number: str  # normalised
    country: str | None
    well_formed: bool | None  # None when the scheme has no known form
    block: int
    kind: str  # pharmacy | person | company | tax …: whose number it is


class SealWay(StrEnum):
    """How a trust mark leads where it leads."""

    LINK = "link"  # an ordinary link around it, or nothing at all
    POP_UP = "pop_up"  # a script that opens a window
    SCRIPT = "script"  # a script of the issuer, which writes the seal
    CREDENTIAL = "credential"  # schema.org data that nobody sees


@dataclass(frozen=True, slots=True)
class Seal:
    """A trust mark: an image or badge that claims somebody's approval, and where it leads."""

    issuer: str  # id in rules/lists/seals.yaml
    text: str  # alt text or words
    url: str | None  # where it leads; None when it leads nowhere, or only to the page that it stands on
    image: str  # address of its picture, "" for words
    way: SealWay = SealWay.LINK


class SealState(StrEnum):
    """What a trust mark is worth, by where it leads (rules/lists/seals.yaml)."""

    CONFIRMED = "confirmed"  # the issuer's own page, read in this capture, lists this domain
    WELL_FORMED = "well_formed"  # the issuer's host and form, naming this domain; nobody has read the answer
    REGISTER_REF = "register_ref"  # leads to an entry of the issuer's register
    UNLINKED = "unlinked"  # leads nowhere, or to a page of the site itself
    ISSUER_HOME = "issuer_home"  # leads to the issuer, but to no answer about anybody
    ELSEWHERE = "elsewhere"  # leads to somebody who is neither the issuer nor imitates it
    MISMATCH = "mismatch"  # names another domain, or an entry of somebody else
    SPOOF = "spoof"  # leads to a host that imitates the issuer, or opens a window of the site's own
    RETIRED = "retired"  # of a programme that has ended


@dataclass(frozen=True, slots=True)
class Organisation:
    """A schema.org organisation (Pharmacy, Organization, LocalBusiness …) in the page's structured data."""

    types: tuple[str, ...]
    name: str | None
    url: str | None
    telephone: str | None
    email: str | None
    address: str | None
    identifiers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Structured:
    """What schema.org data says: about whom, and which kinds of thing the page claims to be."""

    organisations: tuple[Organisation, ...] = ()
    types: tuple[str, ...] = ()  # every @type seen, e.g. Product, NewsArticle
    problems: tuple[str, ...] = ()  # broken JSON and the like
    credentials: tuple[tuple[str, str], ...] = ()  # name and address of each `hasCredential`


@dataclass(frozen=True, slots=True)
class Shape:
    """Counts that tell a page from a shell."""

    text_chars: int  # visible words, without title, meta and noscript
    script_bytes: int
    scripts: int
    links: int


@dataclass(frozen=True, slots=True)
class Reading:
    """Text and structure of one page, as a reader sees it."""

    url: str
    page_sha256: str
    role: PageRole
    language: str | None  # ISO 639-1; None when there is too little text
    title: str
    blocks: tuple[Block, ...]
    links: tuple[Link, ...]
    forms: tuple[Form, ...]
    offers: tuple[Offer, ...]
    contacts: Contacts
    licence_claims: tuple[LicenceClaim, ...]
    seals: tuple[Seal, ...]
    structured: Structured
    shape: Shape
    status: int
    headers: tuple[tuple[str, str], ...]
    problem: str | None = None  # why it was read only partly (truncated, not text, unknown charset)
