"""What the registers say, on a terminal and as JSON."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from pharmcheck.cli.screen import console, plain, safe_json, write_line
from pharmcheck.refresh import Answer, Imported, LiveAnswer, Standing
from pharmcheck.registers import Quarantined, Record, Snapshot, Source
from pharmcheck.store import LoadedRegister

STANDING_SCHEMA, LOOKUP_SCHEMA = "pharmcheck.register/1", "pharmcheck.lookup/1"
_NAMED_WITH_PAGE = 8  # sources; of more than that only the names
_SHOWN = 20  # quarantined rows, and records of one number, that a person is shown; JSON has all that are kept


def imported_lines(done: Imported) -> Iterator[str]:
    """What came of loading a file."""
    name, as_of = done.register.snapshot.name, done.register.snapshot.as_of
    if not done.changed:
        yield f"{name}: this very list{_of(as_of)} is loaded already; nothing changed."
        return
    yield f"{name}{_of(as_of)}: {_holds(done.register)}."
    if done.register.counts.quarantined:
        yield f"`pharmcheck registers status {name}` shows what was left out."
    if done.overruled:
        yield f"Loaded by force: {'; '.join(done.overruled)}."
    if as_of is None:
        yield "It has no date, so it is never fresh and verifies nothing; --as-of DATE gives it one."


def print_standing(found: Sequence[Standing], rows: Sequence[Quarantined]) -> None:
    """How registers stand, and the rows of one that were left out."""
    out = console(sys.stdout)
    loaded = [each for each in found if each.loaded is not None]
    if not loaded:
        out.print("No register is loaded." if len(found) != 1 else f"{found[0].name} is not loaded.", soft_wrap=True)
    for each in loaded:
        assert each.loaded is not None  # noqa: S101 - for the type checker
        colour = "green" if each.fresh else "yellow"
        out.print(Text.assemble((each.name, "bold"), f" ({each.country or '–'}) ", (_freshness(each), colour)))
        _under(out, Text(plain(each.authority)), 2)
        _under(out, Text(f"{_holds(each.loaded)}; fetched {each.loaded.fetched_at:%Y-%m-%d}"), 2)
    for row in rows[:_SHOWN]:
        _under(out, Text(plain(f"line {row.line}: {row.reason}: {row.text}"), style="dim"), 4)
    if len(rows) > _SHOWN:
        _under(out, Text("… and more; --json shows them", style="dim"), 4)
    missing = [each.source for each in found if each.loaded is None and each.source is not None]
    _print_sources(out, "Not loaded", [source for source in missing if source.importer])
    _print_sources(out, "Only to be looked up by hand", [source for source in missing if not source.importer])


def write_standing(found: Iterable[Standing], rows: Iterable[Quarantined] | None) -> None:
    """The same as JSON, one register a line; with its quarantined rows when one was asked for."""
    for each in found:
        loaded, source = each.loaded, each.source
        counts: dict[str, Any] = asdict(loaded.counts) if loaded else {}
        document = {
            "schema": STANDING_SCHEMA,
            "name": each.name,
            "country": each.country,
            "authority": each.authority,
            "kind": loaded.snapshot.kind if loaded else source.kind if source else None,
            "loaded": loaded is not None,
            "snapshot_date": loaded.snapshot.as_of if loaded else None,
            "age_days": each.age.days if each.age is not None else None,
            "fresh": each.fresh,
            "fresh_until": each.fresh_until,
            "fetched_at": f"{loaded.fetched_at:%Y-%m-%dT%H:%M:%SZ}" if loaded else None,
            "records": counts.get("records"),
            "web_addresses": counts.get("hosts"),
            "unbound_addresses": counts.get("unbound"),
            "warnings": counts.get("warnings"),
            "quarantined": counts.get("quarantined"),
            "sha256": loaded.sha256 if loaded else None,
            "page": loaded.snapshot.page if loaded else source.page if source else None,
        }
        if rows is not None:
            document["quarantined_rows"] = [asdict(row) for row in rows]
        _write(document)


def print_answer(answer: Answer, today: date, live: LiveAnswer | None = None) -> None:
    """What is known about one domain or number; `live`, what a publisher said just now."""
    out = console(sys.stdout)
    asked = plain(answer.asked)
    for snapshot, entry in answer.warnings:
        on = f" since {entry.listed_on}" if entry.listed_on else ", without a date"
        out.print(Text(plain(f"{entry.authority} warns about {entry.domain}{on}."), style="bold red"))
        _under(out, Text(_named(snapshot, today), style="dim"), 2)
    word = "names this site" if answer.is_domain else "has this number"
    for snapshot, record in answer.records[:_SHOWN]:
        out.print(Text(plain(f"{snapshot.authority} {word}: {record.name}, entry {record.entry_id}"), style="bold"))
        for line in _record_lines(snapshot, record, today):
            _under(out, Text(plain(line)), 2)
    if len(answer.records) > _SHOWN:
        out.print(f"… and {len(answer.records) - _SHOWN:,} more entries; --json shows them.")
    if live is not None:
        _print_live(out, live)
    if (answer.records or (live is not None and live.found)) and not answer.is_domain:
        out.print("A site that prints this number is not thereby the one it belongs to.", soft_wrap=True)
    if not (answer.records or answer.warnings):
        out.print(Text(f"No register that is loaded {'names' if answer.is_domain else 'has'} {asked}."))
    names = ", ".join(_named(snapshot, today) for snapshot in answer.searched) or "nothing, no register is loaded"
    out.print(Text(f"Searched: {names}", style="dim"), soft_wrap=True)
    if not answer.records and live is None:
        _print_sources(out, "Not loaded, and could say more", answer.not_loaded)


def write_answer(answer: Answer, today: date, live: LiveAnswer | None = None) -> None:
    """The same as one JSON document."""
    _write(
        {
            "schema": LOOKUP_SCHEMA,
            "asked": answer.asked,
            "by": "domain" if answer.is_domain else "number",
            "records": [_about(snapshot, today) | asdict(record) for snapshot, record in answer.records],
            "warnings": [_about(snapshot, today) | asdict(entry) for snapshot, entry in answer.warnings],
            "searched": [{"register": snapshot.name} | _about(snapshot, today) for snapshot in answer.searched],
            "not_loaded": [
                {"register": s.name, "country": s.country, "authority": s.authority, "page": s.page}
                for s in answer.not_loaded
            ],
            "live": live
            and {
                "register": live.source.name,
                "authority": live.source.authority,
                "asked_at": live.asked_at,
                "found": live.found,
                "records": [asdict(record) for record in live.records],
            },
        }
    )


def _print_live(out: Console, live: LiveAnswer) -> None:
    authority = plain(live.source.authority)
    for record in live.records:
        said = f"{authority} answers now: {plain(record.name)}, entry {plain(record.entry_id)}"
        out.print(Text(said, style="bold"))
        for line in _facts_of(record):
            _under(out, Text(plain(line)), 2)
    if not live.records:
        what = "no pharmacy's" if live.found else "nobody's"
        out.print(Text(f"{authority} answers now: {live.number} is {what} number."), soft_wrap=True)


def _about(snapshot: Snapshot, today: date) -> dict[str, Any]:
    return {
        "authority": snapshot.authority,
        "snapshot_date": snapshot.as_of,
        "fresh": snapshot.fresh(today),
    }


def _record_lines(snapshot: Snapshot, record: Record, today: date) -> Iterator[str]:
    yield _named(snapshot, today)
    yield from _facts_of(record)


def _facts_of(record: Record) -> Iterator[str]:
    sale = {True: "may sell online", False: "not marked for sale online", None: ""}[record.online_sale]
    yield f"{record.status}{f', {sale}' if sale else ''}"
    for line in (
        ", ".join(filter(None, (record.address, record.postcode, record.country))),
        ", ".join(record.web_addresses),
        ", ".join(f"{held.scheme} {held.number}" for held in record.identifiers),
    ):
        if line:
            yield line


def _named(snapshot: Snapshot, today: date) -> str:
    return f"{snapshot.name}{_of(snapshot.as_of)}{'' if snapshot.fresh(today) else ', stale'}"


def _freshness(each: Standing) -> str:
    if each.loaded is None or each.age is None:
        return "has no date, so it verifies nothing"
    word, days = "fresh until" if each.fresh else "STALE after", each.age.days
    return f"of {each.loaded.snapshot.as_of}, {days} day{'' if days == 1 else 's'} old, {word} {each.fresh_until}"


def _holds(register: LoadedRegister) -> str:
    counts = register.counts
    parts = [
        f"{number:,} {words}"
        for number, words in (
            (counts.records, "records"),
            (counts.hosts, "web addresses that can name a site"),
            (counts.unbound, "with a path, which name none"),
            (counts.warnings, "warnings"),
            (counts.quarantined, "left out"),
        )
        if number
    ]
    return ", ".join(parts) or "nothing"


def _print_sources(out: Console, title: str, sources: Sequence[Source]) -> None:
    if not sources:
        return
    out.print(Text(f"{title}:", style="bold"))
    if len(sources) > _NAMED_WITH_PAGE:
        _under(out, Text(", ".join(source.name for source in sources)), 2)
        return
    for source in sources:
        _under(out, Text(plain(f"{source.name} ({source.country or '–'}): {source.authority}")), 2)
        if source.page:  # on a line of its own and never broken, so that it can be copied whole
            out.print(Text(f"    {plain(source.page)}", style="dim"), soft_wrap=True)


def _under(out: Console, text: Text, indent: int) -> None:
    out.print(Padding(text, (0, 0, 0, indent), expand=False))


def _of(day: date | None) -> str:
    return f" of {day}" if day is not None else ", without a date"


def _write(document: dict[str, Any]) -> None:
    write_line(safe_json(json.dumps(document, default=str, ensure_ascii=False, separators=(",", ":"))))
