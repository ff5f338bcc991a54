"""Run the examples that every rule carries: small pages of our own, through the real reading and the real rules."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from html import escape
from urllib.parse import urlsplit

from pharmcheck.address import host_of, parse_address
from pharmcheck.findings import find
from pharmcheck.model import Attempt, Capture, FetchOutcome, Finding, Hop, Look, Outcome, Page, PageRole, TlsFacts
from pharmcheck.registers import Identifier, MemoryRegisters, Record, RegisterKind, Snapshot, WarningEntry
from pharmcheck.ruleset import Ruleset
from pharmcheck.ruleset.directory import Directory, Listing
from pharmcheck.ruleset.example_schema import Example
from pharmcheck.ruleset.relaxing import relaxations
from pharmcheck.ruleset.schema import Rule

_WHEN = datetime(2026, 1, 1, tzinfo=UTC)
_PERIOD = timedelta(days=30)
_LISTS = {
    "authority": Snapshot(
        "example_warnings", "US", "The example authority", _WHEN.date(), _PERIOD, kind=RegisterKind.WARNING
    ),
    "private_body": Snapshot(
        "example_opinions", "US", "The example body", _WHEN.date(), _PERIOD, kind=RegisterKind.PRIVATE_WARNING
    ),
}


@dataclass(frozen=True, slots=True)
class ExampleResult:
    """What one example gave; `passed` means that the rule answered as its author says."""

    rule_id: str
    side: str  # match | no_match
    lang: str
    index: int
    passed: bool
    why: str

    @property
    def name(self) -> str:
        """The name of the test made of it, e.g. `RX001-no_match-de-2`."""
        return f"{self.rule_id}-{self.side}-{self.lang}-{self.index}"


def run_examples(ruleset: Ruleset) -> tuple[ExampleResult, ...]:
    """Every example of every rule."""
    return tuple(run_example(ruleset, rule, *which) for rule in ruleset.rules for which in numbered(rule))


def numbered(rule: Rule) -> list[tuple[str, int]]:
    """The examples of a rule, by side and place."""
    return [(side, index) for side in ("match", "no_match") for index in range(len(getattr(rule.examples, side)))]


def run_example(ruleset: Ruleset, rule: Rule, side: str, index: int) -> ExampleResult:
    """One example of one rule."""
    example: Example = getattr(rule.examples, side)[index]
    found = _asked(example, ruleset, rule)
    passed = (found.outcome is Outcome.PRESENT) == (side == "match")
    why = "" if passed else f"answered {found.outcome.value}: {(example.text or example.html)[:120]!r}; "
    if not passed and found.outcome is Outcome.PRESENT:
        why += "found " + ", ".join(repr(evidence.quote) for evidence in found.evidence)
    elif not passed:
        why += _what_is_in_the_way(example, ruleset, rule)
    return ExampleResult(rule.id, side, example.lang, index + 1, passed, why)


def _what_is_in_the_way(example: Example, ruleset: Ruleset, rule: Rule) -> str:
    for why, relaxed in relaxations(ruleset, rule):
        if _asked(example, relaxed, rule).outcome is Outcome.PRESENT:
            return why
    return "what it looks for is not on the page"


def _asked(example: Example, ruleset: Ruleset, rule: Rule) -> Finding:
    return next(finding for finding in findings_of(example, ruleset) if finding.rule_id == rule.id)


def findings_of(example: Example, ruleset: Ruleset) -> tuple[Finding, ...]:
    """What every rule answers about an example."""
    if example.known_registers:
        known = (_listing(country) for country in example.known_registers)
        ruleset = replace(ruleset, directory=Directory(tuple(known)))
    capture, registers = example_capture(example, host_of(example.url)), _registers(example)
    today = _WHEN.date()
    return find(capture, ruleset, registers=registers, destination=example.destination, today=today)[0]


def _listing(country: str) -> Listing:
    name = f"register_{country.lower()}"
    return Listing(name, RegisterKind.REGISTER, country, f"The authority of {country}", None, names_sites=True)


def _registers(example: Example) -> MemoryRegisters:
    """What the registers of an example say, or no register at all."""
    snapshots: list[Snapshot] = []
    records: list[Record] = []
    for name, entry in (("example_register", example.entry), ("second_register", example.second_entry)):
        if example.registers and entry:
            snapshots.append(_snapshot(name, entry, example))
            records.append(_record(name, entry, example))
    warnings = []
    if example.warned:
        warning_list = _LISTS[example.warned_by]
        snapshots.append(warning_list)
        warnings = [
            WarningEntry(warning_list.name, warning_list.authority, host, example.warned_on) for host in example.warned
        ]
    return MemoryRegisters(snapshots, records, warnings)


def _snapshot(name: str, entry: str, example: Example) -> Snapshot:
    as_of = _WHEN.date() - (10 * _PERIOD if entry == "in_an_old_copy" else timedelta())
    kind = RegisterKind.ACCREDITATION if entry == "accredited" else RegisterKind.REGISTER
    title = f"The {name.replace('_', ' ')}"
    marked = kind is RegisterKind.REGISTER
    return Snapshot(
        name, example.country, title, as_of, _PERIOD, marks_online_sale=marked, kind=kind,
        schemes=("gb_gphc_premises",), complete=example.complete,
    )  # fmt: skip


def _record(name: str, entry: str, example: Example) -> Record:
    return Record(
        name, "EX-1", "Example Pharmacy", example.country, tuple(example.registers),
        "expired" if entry == "expired" else "active", (Identifier("gb_gphc_premises", "1234567"),), "YO21 3PU",
        online_sale=entry != "not_for_online_sale",
    )  # fmt: skip


def example_capture(example: Example, host: str) -> Capture:
    """The capture of an example's pages."""
    body = example.html or page_of(example.text, example.lang)
    pages = [_page(example.url, example.role, body, example)]
    if example.with_page:
        second = f"{urlsplit(example.url).scheme}://{host}/second"
        pages.append(_page(second, example.with_role, page_of(example.with_page, example.lang), example))
    if example.issuer_url:
        pages.append(_page(example.issuer_url, PageRole.ISSUER, page_of(example.issuer_page, "en"), example))
    if example.from_search:
        shown = page_of(example.from_search, example.lang)
        searched = _page(example.from_search_url or example.url, PageRole.HOME, shown, example)
        pages.append(replace(searched, look=Look.FROM_SEARCH))
    tls: tuple[TlsFacts, ...] = ()
    if example.tls in ("verified", "failed"):
        good = example.tls == "verified"
        problem = None if good else "self-signed certificate"
        tls = (TlsFacts(host, good, problem, "TLSv1.3", (host,), "Example CA", _WHEN, _WHEN, "00" * 32),)
    address = parse_address(example.url, admitted_hosts=frozenset({host}))
    attempts = _insecure_attempt(example, host)
    return Capture(address, attempts, tuple(pages), tls, _WHEN, _WHEN, archived=example.tls == "unknown")


def _insecure_attempt(example: Example, host: str) -> tuple[Attempt, ...]:
    if not example.insecure:
        return ()
    asked = f"http://{host}/"
    answer = Hop(asked, 200 if example.insecure == "served" else 301, "192.0.2.1")
    led = () if example.insecure == "served" else (Hop(f"https://{host}/", None, None),)
    detail = "The site answered."
    return (Attempt(asked, PageRole.HOME, FetchOutcome.FETCHED, detail, (answer, *led), 1, Look.INSECURE),)


def page_of(text: str, lang: str) -> str:
    """Make a page of plain lines: `# ` a heading, `! ` a button, `> ` a quotation, else a paragraph."""
    tags = {"# ": "h1", "! ": "button", "> ": "blockquote"}
    lines = [line.strip() for line in text.strip().splitlines() if line.strip()]
    parts = [
        f"<{tag}>{escape(line.removeprefix(mark))}</{tag}>"
        for line in lines
        for mark, tag in [next(((m, t) for m, t in tags.items() if line.startswith(m)), ("", "p"))]
    ]
    title = next((line[2:] for line in lines if line.startswith("# ")), "")
    return f'<html lang="{lang}"><head><title>{escape(title)}</title></head><body>{"".join(parts)}</body></html>'


def _page(url: str, role: PageRole, body: str, example: Example) -> Page:
    data = body.encode()
    headers = (("content-type", "text/html; charset=utf-8"), *example.headers.items())
    return Page(url, role, example.status, headers, data, hashlib.sha256(data).hexdigest(), _WHEN, truncated=False)
