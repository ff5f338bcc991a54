"""What one visit shows of who runs a site.  Pure: the same capture, readings and list give the same traits.

Only pages of the site itself speak, and no article: news and guides name other people's numbers.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from pharmcheck.address import host_of, registrable_domain
from pharmcheck.address.defanging import defang
from pharmcheck.capture import page_role
from pharmcheck.model import BlockKind, Capture, Page, PageRole, Reading
from pharmcheck.networks.known import Known
from pharmcheck.networks.records import Trait
from pharmcheck.networks.sketch import bands
from pharmcheck.networks.source import build_of, icon_in, service_ids

_CHARS = 200  # of a value; a longer one is hashed
_WORDS_LEAST = 8  # of a block: shorter ones are labels, which every shop has
_SHINGLE = 5
_LICENSES = ("pharmacy", "person", "company", "wholesale")
_LEAST_DIGITS = 5  # of a number that is worth comparing
_MOST_DOMAINS = 20  # of a certificate; hosters and delivery networks put hundreds of strangers on one
_HANDLES = {"whatsapp", "viber", "signal"}  # whose handle is a telephone number
_POLICY = frozenset(
    {
        PageRole.ABOUT,
        PageRole.TERMS,
        PageRole.FAQ,
        PageRole.SHIPPING,
        PageRole.RETURNS,
        PageRole.PRESCRIPTION_POLICY,
    }
)
_SKETCHED = ("template", "words", "prices")


def site_traits(capture: Capture, readings: Sequence[Reading], known: Known) -> tuple[Trait, ...]:
    """Every trait of a site once, in a fixed order; none of a kind of which it shows too many."""
    own = capture.address.registrable_domain
    pages = [
        reading
        for reading in readings
        if reading.role not in (PageRole.ARTICLE, PageRole.ISSUER) and registrable_domain(host_of(reading.url)) == own
    ]
    found = chain(
        _contacts(pages, own, known),
        _papers(pages),
        _checkouts(pages, own, known),
        _source(capture, pages, known),
        _sketches(capture, pages, known),
        _secured(capture, own),
    )
    first: dict[str, Trait] = {}
    for trait in found:
        if trait.key not in known.nobody:
            first.setdefault(trait.key, trait)
    by_kind = defaultdict(list)
    for trait in first.values():
        by_kind[trait.kind].append(trait)
    return tuple(
        trait
        for kind in sorted(by_kind)
        if kind in _SKETCHED or len(by_kind[kind]) <= known.data.most_of_a_kind
        for trait in sorted(by_kind[kind], key=lambda trait: trait.value)
    )


def _trait(kind: str, value: str, shown: str, reading: Reading) -> Trait:
    if len(value) > _CHARS:
        value = hashlib.sha256(value.encode("utf-8", "replace")).hexdigest()
    return Trait(kind, value, shown[:_CHARS], reading.url.partition("?")[0], reading.page_sha256)


def _contacts(pages: Iterable[Reading], own: str, known: Known) -> Iterator[Trait]:
    pages = list(pages)
    mails = [(reading, mail) for reading in pages for mail in reading.contacts.emails]
    has_own = any(registrable_domain(mail.address.rpartition("@")[2]) == own for _, mail in mails)
    for reading in pages:
        for phone in reading.contacts.phones:
            if phone.e164 and not _credited(reading, phone.block, known):
                yield _trait("phone", phone.e164, phone.e164, reading)
        for handle in reading.contacts.handles:
            if handle.kind in _HANDLES and handle.value.startswith("+"):
                yield _trait("phone", handle.value, handle.value, reading)
            else:
                value = f"{handle.kind}:{handle.value.lower()}"
                yield _trait("handle", value, f"{handle.kind} {handle.value}", reading)
    for reading, mail in mails:
        address = mail.address.lower()
        domain = registrable_domain(address.rpartition("@")[2])
        if not domain or domain == own or _credited(reading, mail.block, known):
            continue
        if f"mail_domain:{domain}" in known.nobody or domain in known.order_hosts:
            continue
        if domain in known.free_mail:
            yield _trait("email", address, defang(address, domain), reading)
        elif has_own:  # its own address is its own; the other one may be anybody's who works for it
            yield _trait("mail_beside", domain, defang(domain, domain), reading)
        else:
            yield _trait("mail_domain", domain, defang(domain, domain), reading)


def _credited(reading: Reading, block: int, known: Known) -> bool:
    """Whether a contact stands beside words that say who made the site."""
    if not 0 <= block < len(reading.blocks):
        return False
    around = " ".join(each.text for each in reading.blocks[max(0, block - 1) : block + 1]).lower()
    return any(words in around for words in known.credit)


def _papers(pages: Iterable[Reading]) -> Iterator[Trait]:
    for reading in pages:
        for claim in reading.licence_claims:
            digits = sum(character.isdigit() for character in claim.number)
            if claim.kind in _LICENSES and claim.scheme != "unspecified" and digits >= _LEAST_DIGITS:
                yield _trait("licence", f"{claim.scheme}:{claim.number}", f"{claim.scheme} {claim.number}", reading)


def _checkouts(pages: Iterable[Reading], own: str, known: Known) -> Iterator[Trait]:
    """Hosts of strangers to which baskets and order forms lead."""
    for reading in pages:
        controls = {offer.control for offer in reading.offers if offer.control}
        ordered = [
            link.url
            for link in reading.links
            if _leads_away(link.url, own) and (link.text in controls or page_role(link.url, link.text) is PageRole.CART)
        ]
        ordered += [
            form.action
            for form in reading.forms
            if form.method == "post"
            and (reading.role is PageRole.CART or any(words in form.text for words in controls))
        ]
        for url in ordered:
            host = host_of(url)
            domain = registrable_domain(host)
            if domain and domain != own and domain not in known.order_hosts:
                yield _trait("checkout", domain, defang(domain, domain), reading)


def _leads_away(url: str, own: str) -> bool:
    """Whether an address is surely another site's: a quick look, since pages have hundreds of links."""
    scheme, _, rest = url.partition("://")
    host = rest.partition("/")[0].partition("?")[0]
    return scheme in ("http", "https") and not host.endswith(own)


def _source(capture: Capture, pages: Sequence[Reading], known: Known) -> Iterator[Trait]:
    bodies = {page.sha256: page.body for page in capture.pages}
    for reading in pages:
        body = bodies.get(reading.page_sha256, b"")
        for kind, value in service_ids(body, known):
            yield _trait(kind, value, value.replace(":", " ", 1), reading)
        if icon := icon_in(body):
            yield _trait("icon", icon, f"picture {icon[:12]}", reading)
    icons = (page for page in capture.pages if dict(page.headers).get("content-type", "").startswith("image/"))
    home = next((reading for reading in pages if reading.role is PageRole.HOME), None)
    for page in icons:
        if home is not None and page.url.partition("?")[0].endswith("/favicon.ico"):
            yield _icon(page)
    if capture.icon is not None:
        yield _icon(capture.icon)


def _icon(found: Page) -> Trait:
    return Trait("icon", found.sha256[:32], f"picture {found.sha256[:12]}", found.url.partition("?")[0], found.sha256)


def _sketches(capture: Capture, pages: Sequence[Reading], known: Known) -> Iterator[Trait]:
    bodies = {page.sha256: page.body for page in capture.pages}
    home = next((reading for reading in pages if reading.role is PageRole.HOME), None)
    if home is not None:
        for band in build_of(bodies.get(home.page_sha256, b""), known):
            yield _trait("template", band, f"build {band[:8]}", home)
    policies = [reading for reading in pages if reading.role in _POLICY] or ([home] if home is not None else [])
    if policies:
        for band in bands(_shingles(policies, _own_words(capture))):
            yield _trait("words", band, f"text {band[:8]}", policies[0])
    priced = [reading for reading in pages if any(offer.price for offer in reading.offers)]
    if priced:
        for band in bands(_priced(priced)):
            yield _trait("prices", band, f"price list {band[:8]}", priced[0])


def _own_words(capture: Capture) -> frozenset[str]:
    """The site's own name, which differs where all other words are the same."""
    name = capture.address.registrable_domain
    return frozenset((name, name.partition(".")[0]))


def _shingles(pages: Iterable[Reading], own: frozenset[str]) -> Iterator[str]:
    for reading in pages:
        for block in reading.blocks:
            words = [word.strip(".,:;!?()\"'").lower() for word in block.text.split()]
            words = [word for word in words if word and word not in own]
            if block.kind in (BlockKind.META, BlockKind.ALT) or len(words) < _WORDS_LEAST:
                continue
            for at in range(len(words) - _SHINGLE + 1):
                yield " ".join(words[at : at + _SHINGLE])


def _priced(pages: Iterable[Reading]) -> Iterator[str]:
    for reading in pages:
        for offer in reading.offers:
            if offer.price:
                yield f"{' '.join(offer.product.lower().split())}|{offer.price}"


def _secured(capture: Capture, own: str) -> Iterator[Trait]:
    for facts in capture.tls:
        digest = facts.certificate_sha256
        if not digest or registrable_domain(facts.host) != own:
            continue
        url = f"https://{facts.host}/"
        domains = {registrable_domain(name.removeprefix("*.")) for name in facts.subject_names} - {""}
        if facts.key_sha256:
            yield Trait("tls_key", facts.key_sha256, f"key {facts.key_sha256[:12]}", url, digest)
        if len(domains) in range(2, _MOST_DOMAINS + 1):
            yield Trait("certificate", digest, f"certificate {digest[:12]}", url, digest)
