"""What the printed numbers are worth: their form, their scheme, and what the registers say of them."""

from __future__ import annotations

from collections.abc import Iterator

import re2

from pharmcheck.model import EvidenceKind, LicenceClaim, PageRole
from pharmcheck.ruleset.answers import ABSENT, Answer, inconclusive, present, say
from pharmcheck.ruleset.facts.registry import fact
from pharmcheck.ruleset.licence_outcomes import (
    LicenceAnswer,
    LicenceOutcome,
    checksum_fails,
    licence_answers,
)
from pharmcheck.ruleset.list_schema import Scheme
from pharmcheck.ruleset.scan import PageText
from pharmcheck.ruleset.site import Site


def _own(site: Site) -> Iterator[tuple[PageText, LicenceClaim, Scheme]]:
    """Numbers of any kind on the site's own pages; an article prints those of others."""
    for page in site.pages:
        if page.reading.role is not PageRole.ARTICLE:
            for claim in page.reading.licence_claims:
                yield page, claim, site.papers.schemes[claim.scheme]


@fact
def licence_bad_form(site: Site) -> Answer:
    """A printed number fails the official check of its scheme: nobody ever gave it out."""
    for page, claim, scheme in _own(site):
        if checksum_fails(scheme, claim):
            return present(site.cite(page, claim.block), number=claim.number, name=scheme.name, issuer=scheme.issuer)
    return ABSENT


@fact
def retired_scheme(site: Site) -> Answer:
    """A printed number, or a link, belongs to a scheme that no longer exists."""
    for page, claim, scheme in _own(site):
        if scheme.retired:
            return present(site.cite(page, claim.block, claim.label), name=scheme.name, since=scheme.retired)
    return ABSENT


@fact
def pharmacist_number_as_premises(site: Site) -> Answer:
    """A number offered as that of the premises has the form of a person's number from the same issuer."""
    for page, claim, scheme in _own(site):
        if scheme.kind != "pharmacy" or claim.well_formed is not False:
            continue
        for other in site.papers.schemes.values():
            personal = other.kind == "person" and other.issuer == scheme.issuer
            if personal and re2.fullmatch(f"(?i)(?:{other.number})", claim.number):
                return present(site.cite(page, claim.block), number=claim.number, name=scheme.name, other=other.name)
    return ABSENT


@fact
def dea_number_printed(site: Site) -> Answer:
    """The site prints a DEA number for anyone to copy."""
    for page, claim, scheme in _own(site):
        if scheme.id == "us_dea" and claim.well_formed:
            return present(site.cite(page, claim.block), number=claim.number)
    return ABSENT


@fact
def number_not_in_register(site: Site) -> Answer:
    """A well-formed number is not in the complete and fresh register that holds all such numbers."""
    for answer in _with(site, LicenceOutcome.NOT_IN_REGISTER):
        asked = answer.asked
        if asked and answer.claim.well_formed:
            quote = f"{asked.authority} has no entry {answer.claim.number} in its register of {asked.as_of}."
            return _told(site, answer, quote, register=asked.name)
    return ABSENT if site.registers.snapshots() else inconclusive("no register is loaded")


def _with(site: Site, outcome: LicenceOutcome) -> Iterator[LicenceAnswer]:
    return (answer for answer in licence_answers(site) if answer.outcome is outcome)


def _told(site: Site, answer: LicenceAnswer, quote: str, **facts: str) -> Answer:
    """The place on the page and what the register says, side by side."""
    return present(
        site.cite(answer.page, answer.claim.block),
        say(EvidenceKind.REGISTER, quote),
        number=answer.claim.number,
        name=answer.scheme.name,
        issuer=answer.scheme.issuer,
        lookup=answer.lookup,
        **facts,
    )
