"""What became of each licence number that a site prints, once the loaded registers were asked.

"Not in the register" is said only against a register that carries such numbers, holds every entry and is fresh; with
anything less, the register is not loaded, and we say which one would settle it.  A record that exists ties nothing:
only one that names this site does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import re2

from pharmcheck.model import LicenceClaim, PageRole
from pharmcheck.registers import Record, Snapshot, binds
from pharmcheck.registers.records import RegisterKind
from pharmcheck.ruleset.list_schema import Scheme
from pharmcheck.ruleset.scan import PageText
from pharmcheck.ruleset.site import Site

UNSPECIFIED = "unspecified"


class LicenceOutcome(StrEnum):
    """From least to most."""

    NOT_FOUND = "not_found"  # no licence number on the pages read
    BAD_FORM = "bad_form"
    WELL_FORMED = "well_formed"  # and no public register carries such numbers
    REGISTER_NOT_LOADED = "register_not_loaded"
    NOT_IN_REGISTER = "not_in_register"
    RECORD_INACTIVE = "record_inactive"
    RECORD_NOT_TIED = "record_not_tied"  # it exists, and does not name this site
    RECORD_NAMES_SITE = "record_names_site"


@dataclass(frozen=True, slots=True)
class LicenceAnswer:
    """One number, where it stands, and what is known of it."""

    page: PageText
    claim: LicenceClaim
    scheme: Scheme
    outcome: LicenceOutcome
    record: Record | None = None  # the record that decided
    asked: Snapshot | None = None  # the register that does not know the number
    settled_by: tuple[str, ...] = ()  # registers that would settle it
    lookup: str = ""  # where people can look it up themselves


def licence_answers(site: Site) -> tuple[LicenceAnswer, ...]:
    """Every number of a pharmacy or pharmacist on the site's own pages, in page order; worked out once."""
    if site.licence_answers is None:
        site.licence_answers = tuple(
            _answer(site, page, claim, site.papers.schemes[claim.scheme])
            for page in site.pages
            if page.reading.role is not PageRole.ARTICLE  # an article prints the numbers of others
            for claim in page.reading.licence_claims
            if site.papers.schemes[claim.scheme].licenses
        )
    return site.licence_answers


def checksum_fails(scheme: Scheme, claim: LicenceClaim) -> bool:
    """Whether a number of the right form fails an official check: nobody ever gave it out."""
    form = re2.fullmatch(f"(?i)(?:{scheme.number})", claim.number)
    return claim.well_formed is False and scheme.official and form is not None


def _answer(site: Site, page: PageText, claim: LicenceClaim, scheme: Scheme) -> LicenceAnswer:
    host = site.address.host
    lookup = _lookup(site, scheme, claim.number)
    found = site.registers.numbered(claim.scheme, claim.number)
    records = sorted(found, key=lambda record: _rank(record, site))
    if records:
        record = records[0]
        if record.standing(site.today) != "active":
            outcome = LicenceOutcome.RECORD_INACTIVE
        elif names(record, host):
            outcome = LicenceOutcome.RECORD_NAMES_SITE
        else:
            outcome = LicenceOutcome.RECORD_NOT_TIED
        return LicenceAnswer(page, claim, scheme, outcome, record=record, lookup=lookup)
    if claim.well_formed is False:
        return LicenceAnswer(page, claim, scheme, LicenceOutcome.BAD_FORM, lookup=lookup)
    asked = next((snapshot for snapshot in site.registers.snapshots() if _decides(snapshot, claim, site)), None)
    if asked:
        return LicenceAnswer(page, claim, scheme, LicenceOutcome.NOT_IN_REGISTER, asked=asked, lookup=lookup)
    registers = _registers(site, scheme)
    outcome = LicenceOutcome.REGISTER_NOT_LOADED if registers else LicenceOutcome.WELL_FORMED
    return LicenceAnswer(page, claim, scheme, outcome, settled_by=registers, lookup=lookup)


def _rank(record: Record, site: Site) -> tuple[bool, bool, str, str]:
    """One that names the site first, active before the rest."""
    inactive = record.standing(site.today) != "active"
    return not names(record, site.address.host), inactive, record.register, record.entry_id


def names(record: Record, host: str) -> bool:
    """Whether a record's web address is this site."""
    return any(binds(web, host) for web in record.web_addresses)


def _decides(snapshot: Snapshot, claim: LicenceClaim, site: Site) -> bool:
    """Whether a number that is not in this snapshot does not exist."""
    return (
        snapshot.kind is RegisterKind.REGISTER
        and snapshot.complete
        and claim.scheme in snapshot.schemes
        and snapshot.fresh(site.today)
    )


def _registers(site: Site, scheme: Scheme) -> tuple[str, ...]:
    """The registers that could answer; for a number without a scheme, those of the seller's countries."""
    if scheme.id != UNSPECIFIED:
        return tuple(scheme.registers)
    countries = site.claimed_countries()
    known = (other for other in site.papers.schemes.values() if other.licenses and other.country in countries)
    return tuple(dict.fromkeys(name for other in known for name in other.registers))


def _lookup(site: Site, scheme: Scheme, number: str) -> str:
    """Where a person can look a number up; the style of a US state's numbers may tell whose board it is."""
    if scheme.id == "us_state_license":
        boards = state_boards(site, number)
        return boards[0][1] if len(boards) == 1 else scheme.lookup
    return scheme.lookup


def state_boards(site: Site, number: str) -> Sequence[tuple[str, str]]:
    """States whose licences look like this number, with the look-up of their boards.  A hint, nothing more."""
    return [
        (style.state, style.lookup)
        for style in site.papers.state_styles
        if re2.fullmatch(f"(?i)(?:{style.style})", number)
    ]
