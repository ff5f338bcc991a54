"""Where a site stands in the registers: what binds it, which entries concern it, and where a person can look.

Gathers for the verdict and decides nothing: the rules have already said what binds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from pharmcheck.agreement import compare
from pharmcheck.model import (
    Capture,
    Finding,
    LicenceClaim,
    Look,
    Outcome,
    PageRole,
    Proof,
    Reading,
    RegisterEntry,
    RegisterPage,
)
from pharmcheck.registers import GRACE, Record, RegisterKind, RegisterLookup, Snapshot, binds
from pharmcheck.ruleset import Ruleset
from pharmcheck.ruleset.directory import Listing
from pharmcheck.ruleset.schema import Rule
from pharmcheck.ruleset.site import claimed_countries

_OFFICIAL = "register_names_site"  # the reason of rules that bind by an authority
_ENTRIES_SHOWN = 5
_NUMBERS_ASKED = 50  # a page that prints more numbers than that is not telling who it is
_PAGES_SHOWN = 4


@dataclass(frozen=True, slots=True)
class Standing:
    """What registers have to do with a site."""

    proofs: tuple[Proof, ...]
    records: tuple[RegisterEntry, ...]
    look_up: tuple[RegisterPage, ...]


def gather(
    capture: Capture,
    readings: Sequence[Reading],
    findings: Iterable[Finding],
    ruleset: Ruleset,
    registers: RegisterLookup,
    *,
    destination: str | None,
    today: date,
) -> Standing:
    """Collect proofs, entries and register pages for one judged site."""
    host = capture.address.host
    # What only searchers are shown may be somebody else's site, and issuers' pages are.
    own = [
        reading
        for page, reading in zip(capture.pages, readings, strict=True)
        if page.look is not Look.FROM_SEARCH and page.role is not PageRole.ISSUER
    ]
    snapshots = {snapshot.name: snapshot for snapshot in registers.snapshots()}
    naming = list(registers.naming(host))
    claims = [claim for reading in own for claim in reading.licence_claims]
    proofs = tuple(_proofs(host, findings, ruleset.by_id, snapshots, naming))
    concerning = _concerning(naming, claims, registers)
    records = tuple(_entry(snapshots[record.register], record, host, own, today) for record in concerning)
    licensed_in = [proof.licensed_in for proof in proofs if proof.licensed_in]
    countries = dict.fromkeys([*licensed_in, *claimed_countries(host, own), *([destination] if destination else [])])
    asked = [snapshots[record.register] for record in concerning]
    return Standing(proofs, records, _look_up(countries, ruleset, asked, snapshots.values()))


def _proofs(
    host: str,
    findings: Iterable[Finding],
    rules: Mapping[str, Rule],
    snapshots: Mapping[str, Snapshot],
    naming: Sequence[Record],
) -> Iterator[Proof]:
    """One for each rule that binds: the entry it rests on, or, without one, what the rule itself says."""
    seen: set[tuple[str, str]] = set()
    for finding in findings:
        facts = dict(finding.facts)
        key = (facts.get("register", ""), facts.get("entry", host))
        if finding.effect != "bind" or finding.outcome is not Outcome.PRESENT or finding.shadow or key in seen:
            continue
        seen.add(key)
        record = next((record for record in naming if (record.register, record.entry_id) == key), None)
        if record:
            yield _proof(snapshots[record.register], record)
        elif "read_on" in facts:
            yield _from_issuer(facts, official=rules[finding.rule_id].reason_code == _OFFICIAL)
        else:
            yield Proof(key[0], None, key[1], ("domain",), "active")


def _from_issuer(facts: Mapping[str, str], *, official: bool) -> Proof:
    """An issuer's own page, read in this capture: it is as old as the visit."""
    countries = tuple(facts["countries"].split())
    return Proof(
        facts["register"],
        date.fromisoformat(facts["read_on"]),
        facts["entry"],
        ("issuer_page",),
        "active",
        None,
        countries,
        licensed_in=countries[0] if official and countries else None,
    )


def _proof(snapshot: Snapshot, record: Record) -> Proof:
    official = snapshot.kind is RegisterKind.REGISTER
    return Proof(
        record.register,
        snapshot.as_of,
        record.entry_id,
        ("domain",),
        record.status,
        record.name,
        record.jurisdictions,
        licensed_in=record.country or snapshot.country if official else None,
        good_until=snapshot.as_of + snapshot.period + GRACE if snapshot.as_of else None,
    )


def _concerning(
    naming: Sequence[Record], claims: Sequence[LicenceClaim], registers: RegisterLookup
) -> Sequence[Record]:
    """Entries that name the site, then those that hold a number it prints."""
    printed = list(dict.fromkeys((claim.scheme, claim.number) for claim in claims))[:_NUMBERS_ASKED]
    holding = (record for scheme, number in printed for record in registers.numbered(scheme, number))
    found = {(record.register, record.entry_id): record for record in (*naming, *holding)}
    return list(found.values())[:_ENTRIES_SHOWN]


def _entry(snapshot: Snapshot, record: Record, host: str, readings: Sequence[Reading], today: date) -> RegisterEntry:
    return RegisterEntry(
        record.register,
        snapshot.authority,
        snapshot.as_of,
        record.entry_id,
        record.name,
        record.standing(today),
        any(binds(web, host) for web in record.web_addresses),
        compare(record, host, readings),
    )


def _look_up(
    countries: Iterable[str], ruleset: Ruleset, asked: Iterable[Snapshot], loaded: Iterable[Snapshot]
) -> tuple[RegisterPage, ...]:
    """Where a person can look: the registers whose entries are shown, then those of these countries, searches first."""
    wanted = list(countries)
    kinds = (RegisterKind.REGISTER, RegisterKind.ACCREDITATION)
    known = [row for kind in kinds for row in ruleset.directory.of(wanted, kind)]
    rest = [snapshot for snapshot in loaded if snapshot.country in wanted and snapshot.kind in kinds]
    rows: list[Listing | Snapshot] = [*asked, *sorted(known, key=lambda row: row.bulk), *rest]
    pages: dict[str, RegisterPage] = {}
    for row in rows:
        if row.page and row.page.startswith("https://"):
            pages.setdefault(row.page, RegisterPage(row.name, row.authority, row.country, row.page))
    return tuple(pages.values())[:_PAGES_SHOWN]
