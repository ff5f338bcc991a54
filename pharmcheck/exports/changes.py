"""What changed between two runs, as a table and as a page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pharmcheck.changes import Answer, Change, Changed
from pharmcheck.explain import catalogue
from pharmcheck.exports.cells import defang_all, defuse
from pharmcheck.exports.table import csv_line
from pharmcheck.store import Batch

TITLES = {
    Change.WORSE: "Worse",
    Change.CAME_BACK: "Came back",
    Change.VANISHED: "Vanished",
    Change.BETTER: "Better",
    Change.DIFFERENT: "Another answer",
    Change.NEW: "New in the second run",
    Change.LEFT_OUT: "Only in the first run",
}
"""In the order in which somebody should read them; what stayed the same is counted only."""

_COLUMNS = ("change", "host", "before", "before_reason", "after", "after_reason")


def changes_csv(changes: Iterable[Changed]) -> Iterator[bytes]:
    """The table, a row at a time; what stayed the same is left out."""
    yield "\ufeff".encode() + csv_line(list(_COLUMNS))
    for one in changes:
        if one.change is not Change.SAME:
            before, after = one.before, one.after
            values = (
                one.change.value, defang_all(one.host),
                before and before.category, before and before.reason_code, after and after.category,
                after and after.reason_code,
            )  # fmt: skip
            yield csv_line([defuse(value or "") for value in values])


def changes_html(changes: Iterable[Changed], first: Batch, second: Batch) -> Iterator[bytes]:
    """The page."""
    from pharmcheck.exports.printed import environment  # noqa: PLC0415 - the table needs no templates

    found: dict[Change, list[tuple[str, str, str]]] = {change: [] for change in TITLES}
    same = 0
    for one in changes:
        if one.change is Change.SAME:
            same += 1
        else:
            found[one.change].append((defang_all(one.host), _words(one.before), _words(one.after)))
    sections = [(TITLES[change], sites) for change, sites in found.items() if sites]
    stream = environment().get_template("changes.html").stream(sections=sections, same=same, first=first, second=second)
    stream.enable_buffering(64)
    for piece in stream:
        yield piece.encode("utf-8", "replace")


def _words(answer: Answer | None) -> str:
    if answer is None or answer.category is None:
        return "–"
    label = str(catalogue("en")[f"category.{answer.category}.label"])
    return f"{label} ({(answer.reason_code or '').replace('_', ' ')})"
