"""What comes out of runs: files that appear whole or not at all, and what changed between two."""

from __future__ import annotations

import os
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from rich.text import Text

from pharmcheck.changes import Answer, Change, Changed, compare
from pharmcheck.cli.screen import console, plain, say, settings
from pharmcheck.errors import PharmcheckError
from pharmcheck.exports import Source, changes_csv, changes_html, defang_all, form_of, make_report, report_bytes
from pharmcheck.exports.changes import TITLES
from pharmcheck.store import Batch, Batches, Store

_SHOWN = 50  # sites of one kind of change on the screen


def write_results(store: Store, batch: Batch, files: Iterable[Path]) -> None:
    """The results in every format that somebody asked for.  Raises PharmcheckError."""
    ours = settings()
    report = make_report(store, batch, datetime.now(UTC), Source(ours.operator, ours.tlp))
    for file in files:
        _write(file, report_bytes(report, form_of(file.name) or ""))
        say(f"Results are in {file}.")


def write_changes(store: Store, before: Batch, after: Batch, file: Path) -> None:
    """What changed, as a file.  Raises PharmcheckError."""
    changes = _changes(store, before, after)
    html = file.suffix.lower() == ".html"
    _write(file, changes_html(changes, before, after) if html else changes_csv(changes))
    say(f"Changes are in {file}.")


def print_changes(store: Store, before: Batch, after: Batch) -> None:
    """What changed, on the screen: counts, then the sites."""
    counts: Counter[Change] = Counter()
    shown: dict[Change, list[Changed]] = {change: [] for change in TITLES}
    for one in _changes(store, before, after):
        counts[one.change] += 1
        if one.change in shown and len(shown[one.change]) < _SHOWN:
            shown[one.change].append(one)
    out = console(sys.stdout)
    for change, title in TITLES.items():
        if not counts[change]:
            continue
        out.print(Text(f"{title}: {counts[change]:,}", style="bold"))
        for one in shown[change]:
            out.print(
                Text(plain(f"  {defang_all(one.host)}: {_said(one.before)} → {_said(one.after)}")), soft_wrap=True
            )
        if counts[change] > _SHOWN:
            out.print(Text("  … and more; --out writes them all", style="dim"))
    out.print(f"The same: {counts[Change.SAME]:,}")


def _changes(store: Store, before: Batch, after: Batch) -> Iterator[Changed]:
    batches, now = Batches(store), datetime.now(UTC)
    return compare(
        (Answer(*site) for site in batches.sites(before.id, now)),
        (Answer(*site) for site in batches.sites(after.id, now)),
    )


def _said(answer: Answer | None) -> str:
    if answer is None or answer.category is None:
        return "–"
    return f"{answer.category} ({answer.reason_code})".replace("_", " ")


def _write(file: Path, pieces: Iterator[bytes]) -> None:
    try:
        handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
        try:
            with os.fdopen(handle, "wb") as part:
                part.writelines(pieces)
            Path(name).replace(file)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise PharmcheckError(f"The file {file} cannot be written: {error.strerror or error}.") from error
