"""A messy workbook of 5,000 rows: what becomes of each, right to the row."""

from __future__ import annotations

import hashlib
from collections import Counter
from itertools import pairwise

from pharmcheck.intake import read_list
from tests.messy_lists import messy_workbook

ROWS = 5_000


def test_every_row_of_a_messy_workbook_becomes_what_it_must() -> None:
    """Titles, defanged forms, several addresses a cell, links that lead elsewhere, formulas: line by line."""
    body, expected = messy_workbook(ROWS)

    handed = read_list(body)
    entries = list(handed.entries())

    assert [(e.line, e.kind.value, e.address and e.address.url) for e in entries] == expected
    assert [entry.number for entry in entries] == list(range(1, len(entries) + 1))
    assert {entry.line for entry in entries} == {1, *range(3, ROWS + 1)}  # the second row is empty
    assert handed.found_in == ("Complaints: column C (“Website”)",)
    assert handed.passed_by == (("Notes", 2),)
    assert handed.sha256 == hashlib.sha256(body).hexdigest()
    kinds = Counter(kind for _, kind, _ in expected)
    assert all(kinds[kind] > 100 for kind in ("accepted", "repaired", "duplicate", "ignored", "needs_person"))


def test_every_row_that_is_not_checked_says_why() -> None:
    """And a duplicate names the row whose check it shares."""
    entries = list(read_list(messy_workbook(200)[0]).entries())

    assert all(entry.reason for entry in entries if entry.address is None)
    first = next(entry for entry in entries if entry.kind.value == "accepted")
    doubles = [entry for entry in entries if entry.kind.value == "duplicate"]
    assert doubles
    assert {entry.duplicate_of for entry in doubles} == {first.number}
    assert f"row {first.line}" in doubles[0].note


def test_a_cell_that_shows_one_site_and_opens_another_gives_both() -> None:
    """Each with a word about the other."""
    entries = [entry for entry in read_list(messy_workbook(60)[0]).entries() if "link" in entry.note]
    shown, led = next((a, b) for a, b in pairwise(entries) if a.line == b.line)

    assert (shown.address.host, led.address.host) == ("shown0.org", "led0.net")
    assert "its link leads to led0.net" in shown.note
    assert "shows another site" in led.note
