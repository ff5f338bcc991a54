"""Two runs of a list beside each other."""

from __future__ import annotations

import csv
import io

import pytest

from pharmcheck.changes import Answer, Change, compare
from pharmcheck.exports import changes_csv

OFFLINE, BLOCKED = ("could_not_check", "offline"), ("could_not_check", "blocked")


@pytest.mark.parametrize(
    ("before", "after", "change"),
    [
        (("caution", "warning_signs"), ("danger", "government_list"), Change.WORSE),
        (("verified", "register_names_site"), ("unverified", "no_licence_claim"), Change.WORSE),
        (("not_a_pharmacy", "information"), ("danger", "government_list"), Change.WORSE),
        (("danger", "government_list"), ("caution", "warning_signs"), Change.BETTER),
        (("unverified", "no_licence_claim"), ("verified", "register_names_site"), Change.BETTER),
        (("danger", "government_list"), OFFLINE, Change.VANISHED),
        (OFFLINE, ("danger", "government_list"), Change.CAME_BACK),
        (OFFLINE, OFFLINE, Change.SAME),
        (("danger", "government_list"), BLOCKED, Change.DIFFERENT),
        (BLOCKED, ("danger", "government_list"), Change.DIFFERENT),
        (BLOCKED, OFFLINE, Change.VANISHED),
        (("unverified", "no_licence_claim"), ("not_a_pharmacy", "information"), Change.DIFFERENT),
        (("danger", "a"), ("danger", "b"), Change.SAME),
        (("danger", "a"), (None, None), Change.DIFFERENT),
    ],
)
def test_a_site_in_two_runs(before, after, change: Change) -> None:
    """A look that failed is neither worse nor better; gone and back are changes of their own."""
    (found,) = compare([Answer("www.shop.com", *before)], [Answer("shop.com", *after)])

    assert (found.change, found.host) == (change, "shop.com")


def test_sites_of_one_run_only_are_told() -> None:
    """Those of the second in its order, then those that it left out; as a table without what stayed the same."""
    old = [Answer("a.com", "danger", "x"), Answer("b.com", "danger", "x")]
    new = [Answer("c.com", "caution", "y"), Answer("b.com", "danger", "x")]
    found = list(compare(old, new))

    assert [(one.host, one.change) for one in found] == [
        ("c.com", Change.NEW), ("b.com", Change.SAME), ("a.com", Change.LEFT_OUT),
    ]  # fmt: skip
    rows = list(csv.reader(io.StringIO(b"".join(changes_csv(found)).decode("utf-8-sig"))))
    assert [row[:2] for row in rows[1:]] == [["new", "c[.]com"], ["left_out", "a[.]com"]]
