"""`pharmcheck replay`: judge stored captures with today's rules.  No network; nothing stored changes."""

from __future__ import annotations

import gc
import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from pharmcheck.errors import StoreError, UsageError

if TYPE_CHECKING:
    from pharmcheck.model import Verdict
    from pharmcheck.ruleset import Ruleset
    from pharmcheck.store import Store, StoredVerdict

SCHEMA = "pharmcheck.replay/1"


@dataclass(frozen=True, slots=True)
class Replayed:
    """A verdict as it was given and as today's rules give it."""

    stored: StoredVerdict
    verdict: Verdict
    rules_before: frozenset[str]
    rules_after: frozenset[str]
    judged_at: datetime

    @property
    def changed(self) -> bool:
        """Whether anybody would read something else."""
        before, after = self.stored, self.verdict
        said = (before.category, before.reason_code, before.score)
        return said != (after.category, after.reason_code, after.score)


@dataclass(frozen=True, slots=True)
class Lost:
    """A verdict whose capture cannot be read any more."""

    sentence: str


def replay(
    *,
    capture: str | None = typer.Option(None, metavar="ID", help="Only this capture."),
    as_json: bool = typer.Option(False, "--json", help="One JSON document per line per verdict."),
    at: str | None = typer.Option(None, metavar="TIME", help="Judge as of this time instead of the original one."),
    rules_dir: Path | None = typer.Option(None, "--rules", metavar="DIR", help="Judge by the rules in this folder."),
    data_dir: Path | None = typer.Option(None, metavar="DIR", help="Where verdicts and captures are kept."),
) -> None:
    """Judge stored captures with today's rules, without network, and show which verdicts would change."""
    from pharmcheck.cli import options

    run(capture=capture, as_json=as_json, at=options.moment(at), rules_dir=rules_dir, data_dir=data_dir)


def run(
    *,
    as_json: bool,
    rules_dir: Path | None,
    data_dir: Path | None,
    capture: str | None = None,
    at: datetime | None = None,
    in_force: bool = False,
) -> None:
    """Replay and print.  With `in_force` only the verdicts that answer today; shared with `rules diff`."""
    from pharmcheck.cli import options
    from pharmcheck.ruleset import load_ruleset
    from pharmcheck.store import Store

    settings = options.settings_for(data_dir)
    ruleset = load_ruleset(rules_dir)
    gc.freeze()  # the rules stay: the collector need not look through them again for every site
    with Store.open(settings) as store:
        chosen = verdicts_in_force(store) if in_force else store.verdicts(capture)
        report(replay_all(chosen, store, ruleset, at), ruleset, as_json=as_json, only=capture)


def replay_all(
    chosen: Iterable[StoredVerdict], store: Store, ruleset: Ruleset, at: datetime | None
) -> Iterator[Replayed | Lost]:
    """Judge again what the chosen verdicts rest on, by default as of then: only rules and registers can move them."""
    from pharmcheck.check import judge

    registers = store.registers()
    for stored in chosen:
        if stored.capture_id is None:
            continue
        try:
            capture = store.load_capture(stored.capture_id)
        except StoreError as error:
            yield Lost(f"{stored.host}: {error}")
            continue
        now = at or stored.judged_at
        verdict = judge(capture, ruleset, registers=registers, destination=stored.destination, now=now).verdict
        before = frozenset(str(reason["rule"]) for reason in json.loads(stored.document)["reasons"])
        yield Replayed(stored, verdict, before, frozenset(finding.rule_id for finding in verdict.reasons), now)


def verdicts_in_force(store: Store) -> Iterator[StoredVerdict]:
    """The verdict that answers for each site and destination: the last complete one, else the last."""
    newest: dict[tuple[str, str, str | None], tuple[bool, str]] = {}
    for verdict in store.verdicts():  # oldest first
        about = (verdict.registrable_domain, verdict.host, verdict.destination)
        if verdict.complete or not newest.get(about, (False, ""))[0]:
            newest[about] = (verdict.complete, verdict.check_id)
    wanted = {check_id for _, check_id in newest.values()}  # ids only: documents of all sites fill a memory
    return (verdict for verdict in store.verdicts() if verdict.check_id in wanted)


def report(results: Iterable[Replayed | Lost], ruleset: Ruleset, *, as_json: bool, only: str | None) -> None:
    """Print each result as it comes; people see what changes and a sum, programs see everything."""
    from pharmcheck.cli.screen import safe_json, say, write_line

    judged = changed = lost = 0
    for result in results:
        if isinstance(result, Lost):
            lost += 1
            say(result.sentence)
            continue
        judged += 1
        changed += result.changed
        if as_json:
            write_line(safe_json(json.dumps(as_document(result), separators=(",", ":"))))
        elif result.changed:
            _print(result)
    if only is not None and not judged and not lost:
        raise UsageError(f"There is no stored verdict for a capture {only}; `pharmcheck check --json` shows the ids.")
    if not as_json:
        write_line(_sum(judged, changed, lost, ruleset.version))


def as_document(result: Replayed) -> dict[str, Any]:
    """One line of `--json`."""
    before, after = result.stored, result.verdict
    return {
        "schema": SCHEMA,
        "check_id": before.check_id,
        "capture_id": before.capture_id,
        "registrable_domain": before.registrable_domain,
        "host": before.host,
        "destination": before.destination,
        "changed": result.changed,
        "before": {
            "category": before.category.value,
            "reason_code": before.reason_code,
            "score": before.score,
            "ruleset": before.ruleset,
            "rules": sorted(result.rules_before),
        },
        "after": {
            "category": after.category.value,
            "reason_code": after.reason_code,
            "score": after.score,
            "ruleset": after.ruleset,
            "rules": sorted(result.rules_after),
        },
        "judged_at": result.judged_at.isoformat(timespec="seconds").replace("+00:00", "Z"),
    }


def _print(result: Replayed) -> None:
    from rich.text import Text

    from pharmcheck.address.defanging import defang
    from pharmcheck.cli.screen import console, plain
    from pharmcheck.model import Category

    before, after = result.stored, result.verdict
    dangerous = Category.DANGER in (before.category, after.category)
    name = defang(plain(before.host), before.host) if dangerous else plain(before.host)
    out = console(sys.stdout)
    where = f" (to {before.destination})" if before.destination else ""
    out.print(Text(f"{name}{where}: {_word(before.category)} → {_word(after.category)}", style="bold"))
    out.print(Text(f"  because: {before.reason_code} → {after.reason_code}; score {before.score} → {after.score}"))
    for word, moved in (
        ("no longer", result.rules_before - result.rules_after),
        ("new", result.rules_after - result.rules_before),
    ):
        if moved:
            out.print(Text(f"  {word}: {', '.join(sorted(moved))}"))


def _word(category: str) -> str:
    return str(category).replace("_", " ")


def _sum(judged: int, changed: int, lost: int, version: str) -> str:
    if not judged and not lost:
        return "There are no stored captures to judge."
    unread = f" {lost} could not be read again." if lost else ""
    return f"{judged} stored verdicts judged by ruleset {version}: {changed} would change.{unread}"
