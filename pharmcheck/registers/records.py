"""What an official register says, in one shape for all of them: dated snapshots, entries, warnings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

DOT_PHARMACY = "dot_pharmacy"
"""The register of names under `.pharmacy`: the ending itself is the proof, so it has no snapshot."""
GRACE = timedelta(days=14)
"""A snapshot may be this much older than its source's publication period (DESIGN section 3, "Fresh?")."""


class RegisterKind(StrEnum):
    """What standing in a register means."""

    REGISTER = "register"  # an authority's public register of those who may sell
    ACCREDITATION = "accreditation"  # a private body's list of sites that it has checked
    WARNING = "warning"  # an authority's list of sites that it warns about (rule D1)
    PRIVATE_WARNING = "private_warning"  # a private body's list of sites to avoid (rule N)


@dataclass(frozen=True, slots=True)
class Identifier:
    """A number in one numbering scheme, normalised as page claims are."""

    scheme: str  # id in rules/lists/licence_formats.yaml
    number: str


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One dated copy of a register or list."""

    name: str  # e.g. sukl_cz
    country: str | None  # ISO 3166-1 alpha-2 of the authority
    authority: str
    as_of: date | None  # the source's own date
    period: timedelta  # how often the source publishes
    marks_online_sale: bool = False  # the register says which entries may sell at a distance
    kind: RegisterKind = RegisterKind.REGISTER
    schemes: tuple[str, ...] = ()  # numbers that its entries carry, so that a look-up by them can succeed
    complete: bool = (
        False  # holds every entry of its jurisdiction: only then does a number that is not in it mean anything
    )
    page: str | None = None  # where a person can look the register up, for a link

    def fresh(self, today: date) -> bool:
        """Whether a record of this snapshot may still verify a site."""
        return self.as_of is not None and today - self.as_of <= self.period + GRACE

    def lets_sell_online(self, record: Record) -> bool:
        """Whether a record may sell at a distance, as far as this register marks it."""
        return not self.marks_online_sale or bool(record.online_sale)


@dataclass(frozen=True, slots=True)
class Record:
    """One entry of a register."""

    register: str  # name of its snapshot
    entry_id: str
    name: str
    country: str | None
    web_addresses: tuple[str, ...]  # clean single addresses only; what is not one was quarantined on the way in
    status: str = "active"  # active | expired | suspended | struck
    identifiers: tuple[Identifier, ...] = ()
    postcode: str | None = None
    online_sale: bool | None = None  # None where the register does not say
    jurisdictions: tuple[str, ...] = ()  # where it may sell, when the register says
    other_names: tuple[str, ...] = ()
    address: str | None = None  # one line, without postcode
    phones: tuple[str, ...] = ()  # E.164 where they could be read as numbers of the record's country
    valid_from: date | None = None
    valid_to: date | None = None

    def standing(self, today: date) -> str:
        """The status that counts today: an active entry whose dates do not cover today is not active."""
        if self.status != "active":
            return self.status
        if self.valid_to is not None and self.valid_to < today:
            return "expired"
        return "not yet valid" if self.valid_from is not None and self.valid_from > today else "active"


@dataclass(frozen=True, slots=True)
class WarningEntry:
    """One entry of a list of sites that somebody warns about.  Whose list it is, its snapshot says."""

    register: str
    authority: str
    domain: str  # exact host or registrable domain, A-labels
    listed_on: date | None
    url: str | None = None
