"""Trust marks: where they lead, and what their issuers say."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from pharmcheck.address import host_of, registrable_domain
from pharmcheck.model import EvidenceKind, Seal, SealState, SealWay
from pharmcheck.reading.issuers import EU_LOGO, Authority, SealMark, named_by
from pharmcheck.registers import binds
from pharmcheck.ruleset.answers import ABSENT, Answer, inconclusive, not_applicable, present, say
from pharmcheck.ruleset.facts.copies import copied_parts
from pharmcheck.ruleset.facts.registry import fact
from pharmcheck.ruleset.issuer_pages import Says
from pharmcheck.ruleset.scan import PageText
from pharmcheck.ruleset.seal_states import Circumstances, state_of
from pharmcheck.ruleset.site import Site

_MEDICINES_LEAST = 2  # one may be a word that our list misreads


def seals(site: Site) -> list[tuple[PageText, Seal, SealState]]:
    """Every seal of the site's own pages with its state."""
    if site.seals is None:
        confirmed = [page.url for page in site.issuer_pages if page.says is Says.LISTS]
        asked = site.address.registrable_domain
        site.seals = [
            (page, seal, state_of(seal, site.issuers, Circumstances({asked, there}, confirmed, _of_another(site))))
            for page in site.pages
            for there in (registrable_domain(host_of(page.reading.url)),)
            for seal in page.reading.seals
        ]
    return site.seals


def _of_another(site: Site) -> Callable[[str, str], bool]:
    """By a number's register entry: it names other web addresses, and nothing on these pages is that pharmacy's.

    One pharmacy may run several shops, so an entry whose name or address stands here too proves nothing.
    """

    def of_another(scheme: str, number: str) -> bool:
        records = [record for record in site.registers.numbered(scheme, number) if record.web_addresses]
        return bool(records) and not any(
            any(binds(web, site.address.host) for web in record.web_addresses)
            or {"name", "address"} & set(copied_parts(site, record))
            for record in records
        )

    return of_another


def _first(site: Site, wanted: Callable[[Seal, SealMark, SealState], bool], sentence: str) -> Answer:
    """The first seal that is as wanted; `sentence` may say {mark}, {text} and {host}."""
    for page, seal, state in seals(site):
        mark = site.issuers.marks[seal.issuer]
        if wanted(seal, mark, state):
            host = host_of(seal.url or "")
            quote = sentence.format(mark=mark.name, text=seal.text or mark.name, host=host)
            return present(say(EvidenceKind.PAGE, quote, page.reading.url), host=host, mark=mark.name)
    return ABSENT


@fact
def seal_leads_to_imitation(site: Site) -> Answer:
    """A seal leads to a host that carries the name of its issuer and is not the issuer's."""
    return _first(
        site,
        lambda seal, _, state: state is SealState.SPOOF and not _opens_own(site, seal),
        'A seal "{text}" leads to {host}, which is not its issuer.',
    )


@fact
def seal_opens_own_window(site: Site) -> Answer:
    """A seal opens a window of the shop itself where the issuer's answer should be."""
    return _first(
        site,
        lambda seal, mark, state: state is SealState.SPOOF and not mark.weak and _opens_own(site, seal),
        'A seal "{text}" opens a window of the shop itself, on {host}.',
    )


def _opens_own(site: Site, seal: Seal) -> bool:
    own = {site.address.registrable_domain, *(registrable_domain(host_of(page.reading.url)) for page in site.pages)}
    return seal.way is SealWay.POP_UP and registrable_domain(host_of(seal.url or "")) in own


@fact
def seal_of_another_site(site: Site) -> Answer:
    """The link of a pharmacy seal names another site, or the entry of another pharmacy."""
    return _another(site, weak=False)


@fact
def security_mark_of_another_site(site: Site) -> Answer:
    """The link of a security or shop mark names another site."""
    return _another(site, weak=True)


def _another(site: Site, *, weak: bool) -> Answer:
    for page, seal, state in seals(site):
        mark = site.issuers.marks[seal.issuer]
        if state is SealState.MISMATCH and mark.weak is weak:
            named = named_by(mark, seal.url or "")
            other = (named and (named.domain or named.number)) or ""
            quote = f"A seal of {mark.name} leads to what its issuer says of {other}, not of this site."
            return present(say(EvidenceKind.PAGE, quote, page.reading.url), other=other, mark=mark.name)
    return ABSENT


@fact
def seal_of_ended_programme(site: Site) -> Answer:
    """A mark is shown whose programme has ended."""
    return _first(site, lambda _, __, state: state is SealState.RETIRED, 'The mark "{text}" is no longer given.')


@fact
def seal_leads_to_stranger(site: Site) -> Answer:
    """The picture of a pharmacy seal leads to somebody who is neither its issuer nor any other that we know."""
    return _first(
        site,
        lambda _, mark, state: state is SealState.ELSEWHERE and not mark.weak,
        'A picture of the mark "{text}" leads to {host}, which gives no such mark.',
    )


@fact
def eu_flag_on_logo(site: Site) -> Answer:
    """By its file name or words, the EU common logo has the flag of the EU; the picture itself is not looked at."""
    return _first(
        site,
        lambda seal, mark, _: mark.id == EU_LOGO and site.issuers.flag_of(seal.image, seal.text) == "EU",
        'By its file name or words, the logo "{text}" has the flag of the EU instead of that of a state.',
    )


def _logos(site: Site) -> Iterator[tuple[PageText, Seal, str, Authority | None]]:
    """EU common logos with the country of their flag and the authority that they lead to."""
    for page, seal, _ in seals(site):
        if seal.issuer == EU_LOGO:
            authority = site.issuers.authority_at(seal.url) if seal.url else None
            yield page, seal, site.issuers.flag_of(seal.image, seal.text), authority


@fact
def logo_of_another_state(site: Site) -> Answer:
    """The file of an EU common logo is named after one state, and its link leads to the authority of another."""
    for page, _, flag, authority in _logos(site):
        if flag not in ("", "EU") and authority and authority.country != flag:
            quote = f"The logo of {flag} leads to {authority.name}, the authority of {authority.country}."
            return present(say(EvidenceKind.PAGE, quote, page.reading.url), flag=flag, country=authority.country)
    return ABSENT


@fact
def otc_logo_beside_prescription_medicines(site: Site) -> Answer:
    """An EU common logo of a state that allows online sale without prescription only, beside prescription medicines."""
    strict = {known.country for known in site.issuers.authorities if known.prescription == "no"}
    for page, _, flag, authority in _logos(site):
        country = authority.country if authority else flag
        needed = site.needed_reference_countries
        if country not in strict:
            continue
        found = [
            m for m in site.offered if country in m.legal_class and site.medicines.restricted(m, [country], needed)
        ]
        if len(found) >= _MEDICINES_LEAST:
            names = ", ".join(medicine.inn for medicine in found[:3])
            offer = site.offered[found[0]]
            quote = f"The logo of {country} allows no sale of {names}, which are on offer here."
            evidence = say(EvidenceKind.PAGE, quote, page.reading.url)
            cited = site.cite(offer.page, offer.block, offer.words)
            return present(evidence, cited, country=country, medicines=names)
    return ABSENT


@fact
def seal_confirmed(site: Site) -> Answer:
    """The issuer's own page confirms a seal."""
    return _first(
        site,
        lambda _, __, state: state is SealState.CONFIRMED,
        "The issuer's own page on {host} lists this site.",
    )


@fact
def authority_page_names_site(site: Site) -> Answer:
    """An authority's own page, read from its host in this capture, lists this site."""
    return _bound(site, "authority")


@fact
def accreditor_page_names_site(site: Site) -> Answer:
    """The page of a body that accredits pharmacies, read from its host in this capture, approves of this site."""
    return _bound(site, "accreditor")


def _bound(site: Site, body: str) -> Answer:
    for page in site.issuer_pages:
        if page.body == body and page.says is Says.LISTS:
            quote = f"{page.name}, on its own page {page.url}, lists this site."
            return present(
                say(EvidenceKind.REGISTER, quote, page.url), page.evidence,
                register=page.register, entry=page.entry, authority=page.name,
                countries=" ".join(page.countries), read_on=page.read_on.isoformat(),
            )  # fmt: skip
    return ABSENT if site.issuer_pages else inconclusive("no page of an issuer was read")


@fact
def issuer_refuses(site: Site) -> Answer:
    """The private body whose page the seal leads to says that it does not recommend or approve this site."""
    for page in site.issuer_pages:
        if page.says is Says.REFUSES:
            quote = f"{page.name}, on its own page {page.url}, does not approve of this site."
            country = page.countries[0] if page.countries else ""
            return present(say(EvidenceKind.LIST, quote, page.url), page.evidence, authority=page.name, country=country)
    return ABSENT if site.issuer_pages else not_applicable("no page of an issuer was read")
