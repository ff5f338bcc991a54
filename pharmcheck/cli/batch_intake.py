"""What a list holds, before anybody is visited."""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path

from rich.table import Table
from rich.text import Text

from pharmcheck.address import parse_address
from pharmcheck.capture import Policy
from pharmcheck.cli.screen import console, plain, safe_json, say, write_line
from pharmcheck.errors import AddressError, UsageError
from pharmcheck.exports import defang_all
from pharmcheck.intake import MAX_BYTES, Entry, IntakeList, Kind, read_list

_SHOWN = 10  # rows of a kind on the screen; --json shows all
_WORDS = {
    Kind.ACCEPTED: "taken as they stand",
    Kind.REPAIRED: "repaired",
    Kind.DUPLICATE: "of a site that stands further up",
    Kind.NEEDS_PERSON: "for a person to look at",
    Kind.IGNORED: "without an address",
}


def open_file(file: Path, policy: Policy, column: str | None, encoding: str | None) -> IntakeList:
    """Read a list from a file or stdin.  Raises UsageError."""
    try:
        if str(file) == "-":
            body = sys.stdin.buffer.read(MAX_BYTES + 1)
        else:
            with file.open("rb") as opened:
                body = opened.read(MAX_BYTES + 1)
    except OSError as error:
        raise UsageError(f"The file {file} cannot be read: {error.strerror or error}.") from None
    return read_list(
        body,
        column=column,
        encoding=encoding,
        admitted_hosts=policy.admitted_hosts,
        allowed_networks=policy.allowed_networks,
    )


def refuse_public_names(policy: Policy, entry: Entry) -> None:
    """Raise UsageError where a staging copy would answer for the live site: verdicts are kept under the name."""
    special = policy.resolve or policy.allowed_networks or policy.ca_file
    if not special or entry.address is None:
        return
    try:
        parse_address(entry.address.url)
    except AddressError:
        return  # the name exists by --resolve alone
    host = entry.address.display_host
    raise UsageError(
        f"Row {entry.line} names {host}, which is a public name: with --resolve, --allow-network or --ca-file a list"
        " may hold only names that exist by --resolve alone, or what staging shows would speak for the live site."
    )


def print_preview(handed: IntakeList) -> None:
    """What would be checked, and the rows that somebody should look at."""
    out = console(sys.stdout)
    counts: Counter[Kind] = Counter()
    shown: dict[Kind, list[Entry]] = {kind: [] for kind in (Kind.NEEDS_PERSON, Kind.REPAIRED, Kind.IGNORED)}
    noted: list[Entry] = []
    for entry in handed.entries():
        counts[entry.kind] += 1
        if entry.kind in shown and len(shown[entry.kind]) < _SHOWN:
            shown[entry.kind].append(entry)
        elif entry.note and len(noted) < _SHOWN:
            noted.append(entry)
    for line in about(handed, counts):
        out.print(Text(plain(line)), soft_wrap=True)
    for kind, entries in shown.items():
        if entries:
            _print_rows(handed, f"{_WORDS[kind].capitalize()} ({counts[kind]:,})", entries)
    if noted:
        _print_rows(handed, "To know about", noted)
    if any(counts[kind] > _SHOWN for kind in shown):
        out.print(Text("--json shows every row.", style="dim"))


def about(handed: IntakeList, counts: Counter[Kind]) -> list[str]:
    """The list in a few lines."""
    lines = [f"{handed.format.upper()}, {handed.file.detail}, SHA-256 {handed.sha256}"]
    lines += [f"Addresses found in {place}." for place in handed.found_in]
    lines += [f"Sheet “{sheet}” has none ({rows:,} rows)." for sheet, rows in handed.passed_by]
    sites = counts[Kind.ACCEPTED] + counts[Kind.REPAIRED]
    rows = ", ".join(f"{counts[kind]:,} {words}" for kind, words in _WORDS.items() if counts[kind])
    return [*lines, f"{sites:,} sites to check. Of {counts.total():,} entries: {rows or 'none'}."]


def write_preview(handed: IntakeList) -> None:
    """Every entry as one JSON document a line."""
    for entry in handed.entries():
        document = {
            "row": entry.number,
            "sheet": handed.table_name(entry.table) or None,
            "line": entry.line,
            "kind": entry.kind.value,
            "input": entry.text,
            "url": entry.address.url if entry.address is not None else None,
            "problem": entry.reason or None,
            "note": entry.note or None,
            "same_as_row": entry.duplicate_of,
        }
        write_line(safe_json(json.dumps(document, ensure_ascii=False, separators=(",", ":"))))


def tell_intake(handed: IntakeList, counts: Counter[Kind]) -> None:
    """The same few lines, on stderr, before a run."""
    for line in about(handed, counts):
        say(line)


def _print_rows(handed: IntakeList, title: str, entries: list[Entry]) -> None:
    table = Table("row", "stood there", "is", title=title, title_justify="left", box=None, title_style="bold")
    for entry in entries:
        sheet = handed.table_name(entry.table)
        where = f"{sheet} {entry.line}" if sheet and len(handed.file.tables) > 1 else str(entry.line)
        after = f"→ {defang_all(entry.address.url)}" if entry.address is not None else entry.reason
        after += f" {defang_all(entry.note)}" if entry.note else ""
        table.add_row(plain(where), plain(defang_all(entry.text[:80])), plain(after))
    out = console(sys.stdout)
    out.print()
    out.print(table)
