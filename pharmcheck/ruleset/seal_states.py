"""What a trust mark is worth, by where it leads: the one place that decides it.  Pure.

A missing, broken or dead link convicts nobody: shops move, issuers rebuild their sites.  A link that names somebody
else, or leads to a host that poses as the issuer, is no fault.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

from pharmcheck.address import host_of, registrable_domain
from pharmcheck.model import Seal, SealState, SealWay
from pharmcheck.reading.issuers import EU_LOGO, Issuers, SealMark, bare_host, named_by, place_of


@dataclass(frozen=True, slots=True)
class Circumstances:
    """Whose site a seal stands on, and what else is known."""

    domains: Collection[str]  # registrable: the one that was asked for, and the one where the page stands
    confirmed: Collection[str]  # addresses of issuers' pages that list this site
    entry_of_another: Callable[[str, str], bool]  # whether a number of a scheme belongs, by its register, to another


def state_of(seal: Seal, issuers: Issuers, around: Circumstances) -> SealState:
    """The state of one seal."""
    mark = issuers.marks[seal.issuer]
    idle = SealState.RETIRED if mark.retired else SealState.UNLINKED
    if seal.url is None:
        return idle
    if seal.way is SealWay.SCRIPT:
        return SealState.RETIRED if mark.retired else SealState.REGISTER_REF
    host = host_of(seal.url).rstrip(".")
    if registrable_domain(host) in around.domains:
        return SealState.SPOOF if seal.way is SealWay.POP_UP else idle
    if mark.id == EU_LOGO and issuers.authority_at(seal.url):
        return _at_authority(seal.url, issuers, around)
    if bare_host(seal.url) in mark.hosts:
        return _at_issuer(seal.url, mark, around)
    if issuers.imitated(host, mark):
        return SealState.SPOOF
    if mark.retired:
        return SealState.RETIRED
    if issuers.known(host):
        return SealState.ISSUER_HOME
    return SealState.ELSEWHERE if seal.image else SealState.UNLINKED


def _at_authority(url: str, issuers: Issuers, around: Circumstances) -> SealState:
    if _read(url, around):
        return SealState.CONFIRMED
    authority = issuers.authority_at(url)
    entry = authority.entry if authority and bare_host(url) in authority.hosts else None
    return SealState.REGISTER_REF if entry is not None and entry.fullmatch(place_of(url)) else SealState.ISSUER_HOME


def _at_issuer(url: str, mark: SealMark, around: Circumstances) -> SealState:
    named = named_by(mark, url)
    if named is not None and named.domain is not None and named.domain not in around.domains:
        return SealState.MISMATCH
    if mark.retired and (named is None or named.domain is None):
        return SealState.RETIRED
    if named is None:
        return SealState.ISSUER_HOME
    if _read(url, around):
        return SealState.CONFIRMED
    if named.domain is not None:
        return SealState.WELL_FORMED
    another = mark.scheme and named.number and around.entry_of_another(mark.scheme, named.number)
    return SealState.MISMATCH if another else SealState.REGISTER_REF


def _read(url: str, around: Circumstances) -> bool:
    """Whether the page behind a link was read and lists this site; the scheme of the link does not matter."""
    return _bare(url) in {_bare(page) for page in around.confirmed}


def _bare(url: str) -> str:
    return bare_host(url) + place_of(url)
