"""The results of one list: what every format is made of."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pharmcheck.explain import catalogue
from pharmcheck.exports.items import item_document
from pharmcheck.exports.stix import Source
from pharmcheck.store import Batch, Batches, Store

_NOBODY = Source()

KINDS: Mapping[str, str] = {
    "accepted": "Taken as they stand",
    "repaired": "Repaired",
    "duplicate": "Of a site that stands further up",
    "ignored": "Without an address",
    "needs_person": "For a person to look at",
}
"""What became of the rows, in words."""

CATEGORIES = (
    "danger", "caution", "unverified", "could_not_check", "verified_elsewhere", "verified", "not_a_pharmacy",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Report:
    """What a file is made of."""

    batch: Batch
    categories: Mapping[str, int]  # sites by verdict
    items: Callable[[], Iterator[dict[str, Any]]]  # every row, again and again
    made_at: datetime
    source: Source = _NOBODY  # whose it is, for those formats that leave the house

    def facts(self) -> list[tuple[str, str]]:
        """The run in words and figures."""
        batch = self.batch
        state = "complete" if batch.state == "done" else f"{batch.state}: {batch.done} of {batch.total} sites are done"
        found = [
            ("List", batch.name or "–"),
            ("Run", batch.id),
            ("State", state),
            ("SHA-256 of what was handed in", batch.upload_sha256 or "–"),
            ("Handed in", f"{batch.created_at:%Y-%m-%d %H:%M} UTC"),
            ("Written", f"{self.made_at:%Y-%m-%d %H:%M} UTC"),
            ("Medicine would be sent to", batch.destination or "not said"),
            ("Addresses found in", "; ".join(batch.intake.get("found_in", ())) or "–"),
        ]
        found += [
            ("Sheet without addresses", f"{sheet['sheet']}: {sheet['rows']} rows")
            for sheet in batch.intake.get("passed_by", ())
        ]
        return found

    def counts(self) -> list[tuple[str, str, int]]:
        """Sites by verdict: category, words, how many."""
        words = catalogue("en")
        return [
            (category, str(words[f"category.{category}.label"]), self.categories.get(category, 0))
            for category in CATEGORIES
        ]

    def rows(self) -> list[tuple[str, str, int]]:
        """Rows by what became of them: kind, words, how many."""
        return [(kind, words, self.batch.kinds.get(kind, 0)) for kind, words in KINDS.items()]


def make_report(store: Store, batch: Batch, now: datetime, source: Source = _NOBODY) -> Report:
    """The report of a list as it stands."""
    batches = Batches(store)
    items = lambda: map(item_document, batches.all_items(batch.id, now))  # noqa: E731 - asked again and again
    return Report(batch, batches.categories(batch.id, now), items, now, source)
