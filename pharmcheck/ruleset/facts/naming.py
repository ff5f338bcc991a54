"""What the addresses of a site say: its domain and the paths of its shop pages."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import unquote, urlsplit

from pharmcheck.model import Evidence, EvidenceKind, PageRole
from pharmcheck.ruleset.answers import ABSENT, Answer, not_applicable, present, say
from pharmcheck.ruleset.facts.registry import fact
from pharmcheck.ruleset.implied import medicine_of_label
from pharmcheck.ruleset.medicines import Medicine
from pharmcheck.ruleset.scan import Line
from pharmcheck.ruleset.site import Site, own_pages

_CALLED_LEAST = 3  # times
_ASKED_MOST = 500  # names on a page; a shop says early what it is called
_NEXT_TO = 20  # characters
_QUOTES = " \"'-_|»«"


def medicine_of_domain(site: Site) -> Medicine | None:
    """The medicine that the domain is named after."""
    if site.domain_medicine is None:
        leads = site.lists["mail_order"]["domain_leads"]
        site.domain_medicine = (medicine_of_label(site.address.label, site.medicines, leads),)
    return site.domain_medicine[0]


@fact
def medicine_in_domain(site: Site) -> Answer:
    """The domain is named after a medicine."""
    medicine = medicine_of_domain(site)
    if medicine is None:
        return ABSENT
    quote = f"The domain {site.address.registrable_domain} is named after {medicine.inn}."
    return present(say(EvidenceKind.LIST, quote), medicine=medicine.inn)


@fact
def named_after_its_goods(site: Site) -> Answer:
    """The domain is named after a medicine that is on offer there and needs a prescription."""
    medicine = medicine_of_domain(site)
    offer = site.offered.get(medicine) if medicine and site.restricted(medicine) else None
    if medicine is None or offer is None:
        return ABSENT
    return present(site.cite(offer.page, offer.block, offer.words), medicine=medicine.inn)


@fact
def shop_named_after_medicine(site: Site) -> Answer:
    """The shop calls itself by a medicine's name: "the Viagra pharmacy", and says so again and again."""
    nouns = tuple(site.lists["shop_talk"]["shop_nouns"])
    calling: dict[str, list[tuple[int, Medicine]]] = {}
    said: list[Evidence] = []
    for page in own_pages(site):
        asked = 0
        for block in page.naming:
            line = page.lines[block]
            if line.folded not in calling:
                calling[line.folded] = [called for called in _called(line, nouns) if site.restricted(called[1])]
            for number, medicine in calling[line.folded]:
                if asked + number < _ASKED_MOST:
                    said.append(site.cite(page, block))
                    if len(said) >= _CALLED_LEAST:
                        return present(said[0], medicine=medicine.inn)
            asked += len(line.named)
    return ABSENT


def _called(line: Line, nouns: tuple[str, ...]) -> Iterator[tuple[int, Medicine]]:
    """The names in a line with a word for a shop before or behind them, by their number."""
    for number, (start, end, medicine) in enumerate(line.named):
        after = line.folded[end : end + _NEXT_TO].lstrip(_QUOTES)
        before = line.folded[max(start - _NEXT_TO, 0) : start].rstrip(_QUOTES)
        if after.startswith(nouns) or before.endswith(nouns):
            yield number, medicine


@fact
def controlled_shop_domain(site: Site) -> Answer:
    """A shop of medicines is named after a controlled drug."""
    if not site.sells:
        return not_applicable("the site was not seen to sell medicines")
    medicine = medicine_of_domain(site)
    if medicine is None or not site.controlled(medicine):
        return ABSENT
    quote = f"The shop's domain {site.address.registrable_domain} is named after {medicine.inn}, a controlled drug."
    return present(say(EvidenceKind.LIST, quote), medicine=medicine.inn)


@fact
def waiver_in_address(site: Site) -> Answer:
    """The domain of a shop, or the path of a restricted medicine's page, promises to ask for no prescription."""
    waivers = site.lists["waivers"]["words"]
    domain = site.address.label.replace("-", "")
    if site.sells or medicine_of_domain(site):
        for waiver in waivers:
            if waiver.replace(" ", "") in domain:
                quote = f"The domain {site.address.registrable_domain} itself promises sale without a prescription."
                return present(say(EvidenceKind.LIST, quote))
    for page in site.pages_of(PageRole.PRODUCT, PageRole.CATEGORY):
        path = unquote(urlsplit(page.reading.url).path).lower().replace("-", " ").replace("_", " ")
        named = (medicine for _, _, medicine in site.medicines.named_in(path))
        if any(waiver in path for waiver in waivers) and any(site.restricted(medicine) for medicine in named):
            quote = f"The address of a shop page promises sale without a prescription: {page.reading.url}"
            return present(say(EvidenceKind.PAGE, quote, page.reading.url))
    return ABSENT
